import base64
import json
from contextlib import closing
from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.sql_db import db_connect
from odoo.tests import tagged

from .common import SAMPLES, KibeImportCommon, edited

MANIFEST = json.loads((SAMPLES / "bad" / "manifest.json").read_text(encoding="utf-8"))
LEVELS = {
    "F": "fatal",
    "B": "blocked",
    "R": "error",
    "W": "warning",
    "I": "info",
}


@tagged("post_install", "-at_install")
class TestKibeRefusal(KibeImportCommon):
    def test_bad_deliveries(self):
        before = self.counts()
        for name, expected in MANIFEST.items():
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                run = self.run_import(f"bad/{name}", "create")
                for code in expected["codes"]:
                    found = run.exchange_message_ids.filtered(
                        lambda m, c=code: m.code == c
                    )
                    self.assertTrue(found, code)
                    self.assertEqual(found[0].severity, LEVELS[expected["severity"]])
                refused = expected["severity"] in "FBR"
                self.assertEqual(run.state, "failed" if refused else "done")
                self.assertEqual(bool(run.refusal), refused)
                if refused:
                    self.assertEqual(self.counts(), before)
                savepoint.close(rollback=True)

    def test_message_names_its_place_in_the_users_language(self):
        run = self.run_import("bad/v04_date_31_02.zip", user=self.clerk)
        [message] = run.exchange_message_ids.filtered(lambda m: m.code == "V04")
        self.assertEqual(
            (message.file, message.row, message.column, message.value),
            ("enfants.csv", 3, "e naissance", "31.02.2020"),
        )
        self.assertEqual(
            message.text,
            "«\u00a0enfants.csv\u00a0», ligne 3, «\u00a0e naissance\u00a0»\u00a0: "
            "la date 31.02.2020 n'existe pas.",
        )
        english = self.run_import("bad/v04_date_31_02.zip")
        [message] = english.exchange_message_ids.filtered(lambda m: m.code == "V04")
        self.assertIn("date 31.02.2020 does not exist", message.text)

    def test_income_never_shows(self):
        run = self.run_import("bad/i02_income_dot.zip")
        [message] = run.exchange_message_ids.filtered(lambda m: m.code == "I02")
        self.assertEqual(message.value, "•••")
        self.assertNotIn("5'000", message.text)

    def test_test_of_a_bad_row_shows_the_rest(self):
        run = self.run_import("bad/e09_dangling_parent.zip")
        self.assertEqual(run.state, "done")
        self.assertEqual(run.counters["child"], {"created": 1, "error": 1})

    def test_import_without_the_rows_in_error(self):
        run = self.run_import(
            "bad/e09_dangling_parent.zip", "create", skip_error_rows=True
        )
        self.assertEqual(run.state, "done", run.refusal)
        self.assertEqual(self.child("10000").lastname, "Mory")
        self.assertFalse(self.env["daycare.child"]._by_kibe_id(["11110"], self.company))

    def test_dependants_of_a_row_in_error_are_left_out(self):
        run = self.run_import("bad/i02_income_dot.zip", "create", skip_error_rows=True)
        self.assertEqual(run.counters["guardian"], {"created": 3, "error": 1})
        self.assertEqual(run.counters["child"], {"created": 1, "error": 1})

    def test_blocked_file_refuses_even_without_rows_in_error(self):
        run = self.run_import("bad/c01_empty_file.zip", "create", skip_error_rows=True)
        self.assertEqual(run.state, "failed")

    def test_journal_date_is_needed(self):
        run = self.run_import("kibe_sample.zip", "create", date_journal=False)
        self.assertEqual((run.state, self.codes(run)), ("failed", {"U01"}))

    def test_far_journal_date_is_questioned(self):
        today = fields.Date.context_today(self.env.user)
        for days, warned in ((0, False), (400, True), (-400, True)):
            run = self.run_import(
                "kibe_sample.zip", date_journal=today + timedelta(days=days)
            )
            self.assertEqual("U02" in self.codes(run), warned)

    def test_no_file(self):
        run = self.run_import(b"", "create")
        self.assertEqual(self.codes(run) - {"U02"}, {"Z01"})

    def test_lost_placements_must_be_confirmed_beside_rows_in_error(self):
        self.run_import("kibe_sample.zip", "create")
        lost = edited(
            ("enfants", 3, 5, "31.02.2020"),
            drop=[("prestations", n) for n in range(2, 7)],
        )
        choices = {"skip_error_rows": True}
        run = self.run_import(lost, "overwrite", **choices)
        self.assertEqual(run.state, "failed")
        self.assertIn("would lose their placements", run.refusal)
        self.assertTrue(self.child("10000").sector_ids)
        run = self.run_import(lost, "overwrite", confirm_loss=True, **choices)
        self.assertEqual(run.state, "done", run.refusal)
        self.assertFalse(self.child("10000").sector_ids)

    def test_lost_placements_must_be_confirmed(self):
        self.run_import("kibe_sample.zip", "create")
        lost = edited(drop=[("prestations", n) for n in range(2, 7)])
        run = self.run_import(lost, "overwrite")
        self.assertEqual(run.state, "failed")
        self.assertIn("P26", self.codes(run))
        self.assertEqual(run.losing_count, 1)
        self.assertTrue(self.child("10000").sector_ids)
        run.write({"confirm_loss": True, "confirm_warnings": True})
        run.action_overwrite()
        self.assertEqual(run.state, "done", run.refusal)
        self.assertFalse(self.child("10000").sector_ids)

    def test_hand_made_placement_stays(self):
        self.run_import("kibe_sample.zip", "create")
        child, group = self.child("11110"), self.child("10000").sector_ids.group_id
        manual = self.env["daycare.sector"].create(
            {
                "child_id": child.id,
                "group_id": group.id,
                "date_from": "2021-01-01",
                "date_to": "2021-12-31",
            }
        )
        self.run_import("kibe_sample.zip", "overwrite")
        self.assertTrue(manual.exists())

    def test_changed_base_shows_the_plan_again(self):
        run = self.run_import("kibe_sample.zip")
        self.env["daycare.guardian"].create(
            {"lastname": "Mory", "firstname": "Alan", "kibe_id": "1002"}
        )
        run.confirm_warnings = True
        run.action_generate()
        self.assertEqual(run.state, "planned")
        self.assertIn("U05", self.codes(run))
        self.assertEqual(run.counters["guardian"], {"created": 3, "skipped": 1})
        self.assertFalse(self.env["daycare.child"]._by_kibe_id(["10000"], self.company))
        run.action_generate()
        self.assertEqual(run.state, "done")
        self.assertNotIn("U05", self.codes(run))

    def test_unchanged_base_runs_at_once(self):
        run = self.run_import("kibe_sample.zip")
        counters = run.counters
        run.confirm_warnings = True
        run.action_generate()
        self.assertEqual((run.state, run.counters), ("done", counters))

    def test_imported_delivery_cannot_start_again(self):
        run = self.run_import("kibe_sample.zip", "create")
        for action in (run.action_test, run.action_generate, run.action_overwrite):
            with self.assertRaises(UserError):
                action()

    def test_one_import_at_a_time(self):
        """Another connection holds the company's lock."""
        busy = "Un import Kibé est déjà en cours pour cette société"
        run = self.prepare("kibe_sample.zip", user=self.clerk)
        # db_connect: the registry's cursors are all one connection inside a test
        with closing(db_connect(self.env.cr.dbname).cursor()) as other:
            other.execute("SELECT pg_advisory_xact_lock(%s)", [run._lock_key()])
            with self.assertRaisesRegex(UserError, busy):
                run.action_run()

    def test_failure_of_one_record_names_its_row_and_undoes_all(self):
        before = self.counts()
        self.env.cr.execute(
            "ALTER TABLE daycare_guardian ADD CONSTRAINT kibe_test_refuses"
            " CHECK (kibe_id <> '1110')"
        )
        run = self.run_import("kibe_sample.zip", "create")
        self.assertEqual(run.state, "failed")
        [message] = run.exchange_message_ids.filtered(lambda m: not m.code)
        self.assertIn("intervenants.csv", message.text)
        self.assertIn("Etienne Summer", message.text)
        self.assertEqual(self.counts(), before)

    def test_damaged_archives_never_write_half(self):
        raw = bytearray((SAMPLES / "kibe_sample.zip").read_bytes())
        before = self.counts()
        for number in range(0, len(raw), 97):
            broken = bytearray(raw)
            broken[number] ^= 0xFF
            with self.env.cr.savepoint() as savepoint:
                run = self.run_import(bytes(broken), "create")
                self.assertIn(run.state, ("done", "failed"))
                if run.state == "failed":
                    self.assertTrue(run.exchange_message_ids)
                    self.assertEqual(self.counts(), before)
                savepoint.close(rollback=True)

    def test_stored_file_is_the_uploaded_one(self):
        raw = (SAMPLES / "kibe_sample.zip").read_bytes()
        run = self.run_import("kibe_sample.zip")
        self.assertEqual(base64.b64decode(run.archive), raw)
