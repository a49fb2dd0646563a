from odoo import fields
from odoo.tests import tagged

from .common import KibeImportCommon


@tagged("post_install", "-at_install")
class TestKibeFiles(KibeImportCommon):
    def age(self, run, days):
        run.flush_recordset()
        self.env.cr.execute(
            "UPDATE kibe_import SET create_date = %s WHERE id = %s",
            [fields.Datetime.subtract(fields.Datetime.now(), days=days), run.id],
        )
        run.invalidate_recordset()

    def test_old_files_are_deleted(self):
        old = self.run_import("bad/v04_date_31_02.zip")
        young = self.run_import("kibe_sample.zip")
        old.action_download_report()
        self.age(old, 91)
        self.age(young, 89)
        self.env["kibe.import"]._gc_files()
        self.assertTrue(old.files_deleted)
        self.assertFalse(old.archive or old.attachment_ids or old.line_ids)
        self.assertFalse(any(old.exchange_message_ids.mapped("value")))
        left = str([old.exchange_message_ids.mapped("text"), old.preview_html])
        self.assertNotIn("Mory", left)
        self.assertNotIn("Martigny", left)
        self.assertIn("V04", left)
        self.assertTrue(old.counters)
        self.assertTrue(young.archive and young.line_ids)

    def test_setting_says_how_long(self):
        self.company.kibe_keep_days = 10
        run = self.run_import("kibe_sample.zip")
        self.age(run, 11)
        self.env["kibe.import"]._gc_files()
        self.assertTrue(run.files_deleted)
