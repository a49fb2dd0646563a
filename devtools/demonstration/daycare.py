"""Crèches de la Riviera: two centres in Vaud, thirty children, twelve months."""

from datetime import date
from random import Random

from dateutil.relativedelta import relativedelta

from odoo.fields import Command

from . import common, kibe

GRID = ((6.5, 7.5), (7.5, 9), (9, 11), (12.5, 14.5), (14.5, 16.5), (16.5, 18.5))
WEIGHTS = (10, 15, 25, 20, 15, 15)
#: code, name, places, age at which a child comes here, colour
GROUPS = (
    ("NUR1", "Les Bébés", 10, 0, 2),
    ("TRO1", "Les Trotteurs", 14, 18, 4),
    ("GRA1", "Les Grands", 18, 30, 6),
)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
#: monthly income from, price of a day in francs
PRICES = (
    (0, "22.00"),
    (3000, "34.50"),
    (4500, "48.00"),
    (6000, "63.50"),
    (8000, "82.00"),
    (10000, "101.00"),
    (12500, "118.00"),
)
#: family, mother, father, children, income of both, street
FAMILIES = (
    ("Rochat", "Céline", "Marc", ("Emma", "Noah"), 7400, "Rue du Simplon 12"),
    ("Favre", "Julie", "Alain", ("Léa",), 5200, "Avenue de Corsier 4"),
    ("Bonvin", "Sandra", "", ("Gabriel",), 3900, "Rue d'Italie 31"),
    ("Müller", "Eva", "Jan", ("Luca", "Nina"), 11800, "Quai Perdonnet 18"),
    ("Dos Santos", "Ana", "Rui", ("Inês", "Tiago", "Beatriz"), 6100, "Rue du Lac 40"),
    ("Rossi", "Chiara", "Paolo", ("Matteo",), 8700, "Chemin du Genévrier 7"),
    ("Kaya", "Elif", "Emre", ("Deniz",), 4700, "Rue du Torrent 3"),
    ("Berisha", "Arta", "Blerim", ("Lea", "Dion"), 5600, "Avenue Nestlé 22"),
    ("Perrin", "Aline", "Yves", ("Jules",), 13100, "Chemin des Crêtes 9"),
    ("Haile", "Selam", "", ("Abel",), 2800, "Rue de la Madeleine 16"),
    ("Nguyen", "Linh", "Minh", ("Mai",), 6900, "Rue des Communaux 25"),
    ("Petrovic", "Jelena", "Marko", ("Sara",), 7800, "Avenue de Gilamont 50"),
    ("Reynard", "Anouk", "Simon", ("Théo", "Lucie"), 9300, "Route de Blonay 11"),
    ("Wyss", "Katrin", "Beat", ("Lena", "Jan"), 10400, "Chemin de l'Espérance 2"),
    ("Costa", "Rita", "Luís", ("Matilde",), 4300, "Rue du Conseil 8"),
    ("Gillioz", "Marie", "Luc", ("Maël",), 8100, "Place de l'Ancien-Port 5"),
    ("Clivaz", "Sarah", "", ("Robin",), 5000, "Rue des Moulins 14"),
    ("Yildiz", "Zeynep", "Can", ("Aylin",), 6300, "Avenue du Général-Guisan 33"),
    ("Monnet", "Laure", "Eric", ("Camille",), 15200, "Chemin de Pangires 6"),
    ("Zufferey", "Nadia", "Joël", ("Samuel",), 7100, "Rue Louis-Meyer 19"),
)
#: closed: name, month and day of the first and of the last day, years between them
CLOSURES = (
    ("Fête nationale", (8, 1), (8, 1), 0),
    ("Fermeture de Noël", (12, 24), (1, 2), 1),
)
#: who get their invoices in German; the others in the language of the house
GERMAN = ("Müller", "Wyss")
#: who have not told what they earn since
NO_NEWS = ("Kaya", "Monnet")
#: family, mother, child, months until it is born or comes, code of its status
EXPECTED = (
    ("Blaser", "Nora", "Lou", 4, "10"),
    ("Fontana", "Laura", "Elio", 7, "10"),
    ("Demir", "Ayşe", "Can", 2, "20"),
    ("Rey", "Fanny", "Alix", 3, "20"),
)
LEAVES = ("Costa", "Matilde")
#: who waits for a place: family, mother, child, its gender, months of its age, priority
WISHES = (
    ("Morand", "Lucie", "Elsa", "female", 5, "1"),
    ("Keller", "Sabine", "Jonas", "male", 9, "0"),
    ("Pittet", "Aline", "Noé", "male", 20, "0"),
)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
LATE = {"Clivaz": 3, "Haile": 2, "Costa": 1}  # months that are not paid yet
#: months ago when all that was open was paid, one payment a debtor; later each month's
PAID_TOGETHER = (9, 5)
LAST_TOGETHER = 2


