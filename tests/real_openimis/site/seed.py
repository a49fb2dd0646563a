"""Fill an empty openIMIS with a small scheme, always the same.

Run with Django's Python in the folder of `manage.py`. Records are written through
openIMIS' own models; the bills by its own service.
"""

import json
import os
import random
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openIMIS.settings")
django.setup()

from claim.models import Claim, ClaimItem, ClaimService  # noqa: E402
from claim_batch.models import BatchRun, RelativeDistribution  # noqa: E402
from contribution.models import Premium  # noqa: E402
from contribution_plan.models import PaymentPlan  # noqa: E402
from core.models import (  # noqa: E402
    ClaimAdmin,
    InteractiveUser,
    Language,
    Officer,
    Role,
    User,
    UserRole,
)
from django.contrib.contenttypes.models import ContentType  # noqa: E402
from django.db import transaction  # noqa: E402
from insuree.models import Family, Gender, Insuree, InsureePolicy  # noqa: E402
from invoice.services import BillService  # noqa: E402
from location.models import (  # noqa: E402
    HealthFacility,
    HealthFacilityCatchment,
    HealthFacilityLegalForm,
    Location,
    UserDistrict,
)
from medical.models import Diagnosis, Item, Service  # noqa: E402
from payer.models import Payer, PayerType  # noqa: E402
from policy.models import Policy  # noqa: E402
from product.models import Product  # noqa: E402

LOGIN, PASSWORD = "accounting", "s3cret-and-long"  # noqa: S105
CENT = Decimal("0.01")
CLAIMS = 90
FEE_FOR_SERVICE = "0a1b6d54-eef4-4ee6-ac47-2a99cfa5e9a8"
#: long before anything that happens, so that nothing is younger than what uses it
BEGIN = datetime(2026, 1, 1)

chance = random.Random(20261129)  # noqa: S311


def make(model, **values):
    """Create a record as an audited one, valid since the beginning."""
    names = {field.name for field in model._meta.concrete_fields}
    if "audit_user_id" in names:
        values.setdefault("audit_user_id", 1)
    if "validity_from" in names:
        values.setdefault("validity_from", BEGIN)
    record = model(**values)
    record.save()
    return record


def money(low, high):
    """A random price of whole cents."""
    return (Decimal(chance.randint(low * 100, high * 100)) / 100).quantize(CENT)


