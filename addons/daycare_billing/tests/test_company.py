from odoo.exceptions import AccessError, RedirectWarning
from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user, tagged

from .common import DaycareBillingCommon


@tagged("post_install", "-at_install")
class TestCompany(TransactionCase):
    """What a centre founded after the installation finds ready."""

    def test_a_chart_of_accounts_makes_a_company_ready_to_bill(self):
        company = self.env["res.company"].create({"name": "New Centre"})
        self.assertFalse(company.daycare_product_id)
        self.env["account.chart.template"].try_loading(
            "ch", company=company, install_demo=False
        )
        product = company.daycare_product_id.with_company(company)
        self.assertEqual(product.property_account_income_id.code, "3400")
        self.assertTrue(company.daycare_payment_term_id)
        rounding = company.daycare_cash_rounding_id.with_company(company)
        self.assertTrue(rounding.profit_account_id)
        self.assertTrue(rounding.loss_account_id)

    def test_what_was_chosen_stays(self):
        company = self.env["res.company"].create({"name": "New Centre"})
        own = self.env["product.product"].create({"name": "Own", "type": "service"})
        company.daycare_product_id = own
        self.env["account.chart.template"].try_loading(
            "ch", company=company, install_demo=False
        )
        self.assertEqual(company.daycare_product_id, own)
        self.assertFalse(own.with_company(company).property_account_income_id)

    def test_second_chart_books_care_as_a_service_too(self):
        """As the README installs it: Odoo's own chart first, then the Swiss one."""
        company = self.env["res.company"].create({"name": "New Centre"})
        for chart in ("generic_coa", "ch"):
            self.env["account.chart.template"].try_loading(
                chart, company=company, install_demo=False
            )
        for name in ("product_care", "product_registration", "product_meal"):
            product = self.env.ref(f"daycare_billing.{name}").with_company(company)
            with self.subTest(product=name):
                account = product.property_account_income_id
                self.assertEqual(account.code, "3400")
                self.assertEqual(account.company_ids, company)
        rounding = company.daycare_cash_rounding_id.with_company(company)
        accounts = rounding.profit_account_id | rounding.loss_account_id
        self.assertEqual(accounts.company_ids, company)
        self.assertEqual(len(accounts), 2)
        self.assertEqual(company.daycare_journal_id.company_id, company)

    def test_each_company_has_accounts_of_its_own(self):
        companies = self.env["res.company"].create([{"name": "One"}, {"name": "Two"}])
        for company in companies:
            self.env["account.chart.template"].try_loading(
                "ch", company=company, install_demo=False
            )
        for company in companies:
            rounding = company.daycare_cash_rounding_id.with_company(company)
            product = company.daycare_product_id.with_company(company)
            found = (
                rounding.profit_account_id
                | rounding.loss_account_id
                | product.property_account_income_id
            )
            self.assertEqual(found.company_ids, company)


