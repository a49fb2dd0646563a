"""Settings: folders, layouts, names of the interface; what cannot be used is told."""

from datetime import UTC, datetime

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import EXAMPLE, SofiCase


@tagged("post_install", "-at_install")
class TestFolders(SofiCase):
    def make(self, path):
        self.residence.output_directory = path
        return self.residence.action_create_directories()["params"]["type"]

    def test_folders_are_made_on_demand(self):
        self.assertEqual(self.make("a/b/c"), "success")
        self.assertTrue((self.root / "a/b/c").is_dir())
        self.assertEqual(self.make("a/b/c"), "success")

    def test_a_missing_root_is_made_too(self):
        root = self.root / "new" / "root"
        self.env["ir.config_parameter"].set_param("sofi_primmo.output_root", str(root))
        self.assertEqual(self.make("out"), "success")
        self.assertTrue((root / "out").is_dir())

    def test_a_folder_outside_of_the_root_is_told(self):
        for path in ("../out", "/etc/sofi"):
            with self.subTest(path=path):
                with self.assertRaisesRegex(UserError, f"{path} lies outside of"):
                    self.make(path)
        (self.root / "link").symlink_to("/")
        with self.assertRaisesRegex(UserError, "link/etc lies outside of"):
            self.make("link/etc")

    def test_a_file_in_the_way_is_told(self):
        (self.root / "file").touch()
        with self.assertRaisesRegex(UserError, "file/out is missing"):
            self.make("file/out")

    def assertInvalid(self, path, **values):
        self.residence.write({"output_directory": path, **values})
        run = self.export()
        self.assertEqual(run.state, "failed")
        text = f"[ERROR] default - Invalid output directory '{path}'"
        self.assertIn(text, run.log_text)
        self.assertFalse(self.simulator.residence("erables").requests)

    def test_a_run_does_not_start_with_a_folder_that_cannot_be_used(self):
        (self.root / "file").touch()
        (self.root / "link").symlink_to("/tmp")
        for path in ("file", "none", "../out", "link", "file/out"):
            with self.subTest(path=path):
                self.assertInvalid(path)

    def test_nor_where_the_folder_cannot_be_made(self):
        (self.root / "file").touch()
        self.assertInvalid("file/out", create_output_directory=True)

    def test_a_folder_that_links_to_another_one_inside_is_used(self):
        (self.root / "link").symlink_to(self.root / "erables/output")
        self.residence.output_directory = "link"
        self.assertEqual(self.export().state, "done")
        self.assertEqual([name[-4:] for name in self.files()], [".csv"])

    def test_accents_and_blanks_in_folders(self):
        self.residence.write(
            {
                "output_directory": "Résidence d'été/À facturer",
                "create_output_directory": True,
                "log_directory": "Résidence d'été/journal",
            }
        )
        run = self.export()
        self.assertEqual(run.state, "done", run.log_text)
        [file] = (self.root / "Résidence d'été/À facturer").iterdir()
        self.assertEqual(file.read_bytes(), EXAMPLE)
        self.assertTrue(list((self.root / "Résidence d'été/journal").iterdir()))

    def test_a_log_that_cannot_be_written_stops_no_run(self):
        (self.root / "file").touch()
        for path in ("file", "../log"):
            self.residence.log_directory = path
            with self.assertLogs("odoo.addons.sofi_primmo", "ERROR") as told:
                run = self.export()
            self.assertEqual(run.state, "done", run.log_text)
            self.assertIn("SOFI log of residence", told.output[0])
            self.assertNotIn("T00123", "".join(told.output))
            (self.root / "erables/output" / run.file_ids.name).unlink()


