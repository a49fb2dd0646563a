from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.modules.migration import load_script
from odoo.tests import tagged
from odoo.tools.misc import file_path

from .common import ITEM, SERVICE
from .test_bill_services import BillCase


@tagged("post_install", "-at_install")
class TestBillMoney(BillCase):
    """Taxes, currencies and figures that are awkward."""

    def _tax(self, amount, **vals):
        return self.env["account.tax"].create(
            {
                "name": f"Tax {amount}",
                "amount": amount,
                "type_tax_use": "purchase",
                "company_id": self.company.id,
                **vals,
            }
        )

    def _new(self, *lines, **vals):
        return (
            self.env["account.move"]
            .with_user(self.accountant)
            .openimis_bill_create(
                {
                    "partner_id": self.facility_a.id,
                    "company_id": self.company.id,
                    "invoice_date": "2026-01-31",
                    **vals,
                },
                list(lines),
            )
        )

    # === TAXES ===

    def test_each_line_has_the_tax_of_its_own_rate(self):
        low, high = self._tax(5), self._tax(20)
        bill = self._new(
            {"code": "A", "unit_price": 100, "tax_ids": [Command.set(low.ids)]},
            {"code": "B", "unit_price": 100, "tax_ids": [Command.set(high.ids)]},
            {"code": "C", "unit_price": 100},
        )
        lines = bill.openimis_line_ids
        self.assertEqual(lines.mapped("amount_tax"), [5, 20, 0])
        self.assertEqual(lines.mapped("amount_total"), [105, 120, 100])
        bill.openimis_bill_item_update(lines[0].id, {"tax_ids": [Command.clear()]})
        self.assertEqual(lines.mapped("amount_tax"), [0, 20, 0])

    def test_taxes_of_lines_add_up_to_the_bill_whatever_is_rounded(self):
        tax = {"tax_ids": [Command.set(self._tax(18).ids)]}
        lines = [{"code": str(n), "unit_price": 0.03 * n, **tax} for n in range(1, 8)]
        for method in ("round_per_line", "round_globally"):
            self.company.tax_calculation_rounding_method = method
            for policy in ("detailed", "grouped"):
                bill = self._new()
                bill.sudo().openimis_line_policy = policy
                bill.openimis_bill_item_create(lines)
                with self.subTest(method=method, policy=policy):
                    taxes = sum(bill.openimis_line_ids.mapped("amount_tax"))
                    self.assertAlmostEqual(taxes, bill.amount_tax, 6)
                    total = sum(bill.openimis_line_ids.mapped("amount_total"))
                    self.assertAlmostEqual(total, bill.amount_total, 6)

    def test_withholding_tax_lowers_the_analysis(self):
        taxes = self._tax(18) | self._tax(-5)
        bill = self._new(
            {"code": "A", "unit_price": 100, "tax_ids": [Command.set(taxes.ids)]}
        )
        self.assertEqual(bill.amount_total, 113)
        analysis = bill.openimis_tax_analysis
        self.assertEqual(analysis["total"], "13.00")
        self.assertEqual(
            [(line["base"], line["amount"]) for line in analysis["lines"]],
            [("100.00", "18.00"), ("100.00", "-5.00")],
        )

    def test_taxes_within_the_price_are_refused(self):
        tax = self._tax(10, price_include_override="tax_included")
        taxes = {"tax_ids": [Command.set(tax.ids)]}
        with self.assertRaisesRegex(ValidationError, "Tax 10 is included"):
            self.product.write(taxes)
        with self.assertRaisesRegex(ValidationError, "Tax 10 is included"):
            self._new({"code": "A", "unit_price": 100, **taxes})

    # === NEGATIVE ===

    def test_negative_bill_becomes_a_credit_note(self):
        self.bill.openimis_bill_delete()
        self.claims.write({"billing_excluded": True})
        self._claim("NEG", {"price_asked": 100, "remunerated_amount": -40})
        self.closing.action_generate()
        bill = (self.closing.move_ids - self.bill).with_user(self.accountant)
        self.assertEqual((bill.amount_total, bill.openimis_amount_owed), (-40, -40))
        with self.assertRaisesRegex(UserError, "credit note"):
            bill.action_post()
        bill.action_switch_move_type()
        bill.action_post()
        line = bill.openimis_line_ids
        self.assertEqual((bill.move_type, bill.amount_total), ("in_refund", 40))
        self.assertEqual((line.quantity, line.unit_price), (-1, 100))
        self.assertEqual((line.discount, line.amount_net), (-140, 40))
        self.assertEqual(bill.openimis_amount_owed, -40)
        self.assertEqual(bill.openimis_bill_validate_items(), {})
        export = self.env["openimis.payable.export"].with_user(self.accountant)
        [row] = export.create({"company_id": self.company.id})._rows()
        self.assertEqual(row[2:], [1, 140, -40, -40])

    def test_bill_turned_into_a_credit_note_and_back(self):
        for kind in ("in_refund", "in_invoice"):
            self.bill.action_switch_move_type()
            self.assertEqual(self.bill.move_type, kind)
            self.assertEqual(self.bill.amount_untaxed, 800)
            self.assertEqual(
                self.bill.openimis_line_ids.mapped("amount_net"), [500, 300]
            )

    def test_what_a_bill_bills_is_kept_beside_each_claim(self):
        self._claim("C3", {**ITEM, "price_asked": 70})
        other = self._closing(self.clerk)
        other.action_generate()
        for bill, amounts in ((self.bill, [300, 500]), (other.move_ids, [210])):
            links = bill.sudo().billing_link_ids
            self.assertEqual(sorted(links.mapped("amount")), amounts)
        # and where an earlier version left it out
        links = self.bill.sudo().billing_link_ids
        links.amount = 0
        links.flush_recordset()
        path = file_path("openimis_payable/migrations/19.0.1.3.0/post-billed_amount.py")
        load_script(path, "billed_amount").migrate(self.env.cr, "19.0.1.2.0")
        links.invalidate_recordset()
        self.assertEqual(sorted(links.mapped("amount")), [300, 500])

    def test_claims_are_not_taken_back_by_a_credit_note(self):
        self.bill.action_switch_move_type()
        with self.assertRaisesRegex(UserError, "take back what is owed"):
            self.bill.action_post()
        self.bill.action_switch_move_type()
        self.bill.action_post()
        self.assertEqual((self.bill.state, self.bill.amount_total), ("posted", 800))

    # === CURRENCIES ===

    def _currency(self, name, rounding, rate):
        currency = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("name", "=", name)])
        )
        currency.write({"active": True, "rounding": rounding})
        self.env["res.currency.rate"].create(
            {
                "name": "2026-01-01",
                "rate": rate,
                "currency_id": currency.id,
                "company_id": self.company.id,
            }
        )
        return currency

    def test_lines_are_rounded_to_the_currency_of_the_bill(self):
        cases = (("XOF", 1, 600, [3, 10]), ("TND", 0.001, 3, [2.505, 10.3]))
        for name, rounding, rate, nets in cases:
            with self.subTest(name):
                bill = self._new(
                    {"code": "A", "quantity": 0.5, "unit_price": 5.01},
                    {"code": "B", "unit_price": 10.3},
                    currency_id=self._currency(name, rounding, rate).id,
                )
                self.assertEqual(bill.openimis_line_ids.mapped("amount_net"), nets)
                bill.action_post()
                self.assertAlmostEqual(bill.amount_total, sum(nets), 3)

    def test_analysis_is_in_the_currency_of_the_bill(self):
        tax = {"tax_ids": [Command.set(self._tax(18).ids)]}
        bill = self._new(
            {"code": "A", "unit_price": 1000, **tax},
            currency_id=self._currency("XOF", 1, 600).id,
        )
        [line] = bill.openimis_tax_analysis["lines"]
        self.assertEqual((float(line["base"]), float(line["amount"])), (1000, 180))

    def test_journal_of_another_currency_changes_no_amount(self):
        purchases = self.bill.journal_id.sudo()
        purchases.currency_id = self._currency("EUR", 0.01, 0.5)
        self._claim("C3", SERVICE)
        self.closing.action_generate()
        bill = self.closing.move_ids - self.bill
        self.assertEqual(bill.currency_id, self.company.currency_id)
        self.assertEqual((bill.amount_total, bill.amount_total_signed), (200, -200))

    def test_amount_paid_is_in_the_currency_of_the_bill(self):
        bank = self.env["account.journal"].search(
            [("company_id", "=", self.company.id), ("type", "=", "bank")], limit=1
        )
        bank.currency_id = self._currency("EUR", 0.01, 0.5)
        self.bill.action_post()
        payment = self._pay(self.bill, 300, journal_id=bank.id)
        self.assertEqual(payment.currency_id, self.bill.currency_id)
        self.assertEqual(self.bill.amount_residual, 500)

    # === FIGURES ===

    def test_figures_that_are_no_numbers_are_named(self):
        for value in ("ten", float("nan"), float("inf"), [1]):
            with (
                self.subTest(value),
                self.assertRaisesRegex(
                    ValidationError, "is no number: correct the Unit Price"
                ),
            ):
                self.bill.openimis_bill_item_create(
                    [{"code": "X", "unit_price": value}]
                )

    def test_what_is_no_bill_is_named(self):
        with self.assertRaisesRegex(UserError, "entry is no type of bill"):
            self._new(move_type="entry")
        with self.assertRaisesRegex(ValidationError, "named values"):
            self._new("L1")

    def test_third_party_of_a_draft_is_that_of_its_lines(self):
        self.bill.openimis_bill_update({"partner_id": self.facility_b.id})
        self.assertEqual(self.bill.openimis_line_ids.partner_id, self.facility_b)

    def test_archived_account_is_a_reason(self):
        account = self.env["account.account"].create(
            {
                "code": "601900",
                "name": "Old Claims",
                "account_type": "expense",
                "company_ids": self.company.ids,
            }
        )
        self.product.account_remuneration_id = account
        account.active = False
        self._claim("C3", SERVICE)
        closing = self._closing(self.clerk)
        closing.action_preview()
        found = self._candidates(closing)
        self.assertEqual(found["C3"], "no_account")
        [line] = closing.candidate_ids.filtered(lambda x: x.code == "C3")
        self.assertIn("601900 Old Claims is archived", line.reason)

    def test_archived_account_of_the_settings_gives_way(self):
        account = self.env["account.account"].create(
            {
                "code": "601900",
                "name": "Old Claims",
                "account_type": "expense",
                "company_ids": self.company.ids,
            }
        )
        self.company.openimis_account_claim_id = account
        account.active = False
        self._claim("C3", SERVICE)
        self.closing.action_generate()
        bill = self.closing.move_ids - self.bill
        self.assertTrue(bill.invoice_line_ids.account_id.active)

    # === DUPLICATES ===

    def test_a_bill_is_no_duplicate_of_what_it_amends(self):
        self.bill.action_post()
        second = self.bill.openimis_bill_amend()
        self.assertFalse((self.bill | second).duplicated_ref_ids)
        second.action_post()
        third = second.openimis_bill_amend()
        for bill in self.bill | second | third:
            self.assertFalse(bill.duplicated_ref_ids)

    def test_a_bill_is_no_duplicate_of_a_deleted_one(self):
        self.bill.action_post()
        self.bill.openimis_bill_delete()
        self.closing.action_generate()
        again = self.closing.move_ids - self.bill
        self.assertFalse((self.bill.sudo() | again).duplicated_ref_ids)

    def test_the_same_bill_entered_twice_is_a_duplicate(self):
        self.bill.action_post()
        second = self.bill.openimis_bill_amend()
        entered = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.facility_a.id,
                "ref": second.ref,
                "invoice_date": second.invoice_date,
                "invoice_line_ids": [Command.create({"name": "?", "price_unit": 800})],
            }
        )
        self.assertEqual(second.sudo().duplicated_ref_ids, entered)
        self.assertIn(second.id, entered.duplicated_ref_ids.ids)

    # === LOCK DATES ===

    def test_locked_period_moves_the_entries_not_the_bill(self):
        self.bill.action_post()
        self.company.sudo().fiscalyear_lock_date = "2026-06-30"
        payment = self._pay(self.bill, 100, date="2026-07-05")
        payment.openimis_payment_rejected()
        amended = self.bill.openimis_bill_amend()
        note = self.bill.sudo().reversal_move_ids
        self.assertGreater(str(note.date), "2026-06-30")
        self.assertEqual(str(self.bill.date), "2026-01-31")
        amended.action_post()
        self.assertGreater(str(amended.date), "2026-06-30")
        with self.assertRaises(UserError):
            self.bill.sudo().button_draft()
