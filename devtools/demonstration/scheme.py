"""A national health scheme: its regions, facilities, policies, and a year of claims.

Amounts are shillings of Tanzania, which have no decimals in daily life.
"""

from random import Random

from dateutil.relativedelta import relativedelta

from odoo.fields import Command

from tests.simulators.openimis.server import LOGIN, OpenimisServer

from . import common
from .simulators import openimis_store

CLAIMS = 36  # each month
#: region, its districts, and per district villages with men, women, families
REGIONS = (
    (
        "Northern Region",
        (
            (
                "Lake District",
                (("Kivu Shore", 2100, 2250, 880), ("Mwana", 1450, 1510, 590)),
            ),
            ("Hill District", (("Juu", 980, 1040, 410), ("Bonde", 1220, 1290, 500))),
        ),
    ),
    (
        "Coastal Region",
        (
            (
                "Bahari District",
                (("Pwani", 3100, 3180, 1270), ("Kisiwa", 760, 800, 320)),
            ),
        ),
    ),
)
#: code, name, level, district, legal form
FACILITIES = (
    ("LKH01", "Lake District Hospital", "H", "Lake District", "G"),
    ("STA01", "Saint Anne Health Centre", "C", "Lake District", "C"),
    ("HLD01", "Hill Dispensary", "D", "Hill District", "D"),
    ("JUU01", "Juu Health Centre", "C", "Hill District", "G"),
    ("BHR01", "Bahari Regional Hospital", "H", "Bahari District", "G"),
    ("KSW01", "Kisiwa Dispensary", "D", "Bahari District", "P"),
)
SURNAMES = (
    "Mollel",
    "Okello",
    "Massawe",
    "Kimaro",
    "Mushi",
    "Lyimo",
    "Shayo",
    "Komba",
    "Nyerere",
    "Chande",
    "Mrema",
    "Swai",
    "Urassa",
    "Temba",
    "Ngowi",
    "Kileo",
)
NAMES = ("Neema", "Joseph", "Asha", "Juma", "Zawadi", "Baraka", "Rehema", "Daudi")
#: diagnosis, then what is done: kind, code, name, quantity, price
VISITS = (
    (
        "B54",
        "Malaria",
        (
            ("service", "A1", "Consultation", 1, 5000),
            ("service", "B3", "Blood smear", 1, 3500),
            ("item", "0012", "Artemether-lumefantrine, tablet", 24, 250),
        ),
    ),
    (
        "O80",
        "Normal delivery",
        (
            ("service", "M1", "Normal delivery", 1, 65000),
            ("item", "0001", "Paracetamol 500 mg, tablet", 20, 50),
        ),
    ),
    (
        "D64",
        "Anaemia",
        (
            ("service", "B7", "Haemoglobin test", 1, 4500),
            ("item", "0044", "Ferrous sulphate, tablet", 60, 60),
        ),
    ),
    (
        "J18",
        "Pneumonia",
        (
            ("service", "A1", "Consultation", 1, 5000),
            ("service", "R1", "Chest X-ray", 1, 18000),
            ("item", "0031", "Amoxicillin 500 mg, capsule", 21, 150),
        ),
    ),
    (
        "A09",
        "Diarrhoea",
        (
            ("service", "A1", "Consultation", 1, 5000),
            ("item", "0020", "Oral rehydration salts, sachet", 10, 400),
        ),
    ),
    (
        "K35",
        "Appendicitis",
        (
            ("service", "S4", "Appendicectomy", 1, 180000),
            ("service", "W1", "Ward, day", 4, 15000),
            ("item", "0055", "Ceftriaxone 1 g, vial", 8, 2500),
        ),
    ),
    (
        "I10",
        "Hypertension",
        (
            ("service", "A1", "Consultation", 1, 5000),
            ("item", "0061", "Amlodipine 5 mg, tablet", 30, 120),
        ),
    ),
)


def build(env, today):
    """Build the health scheme with its year.

    :param date today: the day after the history
    :return: [(what a person does, login)]
    """
    Scheme(env, today).live()
    return [
        ("Health scheme clerk: claims and closings", "scheme_clerk"),
        ("Health scheme accountant: bills and payments", "scheme_accountant"),
    ]


