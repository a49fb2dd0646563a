from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import SofiCase


class ConventionCase(SofiCase):
    def tenant(self, external_id, **values):
        """Create a resident that SOFI knows as Jean Tremblay, unless told otherwise."""
        return self.env["primmo.tenant"].create(
            {
                "residence_id": self.residence.id,
                "external_id": external_id,
                "last_name": "Tremblay",
                "first_name": "Jean",
                "sex": "M",
                "birth_date": "1938-04-07",
                "language": "Fr",
                "accepted": True,
                "entry_date": "2024-07-01",
                "unit": "204",
                "nam": "TREJ38040719",
                "nam_expiry": "2027-04",
                "occupant_type": "Autonome",
                **values,
            }
        )

    def preview(self):
        sync = self.env["sofi.sync"].create(
            {"residence_ids": [(6, 0, self.residence.ids)]}
        )
        sync.action_plan()
        return sync

    def line(self, tenant, sync=None):
        sync = sync or self.preview()
        return sync.line_ids.filtered(lambda line: line.tenant_id == tenant)

    def kinds(self, record=None):
        self.residence._check_convention()
        issues = self.residence.convention_issue_ids
        if record:
            issues = issues.filtered(
                lambda i: i.res_model == record._name and i.res_id == record.id
            )
        return set(issues.mapped("kind"))