@tagged("post_install", "-at_install")
class TestFileNames(SofiCase):
    def names(self, pattern, runs=3):
        """Return the names of the files of some runs at one moment."""
        self.residence.layout_id.name_pattern = pattern
        names = []
        for _run in range(runs):
            run = self.make_export()
            run.date_start = datetime(2025, 11, 22, 2, 30, tzinfo=UTC).replace(
                tzinfo=None
            )
            names.append(run._free_name(self.residence, 1))
            file = run._create_file(self.residence, 1)
            file.name = names[-1]
        return names

    def test_runs_of_one_second_differ_by_a_second(self):
        names = self.names("{vendor}_{time:%H%M%S}_{seq:02d}.csv")
        expected = ["12_213000_01.csv", "12_213001_01.csv", "12_213002_01.csv"]
        self.assertEqual(names, expected)

    def test_a_pattern_without_time_gets_a_number(self):
        expected = ["12-1.csv", "12-1_2.csv", "12-1_3.csv"]
        self.assertEqual(self.names("{vendor}-{seq}.csv"), expected)

    def test_a_pattern_without_time_serves_two_nights(self):
        self.residence.layout_id.name_pattern = "SOFI{seq}.csv"
        self.export()
        (self.root / "erables/output/SOFI1.csv").unlink()
        self.assertEqual(self.export().state, "done")
        self.assertEqual(self.files(), ["SOFI1_2.csv"])

    def test_the_hour_that_comes_twice_gives_no_name_twice(self):
        """Clocks go back in November: 01:30 is twice in that night."""
        self.residence.layout_id.name_pattern = "{vendor}_{time:%H%M%S}_{seq:02d}.csv"
        names = []
        for hour in (5, 6):
            run = self.make_export()
            run.date_start = datetime(2026, 11, 1, hour, 30)
            names.append(run._create_file(self.residence, 1).name)
        self.assertEqual(names, ["12_013000_01.csv", "12_013001_01.csv"])

    def test_vendor_with_accents(self):
        self.residence.vendor_id = "Érables & Cie / 12"
        name = self.export().file_ids.name
        self.assertRegex(name, r"^MDG_rablesCie12_\d{14}_01\.csv$")


@tagged("post_install", "-at_install")
class TestLayouts(SofiCase):
    def setUp(self):
        super().setUp()
        self.layout = self.env.ref("sofi_primmo.layout_mdg_16")

    def test_a_copy_has_a_code_of_its_own(self):
        copy = self.layout.copy()
        self.assertNotEqual(copy.code, self.layout.code)
        self.assertEqual(len(copy.column_ids), 16)
        self.assertNotEqual(self.layout.copy().code, copy.code)

    def test_a_column_needs_a_content(self):
        for kind in ("field", "parameter"):
            with self.subTest(kind=kind):
                with self.assertRaisesRegex(ValidationError, "column 1 contains"):
                    self.layout.column_ids[0].write(
                        {"kind": kind, "field": False, "parameter": False}
                    )

    def test_a_layout_needs_columns(self):
        with self.assertRaisesRegex(ValidationError, "needs columns"):
            self.layout.column_ids = False

    def test_a_kind_of_line_must_exist(self):
        with self.assertRaisesRegex(ValidationError, "never be written"):
            self.layout.column_ids[0].line_kind = "V"
        self.layout.line_kinds = "V, P"
        self.layout.column_ids[0].line_kind = "V"
        with self.assertRaisesRegex(ValidationError, "never be written"):
            self.layout.line_kinds = "P"

    def test_the_example_that_does_not_fit_is_told(self):
        self.layout.column_ids.filtered(lambda c: c.field == "external_id").width = 3
        self.assertIn("external_id is too wide", self.layout.preview)

    def test_preview_of_an_incomplete_column_is_empty(self):
        draft = self.layout.new(origin=self.layout)
        draft.column_ids[0].parameter = False
        self.assertFalse(draft.preview)


@tagged("post_install", "-at_install")
class TestApiNames(SofiCase):
    def name(self, kind, key, value):
        values = {"profile_id": self.residence.profile_id.id}
        return self.env["sofi.api.name"].create(
            {**values, "kind": kind, "key": key, "value": value}
        )

    def test_only_the_connectors_names_can_be_given_anew(self):
        with self.assertRaisesRegex(ValidationError, "Choose one of: status, from"):
            self.name("parameter", "stauts", "etat")

    def test_paths_that_cannot_be_used(self):
        cases = [
            ("charges", "frais"),
            ("charges", "/frais/{id}"),
            ("charge", "/frais"),
            ("charge", "/frais/{ident}"),
            ("charge", "/frais/{id"),
        ]
        for key, path in cases:
            with self.subTest(path=path):
                with self.assertRaises(ValidationError) as caught:
                    self.name("path", key, path)
                self.assertIn("Write it like /charges", str(caught.exception))

    def test_an_interface_with_other_names(self):
        """The day Telemedic gives its reference, only a profile changes."""
        residence = self.simulator.residence("erables")
        for charge in residence.charges.values():
            charge["montant"] = charge.pop("amount")
        self.name("field", "amount", "montant")
        run = self.export()
        self.assertEqual(run.file_ids._content(), EXAMPLE)
        self.assertIn("reconciled", run.exchange_message_ids.mapped("code"))
