from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import APRIL, DaycareBillingCommon


@tagged("post_install", "-at_install")
class TestSimulator(DaycareBillingCommon):
    """Income, siblings and week in; price out."""

    def _simulate(self, **vals):
        return self.env["daycare.tariff.simulator"].create(
            {
                "tariff_id": self.bracket.id,
                "month": "2021-03-01",
                "income_first": 5000,
                "income_second": 1200,
                "child_ids": [
                    Command.create(
                        {"monday": 100, "tuesday": 100, "thursday": 50, "friday": 50}
                    )
                ],
                **vals,
            }
        )

    def test_same_price_as_the_run(self):
        run = self._run()
        run.action_compute()
        self.assertEqual(self._simulate().amount, 1295.00)
        self.assertEqual(run.billing_line_ids.amount, 1295.00)

    def test_every_step_is_shown(self):
        html = str(self._simulate().explanation)
        for text in ("6200.00", "Bracket from 6000.00", "10 × 92.50 = 925.00"):
            self.assertIn(text, html)

    def test_annual_confidential_and_missing(self):
        annual = self._simulate(basis="annual", income_first=60000, income_second=14400)
        self.assertEqual(annual.amount, 1295.00)
        self.assertEqual(self._simulate(income_known="confidential").amount, 1456.00)
        self.assertEqual(self._simulate(income_known="missing").amount, 1456.00)

    def test_siblings(self):
        self.bracket.write(
            {
                "month_method": "flat",
                "sibling_mode": "each",
                "sibling_ids": [Command.create({"rank": 2, "percent": 30})],
            }
        )
        simulator = self._simulate()
        self.assertEqual(simulator.amount, 1110.00)
        simulator.child_ids = [
            Command.create({"monday": 0, "tuesday": 0, "wednesday": 100})
        ]
        self.assertEqual(simulator.amount, 1036.00)

    def test_error_is_told(self):
        self.bracket.missing_income = "block"
        simulator = self._simulate(income_known="missing")
        self.assertEqual(simulator.amount, 0)
        self.assertIn("no income is in force", str(simulator.explanation))

    def test_form_recalculates_while_typing(self):
        with Form(self.env["daycare.tariff.simulator"]) as form:
            form.tariff_id = self.bracket
            form.month = "2021-03-01"
            form.income_first = 6200
            self.assertEqual(form.amount, 925.00)
            form.income_first = 2000
            self.assertEqual(form.amount, 405.00)

    def test_nothing_to_show_without_tariff_or_children(self):
        with Form(self.env["daycare.tariff.simulator"]) as form:
            form.tariff_id = self.env["daycare.tariff"]
            self.assertEqual((form.amount, str(form.explanation)), (0, ""))
            form.tariff_id = self.bracket
        self.assertEqual(self._simulate(child_ids=False).amount, 0)

    def test_opens_from_the_tariff(self):
        action = self.bracket.action_simulate()
        simulator = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(simulator.tariff_id, self.bracket)


@tagged("post_install", "-at_install")
class TestAttestation(DaycareBillingCommon):
    """What the tax office gets."""

    def _attest(self, **vals):
        return self.env["daycare.attestation"].create({"year": 2021, **vals})

    def test_sums_of_posted_months(self):
        fee = self.env.ref("daycare_billing.product_registration").product_variant_id
        self.melody.service_ids = [
            Command.create({"product_id": fee.id, "date_from": "2021-03-10"})
        ]
        self._bill(post=True)
        self._bill(APRIL, post=True)
        self._bill(APRIL.replace(month=5))
        [page] = self._attest()._pages()
        self.assertEqual(page["debtor"], self.commune)
        self.assertEqual(page["child"], self.melody)
        self.assertEqual(len(page["months"]), 2)
        self.assertEqual((page["care"], page["services"]), (2497.50, 50))
        posted = self.env["account.move"].search(
            [("partner_id", "=", self.commune.partner_id.id), ("state", "=", "posted")]
        )
        self.assertEqual(float(page["total"]), sum(posted.mapped("amount_total")))

    def test_choices(self):
        self._bill(post=True)
        self.assertFalse(self._attest(year=2020)._pages())
        self.assertFalse(self._attest(paid_only=True)._pages())
        self.assertFalse(
            self._attest(debtor_ids=[Command.set(self.mother.ids)])._pages()
        )
        self.assertTrue(self._attest(child_ids=[Command.set(self.melody.ids)])._pages())
        with self.assertRaises(UserError):
            self._attest(year=2020).action_print()

    def test_corrections_count_in_the_month_they_correct(self):
        self.bracket.month_method = "flat"
        self._bill(post=True)
        self.sector.date_from = "2021-03-15"
        self._bill(APRIL, post=True)
        [page] = self._attest()._pages()
        self.assertEqual([str(row[1]) for row in page["months"]], ["634.29", "1110.00"])

    def test_report_text(self):
        self._bill(post=True)
        wizard = self._attest()
        self.assertEqual(wizard.action_print()["type"], "ir.actions.report")
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "daycare_billing.report_attestation", wizard.ids
        )
        text = html.decode()
        for expected in ("Melody Mory", "1,295.00", "March 2021", "Martigny"):
            self.assertIn(expected, text)

    def test_report_in_the_debtors_language(self):
        self.env["res.lang"].sudo()._activate_lang("fr_FR")
        self.commune.lang = "fr_FR"
        self._bill(post=True)
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "daycare_billing.report_attestation", self._attest().ids
        )
        self.assertIn("mars 2021", html.decode())