@tagged("post_install", "-at_install")
class TestSync(ConventionCase):
    def test_tenant_equal_to_sofi_needs_nothing(self):
        tenant = self.tenant("T00123")
        line = self.line(tenant)
        self.assertEqual((line.action, line.match_level), ("nothing", "1"))
        self.assertFalse(line.changes)

    def test_preview_says_what_would_change(self):
        tenant = self.tenant("T00123", language="En", occupant_type="Semi-autonome")
        line = self.line(tenant)
        self.assertEqual(line.action, "update")
        self.assertEqual(
            line.changes,
            {"language": ["Fr", "En"], "accommodation_type_id": ["1", "2"]},
        )
        self.assertIn("Language: Fr → En", line.changes_text)
        self.assertIn("Accommodation Type: Autonome → Semi-autonome", line.changes_text)
        self.assertEqual(line.accommodation_priority, 1)

    def test_matched_by_nam_gets_the_external_id(self):
        tenant = self.tenant(
            "T00900",
            last_name="Côté",
            first_name="Émilie",
            sex="F",
            birth_date="1941-11-05",
            unit="206",
            nam="COTE41610510",
            nam_expiry=False,
            occupant_type=False,
        )
        line = self.line(tenant)
        self.assertEqual((line.action, line.match_level), ("update", "2"))
        self.assertEqual(line.changes, {"external_id": [None, "T00900"]})
        self.assertEqual(line.accommodation_priority, 2)

    def test_nam_is_masked_in_what_is_shown(self):
        tenant = self.tenant("T00900", last_name="Nouveau", nam="NOUJ38040700")
        line = self.line(tenant)
        self.assertEqual(line.action, "create")
        self.assertIn("NOUJ ••••••••", line.changes_text)
        self.assertNotIn("NOUJ3804", line.changes_text)

    def test_new_resident_without_nam_gets_a_temporary_one(self):
        tenant = self.tenant("T00900", last_name="Nouveau", nam=False)
        line = self.line(tenant)
        self.assertEqual(line.action, "create")
        self.assertEqual(line.changes["nam"], [None, "NOUJ38040700"])

    def test_setting_plus_50(self):
        self.residence.temp_nam_female_plus50 = True
        tenant = self.tenant("T00900", last_name="Nouveau", sex="F", nam=False)
        self.assertEqual(self.line(tenant).changes["nam"][1], "NOUJ38540700")

    def test_near_match_is_only_suggested(self):
        tenant = self.tenant(
            "T00901",
            last_name="Tremblay",
            first_name="Marie",
            sex="F",
            birth_date="1940-03-12",
            nam=False,
        )
        line = self.line(tenant)
        self.assertEqual(line.action, "create")
        self.assertEqual(line.suggestion_ids.mapped("sofi_id"), ["554"])

    def twins(self):
        return self.tenant(
            "T00901",
            last_name="Tremblay",
            first_name="Marie",
            sex="F",
            birth_date="1940-03-12",
            nam="TREM40031200",
            nam_expiry=False,
        )

    def test_twins_are_decided_by_a_person(self):
        self.simulator.residence("erables").data["residents"][3]["first_name"] = "Lise"
        tenant = self.twins()
        sync = self.preview()
        line = self.line(tenant, sync)
        self.assertEqual((line.action, line.reason), ("decide", "twins"))
        self.assertEqual(set(line.candidate_ids.mapped("sofi_id")), {"554", "555"})
        chosen = line.candidate_ids.filtered(lambda r: r.sofi_id == "554")
        wizard = self.env["sofi.match.wizard"].create(
            {"line_id": line.id, "resident_id": chosen.id}
        )
        self.assertEqual(wizard.proposed_ids, line.candidate_ids)
        wizard.action_confirm()
        self.assertEqual(tenant.decision, "match")
        self.assertEqual(tenant.decided_by_id, self.env.user)
        after = self.line(tenant, sync)
        self.assertEqual((after.action, after.resident_id), ("update", chosen))

    def test_decided_as_new(self):
        self.simulator.residence("erables").data["residents"][3]["first_name"] = "Lise"
        tenant = self.twins()
        line = self.line(tenant)
        wizard = self.env["sofi.match.wizard"].create(
            {"line_id": line.id, "decision": "new"}
        )
        wizard.action_confirm()
        self.assertEqual(self.line(tenant).action, "create")

    def test_refused_with_the_reason(self):
        cases = [
            ({"sex": "A"}, "sex_unsupported"),
            ({"birth_date": False}, "missing_required"),
            ({"unit": False}, "missing_required"),
            ({"language": False}, "missing_required"),
            ({"entry_date": False}, "missing_required"),
            ({"unit": "0204"}, "unit_unknown"),
            ({"unit": "302"}, "room_duplicate"),
            ({"nam": "TREJ38130711"}, "nam_invalid"),
            ({"nam": "TREJ 3804 0719"}, "nam_invalid"),
        ]
        tenant = self.tenant("T00123")
        for values, reason in cases:
            before = tenant.read(list(values))[0]
            tenant.write(values)
            with self.subTest(values=values):
                line = self.line(tenant)
                self.assertEqual((line.action, line.reason), ("refused", reason))
            tenant.write({name: before[name] for name in values})

    def test_strict_occupant_type(self):
        tenant = self.tenant("T00123", occupant_type="Palliatif")
        self.assertEqual(self.line(tenant).accommodation_priority, 2)
        self.residence.strict_occupant_type = True
        line = self.line(tenant)
        self.assertEqual(
            (line.action, line.reason), ("refused", "occupant_type_unknown")
        )

    def test_prospect_needs_neither_nam_nor_unit(self):
        tenant = self.tenant(
            "T00902",
            last_name="Futur",
            accepted=False,
            nam=False,
            unit=False,
            entry_date=False,
            occupant_type=False,
            nam_expiry=False,
        )
        line = self.line(tenant)
        self.assertEqual(line.action, "create")
        self.assertEqual(line.changes["status"], [None, "pending"])
        self.assertNotIn("nam", line.changes)
        self.assertEqual(line.accommodation_priority, 5)

    def test_buildings_without_the_word_are_invisible(self):
        self.env["primmo.building"].create(
            [
                {
                    "residence_id": self.residence.id,
                    "name": "A",
                    "building_class": "RPA;sofi",
                },
                {
                    "residence_id": self.residence.id,
                    "name": "B",
                    "building_class": "SOFIA",
                },
            ]
        )
        seen = self.tenant("T1", building="A")
        self.tenant("T2", building="B")
        self.assertEqual(self.preview().line_ids.tenant_id, seen)

    def test_without_the_setting_changes_become_a_to_do_list(self):
        tenant = self.tenant("T00123", language="En")
        sync = self.preview()
        sync.action_run()
        line = self.line(tenant, sync)
        self.assertEqual((sync.state, line.state), ("done", "todo"))
        self.assertEqual(sync.todo_count, 1)
        resident = self.simulator.residence("erables").one("residents", "551")
        self.assertEqual(resident["language"], "Fr")
        line.action_done()
        self.assertEqual(line.state, "done")

    def test_apply_writes_to_sofi_and_a_second_run_finds_nothing(self):
        self.residence.write_to_sofi = True
        changed = self.tenant("T00123", language="En")
        new = self.tenant(
            "T00900",
            last_name="Nouveau",
            nam=False,
            nam_expiry=False,
            unit="205",
            birth_date="1940-01-01",
        )
        sync = self.preview()
        sync.action_run()
        self.assertEqual(sync.state, "done", sync.exchange_message_ids.mapped("text"))
        self.assertEqual(set(sync.line_ids.mapped("state")), {"done"})
        simulated = self.simulator.residence("erables")
        self.assertEqual(simulated.one("residents", "551")["language"], "En")
        created = simulated.one("residents", "558")
        self.assertEqual(created["nam"], "NOUJ40010100")
        self.assertEqual(new.resident_id.sofi_id, "558")
        again = self.preview()
        self.assertEqual(self.line(changed, again).action, "nothing")
        self.assertEqual(self.line(new, again).action, "nothing")

    def test_missing_right_to_write_makes_a_to_do(self):
        self.residence.write_to_sofi = True
        users = self.simulator.residence("erables").data["users"]
        users[0]["rights"].remove("general:edit")
        tenant = self.tenant("T00123", language="En")
        sync = self.preview()
        sync.action_run()
        line = self.line(tenant, sync)
        self.assertEqual((line.state, line.reason), ("todo", "right_missing"))

    def test_match_is_remembered_even_if_sofi_does_not_learn_it(self):
        tenant = self.tenant(
            "T00900",
            last_name="Côté",
            first_name="Émilie",
            sex="F",
            birth_date="1941-11-05",
            unit="206",
            nam="COTE41610510",
        )
        self.preview().action_run()
        self.assertEqual(tenant.resident_id.sofi_id, "553")
        tenant.write({"nam": False, "last_name": "Côté-Roy"})
        self.assertEqual(self.line(tenant).match_level, "1")

    def test_unreachable_residence_does_not_stop_the_others(self):
        cedres = self.make_cedres(api_secret="wrong")
        self.tenant("T00123")
        sync = self.env["sofi.sync"].create(
            {"residence_ids": [(6, 0, (cedres | self.residence).ids)]}
        )
        sync.action_plan()
        self.assertEqual(len(sync.line_ids), 1)
        self.assertIn(
            "Invalid client credentials for VendorId 12",
            " ".join(sync.exchange_message_ids.mapped("text")).replace("13", "12"),
        )

    def test_operator_previews_but_may_not_apply(self):
        operator = new_test_user(
            self.env, "sofi_sync_op", groups="sofi_primmo.group_sofi_operator"
        )
        self.tenant("T00123", language="En")
        sync = (
            self.env["sofi.sync"]
            .with_user(operator)
            .create({"residence_ids": [(6, 0, self.residence.ids)]})
        )
        sync.action_plan()
        self.assertEqual(sync.line_ids.action, "update")
        with self.assertRaises(AccessError):
            sync.action_run()


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

    def test_temporary_nam(self):
        tenant = self.tenant("T1", nam="TREJ38040700")
        self.assertTrue(tenant.nam_temporary)
        self.assertEqual(self.kinds(tenant), set())
        tenant.nam_temporary_since = fields.Date.today() - timedelta(days=91)
        self.assertEqual(self.kinds(tenant), {"nam_temporary"})
        other = self.tenant("T2", nam="TREJ38040700")
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

    def test_checking_twice_does_not_double(self):
        self.residence._check_convention()
        first = len(self.residence.convention_issue_ids)
        self.residence._check_convention()
        self.assertEqual(len(self.residence.convention_issue_ids), first)

    def test_expiry_format(self):
        with self.assertRaisesRegex(ValidationError, "YYYY-MM"):
            self.tenant("T1", nam_expiry="04/2027")


