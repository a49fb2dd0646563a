import io

import openpyxl
from lxml import html

from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .common import KibeImportCommon, edited


@tagged("post_install", "-at_install")
class TestKibePreview(KibeImportCommon):
    def lines(self, run, entity):
        return run.line_ids.filtered(lambda line: line.entity == entity)

    def test_both_operations_side_by_side(self):
        self.run_import("kibe_sample.zip", "create")
        run = self.run_import(edited(("enfants", 3, 2, "Winter")))
        self.assertEqual(run.counters["child"], {"skipped": 2})
        self.assertEqual(
            run.counters_overwrite["child"], {"updated": 1, "unchanged": 1}
        )
        html = str(run.with_context(lang="fr_FR").preview_html)
        self.assertIn("Générer", html)
        self.assertIn("Générer avec écrasement", html)
        line = self.lines(run, "child").filtered(lambda line: line.key == "11110")
        self.assertEqual((line.action, line.action_overwrite), ("skipped", "updated"))
        self.assertIn("<s", str(line.changes_html))
        self.assertIn("Summer", str(line.changes_html))
        self.assertIn("Winter", str(line.changes_html))

    def test_messages_say_which_operation_they_concern(self):
        self.run_import("kibe_sample.zip", "create")
        run = self.run_import(edited(("intervenantsdata", 2, 2, "Monsieur")))
        operations = {m.code: m.kibe_operation for m in run.exchange_message_ids}
        self.assertEqual(operations["S02"], "create")
        self.assertEqual(operations["D04"], "overwrite")
        self.assertEqual(operations["E18"], "both")

    def test_overwrite_gives_what_the_test_announced(self):
        self.run_import("kibe_sample.zip", "create")
        second = edited(("intervenantsdata", 2, 2, "Monsieur"), ("enfants", 3, 2, "W"))
        test = self.run_import(second)
        run = self.run_import(second, "overwrite")
        self.assertEqual(test.counters_overwrite, run.counters)
        announced = test.exchange_message_ids.filtered(
            lambda m: m.kibe_operation != "create"
        )
        self.assertEqual(
            sorted(announced.mapped("text")),
            sorted(run.exchange_message_ids.mapped("text")),
        )

    def test_files_codes_and_losses_are_shown(self):
        self.run_import("kibe_sample.zip", "create")
        run = self.run_import(
            edited(("prestations", 2, 9, "Repas"), drop=[("prestations", 3)])
        )
        html = str(run.preview_html)
        self.assertIn("iso-8859-1", html)
        self.assertIn("Repas", html)
        lost = self.run_import(edited(drop=[("prestations", n) for n in range(2, 7)]))
        self.assertIn("Melody Mory", str(lost.preview_html))

    def test_totals(self):
        run = self.run_import("kibe_sample.zip")
        self.assertEqual(run.income_sum, 11200)
        totals = run.details["totals"]
        self.assertEqual(totals["groups"], [["NUR1", 0, 4, 0, 3]])
        payers = [["Aide financière Commune de Martigny", 1], ["Etienne Summer", 1]]
        self.assertEqual(totals["debtors"]["named"], payers)
        self.assertEqual(totals["debtors"]["without"], 0)
        self.assertEqual((totals["third_parties"], totals["without_income"]), (1, 0))

    def test_totals_read_in_french(self):
        self.run_import("kibe_sample.zip", "create")
        run = self.run_import(edited(drop=[("prestations", 4)]), user=self.clerk)
        shown = str(run.with_context(lang="fr_FR").preview_html)
        [row] = html.fromstring(shown).xpath("//tr[td='NUR1']")
        cells = row.text_content().split()
        self.assertEqual(cells, ["NUR1", "4", "3", "3,00", "2,50"])
        self.assertIn("Enfants sans débiteur", shown)
        self.assertIn("Aide financière Commune de Martigny", shown)

    def test_columns_without_a_number_are_left_out(self):
        """Thirteen columns twice are more than a screen shows."""
        self.run_import("kibe_sample.zip", "create")
        run = self.run_import("kibe_sample.zip")
        for grid in run._preview_values()["grids"]:
            for action, _label in grid["actions"]:
                with self.subTest(grid=grid["operation"], action=action):
                    self.assertTrue(any(row[2].get(action) for row in grid["rows"]))

    def test_messages_open_grouped(self):
        run = self.run_import("kibe_sample.zip")
        action = run.action_view_messages()
        found = self.env["exchange.message"].search(action["domain"])
        self.assertEqual(found, run.exchange_message_ids)

    def test_error_report_comes_back(self):
        run = self.run_import("bad/v04_date_31_02.zip")
        run.action_download_report()
        book = openpyxl.load_workbook(io.BytesIO(run.attachment_ids.raw))
        rows = list(book["enfants"].iter_rows(values_only=True))
        self.assertEqual(rows[0][-3:], ("Status", "Code", "Message"))
        self.assertEqual(rows[2][4], "31.02.2020")
        self.assertEqual(rows[2][-3:-1], ("Error", "V04, V01"[:3]))
        book["enfants"]["E3"] = "05.02.2020"
        stream = io.BytesIO()
        book.save(stream)
        self.run_import("kibe_sample.zip", "create").action_undo()
        again = self.run_import(stream.getvalue(), "create")
        self.assertEqual(again.state, "done", again.refusal)
        self.assertEqual(str(self.child("11110").birthdate), "2020-02-05")

    def test_formula_stays_text_in_the_report(self):
        run = self.run_import(edited(("enfants", 2, 2, "=cmd|' /C calc'!A0")))
        run.action_download_report()
        book = openpyxl.load_workbook(io.BytesIO(run.attachment_ids.raw))
        cell = book["enfants"]["B2"]
        self.assertEqual((cell.data_type, cell.quotePrefix), ("s", True))

    def test_summary_prints(self):
        run = self.run_import("kibe_sample.zip")
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "kibe_import.summary", run.ids
        )
        self.assertIn(run.name.encode(), html)
        self.assertIn(b"E18", html)

    def test_unknown_label_is_added_from_the_message(self):
        run = self.run_import("bad/e03_unknown_gender.zip")
        [message] = run.exchange_message_ids.filtered(lambda m: m.code == "E03")
        self.assertTrue(message.kibe_fixable)
        action = message.action_kibe_fix()
        self.env[action["res_model"]].with_context(**action["context"]).create(
            {"key": "other"}
        )
        run.action_test()
        self.assertNotIn("E03", self.codes(run))

    def test_line_opens_its_record(self):
        run = self.run_import("kibe_sample.zip", "create")
        [line] = self.lines(run, "child").filtered(lambda line: line.key == "10000")
        action = line.action_open_record()
        self.assertEqual(
            (action["res_model"], action["res_id"]),
            ("daycare.child", self.child("10000").id),
        )

    def opened(self, run, *args):
        """Return the records that a number of the counter grid opens."""
        action = run.action_open_counter(*args)
        return self.env[action["res_model"]].search(action["domain"])

    def test_each_number_opens_as_many_records(self):
        self.run_import("kibe_sample.zip", "create")
        run = self.run_import(
            edited(("enfants", 3, 2, "Winter"), ("enfants", 2, 5, "31.02.2020"))
        )
        for operation in ("create", "overwrite"):
            counters = {
                "create": run.counters,
                "overwrite": run.counters_overwrite,
            }[operation]
            for entity, row in counters.items():
                for action, number in row.items():
                    if entity != "sector_line":
                        lines = self.opened(run, operation, entity, action)
                        self.assertEqual(len(lines), number, (operation, entity))
        [blocked] = self.opened(run, "create", "child", "error")
        self.assertEqual((blocked.key, blocked.label), ("10000", "Melody Mory"))
        [updated] = self.opened(run, "overwrite", "child", "updated")
        self.assertIn("Winter", str(updated.changes_html))

    def test_weekly_presences_open_their_placements(self):
        run = self.run_import("kibe_sample.zip")
        lines = self.opened(run, "create", "sector_line", "created")
        self.assertEqual(lines.mapped("entity"), ["sector"])
        html = str(lines.with_context(lang="fr_FR").changes_html)
        self.assertIn("<th>Lu</th>", html)
        self.assertIn("<td>1, 2, 3, 4, 5, 6</td>", html)

    def test_rows_open_their_messages_or_the_workbook(self):
        run = self.run_import(
            edited(("enfants", 3, 5, "31.02.2020"), ("prestations", 2, 9, "Repas"))
        )
        action = run.action_open_rows("enfants.csv", "error")
        messages = self.env["exchange.message"].search(action["domain"])
        self.assertEqual(set(messages.mapped("code")), {"V04"})
        action = run.action_open_counter("create", "rows", "ignored")
        messages = self.env["exchange.message"].search(action["domain"])
        self.assertIn("P09", messages.mapped("code"))
        action = run.action_open_code("Repas")
        [message] = self.env["exchange.message"].search(action["domain"])
        self.assertEqual((message.code, message.value), ("P09", "Repas"))
        action = run.action_open_rows("enfants.csv", "read")
        self.assertEqual(action["type"], "ir.actions.act_url")

    def test_paper_has_no_links(self):
        run = self.run_import("kibe_sample.zip")
        self.assertIn("<button", str(run.preview_html))
        self.assertNotIn("<button", str(run._render_preview(links=False)))

    def test_before_and_after_begins_with_what_changes(self):
        self.run_import("kibe_sample.zip", "create")
        run = self.run_import(edited(("enfants", 3, 2, "Winter")))
        action = run.action_view_lines()
        self.assertTrue(action["context"]["search_default_changes"])
        search = self.env.ref("kibe_import.kibe_import_line_view_search")
        node = search._get_combined_arch().find(".//filter[@name='changes']")
        changes = safe_eval(node.get("domain"))
        lines = self.env["kibe.import.line"].search(action["domain"] + changes)
        self.assertEqual(lines.mapped("label"), ["Colin Winter"])
