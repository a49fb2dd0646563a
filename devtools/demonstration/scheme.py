"""A national health scheme: its regions, facilities, policies, and a year of claims.

Amounts are shillings of Tanzania, which have no decimals in daily life.
"""

import base64
import csv
import io
from random import Random

from dateutil.relativedelta import relativedelta

from odoo.fields import Command

from . import common, visits
from .openimis import exchange

CLAIMS = 36  # each month
#: percent of the coast's contributions that are shared among claims by relative prices
BUDGET = 100
#: months ago when all that was owed was paid, one payment a third party; later each
#: month's bills
PAID_TOGETHER = (11, 8, 6)
LAST_TOGETHER = 5
#: what each month's closing is for
EACH_MONTH = ("claim", "commission", "fee")
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
    ("LKH01", "Kivu Shore Hospital", "H", "Lake District", "G"),
    ("STA01", "Saint Joseph Health Centre", "C", "Lake District", "C"),
    ("HLD01", "Bonde Dispensary", "D", "Hill District", "D"),
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
        with common.day(self.start), common.alone(self.root):
            self.found()
        with common.day(self.start):
            self.places()
            self.products()
            self.enrol()
        for month in self.months:
            self.month(month)
        self.this_month()
        exchange(self)

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
                    (
                        f"openimis_payable.group_openimis_{role}",
                        "exchange_run.group_exchange_manager",
                    ),
                    "en_US",
                    "openimis_payable.exchange_card_action",
                ),
            )
            for name, login, role in roles
        )
        self.owed = self.accountant["account.move"]
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
                    ("COAST", "Coastal Cover", south, 300000),
                )
            ]
        )
        # a small part of the contributions goes to the facilities people live near
        self.covers[1].write(
            {
                "share_contribution": 12,
                "weight_population": 40,
                "weight_insured_population": 40,
                "weight_nb_visits": 20,
            }
        )
        self.covers[2].relative_weight = BUDGET
        momo = self.momo = self.env["openimis.payer"].create(
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
        self.policies, self.premiums = [], self.env["openimis.premium"]
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
            self.premiums |= self.env["openimis.premium"].create(
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
            icd, name, done = self.dice.choice(visits.VISITS)
            visit = month + relativedelta(days=self.dice.randrange(25))
            self.number += 1
            luck = self.dice.random()
            # what a review committee values by what is left of the contributions
            shared = policy.product_id == self.covers[2] and 0.1 < luck < 0.95
            lines = [
                {
                    "sequence": place,
                    "line_type": kind,
                    "code": code,
                    "name": label,
                    "qty_provided": quantity,
                    "price_asked": price,
                    "price_origin": "R" if shared else "P",
                    **visits.cut(luck, place, quantity),
                }
                for place, (kind, code, label, quantity, price) in enumerate(done, 1)
            ]
            status = visits.status(luck, shared)
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
                    "date_processed": status != "4" and visit + relativedelta(days=3),
                    "icd_code": icd,
                    "icd_name": name,
                    "visit_type": "O",
                    "status": status,
                    **visits.header(status, lines),
                    "line_ids": [Command.create(line) for line in lines],
                }
            )
        self.env["openimis.claim"].create(vals)

    def pay_in(self, month):
        """Let three families pay what they contribute by their telephones."""
        paid = self.premiums.filtered(
            lambda premium: (premium.date_paid.replace(day=1) == month)
        )
        self.env["openimis.invoice.payment"].create(
            [
                {
                    "code": f"MM-{month:%y%m}{number}",
                    "label": premium.code,
                    "payment_origin": "Mobile money",
                    "payer_id": self.momo.id,
                    "premium_ids": [Command.set(premium.ids)],
                    "date_payment": premium.date_paid,
                    "amount_payed": premium.amount,
                    "amount_received": premium.amount,
                }
                for number, premium in enumerate(paid[:3], 1)
            ]
        )

    def close(self, month, area, env, *types):
        return env["openimis.closing"].create(
            {
                "date_from": month,
                "date_to": month + relativedelta(day=31),
                "invoice_date": month + relativedelta(months=1, days=4),
                "location_id": area.id,
                "types": [
                    Command.set(
                        self.kinds.filtered(
                            lambda kind: kind.code in (types or EACH_MONTH)
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
            self.pay_in(month)
        back = 12 - self.months.index(month)
        with common.day(after + relativedelta(days=4)):
            bills = self.env["account.move"]
            # one region of last month is left to whoever tries it
            for region, _districts in REGIONS[: 1 if back == 1 else None]:
                bills |= self.generate(month, region)
            if back in (2, 3):
                bills |= self.generate(month, REGIONS[0][0], "capitation")
                bills |= self.generate(month, REGIONS[0][0], "contribution")
            if back == 6:
                bills |= bills[:1].openimis_bill_amend()
        self.root.cr.commit()
        if back == 1:
            # last month's bills wait to be validated
            return
        accountant = common.quiet(self.accountant, back)
        ours = bills.with_env(accountant).filtered(lambda x: x.state == "draft")
        with common.day(after + relativedelta(days=6)):
            ours.action_post()
            if back == 4:
                self.amend(ours)
        with common.day(after + relativedelta(days=20)):
            self.owed |= ours.filtered(lambda bill: bill.state == "posted")
            self.pay(
                self.owed.with_env(accountant), back, after + relativedelta(days=20)
            )
        self.root.cr.commit()

    def generate(self, month, region, *types):
        """Close a month of a region, and return its bills."""
        clerk = common.quiet(self.clerk, 12 - self.months.index(month))
        closing = self.close(month, self.areas[region], clerk, *types)
        closing.action_preview()
        closing.action_generate()
        return self.env["account.move"].browse(closing.move_ids.ids)

    def pay(self, bills, back, date):
        """Pay what is owed; of the last month's bills not all yet."""
        if back > LAST_TOGETHER and back not in PAID_TOGETHER:
            return
        if back == 2:
            bills = bills[: len(bills) // 2]
        self.owed -= bills
        incoming = bills.filtered(lambda bill: bill.move_type == "out_invoice")
        common.pay(incoming[: 2 * back], date)
        bills -= incoming
        if back == 5:
            self.pay_by_file(bills, date)
        else:
            common.pay(bills, date, together=back > LAST_TOGETHER)
        if back in (3, 8):
            self.reject(bills)

    def pay_by_file(self, bills, date):
        """Bring in what the bank says of a month's payments: one was sent back."""
        text = io.StringIO()
        rows = csv.writer(text)
        rows.writerow(["code", "amount", "status", "code_ext", "date", "reason"])
        for number, bill in enumerate(bills, 1):
            bad = number == len(bills)
            status, reason = ("failed", "Account closed") if bad else ("accepted", "")
            amount = f"{bill.amount_residual:.0f}"
            rows.writerow(
                [bill.openimis_code, amount, status, f"B{number:04}", date, reason]
            )
        self.accountant["openimis.payment.import"].create(
            {
                "file": base64.b64encode(text.getvalue().encode()),
                "file_name": f"bank_{date:%Y_%m}.csv",
            }
        ).with_context(exchange_inline=True).action_run()
        common.pay(bills[-1:], date + relativedelta(days=5))

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
