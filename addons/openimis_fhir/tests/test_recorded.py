from decimal import Decimal

from odoo.tests import tagged

from .common import OpenimisCase, Recorded, recordings


def valid(table):
    """Rows of a recorded table that are in force."""
    return [row for row in recordings.truth(table) if not row["validity_to"]]


def amount(text):
    return Decimal(text) if text else None


@tagged("post_install", "-at_install")
class TestRecorded(OpenimisCase):
    """A pull of the recorded openIMIS gives exactly the rows of its tables."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.recorded = Recorded()

    def setUp(self):
        super().setUp()
        self.store.recorded = Recorded()
        self.connection.transport = "mixed"
        self.connection.page_size = 50

    def records(self, model):
        found = self.env[model].search([("company_id", "=", self.company.id)])
        return {record.openimis_uuid: record for record in found}

    def exact(self, record, name, digits=2):
        """The value of a number as it would stand in openIMIS' table."""
        return Decimal(f"{record[name]:.{digits}f}")

    def compare(self, rows, records, fields, key="uuid"):
        """Compare tables with records, column by column.

        :param dict fields: column -> function of the record
        """
        self.assertEqual({row[key] for row in rows}, set(records))
        for row in rows:
            record = records[row[key]]
            told = {column: row[column] for column in fields}
            here = {column: get(record) for column, get in fields.items()}
            self.assertEqual(here, told, row[key])

    def test_everything_that_is_there_is_here(self):
        pull = self.pull(full=True)
        self.assertEqual(
            {
                (message.code, message.severity)
                for message in pull.exchange_message_ids
                if message.severity in ("fatal", "blocked", "error")
            },
            # both indexes were rounded to 0.0000 by openIMIS
            {("relative_index.reference", "error")},
        )
        for check in (
            self.check_places,
            self.check_facilities,
            self.check_products,
            self.check_parties,
            self.check_plans,
            self.check_policies,
            self.check_claims,
            self.check_claim_lines,
            self.check_bills,
        ):
            with self.subTest(check.__name__):
                check()

    def check_places(self):
        number = "{}".format
        self.compare(
            valid("locations"),
            self.records("openimis.location"),
            {
                "code": lambda r: r.code,
                "name": lambda r: r.name,
                "type": lambda r: r.type,
                "parent_uuid": lambda r: r.parent_id.openimis_uuid or "",
            },
        )
        for row in valid("locations"):
            location = self.records("openimis.location")[row["uuid"]]
            for theirs in ("male_population", "female_population", "families"):
                self.assertEqual(number(location[theirs]), row[theirs] or "0")

    def check_facilities(self):
        facilities = {
            partner.openimis_uuid: partner
            for partner in self.env["res.partner"].search(
                [
                    # one of the same code that belongs to all companies is shared
                    ("company_id", "in", (False, self.company.id)),
                    ("openimis_uuid", "!=", False),
                    ("openimis_is_facility", "=", True),
                ]
            )
        }
        self.compare(
            valid("facilities"),
            facilities,
            {
                "code": lambda r: r.openimis_code,
                "name": lambda r: r.name,
                "acc_code": lambda r: r.openimis_account_code or "",
                "level": lambda r: r.openimis_level,
                "sublevel": lambda r: r.openimis_sub_level or "",
                "legal_form": lambda r: r.openimis_legal_form,
                "care_type": lambda r: r.openimis_care_type,
                "district_uuid": lambda r: r.openimis_location_id.openimis_uuid,
                "status": lambda r: r.openimis_status,
            },
        )
        served = self.env["openimis.catchment"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertEqual(
            {
                (r.partner_id.openimis_code, r.location_id.code, r.percentage)
                for r in served
            },
            {
                (r["facility_code"], r["location_code"], float(r["catchment_percent"]))
                for r in valid("facility_catchments")
            },
        )

    def check_products(self):
        self.compare(
            valid("products"),
            self.records("openimis.product"),
            {
                "code": lambda r: r.code,
                "name": lambda r: r.name,
                "location_uuid": lambda r: r.location_id.openimis_uuid or "",
                "acc_code_premiums": lambda r: r.account_premium_code or "",
                "acc_code_remuneration": lambda r: r.account_remuneration_code or "",
                "lump_sum": lambda r: f"{r.lump_sum:.2f}",
                "date_from": lambda r: f"{r.date_from} 00:00:00+00",
                "date_to": lambda r: f"{r.date_to} 00:00:00+00",
            },
        )

    def check_parties(self):
        self.compare(
            valid("payers"),
            self.records("openimis.payer"),
            {
                "name": lambda r: r.name,
                "type": lambda r: r.type,
                "location_code": lambda r: r.location_id.code or "",
            },
        )
        self.compare(
            valid("officers"),
            self.records("openimis.officer"),
            {
                "code": lambda r: r.code,
                "last_name": lambda r: r.last_name,
                "other_names": lambda r: r.other_names,
                "location_code": lambda r: r.location_id.code or "",
            },
        )
        self.compare(
            valid("insurees"),
            self.records("openimis.insuree"),
            {
                "chf_id": lambda r: r.chf_id,
                "family_uuid": lambda r: r.family_id.openimis_uuid,
                "is_head": lambda r: "t" if r.is_head else "f",
            },
        )
        self.compare(
            valid("families"),
            self.records("openimis.family"),
            {
                "head_chf_id": lambda r: r.code,
                "head_uuid": lambda r: r.head_id.openimis_uuid,
                "location_code": lambda r: r.location_id.code or "",
            },
        )

    def check_plans(self):
        plans = self.records("openimis.payment.plan")
        self.compare(
            recordings.truth("payment_plans"),
            plans,
            {
                "code": lambda r: r.code,
                "name": lambda r: r.name,
                "calculation_uuid": lambda r: r.calculation_uuid,
                "product": lambda r: r.product_id.code,
                "periodicity": lambda r: str(r.periodicity),
                "date_valid_from": lambda r: f"{r.date_from} 00:00:00+00",
                "date_valid_to": lambda r: f"{r.date_to} 00:00:00+00",
            },
        )
        by_code = {plan.code: plan for plan in plans.values()}
        self.assertEqual(by_code["PP-COM"].rate, 10)
        self.assertEqual(by_code["PP-FEE"].rate, 2)
        self.assertEqual(by_code["PP-FEE"].payment_origin, "mobile")
        product = by_code["PP-CAP"].product_id
        self.assertEqual(product.share_contribution, 80)
        self.assertEqual(product.weight_population, 30)
        self.assertEqual(product.weight_insured_population, 30)
        self.assertEqual(product.weight_nb_visits, 20)
        self.assertEqual(product.weight_adjusted_amount, 20)
        self.assertEqual(product.level_ids.mapped("level"), ["H", "D", "C"])
        relative = by_code["PP-REL"].product_id.distribution_ids
        self.assertEqual(
            {row.month: row.percentage for row in relative},
            {month: 60 + 3 * month for month in range(1, 13)},
        )

    def check_policies(self):
        self.compare(
            valid("policies"),
            self.records("openimis.policy"),
            {
                "family_uuid": lambda r: r.family_id.openimis_uuid,
                "product": lambda r: r.product_id.code,
                "stage": lambda r: r.stage,
                "status": lambda r: r.status,
                "value": lambda r: f"{r.value:.2f}",
                "enroll_date": lambda r: str(r.date_enrolled),
                "start_date": lambda r: str(r.date_start),
                "effective_date": lambda r: str(r.date_effective or ""),
                "expiry_date": lambda r: str(r.date_expiry or ""),
                "officer_uuid": lambda r: r.officer_id.openimis_uuid or "",
            },
        )
        self.compare(
            valid("premiums"),
            self.records("openimis.premium"),
            {
                "policy_uuid": lambda r: r.policy_id.openimis_uuid,
                "amount": lambda r: f"{r.amount:.2f}",
                "receipt": lambda r: r.receipt,
                "pay_date": lambda r: str(r.date_paid),
                "pay_type": lambda r: r.pay_type,
                "is_photo_fee": lambda r: "t" if r.is_photo_fee else "f",
                "payer_uuid": lambda r: r.payer_id.openimis_uuid or "",
            },
        )

    def check_claims(self):
        self.compare(
            recordings.truth("batch_runs"),
            self.records("openimis.batch.run"),
            {
                "run_year": lambda r: str(r.run_year),
                "run_month": lambda r: str(r.run_month),
                "location_code": lambda r: r.location_id.code or "",
            },
            key="id",
        )
        self.compare(
            valid("claims"),
            self.records("openimis.claim"),
            {
                "code": lambda r: r.code,
                "status": lambda r: r.status,
                "review_status": lambda r: r.review_status,
                "feedback_status": lambda r: r.feedback_status,
                "rejection_reason": lambda r: str(r.rejection_reason),
                "facility_code": lambda r: r.health_facility_id.openimis_code,
                "claim_admin": lambda r: r.claim_admin,
                "icd": lambda r: r.icd_code,
                "visit_type": lambda r: r.visit_type,
                "date_from": lambda r: str(r.date_from),
                "date_claimed": lambda r: str(r.date_claimed),
                "batch_run": lambda r: r.batch_run_id.openimis_uuid or "",
            },
        )
        claims = self.records("openimis.claim")
        persons = {row["chf_id"] for row in valid("insurees")}
        for row in valid("claims"):
            claim = claims[row["uuid"]]
            for name in ("claimed", "approved", "valuated", "remunerated", "reinsured"):
                self.assertEqual(
                    self.exact(claim, name), amount(row[name]) or 0, (row, name)
                )
            stamp = row["process_stamp"] or row["date_processed"]
            self.assertEqual(str(claim.date_processed or ""), stamp[:10], row["code"])
            # openIMIS lists no insuree that was withdrawn, though claims are his
            person = row["chf_id"] if row["chf_id"] in persons else False
            self.assertEqual(claim.insuree_id.chf_id, person, row["code"])

    def check_claim_lines(self):
        rows = {}
        for row in recordings.truth("claim_lines"):
            if not row["claim_validity_to"] and not row["line_validity_to"]:
                rows.setdefault(row["claim_uuid"], []).append(row)
        policies = {row["uuid"] for row in valid("policies")}
        claims = self.records("openimis.claim")
        self.assertEqual(set(rows), {k for k, c in claims.items() if c.line_ids})
        count = 0
        for uuid, told in rows.items():
            told.sort(key=lambda row: (row["kind"], int(row["line_id"])))
            lines = claims[uuid].line_ids.sorted("sequence")
            self.assertEqual(len(lines), len(told))
            for line, row in zip(lines, told, strict=True):
                self.check_claim_line(line, row, policies)
                count += 1
        self.assertEqual(count, sum(map(len, rows.values())))

    def check_claim_line(self, line, row, policies):
        here = {
            "kind": line.line_type,
            "code": line.code,
            "line_status": line.status,
            "rejection_reason": str(line.rejection_reason),
            "price_origin": line.price_origin or "",
            "limitation": line.limitation or "",
            "product": line.product_id.code or "",
        }
        self.assertEqual(here, {name: row[name] for name in here})
        # nor does it list a policy that was replaced by a newer version of itself
        policy = row["policy_uuid"] if row["policy_uuid"] in policies else False
        self.assertEqual(line.policy_id.openimis_uuid, policy)
        for name in ("qty_provided", "price_asked"):
            self.assertEqual(self.exact(line, name), amount(row[name]), (row, name))
        for name in AMOUNTS:
            told = amount(row[name])
            self.assertEqual(self.exact(line, name), told or 0, (row, name))
            self.assertEqual(line[f"{name}_given"], told is not None, (row, name))

    def check_bills(self):
        bills = {
            bill.uuid: bill
            for bill in self.env["openimis.remote.bill"].search(
                [("company_id", "=", self.company.id)]
            )
        }
        self.compare(
            recordings.truth("bills"),
            bills,
            {
                "code": lambda r: r.code,
                "status": lambda r: r.status,
                "date_bill": lambda r: str(r.date_bill),
                "date_due": lambda r: str(r.date_due or ""),
                "amount_net": lambda r: f"{r.amount_net:.2f}",
                "amount_total": lambda r: f"{r.amount_total:.2f}",
                "currency": lambda r: r.currency_id.name,
                "version": lambda r: str(r.version),
                "lines": lambda r: str(len(r.line_ids)),
            },
        )
        kinds = {"healthfacility": "facility", "user": "officer", "payer": "payer"}
        for row in recordings.truth("bills"):
            bill = bills[row["uuid"]]
            self.assertEqual(bill.third_party_type, kinds[row["thirdparty_model"]])
            self.assertTrue(bill.partner_id, bill.code)
            kind = "fees" if bill.third_party_type == "payer" else None
            kind = "commission" if bill.third_party_type == "officer" else kind
            self.assertEqual(bill.bill_type, kind or "claim-batch", bill.code)
        lines = {}
        for row in recordings.truth("bill_items"):
            key = (row["code"], f"{Decimal(row['amount_net']):.2f}")
            lines.setdefault(row["bill_uuid"], []).append(key)
        for uuid, told in lines.items():
            here = [(line.code, f"{line.net:.2f}") for line in bills[uuid].line_ids]
            self.assertEqual(sorted(here), sorted(told))


AMOUNTS = (
    "qty_approved",
    "price_approved",
    "price_adjusted",
    "price_valuated",
    "remunerated_amount",
    "deductable_amount",
    "exceed_ceiling_amount",
    "exceed_ceiling_amount_category",
)
