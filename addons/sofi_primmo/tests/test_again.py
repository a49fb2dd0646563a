"""Issue again, export again, reconcile, test the connection, layouts."""

import contextlib
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from odoo.addons.sofi_primmo.core import output_directory

from .common import EXAMPLE, SofiCase


@tagged("post_install", "-at_install")
class TestAgain(SofiCase):
    def wizard(self, **values):
        wizard = self.env["sofi.reason.wizard"].create({"reason": "refused", **values})
        return wizard.action_confirm()

    def test_reissue_has_the_same_lines_under_a_new_name(self):
        file = self.export().file_ids
        with self.assertRaisesRegex(UserError, "let Primmo take MDG_12_.* first"):
            self.wizard(file_id=file.id)
        (self.root / "erables/output" / file.name).unlink()
        again = self.env["sofi.export.file"].browse(
            self.wizard(file_id=file.id)["res_id"]
        )
        self.assertEqual(again.reissue_of_id, file)
        self.assertEqual(again.reissue_reason, "refused")
        self.assertEqual(self.files(), [again.name])
        self.assertNotEqual(again.name, file.name)
        self.assertEqual(
            (self.root / "erables/output" / again.name).read_bytes(), EXAMPLE
        )
        self.assertEqual(again.sha256, file.sha256)
        self.assertFalse(again.line_ids)
        self.assertIn("reissue", file.export_id.exchange_message_ids.mapped("code"))

    def test_issued_again_twice_gets_another_name_each_time(self):
        file = first = self.export().file_ids
        names = [file.name]
        for _time in range(2):
            (self.root / "erables/output" / file.name).unlink()
            file = file.browse(self.wizard(file_id=file.id)["res_id"])
            names.append(file.name)
        stem = first.name.removesuffix(".csv")
        self.assertEqual(names[1:], [f"{stem}_R2.csv", f"{stem}_R3.csv"])

    def test_issuing_again_that_was_interrupted_is_finished(self):
        file = self.export().file_ids
        (self.root / "erables/output" / file.name).unlink()
        refused = patch.object(
            output_directory, "rename", side_effect=PermissionError(13, "in use")
        )
        # Not assertRaises: it would take back what was committed before the renaming.
        with refused, contextlib.suppress(UserError):
            file._reissue("refused")
            self.fail("Nothing was said.")
        again = file.export_id.file_ids - file
        self.assertEqual(again.state, "written")
        self.assertTrue(self.files()[0].endswith("_R2.tmp"))
        with refused, self.assertRaisesRegex(UserError, "the folder refused"):
            again.action_finish()
        again.action_finish()
        self.assertEqual((again.state, self.files()), ("done", [again.name]))

    def test_only_managers_issue_and_export_again(self):
        run = self.export()
        operator = new_test_user(
            self.env, "sofi_again", groups="sofi_primmo.group_sofi_operator"
        )
        with self.assertRaisesRegex(AccessError, "Only a manager"):
            run.file_ids.with_user(operator)._reissue("x")
        with self.assertRaisesRegex(AccessError, "Only a manager"):
            run.line_ids[:1].with_user(operator)._allow_again("x")

    def test_charge_not_archived_yet_is_not_freed(self):
        line = self.export(dry_run=True).line_ids[:1]
        with self.assertRaisesRegex(UserError, "is not archived"):
            line._allow_again("x")

    def test_simulated_files_are_not_issued_again(self):
        file = self.export(dry_run=True).file_ids
        with self.assertRaisesRegex(UserError, "real export"):
            self.wizard(file_id=file.id)

    def test_charge_that_came_back_is_exported_again_only_with_a_reason(self):
        first = self.export()
        (self.root / "erables/output" / first.file_ids.name).unlink()
        self.simulator.residence("erables").set_status("900001", "accepted")
        second = self.export()
        (self.root / "erables/output" / second.file_ids.name).unlink()
        line = second.line_ids.filtered(lambda x: x.sofi_charge_id == "900001")
        self.wizard(charge_id=line.id)
        self.assertEqual(line.earlier_id.state, "reexported")
        third = self.export()
        self.assertEqual(third.file_ids._content(), EXAMPLE.splitlines(True)[0])

    def test_reconciliation_after_the_run(self):
        run = self.export()
        self.assertIn("reconciled", run.exchange_message_ids.mapped("code"))
        self.assertNotIn("totals_differ", run.exchange_message_ids.mapped("code"))

    def test_reconciliation_finds_what_changed_in_sofi(self):
        run = self.export()
        charges = self.simulator.residence("erables")
        charges.set_status("900001", "accepted")
        charges.charges["900003"]["amount"] = "-9.00"
        run.action_reconcile()
        found = {m.code: m.value for m in run.exchange_message_ids}
        self.assertEqual(found["not_archived"], "900001")
        self.assertEqual(found["amount_changed"], "900003")
        self.assertIn("totals_differ", found)

    def test_charges_that_stay_accepted_are_named(self):
        self.residence.stale_days = 1
        run = self.export()
        stale = run.exchange_message_ids.filtered(lambda m: m.code == "stale")
        self.assertEqual(stale.value, "900008, 900009, 900010")

    def test_connection_test(self):
        found = self.residence.action_test_connection()["params"]
        self.assertEqual(found["type"], "success")
        self.assertIn("Résidence Les Érables", found["message"])

    def test_connection_test_names_missing_rights(self):
        self.residence.write(
            {
                "api_access_key": "FEWRIGHTS000000000AA",
                "api_secret": "s1mulat0rS3cretWithFewRights000000000003",
            }
        )
        found = self.residence.action_test_connection()["params"]
        self.assertEqual(found["type"], "warning")
        self.assertIn("Admin/View, General Information/View", found["message"])

    def test_connection_test_refused(self):
        self.residence.api_secret = "wrong"
        found = self.residence.action_test_connection()["params"]
        self.assertEqual(found["type"], "danger")
        self.assertIn("Invalid client credentials for VendorId 12", found["message"])
        self.assertNotIn("wrong", found["message"])
        self.assertIn("A secret of SOFI usually has 40", found["message"])

    def test_connection_test_of_a_user_without_any_right(self):
        user = self.simulator.residence("erables").data["users"][0]
        self.startPatcher(patch.dict(user, rights=[]))
        found = self.residence.action_test_connection()["params"]
        self.assertEqual(found["type"], "warning")
        self.assertIn("Admin/View, Bill/View, General Inf", found["message"])

    def test_odd_key_is_hinted_at_while_it_is_typed(self):
        self.assertFalse(self.residence._onchange_credentials())
        self.residence.api_access_key = "API_ACCESS_KEY"
        warning = self.residence._onchange_credentials()["warning"]
        self.assertIn("20 capital letters and digits", warning["message"])
        self.assertNotIn("API_ACCESS_KEY", warning["message"])

    def test_hostile_addresses_are_refused(self):
        for url in ("http://example.com", "https://169.254.169.254", "gopher://x", "5"):
            with self.subTest(url=url), self.assertRaisesRegex(ValidationError, url):
                self.residence.url = url

    def test_layout_preview_follows_what_is_typed(self):
        layout = self.env.ref("sofi_primmo.layout_mdg_16")
        self.assertTrue(layout.preview.startswith('"12","T00123","20251103"'))
        with Form(layout) as form:
            form.separator = "semicolon"
            form.quoting = "minimal"
            self.assertTrue(form.preview.startswith("12;T00123;20251103;24.00"))
        self.assertIn(";24.00;", layout.preview)

    def test_residence_preview_shows_its_own_values(self):
        self.assertIn('"GL4010"', self.residence.mdg_preview)

    def test_bad_name_patterns_are_refused(self):
        layout = self.env.ref("sofi_primmo.layout_mdg_16")
        for pattern in ("x.csv", "{seq}.txt", "a/{seq}.csv", "{password}{seq}.csv"):
            with self.subTest(pattern=pattern), self.assertRaises(ValidationError):
                layout.name_pattern = pattern

    def test_a_layout_of_ones_own(self):
        layout = self.env.ref("sofi_primmo.layout_mdg_16").copy(
            {"name": "Short", "code": "short"}
        )
        layout.column_ids[3:].unlink()
        layout.write({"separator": "semicolon", "quoting": "minimal"})
        self.residence.layout_id = layout
        content = self.export().file_ids._content()
        self.assertEqual(
            content,
            b"12;T00123;20251103\r\n12;T00123;20251105\r\n12;T00455;20251104\r\n",
        )
