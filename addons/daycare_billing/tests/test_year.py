import os
from calendar import monthrange
from datetime import date
from fractions import Fraction

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_sending import SendingCase

#: How many months are played, and how many of them are sent by mail and come back.
#: DAYCARE_YEAR=12 plays the whole year; each month sent takes a minute.
MONTHS = int(os.environ.get("DAYCARE_YEAR", "6"))
MAILED = 12 if MONTHS == 12 else 1
YEAR = 2021
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

# === THE SECOND CALCULATION: fractions, and nothing of the addon ===

PRICES = ((0, "40.50"), (3000, "48.50"), (5000, "81.00"), (6500, "98.00"))
SLOT_SHARES = {1: 10, 2: 15, 3: 25, 4: 20, 5: 15, 6: 15}
HOUR_TARIFF = {"min": "25", "max": "118", "ceiling": 114000, "deduction": 12000}
MEAL = Fraction("8.50")


def half_up(amount, step="0.05"):
    amount = Fraction(amount)
    steps = abs(amount) / Fraction(step) + Fraction(1, 2)
    rounded = steps.numerator // steps.denominator * Fraction(step)
    return -rounded if amount < 0 else rounded


def last_begun(pages, day):
    """Return the value of the last (date, value) begun, else the first one."""
    begun = [value for begin, value in sorted(pages) if begin <= day]
    return begun[-1] if begun else sorted(pages)[0][1]


class Book:
    """What the centre knows, in plain values, and what follows from it."""

    def __init__(self):
        self.children = {}
        self.incomes = {}
        self.calculated = {}

    def day_price(self, child, first):
        income = Fraction(0)
        for parent in child["parents"]:
            begun = [p for p in sorted(self.incomes[parent]) if p[0] <= first]
            income += Fraction(begun[-1][1]) if begun else 0
        if child["by"] == "slots":
            return half_up(Fraction([p for start, p in PRICES if start <= income][-1]))
        tariff = HOUR_TARIFF
        part = (12 * income - tariff["deduction"]) / Fraction(tariff["ceiling"])
        part = min(max(part, Fraction(0)), Fraction(1))
        low, high = Fraction(tariff["min"]), Fraction(tariff["max"])
        return half_up(low + part * (high - low))

    def shares(self, child, year, month):
        """Return [(share, days)] of the month, a day with the same share together."""
        days = {}
        for number in range(1, monthrange(year, month)[1] + 1):
            day = date(year, month, number)
            for begin, end, week in child["pages"]:
                booked = week.get(day.weekday())
                if begin <= day <= end and booked:
                    if child["by"] == "slots":
                        share = Fraction(sum(SLOT_SHARES[n] for n in booked), 100)
                    else:
                        share = Fraction(booked[1] - booked[0], 600)
                    key = min(share, Fraction(1)), tuple(booked)
                    days[key] = days.get(key, 0) + 1
        return [(share, count) for (share, _booked), count in days.items()]

    def month(self, year, month):
        """Return {(debtor, child, month, what): francs} due with today's data."""
        first, due, gross = date(year, month, 1), {}, {}
        for name, child in self.children.items():
            price = self.day_price(child, first)
            shares = self.shares(child, year, month)
            gross[name] = sum(share * count * price for share, count in shares)
        for name, child in self.children.items():
            price = self.day_price(child, first)
            shares = self.shares(child, year, month)
            if not shares:
                continue
            debtor = last_begun(child["debtors"], first)
            family = [n for n, c in self.children.items() if gross[n]]
            family = [
                n for n in family if self.children[n]["parents"] == child["parents"]
            ]
            family.sort(key=lambda n: (-gross[n], self.children[n]["born"]))
            rebate = Fraction(3, 10) if family.index(name) else Fraction(0)
            care = sum(
                count * half_up(price * share * (1 - rebate)) for share, count in shares
            )
            due[debtor, name, month, "care"] = care
            if child["meals"]:
                meals = MEAL * sum(count for _share, count in shares)
                due[debtor, name, month, "meals"] = meals
        return due

    def bill(self, month):
        """Return {debtor: {child: francs}} that a run of the month has to bill."""
        due = {}
        for number in range(1, month + 1):
            due.update(self.month(YEAR, number))
        keys = {*due, *(k for k in self.calculated if k[2] <= month)}
        billed = {}
        for key in keys:
            amount = due.get(key, 0) - self.calculated.get(key, 0)
            if amount:
                own = billed.setdefault(key[0], {})
                own[key[1]] = own.get(key[1], 0) + amount
                self.calculated[key] = due.get(key, 0)
        return billed


