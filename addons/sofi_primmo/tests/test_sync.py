"""What a synchronization would do, and does (spec 6, 8)."""

import threading
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from odoo.addons.sofi_primmo.core import read_ahead

from .common_convention import ConventionCase


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

    def test_a_silent_residence_lets_the_others_be_read(self):
        """Its preview comes last, and nobody's is lost."""
        self.startPatcher(patch.object(read_ahead, "PATIENCE", 0.02))
        cedres = self.make_cedres(sequence=self.residence.sequence + 1)
        server, let_go = self.simulator.residence("erables"), threading.Event()
        self.addCleanup(let_go.set)

        def issue_token(form, original=server.issue_token):
            let_go.wait(20)
            return original(form)

        server.issue_token = issue_token
        previewed, original = [], type(self.env["sofi.sync"])._preview

        def preview(sync, residence):
            previewed.append(residence)
            let_go.set()
            return original(sync, residence)

        self.tenant("T00123")
        sync = self.env["sofi.sync"].create(
            {"residence_ids": [(6, 0, (self.residence | cedres).ids)]}
        )
        with patch.object(type(sync), "_preview", preview):
            sync.action_plan()
        self.assertEqual(previewed, [cedres, self.residence])
        self.assertEqual((sync.state, len(sync.line_ids)), ("planned", 1))
        payloads = [chunk.payload["residence_id"] for chunk in sync._chunks("todo")]
        self.assertEqual(payloads, [self.residence.id, cedres.id])

    def test_one_residence_that_cannot_be_read_leaves_the_others(self):
        cedres = self.make_cedres(api_secret="wrong")
        sync = self.env["sofi.sync"].create(
            {"residence_ids": [(6, 0, (cedres | self.residence).ids)]}
        )
        sync.action_plan()
        [error] = sync.exchange_message_ids.filtered(lambda m: m.severity == "error")
        self.assertEqual((error.res_model, error.res_id), (cedres._name, cedres.id))
        self.assertEqual(
            [chunk.payload["residence_id"] for chunk in sync._chunks("todo")],
            self.residence.ids,
        )

    def test_matched_by_nam_gets_the_external_id(self):
        tenant = self.emilie(nam_expiry=False, occupant_type=False)
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

    def test_refused_with_the_reason(self):
        cases = [
            ({"sex": "A"}, "sex_unsupported"),
            ({"birth_date": False}, "missing_required"),
            ({"unit": False}, "missing_required"),
            ({"language": False}, "missing_required"),
            ({"entry_date": False}, "missing_required"),
            ({"unit": "0204"}, "unit_unknown"),
            ({"unit": "302"}, "room_duplicate"),
            ({"last_name": "  "}, "missing_required"),
            ({"last_name": "李", "nam": False}, "missing_required"),
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

    def test_units_of_buildings_without_the_word_do_not_count(self):
        self.env["primmo.building"].create(
            [
                {
                    "residence_id": self.residence.id,
                    "name": name,
                    "building_class": kind,
                }
                for name, kind in (("A", "SOFI"), ("B", "Autre"))
            ]
        )
        units = self.env["primmo.unit"].create(
            [
                {"residence_id": self.residence.id, "number": "204", "building": name}
                for name in ("A", "B")
            ]
        )
        tenant = self.tenant("T00123", building="A")
        self.assertEqual(self.line(tenant).action, "nothing")
        self.assertFalse(self.kinds(units[0]) | self.kinds(units[1]))
        units[1].building = "A"
        self.assertEqual(self.line(tenant).reason, "room_duplicate")
        self.assertIn("unit_duplicate", self.kinds(units[0]))

    def test_a_preview_does_not_say_that_anything_was_done(self):
        self.residence.write_to_sofi = True
        self.tenant("T00123", language="En")
        sync = self.preview()
        self.assertEqual(sync.counters["primmo.tenant"], {"to_update": 1})
        self.assertNotIn("update", sync.counters.get("sofi.resident", {}))
        sync.action_run()
        self.assertEqual(sync.counters["sofi.resident"]["update"], 1)

    def test_result_is_told_in_french(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env["ir.module.module"]._load_module_terms(["sofi_primmo"], ["fr_FR"])
        self.tenant("T00123")
        sync = self.preview().with_context(lang="fr_FR")
        labels = [label for label, _row in sync._counters_table()["rows"]]
        self.assertIn("Locataire de Primmo", labels)
        self.assertFalse([x for x in labels if "Room" in x or "Tenant" in x], labels)

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

    def test_change_that_sofi_refuses_becomes_a_to_do(self):
        self.residence.write_to_sofi = True
        self.simulator.faults.add(
            {"path": "/residents/551", "method": "PATCH", "status": 422}
        )
        refused = self.tenant("T00123", language="En")
        other = self.emilie(nam_expiry=False)
        sync = self.preview()
        sync.action_run()
        line = self.line(refused, sync)
        self.assertEqual((line.state, line.reason), ("todo", "refused_by_sofi"))
        self.assertEqual(self.line(other, sync).state, "done")
        found = sync.exchange_message_ids.filtered(lambda m: m.severity == "error")
        self.assertIn("SOFI refused the change (HTTP 422", found.text)
        self.assertEqual((found.res_model, found.res_id), (refused._name, refused.id))

    def test_server_that_goes_down_leaves_the_rest_to_do(self):
        self.residence.write_to_sofi = True
        self.simulator.faults.add({"path": "/residents/551", "method": "PATCH"})
        tenants = self.tenant("T00123", language="En") | self.emilie(nam_expiry=False)
        sync = self.preview()
        sync.action_run()
        lines = sync.line_ids.filtered(lambda line: line.tenant_id in tenants)
        self.assertIn("todo", lines.mapped("state"))
        self.assertNotIn("planned", lines.mapped("state"))
        self.assertIn("SOFI does not answer", sync.exchange_message_ids[-1:].text)

    def test_dry_run_writes_nothing(self):
        self.residence.write_to_sofi = True
        tenant = self.tenant("T00123", language="En")
        sync = self.preview()
        sync.dry_run = True
        sync.action_run()
        self.assertEqual(self.line(tenant, sync).state, "todo")
        resident = self.simulator.residence("erables").one("residents", "551")
        self.assertEqual(resident["language"], "Fr")

    def test_match_is_remembered_even_if_sofi_does_not_learn_it(self):
        tenant = self.emilie()
        self.preview().action_run()
        self.assertEqual(tenant.resident_id.sofi_id, "553")
        tenant.write({"nam": False, "last_name": "Côté-Roy"})
        self.assertEqual(self.line(tenant).match_level, "1")

    def test_impossible_values_of_sofi_are_told(self):
        cases = [
            ("residents", "birth_date", "7 avril"),
            ("services", "unit_price", "cher"),
            ("accommodation_types", "position", "premier"),
        ]
        for name, field, value in cases:
            self.simulator.store.reset()
            for row in self.simulator.residence("erables").data[name]:
                row[field] = value
            with self.subTest(field=field):
                sync = self.preview()
                [error] = sync.exchange_message_ids.filtered(
                    lambda m: m.severity == "error"
                )
                self.assertIn(f", {field})", error.text)
                self.assertFalse(sync.line_ids)

    def test_what_sofi_does_not_call_inactive_is_in_use(self):
        for room in self.simulator.residence("erables").data["rooms"]:
            room.pop("active", None)
        tenant = self.tenant("T00123")
        self.assertEqual(self.line(tenant).action, "nothing")

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

    def test_an_archived_residence_keeps_its_synchronizations(self):
        """They stay to be read, given up and ticked off; nothing is sent any more."""
        self.residence.write_to_sofi = True
        self.tenant("T00123", language="En")
        sync, other = self.preview(), self.preview()
        simulated = self.simulator.residence("erables")
        before = dict(simulated.one("residents", "551"))
        self.residence.active = False
        self.env.invalidate_all()
        self.assertEqual(sync.residence_ids, self.residence)
        sync.action_run()
        self.assertEqual(sync.state, "failed")
        self.assertIn(
            "Erables is archived: it is not synchronized.",
            sync.exchange_message_ids.mapped("text"),
        )
        self.assertEqual(simulated.one("residents", "551"), before)
        other.action_cancel()
        self.assertEqual(other.state, "cancelled")
        self.residence.active = True
        sync.action_resume()
        self.assertEqual(sync.state, "done")
        self.assertNotEqual(simulated.one("residents", "551"), before)

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
        sync.sudo().state = "partial"
        with self.assertRaises(AccessError):
            sync.action_resume()
