from psycopg2 import IntegrityError

from odoo.tools import mute_logger

from .common import ENTITIES, KibeImportCommon


class TestKibeRehearsal(KibeImportCommon):
    def test_nothing_stays(self):
        before = self.counts()
        partners = self.env["res.partner"].search_count([])
        plain = self.run_import("kibe_sample.zip", user=self.clerk)
        run = self.run_import("kibe_sample.zip", user=self.clerk, full_check=True)
        self.assertEqual(run.state, "done")
        self.assertEqual(run.counters, plain.counters)
        self.assertEqual(self.codes(run), self.codes(plain))
        self.assertEqual(self.counts(), before)
        self.assertEqual(self.env["res.partner"].search_count([]), partners)
        self.assertFalse(any(run.line_ids.mapped("res_id")))

    def test_what_only_the_database_refuses_is_named(self):
        """Here a rule that the plan cannot know, as an addon of one's own may add."""
        self.env.cr.execute(
            "ALTER TABLE daycare_child ADD CHECK (lastname <> 'Summer') NOT VALID"
        )
        quiet = self.run_import("kibe_sample.zip")
        self.assertFalse(quiet.message_error_count)
        with self.assertNoLogs("odoo.sql_db", "ERROR"):
            run = self.run_import("kibe_sample.zip", full_check=True)
        [message] = run.exchange_message_ids.filtered(lambda m: m.severity == "error")
        self.assertIn("enfants.csv, row 3 (Colin Summer)", message.text)
        self.assertNotIn("Avenue", message.text, "the row is not quoted")
        self.assertEqual(set(self.counts().values()), {0}, list(ENTITIES))

    def test_a_refusal_of_the_database_speaks_like_a_clerk(self):
        run = self.prepare("kibe_sample.zip")
        guardians = self.env["daycare.guardian"]
        vals = {"lastname": "Mory", "kibe_id": "1001", "company_id": self.company.id}
        with self.assertRaises(IntegrityError) as caught, mute_logger("odoo.sql_db"):
            with self.env.cr.savepoint():
                guardians.create([vals, vals])
        text = run._database_text(caught.exception)
        self.assertEqual(
            text, "Another guardian of the company already has this Kibé ID."
        )