class Scheme:
    """The records, in the order they need each other."""

    def __init__(self):
        self.user()
        self.places()
        self.products()
        self.facilities()
        self.people()
        self.policies()
        self.claims()
        self.bills()

    def user(self):
        """An administrator who logs in with a password."""
        language = make(Language, code="en", name="English", sort_order=1)
        person = InteractiveUser(
            language=language,
            last_name="Accounting",
            other_names="Office",
            login_name=LOGIN,
            role_id=1,
        )
        person.set_password(PASSWORD)
        # no user is there yet that could be named as who makes this one
        super(type(person), person).save_base(force_insert=True)
        role = make(Role, name="Administrator", is_system=64, is_blocked=False)
        make(UserRole, user=person, role=role)
        self.person = person
        self.admin = User.objects.create(username=LOGIN, i_user=person)

    def places(self):
        """Two regions of two districts of a ward of two villages."""
        self.districts, self.villages = [], []
        for r in (1, 2):
            region = make(Location, code=f"R{r}", name=f"Region {r}", type="R")
            for d in (1, 2):
                code = f"R{r}D{d}"
                district = make(
                    Location, code=code, name=f"Town {d}", type="D", parent=region
                )
                ward = make(
                    Location, code=f"{code}W", name="Centre", type="W", parent=district
                )
                self.districts.append(district)
                make(UserDistrict, user=self.person, location=district)
                for v in (1, 2):
                    village = make(
                        Location,
                        code=f"{code}V{v}",
                        name=f"Village {v}",
                        type="V",
                        parent=ward,
                        male_population=100 * r + v,
                        female_population=110 * d + v,
                        other_population=0,
                        families=40 + v,
                    )
                    self.villages.append(village)

    def products(self):
        """A national product, one of a region, one with relative prices."""
        self.by_code = {}
        for code, place, period in (
            ("NAT", None, None),
            ("FFS", self.districts[0].parent, None),
            ("REL", self.districts[2].parent, "M"),
        ):
            self.by_code[code] = make(
                Product,
                code=code,
                name=f"Product {code}",
                location=place,
                date_from=datetime(2026, 1, 1),
                date_to=datetime(2030, 12, 31),
                insurance_period=12,
                lump_sum=1000,
                max_members=9,
                grace_period_enrolment=0,
                acc_code_remuneration=f"6201{len(self.by_code):02}",
                acc_code_premiums=f"7011{len(self.by_code):02}",
                period_rel_prices=period,
                ceiling_interpretation="H",
            )
        for month in range(1, 13):
            make(
                RelativeDistribution,
                product=self.by_code["REL"],
                type=12,
                care_type="B",
                period=month,
                percent=80,
            )
        for code, product in self.by_code.items():
            plan = PaymentPlan(
                code=f"PP-{code}",
                name=f"Plan {code}",
                calculation=FEE_FOR_SERVICE,
                benefit_plan_id=product.id,
                benefit_plan_type=ContentType.objects.get_for_model(Product),
                periodicity=1,
                date_valid_from=BEGIN,
                json_ext={"calculation_rule": {"claim_type": "B"}},
            )
            plan.save(user=self.admin)

    def facilities(self):
        """A hospital, a centre and a dispensary, in each but one district."""
        form = make(
            HealthFacilityLegalForm, code="G", legal_form="Government", sort_order=1
        )
        self.hospitals = []
        for number, level in enumerate("HCDHCD"):
            district = self.districts[number % 3]
            facility = make(
                HealthFacility,
                code=f"HF{number:03}",
                name=f"Facility {number}",
                acc_code=f"4011{number:02}",
                legal_form=form,
                level=level,
                location=district,
                care_type="B",
                status="AC",
            )
            self.hospitals.append(facility)
            make(
                HealthFacilityCatchment,
                health_facility=facility,
                location=self.villages[number],
                catchment=50 + number,
            )
        self.clerk = make(
            ClaimAdmin,
            code="CA1",
            last_name="Clerk",
            other_names="Claims",
            health_facility=self.hospitals[0],
            has_login=False,
        )
        self.diagnosis = make(Diagnosis, code="A09", name="Diarrhoea")
        common = {"care_type": "B", "patient_category": 15, "frequency": 0}
        self.goods = [
            make(
                Item,
                code=f"I{n:03}",
                name=f"Item {n}",
                type="D",
                price=money(1, 50),
                **common,
            )
            for n in range(6)
        ]
        self.services = [
            make(
                Service,
                code=f"S{n:03}",
                name=f"Service {n}",
                type="C",
                level="S",
                price=money(10, 300),
                **common,
            )
            for n in range(6)
        ]

    def people(self):
        """Families of one to three, officers, payers."""
        gender = make(Gender, code="F", gender="Female", sort_order=1)
        self.officers = [
            make(
                Officer,
                code=f"E{n}",
                last_name=f"Officer {n}",
                other_names="Field",
                location=self.districts[n],
                phone_communication=False,
                has_login=False,
            )
            for n in range(3)
        ]
        make(PayerType, code="O", payer_type="Other", sort_order=1)
        self.payers = [
            make(Payer, type="O", name=f"Payer {n}", location=self.districts[n])
            for n in range(2)
        ]
        self.family_members = []
        for number in range(24):
            members = []
            for place in range(chance.randint(1, 3)):
                members.append(
                    make(
                        Insuree,
                        chf_id=f"{900000000 + 10 * number + place}",
                        last_name=f"Family {number}",
                        other_names=f"Person {place}",
                        gender=gender,
                        dob=date(1980, 1, 1),
                        head=not place,
                        card_issued=False,
                    )
                )
            family = make(
                Family,
                head_insuree=members[0],
                location=chance.choice(self.villages),
                poverty=False,
                is_offline=False,
            )
            for member in members:
                member.family = family
                member.save()
            self.family_members.append((family, members))

    def policies(self):
        """One policy a family; premiums in one, two or three payments."""
        self.policy_of = {}
        codes = list(self.by_code)
        for number, (family, members) in enumerate(self.family_members):
            product = self.by_code[codes[number % 3]]
            start = date(2026, 1 + number % 6, 1)
            idle = number == 7
            policy = make(
                Policy,
                family=family,
                product=product,
                officer=self.officers[number % 3],
                stage="N",
                status=1 if idle else 2,
                value=1000,
                enroll_date=start,
                start_date=start,
                effective_date=None if idle else start,
                expiry_date=start.replace(year=2027) - timedelta(days=1),
                offline=False,
            )
            self.policy_of[family.id] = policy
            for member in members:
                make(
                    InsureePolicy,
                    insuree=member,
                    policy=policy,
                    enrollment_date=start,
                    start_date=start,
                    effective_date=policy.effective_date,
                    expiry_date=policy.expiry_date,
                    offline=False,
                )
            for part in range(number % 4):
                make(
                    Premium,
                    policy=policy,
                    payer=chance.choice([None, *self.payers]),
                    amount=money(50, 400),
                    receipt=f"RE{number}-{part}",
                    pay_date=start + timedelta(days=part),
                    pay_type="C",
                )

    def claims(self):
        """Claims in every status, their lines as a review may leave them."""
        self.made = []
        insured = [pair for pair in self.family_members if pair[0].id in self.policy_of]
        for number in range(CLAIMS):
            family, members = chance.choice(insured)
            policy = self.policy_of[family.id]
            if policy.status == 1:
                continue
            status = chance.choice((16, 16, 16, 16, 16, 16, 8, 4, 2, 1))
            day = date(2026, 8, 1) + timedelta(days=chance.randrange(92))
            stamp = datetime(day.year, day.month, day.day, 9, number % 60)
            settled = status in (8, 16)
            claim = make(
                Claim,
                code=f"C{number:05}",
                insuree=chance.choice(members),
                date_from=day,
                date_to=day,
                date_claimed=day,
                status=status,
                health_facility=self.hospitals[chance.randrange(6)],
                admin=self.clerk,
                icd=self.diagnosis,
                visit_type="O",
                category="V",
                validity_from=stamp,
                submit_stamp=stamp if status != 2 else None,
                process_stamp=stamp if settled else None,
                rejection_reason=1 if status == 1 else 0,
            )
            relative = policy.product.code == "REL"
            for _line in range(chance.randint(1, 4)):
                self.line(claim, policy, relative)
            claim.claimed = sum(
                line.qty_provided * line.price_asked
                for kind in (ClaimItem, ClaimService)
                for line in kind.objects.filter(claim=claim)
            ).quantize(CENT, ROUND_HALF_UP)
            claim.save()
            self.made.append(claim)

    def line(self, claim, policy, relative):
        """An item or service, refused, cut, of another price, or as it was asked."""
        is_item = chance.random() < 0.5
        record = chance.choice(self.goods if is_item else self.services)
        refused = claim.status == 1 or (claim.status > 2 and chance.random() < 0.15)
        values = {
            "claim": claim,
            "product": policy.product,
            "policy": policy,
            "status": 2 if refused else 1,
            "rejection_reason": chance.choice((1, 4, 17)) if refused else 0,
            "qty_provided": Decimal(chance.choice(("0.50", "1.00", "2.00", "3.00"))),
            "price_asked": record.price + chance.choice((0, 0, Decimal("1.37"))),
            "validity_from": claim.validity_from,
        }
        if claim.status > 2 and not refused:
            values["price_adjusted"] = record.price
            values["price_origin"] = "R" if relative else "P"
            values["limitation"] = "C"
            values["limitation_value"] = 100
        if claim.status in (8, 16) and not refused and chance.random() < 0.3:
            values["qty_approved"] = chance.choice((Decimal(0), Decimal("0.5")))
            if chance.random() < 0.7:
                values["price_approved"] = record.price - Decimal("0.33")
        if claim.status == 16 and relative and not refused:
            values["price_valuated"] = chance.choice((Decimal(0), money(0, 40)))
        if claim.status == 16 and not relative and not refused:
            if chance.random() < 0.15:
                values["remunerated_amount"] = money(0, 60)
        if is_item:
            make(ClaimItem, item=record, availability=True, **values)
        else:
            make(ClaimService, service=record, **values)

    def bills(self):
        """A bill of one line and one of several, as openIMIS' service makes them."""
        run = make(
            BatchRun,
            run_date=datetime(2026, 10, 31, 12),
            run_year=2026,
            run_month=10,
        )
        due = [c for c in self.made if c.status == 16]
        by_facility = {}
        for claim in due:
            by_facility.setdefault(claim.health_facility_id, []).append(claim)
        largest = max(by_facility.values(), key=len)
        other = next(v for v in by_facility.values() if v is not largest)
        for code, claims in (("IV-SEVERAL", largest[:4]), ("IV-ONE", other[:1])):
            self.bill(code, claims, run)

    def bill(self, code, claims, run):
        """One bill whose lines are claims, at what was claimed."""
        facility = claims[0].health_facility
        lines = [
            {
                "code": claim.code,
                "description": "A09 Diarrhoea",
                "quantity": 1,
                "unit_price": str(claim.claimed),
                "discount": "0.00",
                "deduction": "0.00",
                "amount_net": str(claim.claimed),
                "amount_total": str(claim.claimed),
                "line_type": "claim",
                "line_id": claim.id,
                "details": {},
            }
            for claim in claims
        ]
        result = BillService.bill_create(
            convert_results={
                "user": self.admin,
                "bill_data": {
                    "code": code,
                    "subject_type": "batchrun",
                    "subject_id": run.id,
                    "thirdparty_type": "healthfacility",
                    "thirdparty_id": facility.id,
                    "date_bill": "2026-11-02",
                    "date_due": "2026-12-02",
                    "status": 1,
                    "terms": "Seeded",
                },
                "bill_data_line": lines,
            }
        )
        if not (result or {}).get("success"):
            raise SystemExit(f"{code}: {json.dumps(result, default=str)}")


if __name__ == "__main__":
    if InteractiveUser.objects.exists():
        raise SystemExit("This openIMIS holds records already.")
    with transaction.atomic():
        Scheme()
