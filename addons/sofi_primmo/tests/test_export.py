import hashlib
import re
from datetime import UTC
from zoneinfo import ZoneInfo

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import EXAMPLE, EXAMPLE_SHA, SofiCase, without_instants


@tagged("post_install", "-at_install")
class TestExport(SofiCase):
    def test_example_byte_for_byte(self):
        run = self.export()
        self.assertEqual(run.state, "done", run.log_text)
        (name,) = self.files()
        self.assertRegex(name, r"^MDG_12_\d{14}_01\.csv$")
        content = (self.root / "erables/output" / name).read_bytes()
        self.assertEqual(content, EXAMPLE)
        self.assertEqual(hashlib.sha256(content).hexdigest(), EXAMPLE_SHA)
        self.assertEqual(run.file_ids.sha256, EXAMPLE_SHA)
        self.assertEqual(run.file_ids._content(), EXAMPLE)
        self.assertEqual(run.file_ids.amount, 28.5)
        self.assertEqual(run.amount, 28.5)

    def test_exported_charges_are_archived_and_no_others(self):
        self.export()
        archived = {
            charge_id
            for charge_id, times in self.simulator.residence(
                "erables"
            ).archived_times.items()
            if times == 1
        }
        self.assertEqual(archived, {"900001", "900003", "900007"})
        for charge_id in ("900008", "900009", "900010"):
            self.assertEqual(self.status(charge_id), "accepted")

    def test_every_charge_left_out_has_its_reason(self):
        run = self.export()
        skipped = run.line_ids.filtered(lambda line: line.state == "skipped")
        self.assertEqual(
            {line.sofi_charge_id: line.skip_reason for line in skipped},
            {
                "900008": "no_external_id",
                "900009": "no_external_id",
                "900010": "service_code_format",
            },
        )
        self.assertEqual(run.skipped_count, 3)
        self.assertEqual(run.charge_count, 3)

    def test_file_name_is_the_start_in_the_residences_time(self):
        run = self.export()
        stamp = re.search(r"_(\d{14})_", self.files()[0]).group(1)
        started = run.date_start.replace(tzinfo=UTC)
        expected = started.astimezone(ZoneInfo("America/Toronto"))
        self.assertEqual(stamp, expected.strftime("%Y%m%d%H%M%S"))

    def test_nothing_accepted_makes_an_empty_file(self):
        self.export()
        (self.root / "erables/output" / self.files()[0]).unlink()
        run = self.export()
        self.assertEqual(run.state, "done", run.log_text)
        (name,) = self.files()
        self.assertEqual((self.root / "erables/output" / name).read_bytes(), b"")
        self.assertEqual(run.file_ids._content(), b"")
        self.assertEqual(run.file_ids.size, 0)
        self.assertEqual(run.file_ids.sha256, hashlib.sha256(b"").hexdigest())

    def test_dry_run_makes_the_file_and_archives_nothing(self):
        run = self.export(dry_run=True)
        self.assertEqual(run.state, "done", run.log_text)
        (name,) = self.files()
        self.assertEqual((self.root / "erables/output" / name).read_bytes(), EXAMPLE)
        self.assertEqual(self.status("900001"), "accepted")
        self.assertIn(
            "[WARN] default - IMPORTANT! DryRun will create the files but will not set "
            "archived status for charges.",
            self.log_lines(),
        )
        exported = run.line_ids.filtered(lambda line: line.state != "skipped")
        self.assertEqual(set(exported.mapped("state")), {"simulated"})

    def test_simulated_files_do_not_look_like_real_ones(self):
        """Neither to Primmo nor to the next night, where the residence says so."""
        self.residence.dry_run_extension = ".dryrun.txt"
        for _night in range(2):
            run = self.export(dry_run=True)
            self.assertEqual(run.state, "done", run.log_text)
        names = self.files()
        self.assertEqual(len(names), 2)
        for name in names:
            self.assertTrue(name.endswith(".dryrun.txt"))
            (self.root / "erables/output" / name).unlink()
        self.env["sofi.export"]._cron_retry()
        self.assertFalse(any(run.file_ids.mapped("date_taken")))

    def test_a_dry_run_does_not_keep_the_charges_from_a_real_run(self):
        self.residence.dry_run_extension = ".dryrun.txt"
        dry = self.export(dry_run=True)
        self.assertTrue(dry.file_ids.name.endswith(".dryrun.txt"))
        run = self.export()
        self.assertEqual(run.state, "done", run.log_text)
        self.assertEqual(run.file_ids._content(), EXAMPLE)

    def test_preview_writes_and_archives_nothing(self):
        run = self.make_export()
        run.action_plan()
        self.assertEqual(run.state, "planned")
        self.assertEqual(self.files(), [])
        self.assertFalse(run.file_ids)
        self.assertEqual((run.charge_count, run.skipped_count), (3, 3))
        self.assertEqual(run.amount, 28.5)
        self.assertEqual(self.status("900001"), "accepted")
        left_out = run.line_ids.filtered("skip_reason")
        self.assertEqual(left_out, left_out.filtered("advice"), "each says what to do")
        run.action_run()
        self.assertEqual(run.state, "done", run.log_text)
        self.assertEqual((run.charge_count, run.skipped_count), (3, 3))
        counted = run.counters["sofi.charge"]
        self.assertEqual((counted["read"], counted["skip"]), (6, 3), "counted once")
        self.assertNotIn("preview", run.line_ids.mapped("state"))

    def test_guard_stops_before_any_call(self):
        for name in ("old.csv", "OLD.CSV", "x.tmp"):
            with self.subTest(name=name):
                leftover = self.root / "erables/output" / name
                leftover.touch()
                cedres = self.make_cedres(
                    output_directory=f"cedres/{name}/output",
                    active=True,
                    url=f"{self.simulator.url}/cedres?".rstrip("?") + f"/{name}",
                )
                run = self.export(self.residence | cedres)
                self.assertEqual(run.state, "failed")
                self.assertFalse(self.simulator.residence("erables").requests)
                self.assertIn(
                    "[ERROR] default - Files found in the output directory, check logs "
                    "and clean output directory before retrying",
                    self.log_lines(),
                )
                leftover.unlink()

    def test_guard_ignores_other_files_and_folders(self):
        output = self.root / "erables/output"
        (output / "notes.txt").touch()
        (output / "old.csv").mkdir()
        (output / "refused.err").touch()
        run = self.export()
        self.assertEqual(run.state, "done")
        refused = run.exchange_message_ids.filtered(
            lambda m: m.code == "refused_by_primmo"
        )
        self.assertEqual(refused.value, "refused.err")

    def test_a_run_stopped_by_the_guard_can_be_resumed(self):
        leftover = self.root / "erables/output/old.csv"
        leftover.touch()
        run = self.export()
        leftover.unlink()
        run.action_resume()
        self.assertEqual(run.state, "done", run.log_text)
        self.assertEqual(run.file_ids._content(), EXAMPLE)

    def test_missing_directory_stops_and_is_not_created(self):
        self.residence.output_directory = "XXXX"
        run = self.export()
        self.assertEqual(run.state, "failed")
        self.assertIn(
            "[ERROR] default - Invalid output directory 'XXXX'", self.log_lines()
        )
        self.assertFalse((self.root / "XXXX").exists())
        self.assertFalse(self.simulator.residence("erables").requests)

    def test_directory_outside_the_root_is_refused(self):
        self.residence.output_directory = "../elsewhere"
        self.assertEqual(self.export().state, "failed")

    def test_default_directories_are_told(self):
        self.residence.write({"output_directory": "output", "log_directory": "log"})
        (self.root / "output").mkdir()
        run = self.export()
        self.assertEqual(run.state, "done", run.log_text)
        (log,) = (self.root / "log").glob("sofi-bill-to-primmo-*.log")
        text = log.read_text()
        self.assertIn("[INFO] default - Log directory 'log' created", text)
        self.assertIn("[INFO] default - Output directory is set to 'output'", text)
        self.assertRegex(
            text.splitlines()[0],
            r"^\[\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\] \[INFO\] default - ",
        )

    def test_emptied_log_folder_is_the_default_one(self):
        self.residence.log_directory = False
        run = self.export()
        self.assertIn("Log directory 'log' created", run.log_text)
        (log,) = (self.root / "log").glob("sofi-bill-to-primmo-*.log")
        self.assertEqual(log.read_text().count("Log directory 'log' created"), 1)

    def test_log_file_and_run_say_the_same(self):
        run = self.export()
        self.assertEqual(self.log_lines(), without_instants(run.log_text))

    def test_log_has_no_secret_and_no_person(self):
        run = self.export()
        text = "\n".join(self.log_lines()) + run.log_text
        for word in (self.residence.api_secret, self.residence.api_access_key):
            self.assertNotIn(word, text)
        for word in ("Tremblay", "Jean", "TREJ", "Roy", "Côté"):
            self.assertNotIn(word, text)

    def test_one_residences_failure_does_not_stop_the_next(self):
        self.residence.api_secret = "wrong"
        cedres = self.make_cedres()
        run = self.export(self.residence | cedres)
        self.assertEqual(run.state, "partial")
        self.assertEqual(self.files("erables"), [])
        self.assertEqual(len(self.files("cedres")), 1)
        self.assertIn(
            "[ERROR] default - Invalid client credentials for VendorId 12",
            self.log_lines(),
        )
        self.assertTrue(run.activity_ids)

    def test_login_not_allowed_gives_the_same_message(self):
        self.residence.write(
            {
                "api_access_key": "NOLOGIN00000000000AA",
                "api_secret": "s1mulat0rS3cretOfNobodyWithoutLogin00002",
            }
        )
        run = self.export()
        self.assertEqual(run.state, "failed")
        self.assertIn("Invalid client credentials for VendorId 12", run.log_text)

    def test_without_vendor_id_the_message_names_the_residence(self):
        self.residence.write({"vendor_id": False, "api_secret": "wrong"})
        for code, name in (("ERABLES", "ERABLES"), (False, "Erables")):
            self.residence.code = code
            self.assertIn(
                f"Invalid client credentials for VendorId {name}",
                self.export().log_text,
            )

    def test_all_parameters_null(self):
        names = ["vendor_id", "mdg_transaction_type", "mdg_col09", "mdg_col11"]
        names += ["mdg_col14", "mdg_col15v", "mdg_col15p"]
        self.residence.write(dict.fromkeys(names, False))
        run = self.export()
        line = run.file_ids._content().decode("cp1252").splitlines()[0].split(",")
        self.assertEqual(len(line), 16)
        self.assertEqual([line[p] for p in (0, 7, 8, 10, 13, 14, 15)], ['""'] * 7)

    def test_period(self):
        self.residence.write({"start_date": "2025-11-04", "end_date": "2025-11-04"})
        run = self.export()
        exported = run.line_ids.filtered("file_id").mapped("sofi_charge_id")
        self.assertEqual(exported, ["900003"])

    def test_english_falls_back_to_french(self):
        self.residence.language = "EN"
        run = self.export()
        text = run.file_ids._content().decode("cp1252")
        self.assertIn('"Bath assistance"', text)
        self.assertIn("Accompagnement", text)
        self.assertIn("description_language", run.exchange_message_ids.mapped("code"))

    def test_charge_that_came_back_is_not_exported_again(self):
        first = self.export()
        (self.root / "erables/output" / first.file_ids.name).unlink()
        self.simulator.residence("erables").set_status("900001", "accepted")
        run = self.export()
        self.assertEqual(run.file_ids._content(), b"")
        line = run.line_ids.filtered(lambda line: line.sofi_charge_id == "900001")
        self.assertEqual(line.skip_reason, "already_exported")
        self.assertEqual(line.earlier_id.export_id, first)
        self.assertEqual(self.status("900001"), "accepted")

    def test_attachment_only_guards_by_downloads(self):
        self.residence.output_directory = False
        run = self.export()
        self.assertEqual(run.state, "done", run.log_text)
        self.assertEqual(run.file_ids._content(), EXAMPLE)
        again = self.export()
        self.assertEqual(again.state, "failed")
        self.assertIn("Files found in the output directory", again.log_text)
        run.file_ids.action_download()
        again.action_resume()
        self.assertEqual(again.state, "done", again.log_text)

    def test_vp_layout_writes_two_lines_a_charge(self):
        self.residence.layout_id = self.env.ref("sofi_primmo.layout_mdg_15_vp")
        lines = self.export().file_ids._content().decode("cp1252").splitlines()
        self.assertEqual(len(lines), 6)
        self.assertTrue(all(line.count('","') == 14 for line in lines))
        self.assertIn('"24.00","24.00","0.00","900001","V"', lines[0])
        self.assertIn('"-24.00","-24.00","0.00","900001","P"', lines[1])
        self.assertTrue(lines[0].endswith('"RV"') and lines[1].endswith('"RP"'))

    def test_cron_exports_all_residences(self):
        self.make_cedres()
        cron = self.env.ref("sofi_primmo.ir_cron_sofi_export")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertEqual(len(self.files("erables")), 1)
        self.assertEqual(len(self.files("cedres")), 1)
        self.assertEqual(self.status("900001"), "archived")

    def test_cron_simulates_where_the_residence_says_so(self):
        self.residence.dry_run = True
        self.make_cedres()
        with self.enter_registry_test_mode():
            self.env.ref("sofi_primmo.ir_cron_sofi_export").method_direct_trigger()
        self.assertEqual(self.status("900001"), "accepted")
        self.assertEqual(self.status("700001", "cedres"), "archived")

    def test_wizard(self):
        wizard = self.env["sofi.export.wizard"].create({})
        self.assertEqual(wizard.residence_ids, self.residence)
        action = wizard.action_export()
        run = self.env["sofi.export"].browse(action["res_id"])
        self.assertEqual(run.state, "done", run.log_text)

    def test_operator_may_simulate_but_not_export(self):
        operator = new_test_user(
            self.env, "sofi_op", groups="sofi_primmo.group_sofi_operator"
        )
        run = self.make_export().with_user(operator)
        run.action_plan()
        with self.assertRaises(AccessError):
            run.action_run()
        self.assertEqual(self.status("900001"), "accepted")
        dry = self.make_export(dry_run=True).with_user(operator)
        dry.action_run()
        self.assertEqual(dry.state, "done")

    def test_period_that_ends_before_it_starts(self):
        with self.assertRaisesRegex(UserError, "after the end"):
            self.residence.write({"start_date": "2025-11-04", "end_date": "2025-11-03"})

    def test_missing_directory_is_made_where_the_residence_says_so(self):
        self.residence.write(
            {"output_directory": "new/folder", "create_output_directory": True}
        )
        run = self.export()
        self.assertEqual(run.state, "done", run.log_text)
        self.assertTrue((self.root / "new/folder" / run.file_ids.name).exists())
