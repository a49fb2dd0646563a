"""What the export does not own: folders that go away, others who archive, twins.

The independent rules: each charge is in exactly one file, archived exactly once, and
in exactly one line of the journal.
"""

import errno
import shutil
import subprocess
from collections import Counter
from unittest.mock import patch

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.sofi_primmo.core import output_directory
from odoo.addons.sofi_primmo.core.transport import Transport

from .common import EXAMPLE, SofiCase

ARCHIVE = "/charges/archive"
IDS = ["900001", "900003", "900007"]


class EdgeCase(SofiCase):
    def setUp(self):
        super().setUp()
        self.startPatcher(
            patch("odoo.addons.sofi_primmo.core.transport.time.sleep", lambda _s: None)
        )

    @property
    def output(self):
        return self.root / "erables/output"

    def before_archiving(self, happens):
        """Let something happen once, just before SOFI is asked to archive."""
        seen = []

        def once(transport, method, path, options, original=Transport._once):
            if path.endswith(ARCHIVE) and not seen:
                seen.append(path)
                happens()
            return original(transport, method, path, options)

        self.startPatcher(patch.object(Transport, "_once", once))

    def assertOnce(self, run, content=EXAMPLE, ids=tuple(IDS)):
        """Check the rules for the charges of the example."""
        self.assertEqual(run.state, "done", run.log_text)
        (name,) = self.files()
        self.assertTrue(name.endswith(".csv"))
        self.assertEqual((self.output / name).read_bytes(), content)
        journal = run.line_ids.filtered(lambda line: line.state == "archived")
        self.assertEqual(
            Counter(journal.mapped("sofi_charge_id")), dict.fromkeys(ids, 1)
        )
        for charge_id in ids:
            self.assertEqual(self.status(charge_id), "archived")
        times = self.simulator.residence("erables").archived_times
        self.assertLessEqual(set(times.values()), {1})

    def states(self, run):
        lines = run.line_ids.filtered(lambda line: line.state != "skipped")
        return {line.sofi_charge_id: line.state for line in lines}


