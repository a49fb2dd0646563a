import base64
import io
import zipfile

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form
from odoo.tools import file_open

from .common import DaycareCommon

PATH = "daycare/tests/samples/amtovz.csv"


class TestLocality(DaycareCommon):
    def setUp(self):
        super().setUp()
        with file_open(PATH, "rb") as file:
            self.content = file.read()

    def load(self, content=None, name="amtovz.csv"):
        wizard = self.env["daycare.locality.import"].create(
            {
                "file": base64.b64encode(self.content if content is None else content),
                "file_name": name,
            }
        )
        wizard.action_import()
        return wizard

    def find(self, npa):
        return self.env["daycare.locality"].search([("npa", "=", npa)])

    def test_directory_is_loaded(self):
        known = self.env["daycare.locality"].search_count([])
        wizard = self.load()
        self.assertEqual(wizard.state, "done")
        self.assertEqual(wizard.created_count, 3)
        self.assertEqual(wizard.unchanged_count, 2)
        self.assertEqual(wizard.archived_count, known - 2)
        self.assertEqual(wizard.error_count, 0)

    def test_main_town_of_a_postcode(self):
        self.load()
        towns = self.find("1008")
        self.assertEqual(towns.mapped("name"), ["Prilly", "Jouxtens-Mézery"])
        self.assertEqual(towns.mapped("main"), [True, False])
        main = self.env["daycare.locality"]._main_by_npa(["1008", "0000"])
        self.assertEqual(main, {"1008": towns[0]})

    def test_liechtenstein(self):
        self.load()
        vaduz = self.find("9490")
        self.assertEqual(vaduz.country_id, self.env.ref("base.li"))
        self.assertFalse(vaduz.canton)

    def test_second_time_changes_nothing(self):
        self.load()
        wizard = self.load()
        counts = (wizard.created_count, wizard.updated_count, wizard.archived_count)
        self.assertEqual(counts, (0, 0, 0))
        self.assertEqual(wizard.unchanged_count, 5)

    def test_main_town_moves(self):
        self.load()
        content = self.content.replace(b"Prilly;1008;00", b"Prilly;1008;04")
        wizard = self.load(content)
        self.env.flush_all()
        self.env.cr.execute("SET CONSTRAINTS ALL IMMEDIATE")
        self.assertEqual(wizard.created_count, 1)
        main = self.find("1008").filtered("main")
        self.assertEqual(main.name, "Jouxtens-Mézery")

    def test_zip_archive(self):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("AMTOVZ_CSV_LV95/AMTOVZ_CSV_LV95.csv", self.content)
        self.assertEqual(self.load(buffer.getvalue()).created_count, 3)

    def test_bad_rows_are_named_and_the_others_loaded(self):
        content = self.content + b"Nowhere;19X0;00;1;N;1;VS;100;1;1;fr;2008-07-01\r\n"
        wizard = self.load(content)
        self.assertEqual(wizard.error_count, 1)
        self.assertIn("Row 8", wizard.error_text)
        self.assertIn("19X0", wizard.error_text)
        self.assertEqual(wizard.created_count, 3)

    def test_long_list_of_errors_is_shortened(self):
        row = b"Nowhere;19X0;00;1;N;1;VS;100;1;1;fr;2008-07-01\n"
        wizard = self.load(self.content + row * 50)
        self.assertEqual(wizard.error_count, 50)
        self.assertIn("… and 30 more.", wizard.error_text)

    def test_files_that_cannot_be_used(self):
        header = self.content.split(b"\n", 1)[0]
        for content, message in [
            (b"PK\x03\x04 truncated", "damaged"),
            (b"a;b;c\n1;2;3\n", "lacks the columns"),
            (header, "holds no locality"),
            (b"\x00\x01\x02", "not a text file"),
        ]:
            with (
                self.subTest(message=message),
                self.assertRaisesRegex(UserError, message) as caught,
            ):
                self.load(content, name="plz.csv")
            self.assertIn("plz.csv", str(caught.exception))
        self.assertTrue(self.find("1920"))

    def test_address_of_a_postcode(self):
        Locality = self.env["daycare.locality"]
        self.assertEqual(
            Locality._address_vals("1920 "),
            {"city": "Martigny", "country_id": self.env.ref("base.ch").id},
        )
        for unknown in ["0000", "", False, None]:
            self.assertEqual(Locality._address_vals(unknown), {})

    def test_known_town_stays_while_the_postcode_stays(self):
        self.child.write({"zip": "1920", "city": "Martigny-Bourg"})
        with Form(self.child) as form:
            form.street = "Rue Neuve 3"
        self.assertEqual(self.child.city, "Martigny-Bourg")

    def test_only_managers_load_the_directory(self):
        office = self.user("locality-office", "office")
        with self.assertRaises(AccessError):
            self.env["daycare.locality.import"].with_user(office).create(
                {"file": base64.b64encode(self.content)}
            )
