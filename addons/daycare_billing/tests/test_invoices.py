from datetime import date

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import APRIL, FULL, MARCH, ST_JOSEPH, DaycareBillingCommon


@tagged("post_install", "-at_install")
class TestInvoices(DaycareBillingCommon):
    """From calculated lines to what the debtor gets and the ledger says."""

    def test_invoice_of_march(self):
        self.bracket.closure_policy = "not_billed"
        self.env["daycare.closure"].create(
            {"name": "St Joseph", "date_from": ST_JOSEPH, "date_to": ST_JOSEPH}
        )
        run = self._bill(post=True)
        self.assertEqual(run.stage, "posted")
        move = run.move_ids
        self.assertRecordValues(
            move,
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": self.commune.partner_id.id,
                    "state": "posted",
                    "invoice_date": MARCH,
                    "invoice_origin": "03.2021",
                    "amount_untaxed": 1248.75,
                    "amount_tax": 0.0,
                    "amount_total": 1248.75,
                }
            ],
        )
        receivable = move.line_ids.filtered(
            lambda item: item.display_type == "payment_term"
        )
        income = move.line_ids.filtered(lambda item: item.display_type == "product")
        self.assertEqual(sum(receivable.mapped("debit")), 1248.75)
        self.assertEqual(round(sum(income.mapped("credit")), 2), 1248.75)
        self.assertEqual(income.account_id, self.income_account)
        self.assertFalse(move.line_ids.tax_ids)
        self.assertEqual(run.billing_line_ids.billing_state, "billed")

    def test_quick_way_writes_what_odoo_writes(self):
        run = self._bill()
        self.assertNotIn("odoos_way", self._codes(run))
        units = run.move_ids.invoice_line_ids.filtered("product_id").product_uom_id
        self.assertEqual(units, self.company.daycare_product_id.uom_id)

    def test_lines_begin_with_the_child(self):
        lines = self._bill().move_ids.invoice_line_ids
        self.assertEqual(
            lines.mapped("display_type"), ["line_section", *["product"] * 3]
        )
        self.assertEqual(lines[0].name, "Melody Mory")
        self.assertEqual(lines[1].name, "March 2021, Group NUR1: Mon, Tue, full day")
        self.assertIn("50 % of a day", lines[2].name)

    def test_module_names_the_presence(self):
        self.env["daycare.module"].create(
            {
                "name": "Morning with breakfast",
                "group_id": self.group.id,
                "slot_ids": [
                    Command.set(
                        self.group.slot_ids.filtered(lambda s: s.number <= 3).ids
                    )
                ],
            }
        )
        names = self._bill().move_ids.invoice_line_ids.mapped("name")
        self.assertIn("Morning with breakfast", names[2])

    def test_slots_are_called_by_their_names(self):
        for slot, name in zip(
            self.group.slot_ids, ("Early", "Breakfast"), strict=False
        ):
            slot.name = name
        names = self._bill().move_ids.invoice_line_ids.mapped("name")
        self.assertIn("slots Early, Breakfast, 3 (50 % of a day)", names[2])

    def test_debtor_of_an_invoice_is_decided_in_the_file(self):
        """All papers name whom the month was calculated for."""
        run = self._bill()
        move = run.move_ids
        with self.assertRaisesRegex(UserError, "child's file"):
            move.partner_id = self.mother.partner_id
        office = self.env["res.partner"].create(
            {
                "name": "Accounts Payable",
                "parent_id": self.commune.partner_id.id,
                "type": "invoice",
            }
        )
        move.partner_id = office
        run.action_post()
        self.assertEqual(move.state, "posted")

    def test_five_centimes(self):
        self.bracket.month_method = "flat"
        self.sector.date_from = "2021-03-15"
        move = self._bill(post=True).move_ids
        self.assertEqual(move.amount_total, 634.30)
        rounding = move.line_ids.filtered(lambda item: item.display_type == "rounding")
        self.assertEqual(rounding.credit, 0.01)
        self.assertEqual(
            rounding.account_id, self.company.default_cash_difference_income_account_id
        )

    def test_one_invoice_per_debtor_or_per_child(self):
        tom = self._child("Mory", "Tom", self.mother, debtor=self.commune)
        self._sector(tom, "2021-03-01", "2021-12-31", {"wed": FULL})
        run = self._bill()
        self.assertEqual(len(run.move_ids), 1)
        self.assertEqual(len(run.billing_line_ids), 2)
        run.action_undo()
        self.assertFalse(run.move_ids)
        self.assertEqual(run.stage, "computed")
        self.commune.invoice_per_child = True
        run.action_invoice()
        self.assertEqual(len(run.move_ids), 2)
        self.assertEqual(run.move_ids.partner_id, self.commune.partner_id)

    def test_incomplete_address_stops_the_invoice_and_is_linked(self):
        self.commune.city = False
        run = self._run()
        run.action_compute()
        finding = run.exchange_message_ids.filtered(
            lambda f: f.code == "debtor_address"
        )
        self.assertEqual(
            (finding.severity, finding.res_model, finding.res_id),
            ("error", "daycare.guardian", self.commune.id),
        )
        self.assertIn("City", finding.text)
        run.action_invoice()
        self.assertFalse(run.move_ids)
        self.commune.city = "Martigny"
        run.action_invoice()
        self.assertEqual(run.move_ids.amount_total, 1295.00)

    def test_incomplete_address_may_be_allowed(self):
        self.company.sudo().daycare_require_address = False
        self.commune.city = False
        self.assertEqual(self._bill().move_ids.amount_total, 1295.00)

    def test_excluded_vat(self):
        tax = self.env["account.chart.template"].ref("vat_O_exclude")
        self.company.sudo().daycare_tax_id = tax
        move = self._bill(post=True).move_ids
        self.assertEqual(move.invoice_line_ids.tax_ids, tax)
        self.assertEqual((move.amount_total, move.amount_tax), (1295.00, 0.0))

    def test_care_product_has_no_default_tax(self):
        product = self.company.daycare_product_id
        self.assertEqual(
            product, self.env.ref("daycare_billing.product_care").product_variant_id
        )
        self.assertFalse(product.taxes_id)

    def test_analytic_by_group(self):
        plan = self.env["account.analytic.plan"].sudo().create({"name": "Structure"})
        account = (
            self.env["account.analytic.account"]
            .sudo()
            .create({"name": "Nursery", "plan_id": plan.id})
        )
        self.group.analytic_distribution = {str(account.id): 100}
        run = self._bill(post=True)
        lines = run.move_ids.invoice_line_ids.filtered(lambda item: item.quantity)
        self.assertEqual(
            lines.filtered(lambda item: item.display_type == "product").mapped(
                "analytic_distribution"
            ),
            [{str(account.id): 100}] * 3,
        )
        items = run.move_ids.line_ids.sudo().analytic_line_ids
        self.assertEqual(round(sum(items.mapped("amount")), 2), 1295.00)

    def test_payment_terms_of_the_centre_and_due_date(self):
        term = self.env.ref("account.account_payment_term_30days")
        self.company.sudo().daycare_payment_term_id = term
        self.assertEqual(self._bill().move_ids.invoice_date_due, date(2021, 3, 31))
        april = self._bill(APRIL, with_corrections=False, date_due=date(2021, 4, 12))
        self.assertEqual(april.move_ids.invoice_date_due, date(2021, 4, 12))
        term_items = april.move_ids.line_ids.filtered("date_maturity")
        self.assertEqual(term_items.mapped("date_maturity"), [date(2021, 4, 12)])

    def test_preview_equals_the_invoices(self):
        run = self._run()
        run.action_compute()
        told = run.action_preview_invoices()
        self.assertIn("tab «Invoices»", told["params"]["message"])
        self.assertFalse(run.move_ids)
        self.assertEqual(run.line_ids.mapped("amount"), [1295.00])
        run.action_invoice()
        self.assertEqual(run.move_ids.mapped("amount_untaxed"), [1295.00])

    def test_language_of_the_debtor(self):
        self.env["res.lang"].sudo()._activate_lang("fr_CH")
        self.group.with_context(lang="fr_CH").name = "Les Papillons"
        self.commune.lang = "fr_CH"
        names = self._bill().move_ids.invoice_line_ids.mapped("name")
        self.assertIn("mars 2021, Les Papillons", names[1])
        self.assertIn("lun, mar", names[1])

    def test_invoices_do_not_tell_incomes(self):
        move = self._bill().move_ids
        text = " ".join(
            [
                *move.invoice_line_ids.mapped("name"),
                move.narration or "",
                move.ref or "",
            ]
        )
        for income in ("5000", "1200", "6200"):
            self.assertNotIn(income, text)

    def test_posted_invoices_cannot_be_undone(self):
        run = self._bill(post=True)
        with self.assertRaises(UserError):
            run.action_undo()

    def test_paid(self):
        run = self._bill(post=True)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=run.move_ids.ids
        ).create({})._create_payments()
        self.assertIn(run.move_ids.payment_state, ("paid", "in_payment"))