@tagged("post_install", "-at_install")
class TestFolders(EdgeCase):
    def test_a_folder_deleted_while_archiving_is_an_error_until_it_is_back(self):
        self.before_archiving(lambda: shutil.rmtree(self.output))
        run = self.export()
        self.assertEqual(run.state, "partial", run.log_text)
        self.assertEqual(self.status("900001"), "archived")
        self.output.mkdir()
        run.action_resume()
        self.assertOnce(run)

    def test_a_tmp_deleted_while_archiving_is_written_again(self):
        self.before_archiving(lambda: next(self.output.iterdir()).unlink())
        self.assertOnce(self.export())

    def test_a_tmp_changed_while_archiving_is_written_again(self):
        renamed = []

        def rename(source, target, original=output_directory.rename):
            renamed.append(source.read_bytes())  # Primmo may take it at once
            original(source, target)

        self.startPatcher(patch.object(output_directory, "rename", rename))
        self.before_archiving(lambda: next(self.output.iterdir()).write_bytes(b"x"))
        self.assertOnce(self.export())
        self.assertEqual(renamed, [EXAMPLE])

    def test_a_rename_refused_then_cleaned_up_by_hand(self):
        refused = patch.object(
            output_directory, "rename", side_effect=PermissionError(13, "in use")
        )
        with refused:
            run = self.export()
        self.assertEqual(run.state, "partial")
        for path in self.output.iterdir():
            path.unlink()
        run.action_resume()
        self.assertOnce(run)

    def test_resuming_what_only_the_folder_stopped_needs_no_sofi(self):
        refused = patch.object(
            output_directory, "rename", side_effect=PermissionError(13, "in use")
        )
        with refused:
            run = self.export()
        self.simulator.faults.add({"path": "", "status": 503, "times": 99})
        with patch.object(type(run), "_reconcile", lambda _run: None):
            run.action_resume()
        self.assertOnce(run)

    def test_an_error_after_the_rename_never_writes_it_twice(self):
        gone = patch.object(
            output_directory, "sync", side_effect=[None, OSError(errno.EIO, "gone")]
        )
        with gone:
            run = self.export()
        self.assertEqual((run.state, run.file_ids.state), ("partial", "publishing"))
        (self.output / run.file_ids.name).unlink()  # Primmo takes it
        run.action_resume()
        self.assertEqual((run.state, self.files()), ("done", []))
        self.assertTrue(run.file_ids.date_taken)
        self.assertIn("taken_unseen", run.exchange_message_ids.mapped("code"))
        self.assertEqual(run.activity_ids.user_id, self.residence.user_id)

    def test_bytes_that_the_disk_lost_are_written_again(self):
        def lossy(source, target):
            source.replace(target)
            target.write_bytes(EXAMPLE[:-1])

        with patch.object(output_directory, "rename", lossy):
            self.assertOnce(self.export())

    def test_a_file_taken_at_once_is_done(self):
        def taken(source, _target):
            source.unlink()

        with patch.object(output_directory, "rename", taken):
            run = self.export()
        self.assertEqual((run.state, self.files()), ("done", []))
        self.assertTrue(run.file_ids.date_taken)
        self.assertFalse(run.activity_ids)

    def test_a_run_remembers_when_its_file_was_taken(self):
        run = self.export()
        self.env["sofi.export"]._cron_retry()
        self.assertFalse(run.file_ids.date_taken)
        self.output.rename(self.root / "away")
        self.env["sofi.export"]._cron_retry()
        self.assertFalse(run.file_ids.date_taken, "A folder that is gone says nothing.")
        (self.root / "away").rename(self.output)
        (self.output / run.file_ids.name).unlink()
        self.env["sofi.export"]._cron_retry()
        self.assertTrue(run.file_ids.date_taken)

    def test_cancel_takes_back_a_half_written_file(self):
        """Killed while writing: the run knows of the file before it is there."""

        def killed(path, _content):
            path.write_bytes(EXAMPLE[:10])
            path.with_suffix(".part").write_bytes(b"x")
            raise OSError(errno.EIO, "killed")

        with patch.object(output_directory, "write_new", killed):
            run = self.export()
        self.assertEqual(run.state, "partial")
        run.action_cancel()
        self.assertEqual((run.state, self.files()), ("cancelled", []))
        self.assertOnce(self.export())

    def test_any_error_of_a_folder_stops_that_residence_only(self):
        cedres = self.make_cedres()
        for name in ("x" * 300, "a/../../../b", "dead"):
            with self.subTest(name=name):
                self.residence.output_directory = name
                run = self.export(self.residence | cedres)
                self.assertEqual(run.state, "partial", run.log_text)
                self.assertEqual(run.file_ids.residence_id, cedres)
                self.assertIn(f"Invalid output directory '{name}'", run.log_text)
                self.assertIn("Erables", run.activity_ids.summary)
                for path in (self.root / "cedres/output").iterdir():
                    path.unlink()

    def test_a_leftover_stops_those_only_whose_files_go_there(self):
        cedres = self.make_cedres()
        (self.output / "old.csv").touch()
        run = self.export(self.residence | cedres)
        self.assertEqual(run.state, "partial")
        self.assertEqual(run.file_ids.residence_id, cedres)
        self.assertFalse(self.simulator.residence("erables").requests)
        (self.output / "old.csv").unlink()
        run.action_resume()
        self.assertEqual(run.state, "done", run.log_text)

    def test_residences_of_one_folder_do_not_stop_each_other(self):
        cedres = self.make_cedres(output_directory="erables/output/x")
        cedres.output_directory = "erables/output"
        run = self.export(self.residence | cedres)
        self.assertEqual(run.state, "done", run.log_text)
        files = [path for path in self.output.iterdir() if path.is_file()]
        self.assertEqual(len(files), 2)
        later = self.export(self.residence | cedres)
        self.assertEqual(later.state, "failed")