@tagged("post_install", "-at_install")
class TestPrivacy(ConventionCase):
    def test_nam_is_masked_and_each_access_is_kept(self):
        tenant = self.tenant("T1")
        manager = new_test_user(
            self.env, "sofi_pm", groups="sofi_primmo.group_sofi_manager"
        )
        seen = tenant.with_user(manager)
        self.assertEqual(seen.nam_masked, "TREJ ••••••••")
        with self.assertRaises(AccessError):
            seen.read(["nam"])
        with self.assertRaises(AccessError):
            seen.action_show_nam()
        self.assertFalse(self.env["primmo.nam.access"].search([]))
        nurse = new_test_user(
            self.env,
            "sofi_nam",
            groups="sofi_primmo.group_sofi_viewer,sofi_primmo.group_sofi_nam",
        )
        shown = tenant.with_user(nurse).action_show_nam()
        self.assertEqual(shown["params"]["message"], "TREJ38040719")
        access = self.env["primmo.nam.access"].search([])
        self.assertRecordValues(access, [{"tenant_id": tenant.id, "user_id": nurse.id}])

    def test_nam_stands_neither_in_findings_nor_in_logs(self):
        self.tenant("T1", nam="TREJ38130711")
        sync = self.preview()
        text = " ".join(sync.exchange_message_ids.mapped("text"))
        details = self.residence.convention_issue_ids.mapped("detail")
        self.assertNotIn("TREJ", text + " ".join(filter(None, details)))

    def test_people_are_forgotten_after_the_retention(self):
        gone = self.tenant("T1", departure_date="2019-01-01")
        stays = self.tenant("T2", departure_date=fields.Date.today())
        run = self.export()
        line = run.line_ids[0]
        gone.external_id = line.external_id or "T00123"
        self.env["primmo.tenant"]._gc_departed()
        self.assertFalse(gone.nam or gone.birth_date or gone.nam_previous)
        self.assertNotIn("Tremblay", gone.display_name)
        self.assertEqual(stays.last_name, "Tremblay")
        mine = run.line_ids.filtered(lambda x: x.external_id == gone.external_id)
        self.assertFalse(any(mine.mapped("resident_name")))
        self.assertTrue(sum(mine.mapped("amount")))
