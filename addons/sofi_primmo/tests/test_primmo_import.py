import io
from base64 import b64encode
from datetime import date
from pathlib import Path

from openpyxl import Workbook

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import SofiCase

CSV = """Numéro;Nom;Prénom;Sexe;Date de naissance;Langue;Accepté;Unité;NAM;Expiration
T1;Tremblay;Jean;M;1938-04-07;français;Oui;204;trej 3804 0719;2027-04
T2;Roy;Anne;F;09/01/1930;Fr;Non;;;
"""


@tagged("post_install", "-at_install")
class TestPrimmoImport(SofiCase):
    def make(self, content, kind="tenant", name="list.csv", **values):
        if isinstance(content, str):
            content = content.encode("cp1252")
        return self.env["primmo.import"].create(
            {
                "residence_id": self.residence.id,
                "kind": kind,
                "file": b64encode(content),
                "file_name": name,
                **values,
            }
        )

    def load(self, content, kind="tenant", **values):
        run = self.make(content, kind, **values)
        run.action_run()
        return run

    def tenants(self):
        return self.env["primmo.tenant"].search(
            [("residence_id", "=", self.residence.id)], order="external_id"
        )

    def assertImported(self, run):
        self.assertEqual(run.state, "done", run.exchange_message_ids.mapped("text"))
        self.assertRecordValues(
            self.tenants(),
            [
                {
                    "external_id": "T1",
                    "last_name": "Tremblay",
                    "birth_date": date(1938, 4, 7),
                    "language": "Fr",
                    "accepted": True,
                    "unit": "204",
                    "nam": "TREJ38040719",
                    "nam_expiry": "2027-04",
                },
                {
                    "external_id": "T2",
                    "last_name": "Roy",
                    "birth_date": date(1930, 1, 9),
                    "language": "Fr",
                    "accepted": False,
                    "unit": False,
                    "nam": False,
                    "nam_expiry": False,
                },
            ],
        )

    def test_csv_in_two_encodings_and_delimiters(self):
        self.assertImported(self.load(CSV))
        again = self.load(CSV.replace(";", ",").encode("utf-8-sig"))
        self.assertImported(again)
        self.assertEqual(again.counters["primmo.tenant"]["unchanged"], 2)
        self.assertEqual(again.counters["primmo.tenant"]["create"], 0)

    def rows(self):
        rows = [line.split(";") for line in CSV.splitlines()]
        rows[1][4] = date(1938, 4, 7)
        return rows

    def test_xlsx(self):
        book = Workbook()
        for row in self.rows():
            book.active.append(row)
        book.active["H2"] = 204
        stream = io.BytesIO()
        book.save(stream)
        self.assertImported(self.load(stream.getvalue(), name="list.xlsx"))

    def test_xls(self):
        content = (Path(__file__).parent / "samples" / "tenants.xls").read_bytes()
        self.assertImported(self.load(content, name="list.xls"))

    def test_preview_writes_nothing(self):
        run = self.make(CSV)
        run.action_plan()
        self.assertEqual(run.counters["primmo.tenant"]["create"], 2)
        self.assertFalse(self.tenants())
        run.action_run()
        self.assertImported(run)

    def test_errors_name_row_column_and_value(self):
        bad = CSV.replace("1938-04-07", "31/02/1938").replace("Roy", "")
        run = self.load(bad)
        self.assertEqual(run.state, "failed")
        self.assertFalse(self.tenants())
        errors = run.exchange_message_ids.filtered(lambda m: m.severity == "error")
        self.assertRecordValues(
            errors,
            [
                {
                    "file": "list.csv",
                    "row": 2,
                    "column": "Birth Date",
                    "value": "31/02/1938",
                    "code": "date_unknown",
                },
                {
                    "file": "list.csv",
                    "row": 3,
                    "column": "Last Name",
                    "value": "",
                    "code": "required",
                },
            ],
        )

    def test_rows_with_errors_can_be_left_out(self):
        run = self.load(CSV.replace("1938-04-07", "x"), skip_error_rows=True)
        self.assertEqual(run.state, "done")
        self.assertEqual(self.tenants().mapped("external_id"), ["T2"])
        self.assertEqual(run.counters["primmo.tenant"]["skip"], 1)

    def test_same_tenant_twice_is_an_error(self):
        run = self.load(CSV.replace("T2;", "T1;"))
        self.assertEqual(run.state, "failed")
        self.assertIn("twice", run.exchange_message_ids.mapped("code"))

    def test_missing_column_is_named(self):
        run = self.load(CSV.replace("Prénom", "Ville"))
        self.assertEqual(run.state, "failed")
        missing = run.exchange_message_ids.filtered(lambda m: m.code == "column")
        self.assertEqual(missing.column, "First Name")

    def test_mapping_is_chosen_once_and_remembered(self):
        odd = CSV.replace("Prénom", "Petit nom")
        run = self.make(odd)
        run.action_plan()
        self.assertEqual(run.state, "planned")
        column = run.column_ids.filtered(lambda c: c.field_name == "first_name")
        self.assertFalse(column.heading)
        column.heading = "Petit nom"
        run.action_plan()
        run.action_run()
        self.assertImported(run)
        self.assertImported(self.load(odd))

    def test_form_proposes_the_columns(self):
        form = Form(self.env["primmo.import"])
        form.residence_id = self.residence
        form.file = b64encode(CSV.encode())
        headings = [line["heading"] for line in form.column_ids._records]
        self.assertIn("Date de naissance", headings)

    def test_changes_are_written_and_counted(self):
        self.load(CSV)
        run = self.load(CSV.replace("204", "205"))
        self.assertEqual(run.counters["primmo.tenant"]["update"], 1)
        self.assertEqual(self.tenants()[0].unit, "205")

    def test_other_lists(self):
        self.load("Immeuble;Classe\nA;SOFI\nB;autre\n", "building")
        buildings = self.env["primmo.building"].search(
            [("residence_id", "=", self.residence.id)], order="name"
        )
        self.assertEqual(buildings.mapped("synchronized"), [True, False])
        self.load("Unité;Immeuble\n0204;A\n", "unit")
        unit = self.env["primmo.unit"].search(
            [("residence_id", "=", self.residence.id)]
        )
        self.assertEqual(unit.number, "0204")
        self.load("Description\nAutonome\n", "occupant_type")
        self.load('Code;Description;Prix\n200130;Bain;"1 310,00 $"\n', "service")
        service = self.env["primmo.service"].search(
            [("residence_id", "=", self.residence.id)]
        )
        self.assertEqual(service.monthly_price, 1310)
        self.assertEqual(service.unit_price_rounded, 436.67)

    def test_files_that_cannot_be_read(self):
        for content, name in [
            (b"", "empty.csv"),
            (b"\n\n", "blank.csv"),
            (b"PK\x03\x04broken", "broken.xlsx"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1broken", "broken.xls"),
            (b"a\x00b", "binary.csv"),
            (b'Nom;Pr\n"open', "quote.csv"),
        ]:
            with self.subTest(name=name), self.assertRaises(UserError) as caught:
                self.make(content or b" ", name=name).action_plan()
            self.assertIn(name, str(caught.exception))

    def test_a_value_that_is_a_formula_stays_a_text(self):
        run = self.load(CSV.replace("Tremblay", "=1+1"))
        self.assertEqual(run.state, "done")
        self.assertEqual(self.tenants()[0].last_name, "=1+1")