@tagged("post_install", "-at_install")
class TestYear(SendingCase):
    """A year as it goes: set up, bill, mail, bounce, pay, credit, attest."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["daycare.sector"].search([]).unlink()

    def test_a_year(self):
        self.book = Book()
        self._set_up()
        self._found()
        self.posted = {}
        for month in range(1, MONTHS + 1):
            self._accidents(month)
            self._play(month)
        self._attest()

    # === SETUP ===

    def _set_up(self):
        """Begin like an ordinary installation, then follow the list."""
        company = self.company.sudo()
        rounding = company.daycare_cash_rounding_id.with_company(company)
        rounding.write({"profit_account_id": False, "loss_account_id": False})
        company._daycare_own_products().property_account_income_id = False
        self.env["daycare.group"].search([]).income_account_id = False
        company.daycare_journal_id.invoice_reference_model = "odoo"
        setup = self.env["daycare.setup"]
        found = setup.browse(setup.action_open()["res_id"])
        again = setup.browse(found.action_fix()["res_id"])
        left = again.step_ids.filtered(lambda step: not step.done)
        self.assertFalse(left.filtered("fixable"), left.mapped("text"))

    def _found(self):
        """Create tariffs, groups and families, in the book and in the database."""
        self.bracket.write(
            {
                "bracket_ids": [
                    Command.clear(),
                    *(
                        Command.create({"income_from": start, "price": float(price)})
                        for start, price in PRICES
                    ),
                ],
                "sibling_mode": "from_second",
                "sibling_ids": [Command.create({"rank": 2, "percent": 30})],
            }
        )
        school = self.env["daycare.department"].create(
            {"name": "School", "code": "SCH", "mode": "hours"}
        )
        self._tariff(
            "School",
            kind="linear",
            bracket_ids=[],
            minimum=float(HOUR_TARIFF["min"]),
            maximum=float(HOUR_TARIFF["max"]),
            ceiling=HOUR_TARIFF["ceiling"],
            deduction=HOUR_TARIFF["deduction"],
            department_ids=[Command.set(school.ids)],
            sibling_mode="from_second",
            sibling_ids=[Command.create({"rank": 2, "percent": 30})],
        )
        self.school = self.env["daycare.group"].create(
            {"name": "Pupils", "code": "PUP", "department_id": school.id}
        )
        meal = self.env.ref("daycare_billing.product_meal")
        self.meal = meal.product_variant_id
        self.people, self.files = {}, {}
        self._family("Rossi", "anna@rossi.example", 5400)
        self._child_of("Rossi", "Ugo", 3, {0: (1, 2, 3, 4, 5, 6), 3: (1, 2, 3)}, True)
        self._child_of(
            "Rossi", "Ida", 5, {1: (690, 755), 3: (690, 811)}, False, "hours"
        )
        self._family("Favre", "pas de mail", 2950)
        self._child_of("Favre", "Zoé", 2, {2: (4, 5, 6), 4: (1, 2, 3, 4, 5, 6)}, True)
        self._family("Smith", "john@smith.example", 8100)
        self._child_of(
            "Smith", "Kim", 6, {0: (421, 760), 4: (950, 1080)}, True, "hours"
        )
        self._family("Müller", "eva@mueller.example", 4100)
        self._child_of("Müller", "Lea", 4, {0: (2, 3), 1: (2, 3), 2: (2, 3)}, False)

    def _family(self, name, email, income):
        person = self._guardian(name, "Parent", email=email)
        self.people[name] = person
        self._income(name, date(YEAR, 1, 1), income)

    def _income(self, name, day, amount):
        self.book.incomes.setdefault(name, []).append((day, amount))
        self.env["daycare.income"].create(
            {
                "guardian_id": self.people[name].id,
                "date_from": day,
                "amount": amount,
            }
        )

    def _child_of(self, family, name, age, week, meals, by="slots"):
        born, end = date(YEAR - age, 5, 5), date(YEAR, 12, 31)
        file = self._child(family, name, self.people[family], birthdate=born)
        self.files[name] = file
        if meals:
            file.service_ids = [
                Command.create(
                    {
                        "product_id": self.meal.id,
                        "frequency": "day",
                        "price_unit": float(MEAL),
                        "date_from": date(YEAR, 1, 1),
                    }
                )
            ]
        self.book.children[name] = {
            "parents": (family,),
            "by": by,
            "born": born,
            "meals": meals,
            "pages": [(date(YEAR, 1, 1), end, week)],
            "debtors": [(date(YEAR, 1, 1), family)],
        }
        self._place(name)

    def _place(self, name):
        """Rebuild the placements of a child from the book, as an import does."""
        child, file = self.book.children[name], self.files[name]
        file.sector_ids.unlink()
        for begin, end, week in child["pages"]:
            if child["by"] == "slots":
                days = {WEEKDAYS[day]: slots for day, slots in week.items()}
                self._sector(file, begin, end, days)
                continue
            lines = [
                Command.create(
                    {
                        "weekday": WEEKDAYS[day],
                        "hour_from": start / 60,
                        "hour_to": stop / 60,
                    }
                )
                for day, (start, stop) in week.items()
            ]
            self.env["daycare.sector"].create(
                {
                    "child_id": file.id,
                    "group_id": self.school.id,
                    "date_from": begin,
                    "date_to": end,
                    "line_ids": lines,
                }
            )

    # === ACCIDENTS ===

    def _accidents(self, month):
        """Change what has been billed already, as a year does."""
        kids = self.book.children
        if month == 3:
            self._income("Rossi", date(YEAR, 2, 1), 7000)
        if month == 4:
            begin, _end, week = kids["Kim"]["pages"][0]
            kids["Kim"]["pages"] = [
                (begin, date(YEAR, 2, 14), week),
                (date(YEAR, 2, 15), date(YEAR, 12, 31), {2: (421, 1020)}),
            ]
            self._place("Kim")
        if month == 5:
            begin, _end, week = kids["Lea"]["pages"][0]
            kids["Lea"]["pages"] = [(begin, date(YEAR, 3, 10), week)]
            self._place("Lea")
        if month == 6:
            kids["Zoé"]["debtors"].append((date(YEAR, 5, 1), "Müller"))
            self.env["daycare.billing.data"].create(
                {
                    "child_id": self.files["Zoé"].id,
                    "date_from": date(YEAR, 5, 1),
                    "debtor_id": self.people["Müller"].id,
                }
            )
        if month == 9:
            self._income("Smith", date(YEAR, 4, 1), 6050)

    # === A MONTH ===

    def _play(self, month):
        wanted = self.book.bill(month)
        run = self._run(date(YEAR, month, 1))
        run.action_compute()
        run.action_invoice()
        self.assertEqual(run.state, "done", run.exchange_message_ids.mapped("text"))
        given = self._edit_draft(run) if month == 2 else 0
        run.action_post()
        found = {}
        for move in run.move_ids:
            sign = -1 if move.move_type == "out_refund" else 1
            [debtor] = [
                n for n, p in self.people.items() if p.partner_id == move.partner_id
            ]
            found[debtor] = Fraction(str(round(sign * move.amount_total, 2)))
        totals = {
            debtor: half_up(sum(own.values()))
            for debtor, own in wanted.items()
            if sum(own.values())
        }
        if given:
            totals["Müller"] -= given
            self.posted["Müller", "Lea"] -= given
        self.assertEqual(found, totals, f"month {month}")
        for debtor, own in wanted.items():
            for child, amount in own.items():
                key = debtor, child
                self.posted[key] = self.posted.get(key, 0) + amount
        if month <= MAILED:
            self._mail(run, month)
        self._credit_and_pay(run, month)

    def _edit_draft(self, run):
        """Let somebody off two francs a day, and five more, and return the francs."""
        move = run.move_ids.filtered(
            lambda move: move.partner_id == self.people["Müller"].partner_id
        )
        [item] = move.invoice_line_ids.filtered("daycare_billing_line_id")
        days = Fraction(str(item.quantity))
        bonus = {"name": "Bonus", "quantity": 1, "price_unit": -5.0}
        move.invoice_line_ids = [
            Command.update(item.id, {"price_unit": item.price_unit - 2}),
            Command.create(bonus),
        ]
        return 2 * days + 5

    def _mail(self, run, month):
        """Send by a real server that refuses somebody, then print what is left."""
        self.mailbox.letters.clear()
        self.mailbox.unknown = {"john@smith.example"} if month == 1 else set()
        if run.send_count:
            with mute_logger("odoo.addons.mail.models.mail_mail"):
                self._send(run)
        for address in self.mailbox.messages:
            self.assertNotIn(address, self.mailbox.unknown)
        refused = run.move_ids.filtered("daycare_to_print")
        names = refused.partner_id.mapped("name")
        self.assertEqual(names, ["Parent Smith"] if month == 1 else [])
        arrived = len(self.mailbox.messages)
        run.invalidate_recordset(["send_count", "print_count"])
        self.assertEqual(run.send_count, 0)
        self.assertEqual(run.print_count + arrived, len(run.move_ids))
        run.action_print()
        run.invalidate_recordset(["send_count", "print_count"])
        self.assertEqual((run.send_count, run.print_count), (0, 0))
        self.assertNotIn("mail_failed", self._codes(run))

    def _credit_and_pay(self, run, month):
        for move in run.move_ids.filtered(lambda m: m.move_type == "out_invoice"):
            if month == 2 and move.partner_id == self.people["Favre"].partner_id:
                self._gesture(move)
            if month == 3 and move.partner_id == self.people["Smith"].partner_id:
                continue
            self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=move.ids
            ).create({}).action_create_payments()
            self.assertIn(move.payment_state, ("paid", "in_payment"))

    def _gesture(self, move):
        note = move._reverse_moves()
        note.invoice_line_ids = [
            Command.clear(),
            Command.create({"name": "Gesture", "quantity": 1, "price_unit": 12.35}),
        ]
        note.action_post()
        (note | move).line_ids.filtered(
            lambda item: item.display_type == "payment_term"
        ).reconcile()
        self.posted["Favre", "Zoé"] -= Fraction("12.35")

    # === THE PAPERS ===

    def _attest(self):
        self.env.invalidate_all()
        attestation = self.env["daycare.attestation"].create({"year": YEAR})
        names = {person: name for name, person in self.people.items()}
        found = {
            (names[page["debtor"]], page["child"].firstname): Fraction(
                page["care"] + page["services"]
            )
            for page in attestation._pages()
        }
        self.assertEqual(found, {key: a for key, a in self.posted.items() if a})
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT SUM(item.balance) FROM account_move_line item
              JOIN account_move move ON move.id = item.move_id
             WHERE move.company_id = %s AND move.state = 'posted'
               AND item.display_type = 'payment_term'
               AND move.move_type IN ('out_invoice', 'out_refund')
            """,
            [self.company.id],
        )
        [(owed,)] = self.env.cr.fetchall()
        total = sum(page["total"] for page in attestation._pages())
        self.assertEqual(float(total), round(float(owed), 2))
        attestation.paid_only = True
        left = {
            move.partner_id.name
            for page in attestation._pages()
            for move, _amount in page["left_out"]
        }
        if MONTHS >= 3:
            self.assertIn("Parent Smith", left)
        accounts = self.env["account.move.line"].search(
            [
                ("company_id", "=", self.company.id),
                ("display_type", "=", "product"),
                ("daycare_billing_line_id", "!=", False),
            ]
        )
        self.assertEqual(set(accounts.account_id.mapped("code")), {"3400"})
