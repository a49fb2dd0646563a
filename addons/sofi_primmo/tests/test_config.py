import json
from base64 import b64decode, b64encode
from pathlib import Path

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import SofiCase

SAMPLE = (Path(__file__).parent / "samples" / "config.json").read_bytes()


@tagged("post_install", "-at_install")
class TestConfig(SofiCase):
    def load(self, content=SAMPLE):
        wizard = self.env["sofi.config.wizard"].create({"file": b64encode(content)})
        return wizard.action_import()

    def imported(self):
        return self.env["sofi.residence"].search([("url", "like", "siteduclient")])

    def test_round_trip_of_the_scripts_own_sample(self):
        self.load()
        residences = self.imported().sorted("url")
        self.assertEqual(len(residences), 2)
        self.assertEqual(residences.mapped("name"), ["siteduclient1", "siteduclient2"])
        self.assertEqual(residences[0].api_access_key, "COMPANY1_API_ACCESS_KEY")
        self.assertFalse(residences[0].vendor_id)
        self.assertEqual(residences[0].output_directory, "output")
        residences.dry_run = False
        content = residences._export_config(with_secrets=True)
        self.assertEqual(json.loads(content), json.loads(SAMPLE))
        self.assertEqual(list(json.loads(content)), list(json.loads(SAMPLE)))

    def test_import_twice_changes_instead_of_doubling(self):
        self.load()
        self.load(SAMPLE.replace(b'"VendorId": null', b'"VendorId": 12'))
        self.assertEqual(self.imported().mapped("vendor_id"), ["12", "12"])

    def test_a_file_says_whether_a_residence_simulates(self):
        self.load(json.dumps(json.loads(SAMPLE) | {"DryRun": True}).encode())
        action = self.load(json.dumps(json.loads(SAMPLE) | {"DryRun": True}).encode())
        residences = self.imported()
        self.assertEqual(residences.mapped("dry_run"), [True, True])
        self.assertIn("only simulate", action["params"]["message"])
        following = action["params"]["next"]  # where the client looks for it
        self.assertEqual(following["res_model"], "sofi.residence")
        action = self.load(json.dumps(json.loads(SAMPLE) | {"DryRun": False}).encode())
        self.assertEqual(residences.mapped("dry_run"), [False, False])
        self.assertEqual(action["res_model"], "sofi.residence")

    def test_a_site_is_known_however_it_is_spelled(self):
        self.load()
        known = self.imported()
        for spelling in (
            b"HTTPS://SITEDUCLIENT1.telemedic.ca/",
            b"https://siteduclient1.telemedic.ca:443",
        ):
            with self.subTest(spelling=spelling):
                self.load(
                    SAMPLE.replace(b"https://siteduclient1.telemedic.ca", spelling)
                )
                self.assertEqual(
                    self.env["sofi.residence"].search_count(
                        [("site", "like", "siteduclient")]
                    ),
                    2,
                )
        self.assertEqual(self.imported(), known)

    def test_a_folder_that_is_not_wanted_comes_back_empty(self):
        self.residence.output_directory = False
        content = self.residence._export_config()
        self.load(content)
        self.assertFalse(self.residence.output_directory)
        self.load(content.replace(b'"OutputDirectory": ""', b'"OutputDirectory": null'))
        self.assertEqual(self.residence.output_directory, "output")

    def test_an_address_is_used_once_but_archived_ones_do_not_count(self):
        url = self.residence.url
        with self.assertRaises(UniqueViolation) as caught, self.env.cr.savepoint():
            self.env["sofi.residence"].create({"name": "Twin", "url": url})
        told = self.env["sofi.residence"]._sql_error_to_message(caught.exception)
        self.assertIn("archive", told)
        self.residence.active = False
        self.env.flush_all()
        self.residence.copy({"name": "Successor", "url": url, "active": True})
        with self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            self.residence.active = True
            self.env.flush_all()

    def test_export_leaves_secrets_out(self):
        self.load()
        wizard = self.env["sofi.config.wizard"].create({})
        wizard.action_export()
        content = b64decode(wizard.result)
        self.assertNotIn(b"API_SECRET", content)
        self.assertNotIn(b"COMPANY1", content)
        self.assertIn(b"siteduclient1", content)

    def test_only_administrators_export_secrets(self):
        manager = new_test_user(
            self.env, "sofi_man", groups="sofi_primmo.group_sofi_manager"
        )
        residence = self.residence.with_user(manager)
        self.assertTrue(residence._export_config())
        with self.assertRaises(AccessError):
            residence._export_config(with_secrets=True)

    def test_options_of_the_file(self):
        options = {
            "Companies": [{"url": "https://a.example.com"}],
            "StartDate": "2025-11-01",
            "Language": "en",
            "DryRun": True,
            "OutputDirectory": "out",
            "FileLogging": {"FilePath": "logs"},
        }
        self.load(json.dumps(options).encode())
        residence = self.env["sofi.residence"].search([("url", "like", "a.example")])
        self.assertRecordValues(
            residence,
            [
                {
                    "start_date": "2025-11-01",
                    "language": "EN",
                    "dry_run": True,
                    "output_directory": "out",
                    "log_directory": "logs",
                }
            ],
        )
        again = json.loads(residence._export_config())
        self.assertEqual(again["Language"], "EN")
        self.assertEqual(again["FileLogging"], {"FilePath": "logs"})

    def test_folders_of_windows_are_named(self):
        """Here they would be folders of this very name, which nobody would find."""
        for folder in ("C:\\MDG", "C:/MDG", "\\\\server\\share", "mdg\\output"):
            company = {"url": "https://a.example.com"}
            for option in (
                {"OutputDirectory": folder},
                {"FileLogging": {"FilePath": folder}},
            ):
                content = json.dumps({"Companies": [company], **option}).encode()
                with (
                    self.subTest(option=option),
                    self.assertRaisesRegex(UserError, "Windows") as caught,
                ):
                    self.load(content)
                self.assertIn(folder, str(caught.exception))

    def test_unknown_keys_are_told(self):
        content = SAMPLE.replace(b'"url"', b'"Colour": "red", "url"', 1)
        action = self.load(content)
        self.assertIn("Companies[0].Colour", action["params"]["message"])

    def test_bad_files_are_told_and_nothing_is_half_written(self):
        url = b'{"Companies": [{"url": "https://b.example.com"}, %s]}'
        for content, place in [
            (b"\xff\xfe", "no JSON"),
            (b"{", "no JSON"),
            (b"[]", "Companies"),
            (b'{"Companies": {}}', "Companies"),
            (url % b"{}", "Companies\\[1\\].url"),
            (url % b'{"url": 1.5}', "Companies\\[1\\].url"),
            (url % b'{"url": "https://c", "DryRun": "yes"}', "Companies\\[1\\].DryRun"),
            (url % b'{"url": "https://c", "PrimmoBilling": 1}', "PrimmoBilling"),
            (b'{\n"Companies": [}', "line 2, column 15"),
            (url % b'{"url": "ftp://c.ca"}', "Companies\\[1\\].*ftp://c.ca"),
            (url % b'{"url": "http://c.ca"}', "begin with https"),
            (url % b'{"url": 5}', "not a usable address"),
            (url % b'{"url": "https://10.0.0.1"}', "internal network"),
            (url % b'{"url": "HTTPS://B.example.com/"}', "same SOFI site as Comp"),
            (url % b'{"url": "https://c", "Language": "DE"}', "must be FR or EN"),
            (
                url % b'{"url": "https://c", "OutputDirectory": "../../etc"}',
                "Companies\\[1\\]: the folder ../../etc cannot be used",
            ),
            (
                url % b'{"url": "https://c", "FileLogging": {"FilePath": "/etc"}}',
                "the folder /etc cannot be used",
            ),
        ]:
            with self.subTest(content=content):
                with self.assertRaisesRegex(UserError, place):
                    self.load(content)
                self.assertFalse(
                    self.env["sofi.residence"].search([("url", "like", "b.example")])
                )
