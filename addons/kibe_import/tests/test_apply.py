from odoo.tests import tagged

from .common import KibeImportCommon


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

    def test_lines_know_their_records(self):
        run = self.run_import("kibe_sample.zip", "create")
        created = run.line_ids.filtered(lambda line: line.action == "created")
        self.assertEqual(len(created), 15)
        for line in created:
            record = self.env[line.res_model].browse(line.res_id)
            self.assertTrue(record.exists(), line.label)
            self.assertEqual(record.company_id, self.company)

    def test_origin_of_the_pages(self):
        self.run_import("kibe_sample.zip", "create")
        child = self.child("10000")
        self.assertEqual(child.sector_ids.origin, "kibe")
        self.assertEqual(child.billing_data_ids.origin, "kibe")
        self.assertEqual(self.guardian("1001").income_ids.origin, "kibe")
