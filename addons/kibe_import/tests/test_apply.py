from odoo import models
from odoo.tests import tagged

from .common import KibeImportCommon, edited


def row(number, child, begin, end, weekday):
    """Return a row of prestations.csv as changes for `edited`: a whole day."""
    hours = ("07:00:00", "18:15:00")
    cells = ("100", child, "Nurserie", begin, end, *hours, weekday, "Pré : JOURNEE")
    return [("prestations", number, place, cell) for place, cell in enumerate(cells, 1)]


@tagged("post_install", "-at_install")
class TestKibeApply(KibeImportCommon):
    def test_cancel_while_it_runs_undoes_everything(self):
        before = self.counts()
        model = type(self.env["kibe.import"])
        original = model._apply_created

        def apply_and_ask(run, *args):
            result = original(run, *args)
            run.env["exchange.progress"].sudo()._publish(run, cancel_requested=True)
            return result

        self.patch(model, "_apply_created", apply_and_ask)
        run = self.run_import("kibe_sample.zip", "create")
        self.assertEqual(run.state, "cancelled")
        self.assertEqual(self.counts(), before)

    def test_page_that_changes_makes_room_for_itself(self):
        """Also when the first child of the file only gets a new one."""
        mondays = row(7, "11110", "01.03.2021", "01.12.2021", "lu")
        self.run_import(edited(*mondays), "create")
        tuesdays = row(7, "11110", "01.03.2021", "01.12.2021", "ma")
        following = row(8, "10000", "01.01.2022", "01.12.2022", "lu")
        run = self.run_import(edited(*tuesdays, *following), "create")
        self.assertEqual(run.state, "done", run.exchange_message_ids.mapped("text"))
        self.assertEqual(self.child("11110").sector_ids.line_ids.weekday, "tue")
        self.assertEqual(len(self.child("10000").sector_ids), 2)
        run.action_undo()
        self.assertEqual(self.child("11110").sector_ids.line_ids.weekday, "mon")
        self.assertEqual(len(self.child("10000").sector_ids), 1)

    def test_lines_know_their_records(self):
        run = self.run_import("kibe_sample.zip", "create")
        created = run.line_ids.filtered(lambda line: line.action == "created")
        self.assertEqual(len(created), 15)
        for line in created:
            record = self.env[line.res_model].browse(line.res_id)
            self.assertTrue(record.exists(), line.label)
            self.assertEqual(record.company_id, self.company)

    def test_lines_written_in_masses_are_as_create_makes_them(self):
        self.run_import("kibe_sample.zip", "create")
        again = edited(
            ("enfants", 3, 2, "Winter"),
            ("prestations", 3, 8, "me"),
            drop=[("enfants", 2)],
        )
        lines = self.run_import(again, date_journal="2021-02-01").sudo().line_ids
        self.assertGreater(len(lines), 8)
        names = [
            name
            for name, field in lines._fields.items()
            if field.store and not field.related and name not in models.MAGIC_COLUMNS
        ]
        other = self.prepare("kibe_sample.zip")
        vals_list = [
            {**vals, "import_id": other.id} for vals in lines._read_format(names, "")
        ]
        for vals in vals_list:
            # what goes stands in no row, what is new has no record yet
            for name in ("row", "res_id"):
                if not vals[name]:
                    del vals[name]
        twins = lines.create(vals_list)
        for line, twin in zip(lines, twins, strict=True):
            self.assertEqual(self.row(line), self.row(twin), line.label)

    def row(self, line):
        """Return the columns of a line as the database holds them."""
        self.env.flush_all()
        self.env.cr.execute("SELECT * FROM kibe_import_line WHERE id = %s", [line.id])
        [row] = self.env.cr.dictfetchall()
        own = ("id", "import_id", "create_date", "write_date")
        return {name: value for name, value in row.items() if name not in own}

    def test_origin_of_the_pages(self):
        self.run_import("kibe_sample.zip", "create")
        child = self.child("10000")
        self.assertEqual(child.sector_ids.origin, "kibe")
        self.assertEqual(child.billing_data_ids.origin, "kibe")
        self.assertEqual(self.guardian("1001").income_ids.origin, "kibe")