@tagged("post_install", "-at_install")
class TestShare(EdgeCase):
    """A file system of its own, as a network share is."""

    def setUp(self):
        super().setUp()
        self.share = self.root / "share"
        self.share.mkdir()
        self.mount("64k")
        (self.share / "primmo").mkdir()
        self.residence.output_directory = "share/primmo"

    @property
    def output(self):
        return self.share / "primmo"

    def files(self, path="erables"):
        if path != "erables":
            return super().files(path)
        return sorted(found.name for found in self.output.iterdir())

    def mount(self, size):
        command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", self.share]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            self.skipTest(f"This machine lets nobody mount: {done.stderr.strip()}")
        self.addCleanup(
            subprocess.run,
            ["umount", "-l", self.share],
            capture_output=True,
            check=False,
        )

    def unmount(self):
        """Take the share away, keeping what is on it, as a server that is down."""
        self.kept = self.root / "kept"
        self.kept.mkdir()
        subprocess.run(["mount", "--move", self.share, self.kept], check=True)
        self.addCleanup(
            subprocess.run,
            ["umount", "-l", self.kept],
            capture_output=True,
            check=False,
        )
        # An empty folder of the server's own disk shows in its place.
        (self.share / "primmo").mkdir()

    def mount_again(self):
        (self.share / "primmo").rmdir()
        subprocess.run(["mount", "--move", self.kept, self.share], check=True)

    def test_a_share_unmounted_in_mid_run_and_back(self):
        self.before_archiving(self.unmount)
        run = self.export()
        self.assertEqual(run.state, "partial", run.log_text)
        self.assertIn("is not there. Connect it again", run.log_text)
        self.assertEqual(self.files(), [])
        run.action_resume()  # too early
        self.assertEqual((run.state, self.files()), ("partial", []))
        self.mount_again()
        run.action_resume()
        self.assertOnce(run)

    def test_nothing_starts_while_the_share_is_away(self):
        run = self.export()
        self.unmount()
        self.env["sofi.export"]._cron_retry()
        self.assertFalse(run.file_ids.date_taken)
        self.simulator.residence("erables").requests.clear()
        run = self.export()
        self.assertEqual(run.state, "failed")
        self.assertFalse(self.simulator.residence("erables").requests)
        self.residence.action_create_directories()  # it lies there on purpose now
        run.action_resume()
        self.assertEqual(run.state, "done", run.log_text)

    def remount(self, options):
        command = ["mount", "-o", f"remount,{options}", self.share]
        subprocess.run(command, check=True)

    def test_a_share_that_takes_no_renaming_any_more(self):
        """The system itself refuses, in the middle of the run."""
        self.before_archiving(lambda: self.remount("ro"))
        run = self.export()
        self.assertEqual(run.state, "partial", run.log_text)
        self.assertIn("the folder cannot be used now (Read-only", run.log_text)
        (name,) = self.files()
        self.assertTrue(name.endswith(".tmp"))
        self.assertEqual(self.states(run), dict.fromkeys(IDS, "archived"))
        run.action_resume()
        self.assertEqual(run.state, "partial", "Nothing has changed yet.")
        self.remount("rw")
        run.action_resume()
        self.assertOnce(run)

    def test_a_full_disk(self):
        big = self.make_generated("big", 1000)
        big.output_directory = "share/primmo"
        run = self.export(big)
        self.assertEqual(run.state, "partial", run.log_text)
        self.assertIn("the disk of the folder is full", run.log_text)
        self.assertEqual(self.files(), [])
        self.assertFalse(self.simulator.residence("big").archived_times)
        other = self.export()
        self.assertOnce(other)
        (self.output / other.file_ids.name).unlink()
        self.remount("size=9m")
        run.action_resume()
        self.assertEqual(run.state, "done", run.log_text)
        times = self.simulator.residence("big").archived_times
        self.assertEqual((len(times), set(times.values())), (1000, {1}))