class Scheme:
    """The scheme, its people and what happens to them."""

    def __init__(self, env, today):
        self.root, self.today = env, today
        self.dice = Random(2025)
        self.months = common.months_before(today, 12)
        self.start = self.months[0]
        self.number = 20000

    def live(self):
        with common.day(self.start):
            self.found()
            self.places()
            self.products()
            self.enrol()
        for month in self.months:
            self.month(month)
        self.this_month()
        self.pull()

    # === THE SCHEME ===

    def found(self):
        env = self.root
        # as people write them
        env.ref("base.TZS").rounding = 1
        house = common.company(
            env,
            "tz",
            {
                "name": "National Health Scheme",
                "street": "Samora Avenue 10",
                "city": "Dar es Salaam",
                "country_id": env.ref("base.tz").id,
                "currency_id": env.ref("base.TZS").id,
                "email": "finance@health-scheme.example",
            },
            "en_US",
        )
        roles = (
            ("Claudia Clerk", "scheme_clerk", "clerk"),
            ("Albert Accountant", "scheme_accountant", "accountant"),
        )
        self.clerk, self.accountant = (
            common.as_user(
                env,
                common.person(
                    env,
                    name,
                    login,
                    house,
                    (f"openimis_payable.group_openimis_{role}",),
                    "en_US",
                    "openimis_payable.exchange_card_action",
                ),
            )
            for name, login, role in roles
        )
        self.env = env(
            context={"allowed_company_ids": house.ids, "tracking_disable": True}
        )

    def places(self):
        self.areas, self.villages = {}, {}
        Location = self.env["openimis.location"]
        for r, (region, districts) in enumerate(REGIONS, 1):
            top = Location.create({"code": f"R{r}", "name": region, "type": "R"})
            self.areas[region] = top
            for d, (district, villages) in enumerate(districts, 1):
                code = f"R{r}D{d}"
                middle = Location.create(
                    {"code": code, "name": district, "type": "D", "parent_id": top.id}
                )
                self.areas[district] = middle
                ward = Location.create(
                    {
                        "code": f"{code}M1",
                        "name": f"{district.split()[0]} Ward",
                        "type": "W",
                        "parent_id": middle.id,
                    }
                )
                self.villages[district] = Location.create(
                    [
                        {
                            "code": f"{code}M1V{v}",
                            "name": village,
                            "type": "V",
                            "parent_id": ward.id,
                            "male_population": men,
                            "female_population": women,
                            "families": families,
                        }
                        for v, (village, men, women, families) in enumerate(villages, 1)
                    ]
                )
        self.facilities = self.env["res.partner"].create(
            [
                {
                    "name": name,
                    "is_company": True,
                    "supplier_rank": 1,
                    "openimis_is_facility": True,
                    "openimis_code": code,
                    "openimis_level": level,
                    "openimis_location_id": self.areas[district].id,
                    "openimis_care_type": "B" if level == "H" else "O",
                    "openimis_legal_form": form,
                    "openimis_status": "AC",
                    "company_id": self.env.company.id,
                    "country_id": self.root.ref("base.tz").id,
                }
                for code, name, level, district, form in FACILITIES
            ]
        )
        self.env["openimis.catchment"].create(
            [
                {
                    "partner_id": facility.id,
                    "location_id": village.id,
                    "percentage": 50,
                }
                for facility, (_c, _n, _l, district, _f) in zip(
                    self.facilities, FACILITIES, strict=True
                )
                for village in self.villages[district]
            ]
        )

    def products(self):
        north, south = (self.areas[region[0]] for region in REGIONS)
        begin = self.start - relativedelta(months=12)
        common_vals = {"date_from": begin, "date_to": begin + relativedelta(years=6)}
        self.covers = self.env["openimis.product"].create(
            [
                {
                    **common_vals,
                    "code": code,
                    "name": name,
                    "location_id": area.id,
                    "lump_sum": price,
                }
                for code, name, area, price in (
                    ("BASIC", "Basic Health Cover", north, 60000),
                    ("PLUS", "Extended Cover", north, 150000),
                    ("COAST", "Coastal Cover", south, 75000),
                )
            ]
        )
        momo = self.env["openimis.payer"].create(
            {"code": "MOMO", "name": "Mobile Money Operator", "type": "P"}
        )
        self.officers = self.env["openimis.officer"].create(
            [
                {
                    "code": f"EO{number:02}",
                    "name": f"{first} {last}",
                    "last_name": last,
                    "other_names": first,
                    "location_id": self.areas[district].id,
                }
                for number, (first, last, district) in enumerate(
                    (
                        ("Amina", "Kato", "Lake District"),
                        ("Paul", "Mushi", "Hill District"),
                        ("Grace", "Juma", "Bahari District"),
                    ),
                    1,
                )
            ]
        )
        self.env["openimis.payment.plan"].create(
            [
                {
                    "code": f"COM-{cover.code}",
                    "name": f"Officer commission, {cover.name}",
                    "product_id": cover.id,
                    "calculation": "commission",
                    "rate": 5.0,
                }
                for cover in self.covers
            ]
            + [
                {
                    "code": f"FEE-{cover.code}",
                    "name": f"Mobile money fee, {cover.name}",
                    "product_id": cover.id,
                    "calculation": "fee",
                    "rate": 1.5,
                    "payer_id": momo.id,
                }
                for cover in self.covers
            ]
        )
        self.kinds = self.env["openimis.payable.type"].search([])

    def enrol(self):
        """Enrol families; a third of them each four months."""
        self.policies = []
        for number, surname in enumerate(SURNAMES * 3):
            cover = self.covers[number % 3]
            district = ("Lake District", "Hill District", "Bahari District")[
                2 if cover.code == "COAST" else number % 2
            ]
            day = self.start + relativedelta(months=number % 12, days=number % 25)
            family = self.env["openimis.family"].create(
                {
                    "code": f"0700{number:05}",
                    "location_id": self.villages[district][number % 2].id,
                }
            )
            insuree = self.env["openimis.insuree"].create(
                {
                    "chf_id": f"0700{number:05}",
                    "last_name": surname,
                    "other_names": NAMES[number % len(NAMES)],
                    "family_id": family.id,
                    "is_head": True,
                    "gender": "FM"[number % 2],
                    "birth_date": self.start - relativedelta(years=20 + number),
                }
            )
            policy = self.env["openimis.policy"].create(
                {
                    "family_id": family.id,
                    "product_id": cover.id,
                    "officer_id": self.officers[number % 3].id,
                    "status": "2",
                    "value": cover.lump_sum,
                    "date_enrolled": day,
                    "date_start": day,
                    "date_effective": day,
                    "date_expiry": day + relativedelta(years=1, days=-1),
                }
            )
            self.env["openimis.premium"].create(
                {
                    "policy_id": policy.id,
                    "amount": cover.lump_sum,
                    "date_paid": day,
                    "pay_type": "M",
                    "receipt": f"REC-{1000 + number}",
                }
            )
            self.policies.append((day, insuree, policy, district))

    # === A MONTH ===

    def claims(self, month):
        """Let facilities hand in a month's claims; a few are refused or still open."""
        covered = [
            entry for entry in self.policies if entry[0] <= month
        ] or self.policies[:3]
        vals = []
        for _number in range(CLAIMS):
            _day, insuree, policy, district = self.dice.choice(covered)
            near = self.facilities.filtered(
                lambda f, area=self.areas[district]: f.openimis_location_id == area
            )
            icd, name, done = self.dice.choice(VISITS)
            visit = month + relativedelta(days=self.dice.randrange(25))
            self.number += 1
            luck = self.dice.random()
            lines = [
                {
                    "sequence": place,
                    "line_type": kind,
                    "code": code,
                    "name": label,
                    "qty_provided": quantity,
                    "price_asked": price,
                    "price_origin": "P",
                    **self.cut(luck, place, quantity),
                }
                for place, (kind, code, label, quantity, price) in enumerate(done, 1)
            ]
            vals.append(
                {
                    "code": f"CLM-{self.number}",
                    "insuree_id": insuree.id,
                    "health_facility_id": near[self.dice.randrange(len(near))].id,
                    "product_id": policy.product_id.id,
                    "policy_id": policy.id,
                    "date_from": visit,
                    "date_to": visit,
                    "date_claimed": visit + relativedelta(days=2),
                    "date_processed": visit + relativedelta(days=3),
                    "icd_code": icd,
                    "icd_name": name,
                    "visit_type": "O",
                    "claimed": sum(
                        line["qty_provided"] * line["price_asked"] for line in lines
                    ),
                    "status": "1" if luck < 0.05 else "4" if luck < 0.09 else "16",
                    "line_ids": [Command.create(line) for line in lines],
                }
            )
        self.env["openimis.claim"].create(vals)

    def cut(self, luck, place, quantity):
        """Let a reviewer cut a line of some claims."""
        if 0.85 < luck and place == 2 and quantity > 1:
            return {
                "qty_approved": quantity // 2,
                "justification": "Half of it is usual for this diagnosis",
            }
        return {}

    def close(self, month, area, env):
        return env["openimis.closing"].create(
            {
                "date_from": month,
                "date_to": month + relativedelta(day=31),
                "invoice_date": month + relativedelta(months=1, days=4),
                "location_id": area.id,
                "types": [
                    Command.set(
                        self.kinds.filtered(
                            lambda kind: kind.code in ("claim", "commission", "fee")
                        ).ids
                    )
                ],
            }
        )

    def month(self, month):
        """Close a month in the next one's first days; validate and pay the bills."""
        after = month + relativedelta(months=1)
        with common.day(month):
            self.claims(month)
        back = 12 - self.months.index(month)
        with common.day(after + relativedelta(days=4)):
            bills = self.env["account.move"]
            # one region of last month is left to whoever tries it
            for region, _districts in REGIONS[: 1 if back == 1 else None]:
                closing = self.close(month, self.areas[region], self.clerk)
                closing.action_preview()
                closing.action_generate()
                bills |= self.env["account.move"].browse(closing.move_ids.ids)
        self.root.cr.commit()
        if back == 1:
            # last month's bills wait to be validated
            return
        ours = bills.with_env(self.accountant)
        with common.day(after + relativedelta(days=6)):
            ours.action_post()
            if back == 4:
                self.amend(ours)
        with common.day(after + relativedelta(days=20)):
            paying = ours.filtered(lambda bill: bill.state == "posted")
            if back == 2:
                paying = paying[: len(paying) // 2]
            common.pay(paying, after + relativedelta(days=20))
            if back in (3, 7):
                self.reject(paying)
        self.root.cr.commit()

    def amend(self, bills):
        """Correct a bill after it was validated."""
        replaced = bills[:1].openimis_bill_amend()
        replaced.with_env(self.accountant).action_post()

    def reject(self, bills):
        """Let the bank send a payment back."""
        payment = bills[:1].matched_payment_ids[:1]
        payment.openimis_payment_rejected("Account closed")

    def this_month(self):
        """Leave claims of this month, and a closing that was only previewed."""
        month = self.today.replace(day=1)
        self.claims(month)
        closing = self.close(month, self.areas[REGIONS[0][0]], self.clerk)
        closing.action_preview()
        self.root.cr.commit()

    def pull(self):
        """Read an openIMIS, with claims and bills of its own."""
        with OpenimisServer(openimis_store()) as openimis:
            connection = self.env["openimis.connection"].create(
                {
                    "name": "openIMIS of the region",
                    "url": openimis.url,
                    "internal": True,
                    "login": LOGIN[0],
                    "password": LOGIN[1],
                    "rate": 10**6,
                    "company_id": self.env.company.id,
                    "currency_id": self.env.company.currency_id.id,
                }
            )
            connection.action_test()
            connection.with_context(exchange_inline=True).action_pull()
        self.root.cr.commit()
