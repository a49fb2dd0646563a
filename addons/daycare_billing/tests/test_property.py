import random
from datetime import date, timedelta

from odoo import fields
from odoo.tests import tagged

from .common import AFTERNOON, FULL, MORNING, DaycareBillingCommon

SEEDS = (1, 7, 42)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
MONTHS = [date(2021, month, 1) for month in range(3, 7)]


@tagged("post_install", "-at_install")
class TestProperty(DaycareBillingCommon):
    """Whatever happens: for every child and month, billed = due, and no day twice.

    Random plannings that overlap, imports that rebuild them, changed incomes and
    debtors, runs computed again, invoices posted, cancelled, deleted. In the end what
    the ledger holds for each child and month is what a single calculation with the last
    data gives.
    """

    def test_billed_is_due(self):
        for seed in SEEDS:
            with self.subTest(seed=seed), self.cr.savepoint() as savepoint:
                self._story(random.Random(seed))
                savepoint.rollback()
                self.env.invalidate_all()

    def _story(self, dice):
        self.bracket.month_method = dice.choice(["actual", "flat"])
        self.bracket.closure_policy = dice.choice(["billed", "not_billed"])
        self.env["daycare.closure"].create(
            {"name": "Closed", "date_from": "2021-04-02", "date_to": "2021-04-05"}
        )
        self.guardians = [self.mother, self.father, self.commune]
        self.children = [self.melody] + [
            self._child("Mory", f"Child {n}", self.mother, self.father)
            for n in range(3)
        ]
        self.runs = {}
        for month in MONTHS:
            for _turn in range(dice.randint(1, 3)):
                self._change(dice)
            self._bill_month(dice, month)
            self._disturb(dice)
        self._settle()
        self._check_billed_is_due()
        self._check_no_day_twice()

    # === WHAT MAY HAPPEN ===

    def _change(self, dice):
        child = dice.choice(self.children)
        dice.choice([self._import_planning, self._new_income, self._new_debtor])(
            dice, child
        )

    def _import_planning(self, dice, child):
        child.sector_ids.unlink()
        for _page in range(dice.randint(1, 3)):
            begin = date(2021, 3, 1) + timedelta(days=dice.randint(0, 90))
            end = begin + timedelta(days=dice.randint(0, 120))
            days = dice.sample(WEEKDAYS, dice.randint(1, 5))
            week = {
                day: dice.choice([FULL, MORNING, AFTERNOON, (2, 3)]) for day in days
            }
            if not child.sector_ids.filtered(
                lambda s, b=begin, e=end: s.date_from == b and s.date_to == e
            ):
                self._sector(child, begin, end, week)

    def _new_income(self, dice, _child):
        page = self.mother.income_ids[:1]
        page.amount = dice.choice([2000, 4200, 5000, 6100, 8000])

    def _new_debtor(self, dice, child):
        day = date(2021, dice.randint(2, 6), 1)
        debtor = dice.choice(self.guardians)
        page = child.billing_data_ids.filtered(lambda p: p.date_from == day)
        if page:
            page.debtor_id = debtor
        else:
            self.env["daycare.billing.data"].create(
                {"child_id": child.id, "date_from": day, "debtor_id": debtor.id}
            )

    def _bill_month(self, dice, month):
        run = self._run(month)
        run.action_compute()
        run.action_invoice()
        if dice.random() < 0.3:
            self._change(dice)
            run.action_compute()
            run.action_invoice()
        if dice.random() < 0.7:
            run.move_ids.filtered(lambda m: m.state == "draft")[:2].action_post()
        self.runs[month] = run

    def _disturb(self, dice):
        run = dice.choice(list(self.runs.values()))
        accident = dice.choice(["cancel", "delete", "compute", "second run", "nothing"])
        if accident == "cancel" and run.move_ids:
            move = run.move_ids[0]
            if move.state == "posted":
                move.button_draft()
            if move.state == "draft":
                move.button_cancel()
        elif accident == "delete":
            run.move_ids.filtered(lambda m: m.state == "draft")[:1].unlink()
        elif accident == "compute":
            run.action_compute()
        elif accident == "second run":
            again = self._run(run.month)
            again.action_compute()
            again.action_invoice()

    def _settle(self):
        """Invoice what waits in any run, then correct everything in a last one."""
        runs = self.env["daycare.billing.run"].search([("stage", "!=", "draft")])
        for run in runs:
            run.action_invoice()
        last = self._run(MONTHS[-1])
        last.action_compute()
        last.action_invoice()

    # === WHAT MUST HOLD ===

    def _lines(self):
        return self.env["daycare.billing.line"].search([])

    def _check_billed_is_due(self):
        billed = {}
        for line in self._lines():
            self.assertTrue(
                line.billing_move_id or not line.amount or self._is_zero(line)
            )
            key = line.child_id, line.month, line.debtor_id
            billed[key] = billed.get(key, 0) + line.amount
        due = self._due()
        self.assertGreater(sum(due.values()), 0, "a story without anything due")
        for key in billed.keys() | due.keys():
            self.assertAlmostEqual(
                billed.get(key, 0), due.get(key, 0), delta=0.05, msg=str(key)
            )
        self._check_ledger(sum(due.values()))

    def _is_zero(self, line):
        """A group of lines that adds up to zero needs no invoice."""
        group = line.run_id.billing_line_ids.filtered(
            lambda x: x.debtor_id == line.debtor_id and not x.billing_move_id
        )
        return not round(sum(group.mapped("amount")), 2)

    def _check_ledger(self, due):
        moves = self.env["account.move"].search(
            [
                ("billing_run_model", "=", "daycare.billing.run"),
                ("state", "!=", "cancel"),
            ]
        )
        items = moves.line_ids.filtered(lambda item: item.display_type == "product")
        self.assertAlmostEqual(-sum(items.mapped("balance")), due, delta=0.05)

    def _due(self):
        """Calculate every month once more, in runs that know of nothing before."""
        savepoint = self.cr.savepoint()
        self.env.cr.execute(
            "UPDATE daycare_billing_line SET billing_move_id = NULL;"
            "DELETE FROM account_billing_link;"
            "DELETE FROM daycare_billing_line"
        )
        self.env.invalidate_all()
        due = {}
        for month in MONTHS:
            run = self._run(month, with_corrections=False)
            run.action_compute()
            for line in run.billing_line_ids:
                due[line.child_id, line.month, line.debtor_id] = line.amount
        savepoint.rollback()
        self.env.invalidate_all()
        return due

    def _check_no_day_twice(self):
        """Nobody is billed for more full days than the month has."""
        days = {}
        for line in self._lines():
            key = line.child_id, line.month
            days[key] = days.get(key, 0) + line.days
        for (child, month), total in days.items():
            end = fields.Date.end_of(month, "month")
            working = sum(
                (month + timedelta(days=n)).weekday() < 5
                for n in range((end - month).days + 1)
            )
            self.assertGreaterEqual(round(total, 2), 0, child.name)
            self.assertLessEqual(round(total, 2), working, child.name)
