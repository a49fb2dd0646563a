from odoo.tests import tagged

from ..core.fhir_served import SERVED, reverse_includes
from ..models import openimis_fhir_resource
from .fhir_case import FhirCase

#: a value of each kind of parameter that fits wherever no code is expected
VALUES = {"date": "ge2020-01-01", "quantity": "gt0", "reference": "x", "string": "a"}
CODES = {
    ("PaymentNotice", "status"): "active",
    ("PaymentReconciliation", "status"): "active",
    ("Invoice", "status"): "issued",
    ("Claim", "status"): "active",
}


@tagged("post_install", "-at_install")
class TestFhirParameters(FhirCase):
    """Every search parameter of the table, with what it finds and what it adds."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        create = cls.env["openimis.insuree"].create
        cls.insuree, cls.other = create(
            [
                {
                    "company_id": cls.company.id,
                    "chf_id": f"070707{n}",
                    "last_name": f"P{n}",
                }
                for n in range(2)
            ]
        )
        cls.insuree.openimis_uuid = "11111111-2222-4333-8444-555555555555"
        cls.claims = cls.env["openimis.claim"].create(
            [
                {
                    "company_id": cls.company.id,
                    "code": f"CQ{number}",
                    "insuree_id": insuree.id,
                    "health_facility_id": cls.facility.id,
                    "date_from": f"2026-10-0{number}",
                    "date_claimed": claimed,
                    "status": status,
                }
                for number, (insuree, claimed, status) in enumerate(
                    (
                        (cls.insuree, "2026-11-05", "16"),
                        (cls.other, False, "8"),
                        (cls.insuree.browse(), False, "1"),
                    ),
                    start=1,
                )
            ]
        )

    def setUp(self):
        super().setUp()
        # everybody's rights of reading
        self.reader.group_ids |= self.env.ref("openimis_payable.group_right_156201")
        self.reader.group_ids |= self.env.ref("openimis_payable.group_right_111102")
        self.env.flush_all()

    def total(self, path):
        return self.call(path)["total"]

    def added(self, path):
        """{kind: ids} of what a search adds, and the ids of what it finds."""
        found, added = [], {}
        for entry in self.call(path).get("entry", ()):
            resource = entry["resource"]
            if entry["search"]["mode"] == "match":
                found.append(resource["id"])
            else:
                added.setdefault(resource["resourceType"], []).append(resource["id"])
        return found, added

    def paid_bill(self, number, **values):
        move = self.bill(number, **values)
        self.call("PaymentNotice", self.payer_key, 201, self.notice(move, 200, "P1"))
        self.env.invalidate_all()
        return move

    # === ALL OF THEM === #

    def test_every_parameter_is_searched_missing_and_sorted(self):
        self.paid_bill(1)
        for kind, served in SERVED.items():
            everything = self.total(kind)
            for name, known in served.parameters.items():
                value = CODES.get((kind, name)) or VALUES.get(known.kind, "x")
                asked = f"{name}:identifier" if known.logical else name
                with self.subTest(f"{kind}?{asked}={value}"):
                    self.call(f"{kind}?{asked}={value}")
                    given = self.total(f"{kind}?{name}:missing=false")
                    missing = self.total(f"{kind}?{name}:missing=true")
                    self.assertEqual(given + missing, everything)
                    if not known.optional:
                        self.assertEqual(missing, 0)
                if known.kind == "token":
                    with self.subTest(f"{kind}?{name}:not={value}"):
                        found = self.total(f"{kind}?{name}={value}")
                        rest = self.total(f"{kind}?{name}:not={value}")
                        self.assertEqual(found + rest, everything)
                if known.sorts:
                    for sign in ("", "-"):
                        with self.subTest(f"{kind}?_sort={sign}{name}"):
                            self.assertEqual(
                                self.total(f"{kind}?_sort={sign}{name}"), everything
                            )

    def test_every_reference_can_be_included_both_ways(self):
        self.paid_bill(1)
        for kind, served in SERVED.items():
            for name, (target,) in served.includes().items():
                with self.subTest(f"{kind}:{name}"):
                    self.call(f"{kind}?_include={kind}:{name}")
                    self.call(f"{kind}?_include={kind}:{name}:{target}")
            for source, name in reverse_includes(kind):
                with self.subTest(f"reverse {source}:{name}"):
                    self.call(f"{kind}?_revinclude={source}:{name}")

    # === WHAT THEY FIND === #

    def test_bills_by_amount(self):
        small, large = self.bill(1, amounts=(100.0,)), self.bill(2, amounts=(250.5,))
        refund = self.bill(3, amounts=(70.0,), move_type="in_refund")
        names = {small.openimis_uuid: 100, large.openimis_uuid: 250.5}
        names[refund.openimis_uuid] = -70
        currency = self.company.currency_id.name
        for value, expected in (
            ("100", [100]),
            ("100.4", []),
            ("250", []),
            ("251", [250.5]),
            ("250.50", [250.5]),
            ("-70", [-70]),
            ("ne100", [-70, 250.5]),
            ("gt100", [250.5]),
            ("ge100", [100, 250.5]),
            ("lt100", [-70]),
            ("le-70", [-70]),
            ("lt-70", []),
            (f"gt0||{currency}", [100, 250.5]),
            ("gt0||XXX", []),
        ):
            for name in ("totalgross", "totalnet"):
                found = self.ids(self.call(f"Invoice?{name}={value}"))
                self.assertEqual(sorted(names[i] for i in found), expected, value)
        self.assertEqual(
            self.call("Invoice?totalgross=-70")["entry"][0]["resource"]["totalGross"],
            {"value": -70.0, "currency": currency},
        )

    def test_bills_by_person_account_and_claim(self):
        cash = self.bill(1, openimis_sender=f"openimis.insuree,{self.insuree.id}")
        plain = self.bill(2, openimis_sender=f"openimis.insuree,{self.other.id}")
        facility = self.bill(3)
        facility.openimis_line_ids[0].sudo().claim_id = self.claims[0]
        self.env.flush_all()
        account = self.call(f"Invoice/{cash.openimis_uuid}")["account"]["identifier"]
        person = self.insuree.openimis_uuid
        for query, expected in (
            (f"patient={person}", cash),
            (f"subject=Patient/{person}", cash),
            (f"recipient:Patient={person}", cash),
            (f"recipient=Organization/{person}", cash.browse()),
            (f"patient=insuree-{self.other.id}", plain),
            (f"patient=insuree-{self.insuree.id}", cash.browse()),
            ("patient:missing=true", facility),
            (f"recipient=Organization/{self.facility.openimis_uuid}", facility),
            (f"recipient:Patient={self.facility.openimis_uuid}", cash.browse()),
            (f"account:identifier={account['value']}", cash + plain + facility),
            (
                f"account:identifier={account['system']}|{account['value']}",
                cash + plain + facility,
            ),
            ("account:identifier=nothing", cash.browse()),
            (f"claim=Claim/claim-{self.claims[0].id}", facility),
            (f"claim=claim-{self.claims[1].id}", cash.browse()),
            ("claim:missing=true", cash + plain),
            ("status:not=draft", cash + plain + facility),
            ("status:not=issued", cash.browse()),
        ):
            found = self.ids(self.call(f"Invoice?{query}"))
            self.assertEqual(set(found), set(expected.mapped("openimis_uuid")), query)

    def test_a_bill_is_found_by_whom_it_tells_to_be_paid(self):
        """The insured person of the third party, else of the partner."""
        self.insuree.partner_id = self.env["res.partner"].create({"name": "P0"})
        stranger = self.env["res.partner"].create({"name": "Head"})
        moves = [
            self.bill(1, partner_id=self.insuree.partner_id.id),
            self.bill(
                2,
                partner_id=self.insuree.partner_id.id,
                openimis_sender=f"openimis.insuree,{self.other.id}",
            ),
            self.bill(3),
            self.bill(4, partner_id=stranger.id),
        ]
        for move in moves:
            uuid = move.openimis_uuid
            recipient = self.call(f"Invoice/{uuid}").get("recipient", {})
            if recipient:
                found = self.ids(
                    self.call(f"Invoice?recipient={recipient['reference']}")
                )
            else:
                found = self.ids(self.call("Invoice?recipient:missing=true"))
            self.assertEqual(found, [uuid], recipient)

    def test_a_draft_is_found_by_the_day_it_tells(self):
        draft = self.bill(1, post=False, invoice_date=False)
        told = self.call(f"Invoice/{draft.openimis_uuid}")["date"]
        self.assertEqual(
            self.ids(self.call(f"Invoice?date={told}")), [draft.openimis_uuid]
        )

    def test_claims(self):
        first, second, third = self.claims
        facility = self.facility.openimis_uuid
        for query, expected in (
            ("", self.claims),
            ("created=2026-11-05", first),
            ("created=2026-10", second + third),
            ("created=lt2026-10-03", second),
            (f"patient=Patient/{self.insuree.openimis_uuid}", first),
            (f"patient=insuree-{self.other.id}", second),
            ("patient=insuree-unknown", third),
            (f"provider=Organization/{facility}", self.claims),
            ("provider=nobody", first.browse()),
            ("status=cancelled", third),
            ("status:not=cancelled", first + second),
            ("use=claim", self.claims),
            ("use=preauthorization", first.browse()),
            ("identifier=CQ2", second),
        ):
            found = self.ids(self.call(f"Claim?{query}"))
            expected = {f"claim-{claim.id}" for claim in expected}
            self.assertEqual(set(found), expected, query)
            for resource_id in found:
                self.call(f"Claim/{resource_id}")

    def test_payments(self):
        move = self.paid_bill(1)
        other = self.bill(2)
        (found,) = self.call("PaymentReconciliation")["entry"]
        told = found["resource"]
        bank = next(i for i in told["identifier"] if i.get("system"))
        for query, expected in (
            (f"detail-request=Invoice/{move.openimis_uuid}", 1),
            (f"detail-request={other.openimis_uuid}", 0),
            ("detail-request:missing=false", 1),
            (f"identifier={bank['system']}|{bank['value']}", 1),
            (f"identifier={bank['value']}", 1),
            (f"identifier={told['id']}", 1),
            ("identifier=nothing", 0),
            ("payment-date=2026-11-22", 1),
            ("payment-date=lt2026-11-22", 0),
            ("payment-amount=200", 1),
            ("payment-amount=gt200", 0),
            ("status=active", 1),
            ("status=cancelled", 0),
            ("outcome=complete", 1),
            (f"payment-issuer=partner-{self.company.partner_id.id}", 1),
        ):
            self.assertEqual(self.total(f"PaymentReconciliation?{query}"), expected)
        for query, expected in (
            ("payment-status=paid", 1),
            ("payment-status=cleared", 0),
            ("created=ge2020", 1),
            ("identifier:missing=true", 0),
        ):
            self.assertEqual(self.total(f"PaymentNotice?{query}"), expected, query)

    # === WHAT IS ADDED === #

    def test_issuer_claims_and_payments_come_with_a_bill(self):
        move = self.paid_bill(1)
        move.openimis_line_ids[0].sudo().claim_id = self.claims[0]
        self.env.flush_all()
        uuid = move.openimis_uuid
        scheme = f"partner-{self.company.partner_id.id}"
        found, added = self.added(
            f"Invoice?_id={uuid}&_include=Invoice:issuer&_include=Invoice:recipient"
            "&_include=Invoice:claim&_revinclude=PaymentNotice:request"
            "&_revinclude=PaymentReconciliation:detail-request"
            "&_revinclude=ChargeItem:invoice"
        )
        self.assertEqual(found, [uuid])
        self.assertEqual(
            set(added["Organization"]), {scheme, self.facility.openimis_uuid}
        )
        self.assertEqual(added["Claim"], [f"claim-{self.claims[0].id}"])
        self.assertEqual(len(added["PaymentNotice"]), 1)
        self.assertEqual(len(added["PaymentReconciliation"]), 1)
        self.assertEqual(len(added["ChargeItem"]), 2)
        # and back from the payment and the line
        path = "PaymentReconciliation?_include=PaymentReconciliation:detail-request"
        self.assertEqual(self.added(path)[1], {"Invoice": [uuid]})
        path = f"ChargeItem?invoice={uuid}&_include=ChargeItem:claim"
        self.assertEqual(self.added(path)[1], {"Claim": [f"claim-{self.claims[0].id}"]})

    def test_what_is_added_does_not_count_and_is_whole(self):
        self.bill(1)
        bundle = self.call("Invoice?_include=Invoice:recipient&_elements=status")
        self.assertEqual((bundle["total"], len(bundle["entry"])), (1, 2))
        self.assertEqual(bundle["entry"][1]["resource"]["name"], "Health centre 1")
        self.assertNotIn("entry", self.call("Invoice?_include=Invoice:issuer&_count=0"))

    def test_nothing_is_added_that_may_not_be_read(self):
        self.bill(1)
        self.reader.group_ids = self.env.ref("base.group_user") | self.env.ref(
            "openimis_payable.group_right_156101"
        )
        self.env.flush_all()
        self.call("Invoice")
        path = "Invoice?_revinclude=PaymentNotice:request"
        outcome = self.call(path, status=403)
        self.assertIn("PaymentNotice", outcome["issue"][0]["details"]["text"])

    def test_too_much_to_add_is_refused_in_words(self):
        self.bill(1)
        self.patch(openimis_fhir_resource, "MAX_INCLUDED", 1)
        outcome = self.call("Invoice?_revinclude=ChargeItem:invoice", status=422)
        self.assertEqual(outcome["issue"][0]["code"], "too-costly")

    # === ORDER === #

    def test_several_keys_sort_pages(self):
        days = ("2026-11-03", "2026-11-01", "2026-11-03", "2026-11-01", False)
        moves = [
            self.bill(number, post=bool(day), invoice_date=day)
            for number, day in enumerate(days)
        ]
        uuids = [move.openimis_uuid for move in moves]
        for sort, expected in (
            ("date,identifier", [1, 3, 0, 2, 4]),
            ("date,-identifier", [3, 1, 2, 0, 4]),
            ("-date,identifier", [4, 0, 2, 1, 3]),
            ("-date,-identifier", [4, 2, 0, 3, 1]),
            ("date,-_id", [3, 1, 2, 0, 4]),
            ("-_id", [4, 3, 2, 1, 0]),
        ):
            for count in (1, 2, 50):
                bundle = self.call(f"Invoice?_sort={sort}&_count={count}")
                seen = self.ids(bundle)
                links = {k["relation"]: k["url"] for k in bundle["link"]}
                while "next" in links and len(seen) < 20:
                    bundle = self.call(links["next"])
                    seen += self.ids(bundle)
                    links = {k["relation"]: k["url"] for k in bundle["link"]}
                self.assertEqual([uuids.index(i) for i in seen], expected, sort)

    def test_names_with_any_letter_sort_pages(self):
        names = ["Été %", "=", "a\x1fb", "Zoé", "a,b"]
        for name in names:
            self.env["res.partner"].create({"name": name, "openimis_is_facility": True})
        self.env.flush_all()
        for sort in ("name", "-name,-_id"):
            bundle = self.call(f"Organization?_sort={sort}&_count=1")
            seen = self.ids(bundle)
            while links := [k for k in bundle["link"] if k["relation"] == "next"]:
                bundle = self.call(links[0]["url"])
                seen += self.ids(bundle)
                self.assertLess(len(seen), 50)
            self.assertEqual(len(seen), len(set(seen)))
            self.assertEqual(len(seen), self.total("Organization"))

    # === VERSIONS === #

    def test_the_present_version_can_be_read(self):
        move = self.bill(1)
        uuid, version = move.openimis_uuid, move.openimis_fhir_version
        found = self.call(f"Invoice/{uuid}/_history/{version}")
        self.assertEqual(found["meta"]["versionId"], str(version))
        self.assertEqual(self.answer.headers["ETag"], f'W/"{version}"')
        self.assertEqual(found, self.call(f"Invoice/{uuid}"))
        part = self.call(f"Invoice/{uuid}/_history/{version}?_elements=status")
        self.assertNotIn("lineItem", part)
        for other in (version + 1, version - 1, "x", "²"):
            outcome = self.call(f"Invoice/{uuid}/_history/{other}", status=404)
            text = outcome["issue"][0]["details"]["text"]
            self.assertIn(f"is {version}.", text)
        self.call(f"Invoice/nothing/_history/{version}", status=404)
        self.call(f"Organization/{self.facility.openimis_uuid}/_history/1", status=404)
        draft = self.bill(2, post=False)
        gone = draft.openimis_uuid
        draft.with_context(force_delete=True).unlink()
        self.env.flush_all()
        self.call(f"Invoice/{gone}/_history/1", status=410)

    def test_the_link_self_tells_what_was_done(self):
        self.bill(1)
        url = self.call("Invoice?_count=100000")["link"][0]["url"]
        self.assertIn("_count=500", url)

    def test_a_line_names_its_claim(self):
        move = self.bill(1)
        move.openimis_line_ids[0].sudo().claim_id = self.claims[0]
        self.env.flush_all()
        line = move.openimis_line_ids[0].id
        named = self.call(f"ChargeItem/{line}")["supportingInformation"]
        self.assertIn(
            {"reference": f"Claim/claim-{self.claims[0].id}", "type": "Claim"}, named
        )
        path = f"ChargeItem?claim=claim-{self.claims[0].id}"
        self.assertEqual(self.ids(self.call(path)), [str(line)])