@tagged("post_install", "-at_install")
class TestThirdParty(EdgeCase):
    def archive_by_hand(self, *ids):
        for charge_id in ids or IDS[:1]:
            self.simulator.residence("erables").set_status(charge_id, "archived")

    def setUp(self):
        super().setUp()
        self.lines = EXAMPLE.splitlines(keepends=True)

    def foreign_run(self):
        self.before_archiving(self.archive_by_hand)
        run = self.export()
        self.assertEqual(run.state, "partial", run.log_text)
        self.assertTrue(self.files()[0].endswith(".tmp"))
        self.assertEqual(self.states(run)["900001"], "archived_elsewhere")
        self.assertRegex(run.log_text, r"somebody else archived in SOFI \(1\): 900001")
        self.assertEqual(run.foreign_count, 1)
        return run

    def test_what_somebody_else_billed_is_taken_out(self):
        run = self.foreign_run()
        run.action_resume()
        self.assertEqual(run.state, "partial", "Nobody has decided yet.")
        run.action_take_out_all()
        run.action_resume()
        self.assertOnce(run, self.lines[1] + self.lines[2], ("900003", "900007"))
        self.assertEqual(self.states(run)["900001"], "dropped")

    def test_what_nobody_billed_is_kept(self):
        run = self.foreign_run()
        run.action_keep_all()
        run.action_resume()
        self.assertOnce(run)
        self.assertIn(self.env.user.name, run.log_text)

    def test_only_managers_decide_and_only_what_is_open(self):
        run = self.foreign_run()
        operator = new_test_user(
            self.env, "sofi_edge", groups="sofi_primmo.group_sofi_operator"
        )
        with self.assertRaisesRegex(AccessError, "Only a manager"):
            run.with_user(operator).action_take_out_all()
        other = run.line_ids.filtered(lambda line: line.state == "archived")
        with self.assertRaisesRegex(UserError, "nothing to decide"):
            other.action_keep()

    def test_it_is_decided_before_the_run_is_given_up(self):
        self.before_archiving(lambda: self.archive_by_hand(*IDS))
        run = self.export()
        with self.assertRaisesRegex(UserError, "Decide first"):
            run.action_cancel()
        run.action_take_out_all()
        run.action_cancel()
        self.assertEqual((run.state, self.files()), ("cancelled", []))

    def test_a_night_that_failed_and_was_done_by_hand_is_not_billed_twice(self):
        """SOFI certainly did not act on these: what is archived later is not ours."""
        for fault in ({"status": 429, "times": 4}, {"status": 403}, {"status": 401}):
            with self.subTest(fault=fault):
                self.simulator.store.reset()
                self.simulator.faults.clear()
                self.simulator.faults.add({"path": ARCHIVE, **fault})
                run = self.export()
                self.assertEqual(run.state, "partial", run.log_text)
                self.archive_by_hand(*IDS)
                run.action_resume()
                self.assertEqual(
                    self.states(run), dict.fromkeys(IDS, "archived_elsewhere")
                )
                run.action_take_out_all()
                run.action_cancel()

    def test_a_lost_answer_is_no_third_party(self):
        self.simulator.faults.add(
            {"path": ARCHIVE, "kind": "drop_after_commit", "times": 4}
        )
        run = self.export()
        # a server that has forgotten the request answers as of any other
        self.simulator.residence("erables").idempotency.clear()
        run.action_resume()
        self.assertOnce(run)
        self.assertIn("answer_lost", run.exchange_message_ids.mapped("code"))

    def test_what_sofi_refused_and_somebody_archived_since_is_not_ours(self):
        self.before_archiving(
            lambda: self.simulator.residence("erables").set_status("900001", "refused")
        )
        run = self.export()
        self.assertEqual(self.states(run)["900001"], "archive_failed")
        self.archive_by_hand()
        run.action_resume()
        self.assertEqual(self.states(run)["900001"], "archived_elsewhere")

    def test_one_by_one_profiles_tell_them_apart_too(self):
        self.residence.profile_id.archive_mode = "single"
        seen = []

        def once(transport, method, path, options, original=Transport._once):
            if path.endswith("/charges/900001") and not seen:
                seen.append(path)
                self.archive_by_hand()
            return original(transport, method, path, options)

        with patch.object(Transport, "_once", once):
            run = self.export()
        self.assertEqual(self.states(run)["900001"], "archived_elsewhere")

    def test_a_difference_makes_the_run_partial_and_tells_the_person(self):
        person = new_test_user(
            self.env, "sofi_erables", groups="sofi_primmo.group_sofi_manager"
        )
        self.residence.user_id = person
        charge = self.simulator.residence("erables").charges["900003"]
        self.before_archiving(lambda: charge.update(amount="-9.00"))
        run = self.export()
        self.assertEqual(run.state, "partial", run.log_text)
        self.assertTrue(self.files()[0].endswith(".csv"))
        self.assertEqual(run.activity_ids.user_id, person)
        self.assertIn("900003", run.difference_text)
        self.assertIn("Amount changed", run.activity_ids.note)
        run.action_accept_differences()
        self.assertEqual((run.state, bool(run.activity_ids)), ("done", False))
        run.action_reconcile()
        self.assertEqual(run.state, "done", "It was accepted.")
        charge["amount"] = "-7.00"
        run.action_reconcile()
        self.assertEqual(run.state, "partial")
        charge["amount"] = "-8.00"
        run.action_reconcile()
        self.assertEqual(run.state, "done")


