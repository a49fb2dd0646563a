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

    def texts(self, run, code):
        """Return the findings of one kind."""
        return run.exchange_message_ids.filtered(lambda m: m.code == code)

    def test_printed_list_with_a_title_and_totals(self):
        printed = f"Résidence Les Érables\n\n{CSV}Total : 2;;;;;;;;;\n"
        run = self.load(printed)
        self.assertImported(run)
        self.assertEqual(run.heading_row, 3)
        self.assertEqual(self.texts(run, "no_record").row, 6)

    def test_totals_of_every_kind_of_list_are_left_out_and_told(self):
        lists = {
            "unit": "Unité;Immeuble\n0204;A\nTotal : 3;\n",
            "service": "Code;Description;Prix\n200130;Bain;12\nTotal;;1500 $\n",
            "building": "Immeuble;Classe\nA;SOFI\nGrand total;1\n",
            "occupant_type": "Description\nAutonome\nNombre de types : 1\n",
        }
        for kind, content in lists.items():
            with self.subTest(kind=kind):
                run = self.load(content, kind)
                self.assertEqual(run.state, "done")
                self.assertEqual(self.texts(run, "no_record").row, 3)
                [counted] = run.counters.values()
                self.assertEqual(counted["create"], 1)

    def test_unknown_heading_stops_the_preview(self):
        run = self.make(CSV)
        run.action_plan()
        columns = run.column_ids.grouped("field_name")
        for name in ("birth_date", "external_id"):
            column = columns[name]
            right, column.heading = column.heading, "Anniversaire"
            run.action_plan()
            told = self.texts(run, "heading")
            self.assertEqual((told.severity, told.column), ("fatal", "Anniversaire"))
            self.assertIn("Date de naissance", told.text)
            column.heading = right
        run.action_plan()
        run.action_run()
        self.assertImported(run)

    def test_columns_that_nothing_uses_are_named(self):
        run = self.make(CSV.replace("Unité", "Étage"))
        run.action_plan()
        self.assertEqual(run.unused_headings, "Étage")
        self.assertIn("Étage", self.texts(run, "unused").text)
        self.assertIn("Étage", run.headings)
        self.assertEqual(run.column_ids[0].choices, run.headings)

    def test_row_of_the_headings_can_be_chosen(self):
        form = Form(self.env["primmo.import"])
        form.residence_id = self.residence
        form.file = b64encode(f"Numéro;Nom;Prénom\n{CSV}".encode())
        self.assertEqual(form.heading_row, 2)
        form.heading_row = 1
        headings = [line["heading"] for line in form.column_ids._records]
        self.assertNotIn("Sexe", headings)

    def test_who_is_no_longer_listed_is_archived_only_on_demand(self):
        self.load(CSV)
        short = "\n".join(CSV.splitlines()[:2])
        self.load(short)
        self.assertEqual(self.tenants().mapped("external_id"), ["T1", "T2"])
        run = self.make(short, archive_missing=True)
        run.action_plan()
        told = self.texts(run, "archive")
        self.assertEqual(told.res_id, self.tenants()[1].id)
        self.assertEqual(run.counters["primmo.tenant"]["archive"], 1)
        self.assertEqual(len(self.tenants()), 2)
        run.action_run()
        self.assertEqual(self.tenants().mapped("external_id"), ["T1"])

    def test_rows_with_errors_are_not_archived(self):
        self.load(CSV)
        bad = CSV.replace("1938-04-07", "x")
        run = self.load(bad, archive_missing=True, skip_error_rows=True)
        self.assertEqual(run.state, "done")
        self.assertEqual(len(self.tenants()), 2)
        nobody = CSV.replace("T2;", ";")
        run = self.load(nobody, archive_missing=True, skip_error_rows=True)
        self.assertEqual(run.state, "failed")
        self.assertEqual(len(self.tenants()), 2)

    def test_long_lists_are_imported_in_the_background(self):
        rows = "".join(f"{number:04d};A\n" for number in range(2000))
        run = self.load(f"Unité;Immeuble\n{rows}", "unit")
        self.assertEqual(run.state, "running")
        run._work_in_background()
        self.assertEqual(run.state, "done", run.exchange_message_ids.mapped("text"))
        units = [("residence_id", "=", self.residence.id)]
        self.assertEqual(self.env["primmo.unit"].search_count(units), 2000)

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