def build(env, today):
    """Build the daycare association with its year.

    :param date today: the day after the history
    :return: [(what a person does, login)]
    """
    Home(env, today).live()
    return [
        ("Daycare office: children, months, invoices", "creche"),
        ("Daycare educator: weeks and presences", "educatrice"),
    ]


class Home:
    """The association, its people and what happens to them."""

    def __init__(self, env, today):
        self.root, self.today = env, today
        self.dice = Random(2024)
        self.months = common.months_before(today, 12)
        self.start = self.months[0]

    def live(self):
        with common.day(self.start), common.alone(self.root):
            self.found()
        with common.day(self.start):
            self.groups = self.found_groups()
            self.tariff()
            self.closures()
            self.families()
        for month in self.months:
            self.month(month)
        self.this_month()

    # === A HOUSE ===

    def found(self):
        env = self.root
        house = common.company(
            env,
            "ch",
            {
                "name": "Crèches de la Riviera",
                "street": "Rue du Simplon 2",
                "zip": "1800",
                "city": "Vevey",
                "country_id": env.ref("base.ch").id,
                "email": "bureau@creches-riviera.example",
                "phone": "+41 21 555 01 23",
                "currency_id": env.ref("base.CHF").id,
            },
            "fr_FR",
        )
        env["res.partner.bank"].create(
            {
                "acc_number": "CH4431999123000889012",
                "partner_id": house.partner_id.id,
                "company_id": house.id,
                "allow_out_payment": True,
            }
        )
        office = common.person(
            env,
            "Chantal Bureau",
            "creche",
            house,
            (
                "daycare.group_daycare_manager",
                "daycare.group_daycare_billing",
                "kibe_import.group_kibe_import_manager",
                "account.group_account_invoice",
                "exchange_run.group_exchange_manager",
            ),
            "fr_FR",
            "daycare.exchange_card_action",
        )
        common.person(
            env,
            "Élodie Éducatrice",
            "educatrice",
            house,
            ("daycare.group_daycare_user",),
            "fr_FR",
            "daycare.exchange_card_action",
        )
        self.house = house
        self.env = common.as_user(env, office)
        self.issued = self.env["account.move"]
        setup = self.env["daycare.setup"]
        setup.browse(setup.action_open()["res_id"]).action_fix()

    def found_groups(self):
        [centre] = self.env["daycare.department"].create(
            [{"code": "VEVEY", "name": "Préscolaire Vevey", "mode": "slots"}]
        )
        return self.env["daycare.group"].create(
            [
                {
                    "code": code,
                    "name": name,
                    "capacity": places,
                    "color": colour,
                    "department_id": centre.id,
                    "slot_ids": [
                        Command.create(
                            {
                                "number": number,
                                "hour_from": begin,
                                "hour_to": end,
                                "weight": weight,
                            }
                        )
                        for number, ((begin, end), weight) in enumerate(
                            zip(GRID, WEIGHTS, strict=True), 1
                        )
                    ],
                }
                for code, name, places, _age, colour in GROUPS
            ]
        )

    def tariff(self):
        self.env["daycare.tariff"].create(
            {
                "name": "Barème de la Riviera",
                "date_from": self.start.replace(month=1),
                "month_method": "actual",
                "sibling_mode": "from_second",
                "sibling_ids": [Command.create({"rank": 2, "percent": 30})],
                "bracket_ids": [
                    Command.create({"income_from": start, "price": float(price)})
                    for start, price in PRICES
                ],
            }
        )

    def closures(self):
        self.env["daycare.closure"].create(
            [
                {
                    "name": name,
                    "date_from": date(year, *first),
                    "date_to": date(year + years, *last),
                }
                for year in range(self.start.year, self.today.year + 1)
                for name, first, last, years in CLOSURES
            ]
        )

    # === PEOPLE ===

    def families(self):
        self.parents, self.children = {}, {}
        for name, mother, father, children, income, street in FAMILIES:
            grown = self.env["daycare.guardian"].create(
                [
                    self.parent(name, first, role, street)
                    for first, role in ((mother, "mother"), (father, "father"))
                    if first
                ]
            )
            self.parents[name] = grown
            self.earn(name, income, self.start)
            for rank, first in enumerate(children):
                self.child(name, first, rank, grown)

    def earn(self, name, income, since):
        """Let a family tell what it earns in a month."""
        grown = self.parents[name]
        shares = (0.55, 0.45) if len(grown) > 1 else (1,)
        self.env["daycare.income"].create(
            [
                {
                    "guardian_id": parent.id,
                    "date_from": since,
                    "amount": round(income * share / 10) * 10,
                }
                for parent, share in zip(grown, shares, strict=True)
            ]
        )

    def news(self, month):
        """Let the families tell what they earn now; and one child left before."""
        if month == self.months[6]:
            for name, *_people, income, _street in FAMILIES:
                if name not in NO_NEWS:
                    self.earn(name, income + 150, month)
        if month == self.months[9]:
            child = self.children[LEAVES]
            last = month - relativedelta(months=1, days=1)
            gone = child.sector_ids.filtered(lambda x: x.date_from <= last)
            (child.sector_ids - gone).unlink()
            gone[-1:].date_to = last
            child.write(
                {
                    "status_id": self.status("90").id,
                    "departure_date": last,
                    "departure_reason": "Déménagement",
                }
            )

    def wished(self):
        """Put down the families that wait for a place, and what a parent sent."""
        begin = (self.today + relativedelta(months=2)).replace(day=1)
        for name, mother, first, gender, months, priority in WISHES:
            self.env["daycare.request"].create(
                {
                    "lastname": name,
                    "firstname": first,
                    "gender": gender,
                    "birthdate": self.today - relativedelta(months=months),
                    "contact_lastname": name,
                    "contact_firstname": mother,
                    "contact_role": "mother",
                    "email": f"{mother}.{name}@example.com".lower(),
                    "zip": "1800",
                    "city": "Vevey",
                    "request_date": self.today - relativedelta(months=3),
                    "date_from": begin,
                    "priority": priority,
                    "group_id": self.groups[0].id,
                    "line_ids": [
                        Command.create({"weekday": day}) for day in ("mon", "thu")
                    ],
                }
            )
        self.attended()
        debtor = self.env["daycare.income"].search([], limit=1).guardian_id
        proposals = self.root["daycare.income.proposal"]
        with proposals._engine_writes():
            proposals.create(
                {
                    "guardian_id": debtor.id,
                    "company_id": self.env.company.id,
                    "date_from": self.today.replace(day=1),
                    "amount": 6150,
                    "basis": "monthly",
                    "note": "Nouveau taux d'activité.",
                }
            )

    def attended(self):
        """Let a child stay away this week, and another come on a day more."""
        monday = self.today - relativedelta(days=self.today.weekday())
        here = [("date_from", "<=", monday), ("date_to", ">=", self.today)]
        placed = self.env["daycare.sector"].search(here, order="id")
        ill, *others = placed
        more = next(p for p in others if len(p.line_ids) < len(WEEKDAYS))
        self.env["daycare.absence"].create(
            {"child_id": ill.child_id.id, "date_from": monday, "date_to": self.today}
        )
        booked = {WEEKDAYS.index(line.weekday) for line in more.line_ids}
        free = next(n for n in range(len(WEEKDAYS)) if n not in booked)
        self.env["daycare.extra.day"].create(
            {
                "child_id": more.child_id.id,
                "group_id": more.group_id.id,
                "date": monday + relativedelta(days=free),
            }
        )

    def status(self, code):
        return self.env["daycare.child.status"].search([("code", "=", code)], limit=1)

    def expected(self):
        """Put down the children who are to come."""
        for name, mother, first, months, code in EXPECTED:
            [parent] = self.env["daycare.guardian"].create(
                [self.parent(name, mother, "mother", "Rue des Deux-Gares 7")]
            )
            unborn = code == "10"
            self.env["daycare.child"].create(
                {
                    "lastname": name,
                    "firstname": first,
                    "status_id": self.status(code).id,
                    "birthdate": self.today
                    + relativedelta(months=months if unborn else months - 14),
                    "registration_date": self.today - relativedelta(months=1),
                    "guardian_link_ids": [
                        Command.create({"guardian_id": parent.id, "is_main": True})
                    ],
                }
            )

    def parent(self, name, first, role, street):
        lang = {"lang": "de_CH"} if name in GERMAN else {}
        return {
            **lang,
            "lastname": name,
            "firstname": first,
            "role": role,
            "street": street,
            "zip": "1800",
            "city": "Vevey",
            "country_id": self.root.ref("base.ch").id,
            "email": f"{first}.{name}@example.com".replace(" ", "").lower(),
        }

    def child(self, name, first, rank, grown):
        age = self.dice.randrange(1, 28) + 9 * rank
        born = self.start - relativedelta(months=age, days=self.dice.randrange(27))
        child = self.env["daycare.child"].create(
            {
                "lastname": name,
                "firstname": first,
                "birthdate": born,
                "registration_date": self.start - relativedelta(months=2),
                "guardian_link_ids": [
                    Command.create(
                        {
                            "guardian_id": parent.id,
                            "is_main": not number,
                            "is_secondary": bool(number),
                        }
                    )
                    for number, parent in enumerate(grown)
                ],
                "billing_data_ids": [
                    Command.create({"debtor_id": grown[0].id, "date_from": self.start})
                ],
            }
        )
        self.children[name, first] = child
        begin = self.start + relativedelta(months=max(0, self.dice.randrange(-9, 5)))
        self.place(child, born, begin)

    def place(self, child, born, begin):
        """Give a child its week, in the group of its age, and the next one's after."""
        until = date(self.today.year + 1, 7, 31)
        days = self.dice.sample(WEEKDAYS, self.dice.choice((2, 3, 3, 4, 5)))
        weeks = [(day, self.dice.random() < 0.7) for day in WEEKDAYS if day in days]
        for number, (_code, _name, _places, age, _colour) in enumerate(GROUPS):
            later = GROUPS[number + 1][3] if number + 1 < len(GROUPS) else None
            first = max(begin, (born + relativedelta(months=age)).replace(day=1))
            last = until
            if later:
                moves = (born + relativedelta(months=later)).replace(day=1)
                last = min(until, moves - relativedelta(days=1))
            if first > last:
                continue
            group = self.groups[number]
            self.env["daycare.sector"].create(
                {
                    "child_id": child.id,
                    "group_id": group.id,
                    "date_from": first,
                    "date_to": last,
                    "line_ids": [
                        Command.create(
                            {
                                "weekday": day,
                                "slot_ids": [
                                    Command.set(
                                        group.slot_ids.ids
                                        if whole
                                        else group.slot_ids[:3].ids
                                    )
                                ],
                            }
                        )
                        for day, whole in weeks
                    ],
                }
            )

    # === A MONTH ===

    def month(self, month):
        """Invoice a month on its first day, and take the payments in."""
        back = 12 - self.months.index(month)
        env = common.quiet(self.env, back)
        with common.day(month):
            self.deliver(month)
            self.news(month)
            run = env["daycare.billing.run"].create(
                {"month": month, "invoice_date": month}
            )
            run.action_compute()
            run.action_invoice()
            run.action_post()
        self.root.cr.commit()
        self.issued |= run.move_ids.filtered(lambda move: move.state == "posted")
        date_paid = month + relativedelta(days=18)
        with common.day(date_paid):
            run.move_ids.is_move_sent = True
            if back in PAID_TOGETHER or back <= LAST_TOGETHER:
                owed = self.issued.filtered(lambda move: not self.is_late(move, back))
                # the last month's are coming in
                owed = owed[: len(owed) // 2] if back == 1 else owed
                common.pay(owed, date_paid, together=back > LAST_TOGETHER)
                self.issued -= owed
        self.root.cr.commit()

    def is_late(self, move, back):
        """Tell whether a debtor leaves the invoices of the last months unpaid."""
        months = LATE.get(move.partner_id.daycare_guardian_ids[:1].lastname, 0)
        return back <= months

    def deliver(self, month):
        """Bring in what Kibé delivered: a first time, and once what changed."""
        for when, operation, families in (
            (self.months[5], "create", kibe.FIRST),
            (self.months[10], "overwrite", kibe.FIRST + 1),
        ):
            if month == when:
                content = kibe.archive(self.today, self.kibe_starts(), families)
                name = f"kibe_{month:%Y_%m}.zip"
                kibe.deliver(self.env, name, content, month, operation)

    def kibe_starts(self):
        """Return when the children of each family in Kibé came."""
        early, late = self.months[5], self.months[10]
        return (*[early] * kibe.FIRST, late, self.today.replace(day=1))

    def this_month(self):
        """Leave what waits for the office: two deliveries, and the next month.

        This month is left to whoever tries it.
        """
        month = self.today.replace(day=1)
        for name, operation, wrong in (
            (f"kibe_{month:%Y_%m}_a_corriger.zip", "test", True),
            (f"kibe_{month:%Y_%m}_a_essayer.zip", None, False),
        ):
            content = kibe.archive(self.today, self.kibe_starts(), 5, wrong)
            delivery = kibe.deliver(self.env, name, content, month, operation)
            if wrong:
                self.attach_group(delivery)
        self.expected()
        self.wished()
        coming = month + relativedelta(months=1)
        run = self.env["daycare.billing.run"].create(
            {"month": coming, "invoice_date": coming}
        )
        run.action_compute()
        self.root.cr.commit()

    def attach_group(self, delivery):
        """Tell what a group is here that nobody knows, from the message about it."""
        [unknown] = delivery.exchange_message_ids.filtered(
            lambda message: message.code == "P01"
        )
        self.env["kibe.correspondence"].with_context(
            **unknown.action_kibe_fix()["context"]
        ).create({"group_id": self.groups[1].id})