@tagged("post_install", "-at_install")
class TestTwins(EdgeCase):
    def spellings(self):
        url = self.residence.url
        return (url + "/", url.replace("http://127.0.0.1", "HTTP://LOCALHOST"))

    def test_a_site_is_one_residence_however_it_is_spelled(self):
        other = self.env["res.company"].create({"name": "Other"})
        for url in self.spellings():
            for company in (self.env.company, other):
                with (
                    self.subTest(url=url, company=company.name),
                    mute_logger("odoo.sql_db"),
                    self.assertRaises(UniqueViolation) as caught,
                    self.env.cr.savepoint(),
                ):
                    self.env["sofi.residence"].create(
                        {"name": "Twin", "url": url, "company_id": company.id}
                    )
                told = self.residence._sql_error_to_message(caught.exception)
                self.assertIn("billed twice", told)

    def make_twin(self):
        """Create a twin as a database older than the rule has it."""
        self.env.flush_all()
        self.env.cr.execute("DROP INDEX sofi_residence_site_uniq")
        twin = self.make_residence("twin")
        twin.url = self.residence.url + "/"
        return twin

    def test_twins_of_older_databases_are_told_and_not_exported(self):
        twin = self.make_twin()
        both = self.residence | twin
        self.assertEqual(both._report_twins(), both)
        self.assertIn("the same SOFI site", twin.message_ids[0].body)
        run = self.export(both)
        self.assertEqual(run.state, "failed")
        self.assertFalse(self.simulator.residence("erables").requests)
        self.assertEqual(
            run.exchange_message_ids.filtered(lambda m: m.code == "site_twice").mapped(
                "res_id"
            ),
            both.ids,
        )
        twin.active = False
        self.assertOnce(self.export())

    def test_two_that_export_the_same_charges_never_bill_them_twice(self):
        """Even where nothing forbids it: the journal knows of both."""
        twin = self.make_twin()
        with patch.object(type(self.env["sofi.export"]), "_check_residence"):
            run = self.export(self.residence | twin)
        lines = run.line_ids.filtered("file_id")
        self.assertEqual(Counter(lines.mapped("state")), {"archived": 3})
        contents = [file._content() for file in run.file_ids.sorted("id")]
        self.assertEqual(contents, [EXAMPLE, b""])

    def test_a_successor_knows_what_its_predecessor_exported(self):
        run = self.export()
        (self.output / run.file_ids.name).unlink()
        self.residence.active = False
        successor = self.make_residence("new")
        self.env.flush_all()
        successor.url = self.residence.url
        self.simulator.residence("erables").set_status("900001", "accepted")
        run = self.export(successor)
        line = run.line_ids.filtered(lambda x: x.sofi_charge_id == "900001")
        self.assertEqual(line.skip_reason, "already_exported")


