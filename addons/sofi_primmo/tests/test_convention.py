"""What breaks the convention (spec 5 to 8)."""

from datetime import timedelta

from odoo.exceptions import UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .common_convention import ConventionCase


@tagged("post_install", "-at_install")
class TestChecks(ConventionCase):
    def setUp(self):
        super().setUp()
        self.preview()  # reads SOFI's lists

    def test_rooms(self):
        found = self.residence.convention_issue_ids
        twice = found.filtered(lambda i: i.kind == "room_duplicate")
        self.assertEqual(twice.mapped("detail"), ["302", "302"])
        suffix = found.filtered(lambda i: i.kind == "room_suffix")
        self.assertEqual(suffix.mapped("detail"), ["301A"])
        self.assertEqual(twice[0].action_open_record()["res_model"], "sofi.room")

    def test_nam(self):
        cases = [
            ({}, set()),
            ({"nam": "TREJ3804071"}, {"nam_format"}),
            ({"nam": "TREJ38130711"}, {"nam_date"}),
            ({"nam": "TREJ38040701"}, {"nam_sequence"}),
            ({"nam": "TREJ38040711"}, {"nam_check_digit"}),
            ({"last_name": "Roy"}, {"nam_disagrees"}),
            ({"last_name": "Roy", "birth_name": "Tremblay"}, set()),
            ({"nam_expiry": "2020-01"}, {"nam_expired"}),
            ({"sex": "A"}, {"sex_unsupported"}),
            ({"birth_date": False}, {"missing_required"}),
            ({"unit": "0204"}, {"unit_unknown"}),
        ]
        for number, (values, expected) in enumerate(cases):
            tenant = self.tenant(f"T{number}", **values)
            with self.subTest(values=values):
                self.assertEqual(self.kinds(tenant), expected)
            tenant.unlink()

    def test_what_only_a_person_can_match(self):
        twin = self.marie(first_name="Marie-Ève")
        self.assertEqual(self.kinds(twin), {"match_ambiguous"})
        resident = self.env["sofi.resident"].search([("first_name", "=", "Martine")])
        twin._decide("match", resident)
        self.assertEqual(self.kinds(twin), set())

    def test_who_nearly_matches(self):
        tenant = self.tenant("T1", last_name="TREMBLAY", nam=False)
        self.assertEqual(self.kinds(tenant), {"match_near"})
        [issue] = self.residence.convention_issue_ids.filtered(
            lambda i: i.kind == "match_near"
        )
        self.assertEqual(issue.detail, "Tremblay, Jean")
        tenant._decide("new")
        self.assertEqual(self.kinds(tenant), set())

    def test_dictionary_without_types(self):
        self.env["sofi.accommodation.type"].search([]).active = False
        self.assertIn("no_accommodation_type", self.kinds())

    def test_nam_that_must_be_asked_for(self):
        tenant = self.tenant("T00123", nam=False)
        self.assertEqual(self.kinds(tenant), set())
        self.residence.temp_nam_auto = False
        self.assertEqual(self.kinds(tenant), {"missing_required"})

    def test_name_without_a_letter_a_nam_could_take(self):
        tenant = self.tenant("T00123", last_name="李", nam=False)
        self.assertEqual(self.kinds(tenant), {"missing_required"})
        with self.assertRaisesRegex(UserError, "T00123 needs a last name"):
            tenant.action_propose_temporary_nam()

    def test_temporary_nam(self):
        tenant = self.tenant("T1", first_name="Jules", nam="TREJ38040700")
        self.assertTrue(tenant.nam_temporary)
        self.assertEqual(self.kinds(tenant), set())
        tenant.nam_temporary_since = self.residence._today() - timedelta(days=91)
        self.assertEqual(self.kinds(tenant), {"nam_temporary"})
        other = self.tenant("T2", first_name="Jude", nam="TREJ38040700")
        self.assertIn("temp_nam_collision", self.kinds(other))
        tenant.nam = "TREJ38040719"
        self.assertEqual(tenant.nam_previous, "TREJ38040700")
        self.assertFalse(tenant.nam_temporary or tenant.nam_temporary_since)
        self.assertEqual(self.kinds(other), set())

    def test_real_nam_is_typed_without_seeing_the_old_one(self):
        tenant = self.tenant("T1", nam="TREJ38040700")
        operator = new_test_user(
            self.env, "sofi_type", groups="sofi_primmo.group_sofi_operator"
        )
        tenant.with_user(operator).nam_new = "trej 3804 0719"
        self.assertEqual(tenant.nam, "TREJ38040719")
        self.assertFalse(tenant.with_user(operator).nam_new)
        self.assertEqual(tenant.nam_previous, "TREJ38040700")

    def test_propose_temporary_nam(self):
        tenant = self.tenant("T1", nam=False)
        tenant.action_propose_temporary_nam()
        self.assertEqual(tenant.nam, "TREJ38040700")

    def test_occupant_types(self):
        self.env["primmo.occupant.type"].create(
            [
                {"residence_id": self.residence.id, "name": name}
                for name in ("Autonome", "semi-autonome", "Palliatif")
            ]
        )
        self.assertLessEqual(
            {
                "occupant_type_only_primmo",
                "occupant_type_only_sofi",
                "occupant_type_near",
            },
            self.kinds(),
        )
        issues = self.residence.convention_issue_ids.grouped("kind")
        self.assertEqual(
            issues["occupant_type_near"].detail, "semi-autonome ≠ Semi-autonome"
        )

    def test_services(self):
        Service = self.env["primmo.service"]
        vals = {"residence_id": self.residence.id, "description": "x"}
        good = Service.create({**vals, "code": "200120", "monthly_price": 24})
        dear = Service.create({**vals, "code": "100215", "monthly_price": 44})
        bad = Service.create({**vals, "code": "201500", "monthly_price": 1})
        only = Service.create({**vals, "code": "200010", "monthly_price": 1})
        self.assertRecordValues(
            good,
            [{"service_type": "sac", "frq": 2, "frh": 7, "unit_price_rounded": 12}],
        )
        self.assertEqual(self.kinds(good), set())
        self.assertEqual(self.kinds(dear), {"price_differs"})
        self.assertEqual((dear.unit_price_rounded, dear.sofi_unit_price), (11, 10))
        self.assertEqual(bad.code_error, "zero_frequency")
        self.assertEqual(self.kinds(bad), {"service_code"})
        self.assertEqual(self.kinds(only), {"service_only_primmo"})
        self.assertEqual(dear.tax_class, "exempt")
        self.assertEqual(good.tax_class, "taxable")

    def test_how_often_in_words(self):
        for code, text in (
            ("200120", "2 times a day"),
            ("200235", "3 times a week"),
            ("200275", "7 times a week"),
            ("200201", "each time"),
            ("100409", "on a fixed date"),
            ("200423", "every 15 minutes"),
            ("117123", "in the lease"),
            ("201500", False),
        ):
            service = self.env["primmo.service"].new({"code": code})
            self.assertEqual(service.occurrence, text, code)

    def test_price_is_only_compared_with_a_service_of_sofi(self):
        vals = {"residence_id": self.residence.id, "description": "x"}
        service = self.env["primmo.service"].create(
            [
                {**vals, "code": "200010", "monthly_price": 1},
                {**vals, "code": "100215", "monthly_price": "40.02"},
                {**vals, "code": "200523", "monthly_price": "8.01"},
            ]
        )
        self.assertEqual(service.mapped("in_sofi"), [False, True, True])
        # 40.02 / 4 = 10.005, half up 10.01: a cent away from SOFI's 10.00.
        self.assertEqual(service.mapped("price_differs"), [False, True, True])

    def test_checking_twice_does_not_double(self):
        self.residence._check_convention()
        first = len(self.residence.convention_issue_ids)
        self.residence._check_convention()
        self.assertEqual(len(self.residence.convention_issue_ids), first)

    def test_expiry_format(self):
        with self.assertRaisesRegex(ValidationError, "YYYY-MM"):
            self.tenant("T1", nam_expiry="04/2027")
