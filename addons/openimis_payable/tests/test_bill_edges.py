from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .common import ITEM, SERVICE
from .test_bill_services import BillCase


@tagged("post_install", "-at_install")
class TestBillEdges(BillCase):
    """Lines, reports and the bill's life where amounts are zero, partial or taxed."""

    # === CREDIT NOTES ARE NO PAYMENTS ===

    def _credit(self, amount):
        """Post a credit note over a part of the bill, reconciled with it."""
        bill = self.bill.sudo()
        note = bill._reverse_moves([{"invoice_date": bill.invoice_date}])
        note.write({"invoice_line_ids": [Command.clear()]})
        note.write(
            {
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Part",
                            "price_unit": amount,
                            "tax_ids": False,
                            "account_id": bill.invoice_line_ids[0].account_id.id,
                        }
                    )
                ]
            }
        )
        note.action_post()
        lines = (bill | note).line_ids.filtered(
            lambda line: line.account_type == "liability_payable"
        )
        lines.filtered(lambda line: not line.reconciled).reconcile()
        return note

    def test_a_bill_credited_in_part_can_be_deleted_and_amended(self):
        for deed in ("openimis_bill_delete", "openimis_bill_amend"):
            with self.subTest(deed), self.cr.savepoint() as savepoint:
                self.bill.action_post()
                self._credit(100)
                self.assertEqual(self.bill.payment_state, "partial")
                getattr(self.bill, deed)()
                owed = self.env["account.move.line"].search(
                    [
                        ("account_id.account_type", "=", "liability_payable"),
                        ("partner_id", "=", self.facility_a.id),
                        ("parent_state", "=", "posted"),
                    ]
                )
                self.assertEqual(sum(owed.mapped("balance")), 0)
                self.assertFalse(owed.filtered(lambda line: not line.reconciled))
                events = self.bill.openimis_event_ids
                self.assertIn("taken back", " ".join(events.mapped("message")))
                savepoint.rollback()
                self.env.invalidate_all()

    def test_a_bill_paid_in_part_is_refused(self):
        self.bill.action_post()
        self._pay(self.bill, 100)
        for deed in ("openimis_bill_delete", "openimis_bill_amend"):
            with self.assertRaisesRegex(UserError, "Refund its payments first"):
                getattr(self.bill, deed)()

    # === LINES ===

    def test_half_a_unit_that_is_discounted_leaves_nothing(self):
        line = {"qty_provided": 0.5, "price_asked": 275.97, "status": "2"}
        self._claim("C3", SERVICE, line)
        self.closing.claim_granularity = "item"
        self.closing.action_generate()
        bill = (self.closing.move_ids - self.bill).with_user(self.accountant)
        self.assertEqual(bill.amount_untaxed, 200)
        self.assertEqual(bill.openimis_bill_validate_items(), {})
        rejected = bill.openimis_line_ids[1]
        bill.openimis_bill_item_update(rejected.id, {"description": "Refused"})
        self.assertEqual((rejected.amount_net, bill.amount_untaxed), (0, 200))

    def test_lines_have_the_analysis_of_their_own_taxes(self):
        taxes = self.env["account.tax"].create(
            [
                {
                    "name": f"T{rate}",
                    "amount": rate,
                    "type_tax_use": "purchase",
                    "company_id": self.company.id,
                }
                for rate in (18, -5)
            ]
        )
        [line] = self.bill.openimis_bill_item_create(
            [
                {
                    "code": "X",
                    "unit_price": 10.03,
                    "tax_ids": [Command.set(taxes.ids)],
                }
            ]
        )
        analysis = line.tax_analysis
        self.assertEqual(
            [(tax["code"], tax["amount"]) for tax in analysis["lines"]],
            [("T18", "1.81"), ("T-5", "-0.50")],
        )
        self.assertEqual(float(analysis["total"]), line.amount_tax)
        self.assertFalse((self.bill.openimis_line_ids - line)[0].tax_analysis)

    def test_a_claim_billed_in_part_is_named(self):
        other = self._product("PR2")
        self._claim("C3", SERVICE, {**ITEM, "product_id": other.id})
        self.closing.action_generate()
        bill = (self.closing.move_ids - self.bill).with_user(self.accountant)
        lines = bill.openimis_line_ids
        bill.openimis_bill_item_delete(lines[1].ids)
        self.assertEqual(bill.amount_untaxed, 200)
        link = bill.sudo().billing_link_ids
        self.assertEqual((link.state, link.amount), ("active", 200))
        event = bill.openimis_event_ids.filtered(lambda e: e.event_type == "2")
        self.assertIn("C3 is billed here in part only", event.message)
        bill.openimis_bill_item_delete(lines[0].ids)
        self.assertEqual(link.state, "released")

    def test_two_analytic_accounts_of_a_plan_are_not_one_key(self):
        plan, second = self.env["account.analytic.plan"].create(
            [{"name": "Scheme"}, {"name": "Areas"}]
        )
        of_product, of_area, of_other_plan = self.env[
            "account.analytic.account"
        ].create(
            [
                {"name": name, "plan_id": p.id, "company_id": self.company.id}
                for name, p in (("PR1", plan), ("D1", plan), ("D1", second))
            ]
        )
        self.product.analytic_account_id = of_product
        cases = ((of_area, [of_product]), (of_other_plan, [of_product, of_other_plan]))
        for number, (account, expected) in enumerate(cases):
            self.district_a.analytic_account_id = account
            self._claim(f"A{number}", SERVICE)
            before = self.closing.move_ids
            self.closing.action_generate()
            bill = self.closing.move_ids - before
            [key] = bill.invoice_line_ids.analytic_distribution
            ids = {int(part) for part in key.split(",")}
            self.assertEqual(ids, {account.id for account in expected})

    # === REPORTS ===

    def test_annex_says_what_was_rejected_and_why(self):
        self._claim(
            "C3",
            SERVICE,
            {**ITEM, "status": "2", "rejection_reason": 2},
            {**ITEM, "status": "2", "rejection_reason": 77},
        )
        self.closing.action_generate()
        bill = self.closing.move_ids - self.bill
        rows = bill._openimis_annex()
        self.assertEqual([row["quantity_approved"] for row in rows], ["2", "0", "0"])
        self.assertEqual(
            [row["why"] for row in rows],
            [
                "",
                "Rejected: not in the price list of the facility",
                "Rejected: reason 77",
            ],
        )
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "openimis_payable.report_bill", bill.ids
        )
        self.assertIn("not in the price list", html.decode())

    def test_annex_says_why_less_is_paid_than_approved(self):
        cases = {
            "as approved": (SERVICE, ""),
            "deducted": (
                {**SERVICE, "deductable_amount": 20, "exceed_ceiling_amount": 5.5},
                "Deductible, or above the ceiling: -25.50",
            ),
            "valuated": ({**SERVICE, "remunerated_amount": 10}, "Valuated by openIMIS"),
            "at its price": ({**SERVICE, "remunerated_amount": 500}, ""),
        }
        for code, (line, _why) in cases.items():
            self._claim(code, line)
        self.closing.action_generate()
        rows = (self.closing.move_ids - self.bill)._openimis_annex()
        self.assertEqual(
            {row["claim"]: row["why"] for row in rows},
            {code: why for code, (_line, why) in cases.items()},
        )

    def _owed(self):
        """Return what the accounts payable report adds up to."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "openimis_payable.openimis_payable_owed_action"
        )
        lines = self.env[action["res_model"]].with_user(self.accountant)
        domain = [
            *safe_eval(action["domain"]),
            ("company_id", "=", self.company.id),
        ]
        [(owed,)] = lines._read_group(domain, [], ["amount_owed:sum"])
        self.assertAlmostEqual(
            owed or 0, sum(lines.search(domain).mapped("amount_owed")), 2
        )
        return owed or 0

    def test_the_report_counts_what_bills_owe(self):
        self.assertEqual(self._owed(), 800)
        self._claim("C3", SERVICE)
        for _number in range(2):
            self._closing(self.clerk).action_preview()
        self.assertEqual(self._owed(), 800)
        self.closing.action_generate()
        self.assertEqual(self._owed(), 1000)
        self._closing(self.clerk).action_generate()
        self.assertEqual(self._owed(), 1000)
        (self.closing.move_ids - self.bill).unlink()
        self.assertEqual(self._owed(), 800)
        self.bill.openimis_bill_delete()
        self.assertEqual(self._owed(), 0)

    def test_credit_notes_and_cancelled_bills_in_the_list(self):
        bill = self.bill.sudo()
        bill.action_post()
        note = self._credit(70)
        self.assertEqual((bill | note).mapped("openimis_amount_owed"), [800, -70])
        other = bill.copy()
        other.button_cancel()
        self.assertEqual(other.openimis_amount_owed, 0)
        [(total,)] = self.env["account.move"]._read_group(
            [("id", "in", (bill | note | other).ids)], [], ["openimis_amount_owed:sum"]
        )
        self.assertEqual(total, 730)
