from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged

from odoo.addons.openimis_payable.tests.common import OpenimisCase


@tagged("post_install", "-at_install")
class TestBudget(OpenimisCase):
    """What an insurance product may cost in a period, and who is warned when."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._product("PR2")
        cls.budget = cls.env["crossovered.budget"].create(
            {
                "name": "Benefits 2026",
                "date_from": "2026-01-01",
                "date_to": "2026-12-31",
                "company_id": cls.company.id,
            }
        )
        accounts = cls.env["account.account"].search(
            [
                ("company_ids", "in", cls.company.ids),
                ("account_type", "=", "expense"),
            ],
            limit=1,
        )
        cls.position = cls.env["account.budget.post"].create(
            {
                "name": "Benefits",
                "account_ids": accounts.ids,
                "company_id": cls.company.id,
            }
        )
        cls.line = cls._budget_line(cls.product, -1000)

    @classmethod
    def _budget_line(cls, product, planned, **vals):
        return cls.env["crossovered.budget.lines"].create(
            {
                "crossovered_budget_id": cls.budget.id,
                "general_budget_id": cls.position.id,
                "openimis_product_id": product.id,
                "date_from": "2026-01-01",
                "date_to": "2026-06-30",
                "planned_amount": planned,
                **vals,
            }
        )

    def _figures(self, line=None):
        self.env.flush_all()
        self.env.invalidate_all()
        line = line or self.line
        return (line.practical_amount, line.openimis_committed, line.openimis_left)

    def _warnings(self, closing):
        messages = closing.exchange_message_ids
        return messages.filtered(lambda message: message.code == "over_budget")

    def test_committed_by_drafts_then_billed_then_free_again(self):
        self._claim("C1", {"price_asked": 300})
        self._claim("C2", {"price_asked": 50}, product_id=self.other.id)
        self.assertEqual(self._figures(), (0, 0, -1000))
        closing = self._closing(self.clerk)
        closing.action_generate()
        self.assertEqual(self._figures(), (0, -300, -700))
        bills = closing.move_ids.with_user(self.accountant)
        bills.action_post()
        self.assertEqual(self._figures(), (-300, 0, -700))
        bills.button_draft()
        bills.button_cancel()
        self.assertEqual(self._figures(), (0, 0, -1000))

    def test_a_credit_note_over_a_bill_gives_back(self):
        self._claim("C1", {"price_asked": 300})
        closing = self._closing(self.clerk)
        closing.action_generate()
        bill = closing.move_ids.with_user(self.accountant)
        bill.action_post()
        note = bill._reverse_moves([{"invoice_date": "2026-02-10"}])
        note.action_post()
        self.assertEqual(self._figures()[2], -1000)

    def test_other_periods_companies_and_plain_lines_count_for_themselves(self):
        later = self._budget_line(
            self.product, -10, date_from="2026-07-01", date_to="2026-12-31"
        )
        plain = self._budget_line(self.product.browse(), -10)
        self._claim("C1", {"price_asked": 300})
        self._closing(self.clerk).action_generate()
        self.assertEqual(self._figures(later), (0, 0, -10))
        self.assertEqual(self._figures(plain), (0, 0, -10))

    def test_a_preview_warns_of_what_a_confirmed_budget_does_not_leave(self):
        self._claim("C1", {"price_asked": 800})
        closing = self._closing(self.clerk)
        closing.action_preview()
        self.assertFalse(self._warnings(closing))
        self.budget.action_budget_confirm()
        closing.action_preview()
        self.assertFalse(self._warnings(closing), "800 of 1000")
        self._claim("C2", {"price_asked": 200})
        closing.action_preview()
        self.assertFalse(self._warnings(closing), "1000 of 1000")
        self._claim("C3", {"price_asked": 0.01})
        closing.action_preview()
        warning = self._warnings(closing)
        self.assertEqual(len(warning), 1)
        self.assertIn("0.01", warning.text)
        self.assertIn("Benefits 2026", warning.text)
        closing.action_generate()
        self.assertEqual(closing.state, "done")
        self.assertEqual(self._figures(), (0, -1000.01, 0.01))

    def test_what_is_billed_and_committed_counts_in_the_next_preview(self):
        self.budget.action_budget_confirm()
        self._claim("C1", {"price_asked": 600})
        first = self._closing(self.clerk)
        first.action_generate()
        first.move_ids.with_user(self.accountant).action_post()
        self._claim("C2", {"price_asked": 300})
        self._closing(self.clerk).action_generate()
        self._claim("C3", {"price_asked": 150})
        third = self._closing(self.clerk)
        third.action_preview()
        [warning] = self._warnings(third)
        for figure in ("150", "50.00", "600", "300"):
            self.assertIn(figure, warning.text)

    def test_planned_above_zero_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "below zero"):
            self._budget_line(self.other, 500)

    def test_products_of_another_company_are_refused(self):
        company = self._create_company("Insurance B")
        foreign = self._product("PRB", company_id=company.id)
        with self.assertRaisesRegex(Exception, "company"):
            self._budget_line(foreign, -500)

    def test_bookkeepers_change_budget_lines_and_nobody_else(self):
        vals = {
            "crossovered_budget_id": self.budget.id,
            "general_budget_id": self.position.id,
            "date_from": "2026-01-01",
            "date_to": "2026-06-30",
            "planned_amount": -5,
        }
        kwargs = {
            "company_id": self.company.id,
            "company_ids": [(6, 0, self.company.ids)],
        }
        for groups, may in (
            ("base.group_user", False),
            ("openimis_payable.group_openimis_clerk", False),
            ("account.group_account_user", True),
        ):
            user = new_test_user(self.env, f"budget_{may}_{groups}", groups, **kwargs)
            line = self.line.with_user(user)
            for number, door in enumerate(
                (
                    lambda line=line: line.create(vals),
                    lambda line=line: line.write({"planned_amount": -7}),
                    line.unlink,
                )
            ):
                with self.subTest((groups, number)), self.env.cr.savepoint() as undo:
                    if may:
                        door()
                        undo.rollback()
                        continue
                    with self.assertRaises(AccessError):
                        door()

    def test_what_a_product_costs_is_not_every_employees(self):
        """OCA's lets all employees read budget lines."""
        employee = new_test_user(
            self.env,
            "budget_employee",
            "base.group_user",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        lines = self.env["crossovered.budget.lines"].with_user(employee)
        self.assertNotIn(self.line, lines.search([]))
        with self.assertRaises(AccessError):
            self.line.with_user(employee).read(["practical_amount"])
        self.assertIn(self.line, self.line.with_user(self.accountant).search([]))
