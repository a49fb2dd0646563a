import base64
import io

import openpyxl

from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import ENTITIES as MODELS
from .common import KibeImportCommon, edited

MONEY = {"income", "billing_data"}


@tagged("post_install", "-at_install")
class TestKibeRecords(KibeImportCommon):
    """Before and after, record by record; rows that wait for others."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = new_test_user(
            cls.env,
            "kibe-accountant",
            "kibe_import.group_kibe_import_user,daycare.group_daycare_billing",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def test_open_is_offered_where_it_leads_somewhere(self):
        run = self.run_import("kibe_sample.zip", "create")
        for user, refused in ((self.clerk, MONEY), (self.accountant, set())):
            lines = run.with_user(user).line_ids.filtered("res_id")
            self.assertEqual(
                {line.entity for line in lines}, set(MODELS) - {"sector_line"}
            )
            for line in lines:
                may = line.entity not in refused
                self.assertEqual(line.can_open, may, (user.login, line.entity))
                action = line.action_open_record()
                self.assertEqual(bool(action), may)
                if action:
                    # what the client does with it
                    self.env[action["res_model"]].with_user(user).browse(
                        action["res_id"]
                    ).read(["display_name"])
        gone = run.line_ids.filtered(lambda line: line.entity == "sector")[:1]
        self.env["daycare.sector"].browse(gone.res_id).unlink()
        gone.invalidate_recordset()
        self.assertFalse(gone.can_open)

    def test_a_new_record_is_readable_whole(self):
        run = self.run_import("kibe_sample.zip", user=self.clerk)
        line = run.line_ids.filtered(lambda line: line.key == "1001")[:1]
        shown = str(line.changes_html)
        for value in ("Mélany", "Route de la gare 1", "1920", "PainMary"):
            self.assertIn(value, shown)
        self.assertIn("text-wrap", shown, "cells of lists are cut otherwise")
        action = run.action_view_lines()
        self.assertIn((False, "form"), action["views"])
        form = line.get_view(view_type="form")["arch"]
        self.assertIn("changes_html", form)

    def test_addresses_are_called_the_same_whoever_lives_there(self):
        run = self.run_import("kibe_sample.zip")
        lines = run.line_ids.with_context(lang="fr_FR")
        for entity in ("child", "guardian"):
            with self.subTest(entity=entity):
                text = " ".join(
                    lines.filtered(lambda x, e=entity: x.entity == e).mapped(
                        "changes_html"
                    )
                )
                self.assertIn("<b>NPA&nbsp;:</b>", text)
                self.assertNotIn("Code postal", text)

    def test_rows_that_wait_for_others_are_told(self):
        run = self.run_import(edited(("enfants", 2, 5, "31.02.2021")))
        rows = run.details["rows"]
        self.assertEqual(rows["error"], 1)
        self.assertGreater(rows["held"], 1)
        self.assertEqual(
            rows["read"],
            sum(rows[part] for part in ("used", "ignored", "held", "error")),
        )
        self.assertIn("Retenues", str(run.with_context(lang="fr_FR").preview_html))
        run.with_context(lang="fr_FR").action_download_report()
        raw = run.attachment_ids.filtered(
            lambda a: a.name == f"{run.name.replace('/', '-')}.xlsx"
        )
        book = openpyxl.load_workbook(io.BytesIO(base64.b64decode(raw.datas)))
        header, *rows = book["prestations"].iter_rows(values_only=True)
        status = header.index("Statut") if "Statut" in header else len(header) - 3
        found = {row[status] for row in rows if row[1] == "10000"}
        self.assertLessEqual({"Retenue"}, found)
        self.assertNotIn("OK", found)