@tagged("post_install", "-at_install")
class TestOneResidence(EdgeCase):
    def test_an_archived_residence_keeps_its_open_runs_and_its_name(self):
        self.simulator.faults.add({"path": ARCHIVE, "status": 500, "times": 4})
        run = self.export()
        self.residence.active = False
        run.invalidate_recordset()
        self.assertEqual(run.residence_ids, self.residence)
        run.action_resume()
        self.assertOnce(run)

    def test_an_archived_residence_is_not_exported_any_more(self):
        run = self.make_export()
        self.residence.active = False
        run.action_run()
        self.assertEqual(run.state, "failed")
        self.assertIn("Erables is archived", run.log_text)
        self.assertEqual(self.status("900001"), "accepted")

    def test_a_charge_without_usable_id_is_left_out_alone(self):
        charges = self.simulator.residence("erables").charges
        for charge_id in ("900001", "900003"):
            charges[charge_id] = dict(charges[charge_id])
        charges["900001"]["id"] = "9" * 40
        charges["900003"]["id"] = None
        run = self.export()
        self.assertEqual(run.state, "done", run.log_text)
        left = run.line_ids.filtered(lambda x: x.skip_reason == "invalid_charge")
        self.assertEqual(len(left), 2)
        for line in left:
            self.assertIn("Number of the charge", line.detail)
        self.assertTrue(
            any(n.startswith("? 1.") for n in left.mapped("sofi_charge_id"))
        )

    def test_what_does_not_fit_is_said_in_words(self):
        charges = self.simulator.residence("erables").charges
        charges["900001"]["resident"]["external_id"] = "T" * 17
        charges["900003"]["resident"]["external_id"] = "T00😀"
        charges["900007"]["currency"] = "USD"
        details = {x.sofi_charge_id: x.detail for x in self.export().line_ids}
        self.assertEqual(
            details["900001"], "External ID: wider than its column of the file"
        )
        self.assertIn("External ID: a character", details["900003"])
        self.assertIn("Currency", details["900007"])

    def test_each_person_is_told_of_their_own_residence(self):
        people = [
            new_test_user(self.env, name, groups="sofi_primmo.group_sofi_manager")
            for name in ("sofi_one", "sofi_two")
        ]
        later = {"user_id": people[1].id, "sequence": self.residence.sequence + 1}
        cedres = self.make_cedres(api_secret="wrong", **later)
        self.residence.user_id = people[0]
        run = self.export(self.residence | cedres)
        self.assertEqual(run.state, "partial")
        self.assertEqual(run.activity_ids.user_id, people[1])
        self.assertIn("Cedres", run.activity_ids.summary)
        self.assertNotIn("Erables", run.activity_ids.summary)
        self.assertIn("Invalid client credentials", run.activity_ids.note)

    def test_every_log_line_of_trouble_names_its_residence(self):
        cedres = self.make_cedres(vendor_id=False, api_secret="wrong")
        (self.output / "old.csv").touch()
        run = self.export(self.residence | cedres)
        log = "\n".join(self.log_lines() + self.log_lines("cedres"))
        for text in (run.log_text, log):
            self.assertRegex(text, r"\[ERROR\] default - Erables: .*old\.csv")
            self.assertRegex(text, "VendorId CEDRES")
        errors = run.exchange_message_ids.filtered(lambda m: m.severity == "error")
        self.assertEqual(set(errors.mapped("res_id")), {self.residence.id, cedres.id})
        # The script's text alone would have people delete what Primmo has not taken.
        self.assertIn("Erables: let Primmo take old.csv first", run.activity_ids.note)

    def test_every_remark_names_its_residence(self):
        run = self.export(self.residence | self.make_cedres())
        told = run.exchange_message_ids.filtered(lambda m: m.severity == "warning")
        self.assertEqual(len(set(told.mapped("res_id"))), 2, run.log_text)
        for message in told:
            name = self.env["sofi.residence"].browse(message.res_id).name
            self.assertIn(name, message.text)

    def test_a_preview_neither_exports_nor_says_so(self):
        run = self.make_export()
        run.action_plan()
        self.assertNotIn("exported", run.log_text)
        self.assertIn("3 would go into the file", run.log_text)
        self.assertFalse((self.root / "erables/log").exists())
        run.action_cancel()
        self.assertEqual(run.state, "cancelled")

    def test_a_short_list_is_an_error_in_words(self):
        big = self.make_generated("big", 700)
        body = '{"data": [], "meta": {"total": 700, "total_pages": 2}}'
        for nth in (2, 4):
            self.simulator.faults.add(
                {"path": "/charges", "kind": "body", "body": body, "nth": nth}
            )
        run = self.export(big)
        self.assertEqual(run.state, "failed")
        self.assertIn("announced 700 records and listed only 500", run.log_text)
        self.assertFalse(self.simulator.residence("big").archived_times)
