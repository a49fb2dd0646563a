import os
import random
from datetime import date, timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from .common import AFTERNOON, FULL, MORNING, DaycareBillingCommon

#: `DAYCARE_SEEDS=100-200` tells other stories, as many as there is time for.
SEEDS = os.environ.get("DAYCARE_SEEDS", "1-3")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
MONTHS = [date(2021, month, 1) for month in range(3, 7)]
FIRST = MONTHS[0]
MID_MAY = date(2021, 5, 14)


@tagged("post_install", "-at_install")
class TestProperty(DaycareBillingCommon):
    """Whatever happens: for every child and month, billed = due, and no day twice.

    Random plannings in three groups, by slots and by hours, that overlap, begin and
    end mid-month; imports that rebuild them; incomes, debtors, closures, siblings,
    subsidies, services, absences, extra days and tariffs that change; runs computed
    again, invoices posted, cancelled, credited, deleted. After each run what was
    calculated for each child and month is what a single calculation with the last data
    gives, and so is in the end what the ledger holds.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        by_hour = cls.env["daycare.department"].create(
            {"name": "By the Hour", "code": "HOU", "mode": "hours"}
        )
        cls._tariff(
            "Linear",
            kind="linear",
            minimum=12,
            maximum=120,
            ceiling=100000,
            department_ids=by_hour.ids,
        )
        cls.groups = [
            cls.group,
            cls._group("NUR2", cls.department),
            cls._group("HOU1", by_hour),
        ]

    def test_billed_is_due(self):
        first, last = map(int, SEEDS.split("-"))
        for seed in range(first, last + 1):
            with self.subTest(seed=seed), self.cr.savepoint() as savepoint:
                self._story(random.Random(seed))
                savepoint.rollback()
                self.env.invalidate_all()

    def _story(self, dice):
        self.tariffs = self.env["daycare.tariff"].search(
            [("company_id", "=", self.company.id)]
        )
        self.guardians = [self.mother, self.father, self.commune]
        self.commune.invoice_per_child = dice.random() < 0.5
        self.children = [self.melody] + [
            self._child("Mory", f"Child {n}", self.mother, self.father)
            for n in range(2)
        ]
        self.children.append(self._child("Other", "Alone", self.father))
        self.runs = {}
        self._new_tariff(dice, None)
        for month in MONTHS:
            for _turn in range(dice.randint(1, 4)):
                self._change(dice)
            self._bill_month(dice, month)
            self._check_calculated(self.runs[month])
            self._disturb(dice)
            self._check_invoices()
        self._settle()
        self._check_billed_is_due()
        self._check_no_day_twice()
        self._check_invoices()
        self._check_statements()

    # === WHAT MAY HAPPEN ===

    def _change(self, dice):
        change = dice.choice(
            [
                self._import_planning,
                self._import_planning,
                self._new_income,
                self._new_debtor,
                self._new_closure,
                self._new_subsidy,
                self._new_service,
                self._new_tariff,
                self._new_absence,
                self._new_absence,
                self._new_extra_day,
                self._new_extra_day,
            ]
        )
        change(dice, dice.choice(self.children))

    def _import_planning(self, dice, child):
        """Replace the placements of a child, as every import does."""
        child.sector_ids.unlink()
        pages = set()
        for _page in range(dice.randint(0, 3)):
            begin = FIRST + timedelta(days=dice.randint(0, 90))
            end = begin + timedelta(days=dice.randint(0, 120))
            pages.add((begin, end, dice.choice(self.groups)))
        for begin, end, group in sorted(pages, key=str):
            days = dice.sample(WEEKDAYS, dice.randint(1, 5))
            if group.mode == "hours":
                self._sector_by_hour(dice, child, begin, end, days, group)
            else:
                parts = [FULL, MORNING, AFTERNOON, (2, 3), (3,)]
                week = {day: dice.choice(parts) for day in days}
                self._sector(child, begin, end, week, group)

    def _sector_by_hour(self, dice, child, begin, end, days, group):
        lines = []
        for day in days:
            start = dice.choice([6.5, 7.25, 8, 12])
            stop = start + dice.choice([1.5, 4.25, 6, 10.75])
            vals = {"weekday": day, "mode": "hours"}
            lines.append(Command.create({**vals, "hour_from": start, "hour_to": stop}))
        self.env["daycare.sector"].create(
            {
                "child_id": child.id,
                "group_id": group.id,
                "date_from": begin,
                "date_to": end,
                "line_ids": lines,
            }
        )

    def _new_income(self, dice, _child):
        """Enter, change or delete an income page of one of the parents."""
        parent = dice.choice([self.mother, self.father])
        day = date(2021, dice.randint(1, 6), dice.choice([1, 15]))
        hidden = dice.random() < 0.15
        vals = {
            "amount": 0 if hidden else dice.choice([2000, 4200.55, 5000, 61234.5]),
            "basis": dice.choice(["monthly", "monthly", "annual"]),
            "confidential": hidden,
        }
        page = parent.income_ids.filtered(lambda page: page.date_from == day)
        if page and dice.random() < 0.5:
            page.unlink()
        elif page:
            page.write(vals)
        else:
            parent.income_ids = [Command.create({"date_from": day, **vals})]

    def _new_debtor(self, dice, child):
        day = date(2021, dice.randint(2, 6), dice.choice([1, 1, 15]))
        debtor = dice.choice(self.guardians)
        page = child.billing_data_ids.filtered(lambda p: p.date_from == day)
        if page:
            page.debtor_id = debtor
        else:
            self.env["daycare.billing.data"].create(
                {"child_id": child.id, "date_from": day, "debtor_id": debtor.id}
            )

    def _new_closure(self, dice, _child):
        """Close a few days, everywhere or in some groups; or open them again."""
        closures = self.env["daycare.closure"].search([])
        if closures and dice.random() < 0.3:
            closures[0].unlink()
            return
        begin = FIRST + timedelta(days=dice.randint(0, 110))
        groups = dice.sample(self.groups, dice.randint(0, 2))
        self.env["daycare.closure"].create(
            {
                "name": "Closed",
                "date_from": begin,
                "date_to": begin + timedelta(days=dice.randint(0, 9)),
                "group_ids": [Command.set([group.id for group in groups])],
            }
        )

    def _new_subsidy(self, dice, child):
        if child.subsidy_ids and dice.random() < 0.3:
            child.subsidy_ids[0].unlink()
            return
        percents, amounts = (33.33, 100), (150, 99.95)
        mode = dice.choice(["percent", "amount"])
        value = dice.choice(percents if mode == "percent" else amounts)
        child.subsidy_ids = [
            Command.create(
                {
                    "payer_id": dice.choice(self.guardians).id,
                    "mode": mode,
                    "value": value,
                    "date_from": date(2021, dice.randint(2, 5), dice.choice([1, 12])),
                    "date_to": dice.choice([False, date(2021, 5, 31), MID_MAY]),
                }
            )
        ]

    def _new_service(self, dice, child):
        meal = self.env.ref("daycare_billing.product_registration").product_variant_id
        day = FIRST + timedelta(days=dice.randint(0, 100))
        child.service_ids = [
            Command.create(
                {
                    "product_id": meal.id,
                    "frequency": dice.choice(["once", "month", "day"]),
                    "quantity": dice.choice([1, 2, 0.5]),
                    "price_unit": dice.choice([50, 8.5, 7.35]),
                    "date_from": day,
                    "date_to": dice.choice([False, day + timedelta(days=40)]),
                }
            )
        ]

    def _new_absence(self, dice, child):
        """Enter an absence, take one back, or change the rules of its reason."""
        if child.absence_ids and dice.random() < 0.3:
            child.absence_ids[0].unlink()
            return
        reason = dice.choice(self.env["daycare.absence.reason"].search([]))
        reason.write(
            {
                "credit_percent": dice.choice([0, 50, 33.33, 100]),
                "free_days": dice.choice([0, 2, 7]),
                "count_by": dice.choice(["reserved", "calendar"]),
                "from_first": dice.random() < 0.5,
                "credit_services": dice.random() < 0.5,
            }
        )
        begin = FIRST + timedelta(days=dice.randint(0, 110))
        end = begin + timedelta(days=dice.choice([0, 1, 9, 40]))
        away = child.absence_ids.filtered(
            lambda own: own.date_from <= end and begin <= own.date_to
        )
        here = child.extra_day_ids.filtered(lambda day: begin <= day.date <= end)
        if not away and not here:
            child.absence_ids = [
                Command.create(
                    {
                        "date_from": begin,
                        "date_to": end,
                        "reason_id": reason.id,
                        "certificate": dice.random() < 0.5,
                    }
                )
            ]

    def _new_extra_day(self, dice, child):
        if child.extra_day_ids and dice.random() < 0.3:
            child.extra_day_ids[0].unlink()
            return
        day = FIRST + timedelta(days=dice.randint(0, 110))
        away = child.absence_ids.filtered(lambda a: a.date_from <= day <= a.date_to)
        group = dice.choice(self.groups)
        known = child.extra_day_ids.filtered(lambda own: own.date == day)
        if not away and not known:
            hours = {"hour_from": 7.25, "hour_to": dice.choice([11, 18])}
            vals = hours if group.mode == "hours" else {}
            child.extra_day_ids = [
                Command.create({"date": day, "group_id": group.id, **vals})
            ]

    def _new_tariff(self, dice, _child):
        """Change the rules of both tariffs."""
        for tariff in self.tariffs:
            tariff.sibling_ids.unlink()
            tariff.write(
                {
                    "month_method": dice.choice(["actual", "flat"]),
                    "extra_surcharge": dice.choice([0, 10, 12.5]),
                    "closure_policy": dice.choice(
                        ["billed", "not_billed", "in_factor"]
                    ),
                    "weeks": dice.choice([4, 4.25]),
                    "weight_second": dice.choice([50, 100]),
                    "sibling_mode": dice.choice(["none", "each", "from_second"]),
                    "sibling_ids": [
                        Command.create({"rank": 2, "percent": 20}),
                        Command.create({"rank": 3, "percent": 33.33}),
                    ],
                }
            )

    def _new_run(self, dice, month):
        """Return a run that bills a month, in that month or in advance."""
        if dice.random() < 0.5:
            return self._run(month)
        before = fields.Date.subtract(month, months=1)
        return self._run(before, service_period="next")

    def _bill_month(self, dice, month):
        run = self._new_run(dice, month)
        run.action_compute()
        run.action_invoice()
        if dice.random() < 0.5:
            self._change(dice)
            run.action_compute()
            run.action_invoice()
        if dice.random() < 0.7:
            drafts = run.move_ids.filtered(lambda m: m.state == "draft")
            drafts[: dice.randint(1, 4)].action_post()
        self.runs[month] = run

    def _disturb(self, dice):
        run = dice.choice(list(self.runs.values()))
        accident = dice.choice(
            [
                "cancel",
                "credit",
                "delete",
                "undo",
                "discard",
                "compute",
                "second run",
                "nothing",
            ]
        )
        drafts = run.move_ids.filtered(lambda m: m.state == "draft")
        credited = run.move_ids.filtered("reversal_move_ids")
        if accident == "cancel" and run.move_ids - credited:
            move = (run.move_ids - credited)[0]
            if move.state == "posted":
                move.button_draft()
            if move.state == "draft":
                move.button_cancel()
        elif accident == "credit":
            self._credit(run.move_ids.filtered(lambda m: m.state == "posted")[:1])
        elif accident == "delete":
            drafts[:1].unlink()
        elif accident == "undo" and drafts == run.move_ids:
            run.action_undo()
        elif accident == "discard":
            run.action_discard()
            run.action_compute()
        elif accident == "compute":
            run.action_compute()
        elif accident == "second run":
            again = self._new_run(dice, run.service_month)
            again.action_compute()
            again.action_invoice()

    def _credit(self, invoice):
        """Take an invoice back by hand, and say that it is to be billed again."""
        if invoice._billing_links("active"):
            invoice._reverse_moves(cancel=True)
            invoice.action_bill_again()

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

    def _check_calculated(self, run):
        """A run leaves nothing to correct in the months it looks at."""
        months = run._months()
        calculated = {}
        for line in self._lines().filtered(lambda line: line.month in months):
            key = line.child_id, line.month, line.debtor_id
            calculated[key] = calculated.get(key, 0) + line.amount
        due = {key: due for key, due in self._due().items() if key[1] in months}
        self._check_same(calculated, due)

    def _check_same(self, amounts, due):
        for key in amounts.keys() | due.keys():
            self.assertAlmostEqual(
                amounts.get(key, 0), due.get(key, 0), delta=0.05, msg=str(key)
            )

    def _check_invoices(self):
        """Each invoice is what its lines say, and no line is on a cancelled one."""
        for move, lines in self._lines().grouped("billing_move_id").items():
            if not move:
                continue
            self.assertNotEqual(move.state, "cancel")
            items = move.line_ids.filtered(lambda i: i.display_type == "product")
            self.assertEqual(
                round(-sum(items.mapped("balance")), 2),
                round(sum(lines.mapped("amount")), 2),
            )
            self.assertAlmostEqual(
                move.amount_total_signed, sum(lines.mapped("amount")), delta=0.026
            )

    def _check_billed_is_due(self):
        billed = {}
        for line in self._lines():
            self.assertIn(line.billing_state, ("billed", "settled"))
            key = line.child_id, line.month, line.debtor_id
            billed[key] = billed.get(key, 0) + line.amount
        begin = self._first_invoices()
        due = {key: due for key, due in self._due().items() if key[1] >= begin}
        self._check_same(billed, due)
        self._check_ledger(sum(due.values()))

    def _first_invoices(self):
        """Return the first month with invoices: those before are never billed."""
        runs = self.env["daycare.billing.run"].search(
            [("stage", "in", ("invoiced", "posted"))], order="service_month", limit=1
        )
        return runs.service_month or date.max

    def _check_statements(self):
        """Statements for communes and funders add up with what is posted."""
        months = {"date_from": date(2020, 1, 1), "date_to": date(2022, 1, 1)}
        Statement = self.env["daycare.funding.statement"]
        communes = Statement.create({**months, "kind": "commune"})._pages()
        funders = Statement.create({**months, "kind": "funder"})._pages()
        moves = self.env["account.move"].search(
            [("billing_run_model", "=", "daycare.billing.run")]
        )
        family = (moves | moves.reversal_move_ids).filtered(
            lambda move: move.state == "posted"
        )
        told = sum(
            page["total"].gross + page["total"].services + page["total"].rounding
            for page in communes
        )
        self.assertEqual(
            round(float(told), 2), round(sum(family.mapped("amount_total_signed")), 2)
        )
        for page in funders:
            own = family.filtered(
                lambda move, page=page: move.partner_id == page["funder"].partner_id
            )
            total = page["total"]
            self.assertEqual(
                round(float(total.subsidy + total.services + total.rounding), 2),
                round(sum(own.mapped("amount_total_signed")), 2),
            )

    def _check_ledger(self, due):
        moves = self.env["account.move"].search(
            [
                ("billing_run_model", "=", "daycare.billing.run"),
                ("state", "!=", "cancel"),
            ]
        )
        moves |= moves.reversal_move_ids
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
                key = line.child_id, line.month, line.debtor_id
                due[key] = due.get(key, 0) + line.amount
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
            weekends = child.extra_day_ids.filtered(
                lambda day, first=month, last=end: first <= day.date <= last
                and day.date.weekday() > 4
            )
            self.assertLessEqual(round(total, 2), working + len(weekends), child.name)