@tagged("post_install", "-at_install")
class TestSetup(DaycareBillingCommon):
    """The list of what is missing, each with its one click."""

    def _steps(self):
        action = self.env["daycare.setup"].action_open()
        setup = self.env["daycare.setup"].browse(action["res_id"])
        return setup, {step.code: step for step in setup.step_ids if not step.done}

    def _spoil(self):
        """Take away what an ordinary installation may lack."""
        company = self.company.sudo()
        rounding = company.daycare_cash_rounding_id.with_company(company)
        rounding.write({"profit_account_id": False, "loss_account_id": False})
        company._daycare_own_products().property_account_income_id = False
        company.daycare_journal_id.invoice_reference_model = "odoo"
        self.group.income_account_id = False
        self.env["res.partner.bank"].sudo().create(
            {
                "acc_number": "CH4431999123000889012",
                "partner_id": company.partner_id.id,
                "company_id": company.id,
            }
        )

    def test_who_comes_back_sees_what_was_entered_meanwhile(self):
        setup, steps = self._steps()
        self.assertIn("bank_account", steps)
        self.env["res.partner.bank"].sudo().create(
            {
                "acc_number": "CH9300762011623852957",
                "partner_id": self.company.partner_id.id,
                "company_id": self.company.id,
            }
        )
        self.env.invalidate_all()  # another request
        [read] = setup.web_read({"step_ids": {"fields": {"code": {}, "done": {}}}})
        self.assertIn(
            ("bank_account", True),
            [(step["code"], step["done"]) for step in read["step_ids"]],
        )

    def test_everything_is_set_up_by_one_click(self):
        self._spoil()
        setup, steps = self._steps()
        self.assertEqual(
            {code for code, step in steps.items() if step.fixable},
            {"income_account", "rounding", "reference"},
        )
        steps["rounding"].action_fix()
        _setup, steps = self._steps()
        self.assertFalse(
            {"income_account", "rounding", "reference", "bank_account"} & set(steps)
        )
        care = self.company.daycare_product_id.with_company(self.company)
        self.assertEqual(care.property_account_income_id.code, "3400")
        self.assertEqual(self.company.daycare_journal_id.invoice_reference_model, "ch")

    def test_point_that_is_set_up_is_not_asked_for_again(self):
        """Groups without an account of their own take the product's."""
        self.env["daycare.group"].search([]).income_account_id = False
        care = self.company.sudo().daycare_product_id.with_company(self.company)
        account, care.property_account_income_id = (
            care.property_account_income_id,
            False,
        )
        _setup, steps = self._steps()
        self.assertIn("income_account", steps)
        care.property_account_income_id = account
        _setup, steps = self._steps()
        self.assertNotIn("income_account", steps)
        # one group of several with an account is not all of them
        care.property_account_income_id = False
        self._group("NUR2", self.department)
        _setup, steps = self._steps()
        self.assertIn("income_account", steps)

    def test_empty_company_is_told_what_to_found(self):
        company = self.env["res.company"].sudo().create({"name": "Empty Centre"})
        self.env["account.chart.template"].sudo().try_loading(
            "ch", company=company, install_demo=False
        )
        check = self.env["daycare.setup.check"]
        found = {point["code"] for point in check._open_points(company)}
        self.assertEqual(found, {"company_address", "bank_account", "groups", "tariff"})

    def test_what_is_missing_is_said_before_the_run_fails(self):
        self._spoil()
        self.bracket.month_method = "flat"
        self.sector.date_from = "2021-03-15"
        run = self._run()
        run.action_compute()
        codes = self._codes(run)
        for code in ("rounding", "income_account", "reference"):
            self.assertEqual(codes.count(code), 1, code)
        self.assertTrue(run.setup_open_count)
        with self.assertRaisesRegex(RedirectWarning, "no profit or loss account"):
            run.action_invoice()
        self.assertEqual(run.stage, "computed")
        _setup, steps = self._steps()
        steps["rounding"].action_fix()
        run.action_invoice()
        self.assertEqual(run.state, "done")
        items = run.move_ids.invoice_line_ids
        care = items.filtered(lambda item: item.display_type == "product")
        self.assertEqual(set(care.account_id.mapped("code")), {"3400"})
        self.assertTrue(run.move_ids._daycare_rounding())

    def test_each_open_point_leads_somewhere(self):
        self._spoil()
        self.company.partner_id.sudo().bank_ids.unlink()
        self.company.partner_id.sudo().zip = False
        self.group.slot_ids[:1].weight = 0
        self.bracket.active = False
        _setup, steps = self._steps()
        self.assertLessEqual(
            {"bank_account", "company_address", "slot_weight", "tariff"}, set(steps)
        )
        for code, step in steps.items():
            with self.subTest(code=code):
                self.assertEqual(step.action_open()["type"], "ir.actions.act_window")

    def test_settings_are_called_by_what_they_are(self):
        """«Adresse complète exigée», not «Adresse exigée par l'accueil»."""
        self.env["res.lang"].sudo()._activate_lang("fr_FR")
        settings = self.env["res.config.settings"].with_context(lang="fr_FR")
        own = [name for name in settings._fields if name.startswith("daycare_")]
        self.assertGreater(len(own), 8)
        for name, field in settings.fields_get(own, ["string"]).items():
            with self.subTest(name=name):
                self.assertNotIn("accueil", field["string"].lower())
                self.assertNotIn("daycare", field["string"].lower())

    def test_manager_of_the_daycare_changes_its_settings(self):
        manager = new_test_user(
            self.env(su=True),
            "daycare_boss",
            "daycare.group_daycare_manager",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        action = self.env["daycare.setup"].with_user(manager).action_open()
        setup = self.env["daycare.setup"].with_user(manager).browse(action["res_id"])
        setup.daycare_income_months = 6
        setup.daycare_service_period = "next"
        setup.action_save()
        self.assertEqual(self.company.daycare_income_months, 6)
        self.assertEqual(self.company.daycare_service_period, "next")
        with self.assertRaises(AccessError):
            self.company.with_user(manager).write({"name": "Other"})

    def test_who_bills_and_does_not_manage_reads_only(self):
        biller = new_test_user(
            self.env(su=True),
            "daycare_biller",
            "daycare.group_daycare_billing",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        action = self.env["daycare.setup"].with_user(biller).action_open()
        setup = self.env["daycare.setup"].with_user(biller).browse(action["res_id"])
        self.assertTrue(setup.step_ids)
        for refused in (setup.action_save, setup.action_fix):
            with self.assertRaisesRegex(AccessError, "manager"):
                refused()
        meals = self.env["product.product"].with_user(biller)
        self.assertTrue(meals.create({"name": "Snack", "type": "service"}))
