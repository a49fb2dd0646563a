"""The trial report: what would be exported, per resident, to be signed."""

from lxml import html

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import SofiCase


@tagged("post_install", "-at_install")
class TestTrial(SofiCase):
    def printed(self, run, lang="en_US"):
        """Return the words of the report."""
        run.action_print_trial()
        report = self.env["ir.actions.report"].with_context(lang=lang)
        content, _kind = report._render_qweb_html("sofi_primmo.report_trial", run.ids)
        return " ".join(html.fromstring(content).text_content().split())

    def test_a_preview_is_printed_per_resident(self):
        run = self.make_export()
        run.action_plan()
        [page] = run._trial()
        self.assertEqual((page["count"], page["amount"]), (3, 28.5))
        residents = [(x["number"], x["amount"]) for x in page["residents"]]
        self.assertEqual(sorted(residents), [("T00123", 36.5), ("T00455", -8.0)])
        self.assertEqual(
            set(page["left_out"].mapped("sofi_charge_id")),
            set(run.line_ids.filtered("skip_reason").mapped("sofi_charge_id")),
        )
        text = self.printed(run)
        for word in ("Erables", "T00123", "Aide au bain", "28.50 $", "signature"):
            self.assertIn(word, text)
        for line in page["left_out"]:
            self.assertIn(line.sofi_charge_id, text)

    def test_a_dry_run_is_printed_as_its_preview_was(self):
        run = self.make_export(dry_run=True)
        run.action_plan()
        before = [(x["number"], x["amount"]) for x in run._trial()[0]["residents"]]
        run.action_run()
        after = [(x["number"], x["amount"]) for x in run._trial()[0]["residents"]]
        self.assertEqual(after, before)
        self.assertIn("Nothing was archived in SOFI", self.printed(run))

    def test_each_residence_has_its_page(self):
        run = self.make_export(self.residence | self.make_cedres(), dry_run=True)
        run.action_run()
        names = [page["residence"].name for page in run._trial()]
        self.assertEqual(sorted(names), ["Cedres", "Erables"])

    def test_what_was_exported_is_no_trial(self):
        run = self.export(charge_numbers="900001")
        with self.assertRaises(UserError):
            run.action_print_trial()

    def test_it_is_printed_by_those_who_may_see_the_run(self):
        run = self.export(dry_run=True)
        viewer = new_test_user(self.env, "v", "sofi_primmo.group_sofi_viewer")
        run.with_user(viewer).action_print_trial()
        other = new_test_user(self.env, "o", "base.group_user")
        with self.assertRaises(AccessError):
            run.with_user(other).action_print_trial()
