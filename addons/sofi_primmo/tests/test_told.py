"""Who is told of a run that needs somebody, in which language, and for how long."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import EXAMPLE
from .common_french import LANG, MANAGER, FrenchCase


@tagged("post_install", "-at_install")
class TestTold(FrenchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(cls.env, "told_manager", groups=MANAGER)

    def setUp(self):
        super().setUp()
        self.residence.user_id = self.person

    def _stopped(self):
        """Return a run of the manager's that SOFI stopped while it archived."""
        self.simulator.faults.add({"path": "/charges/archive", "status": 403})
        run = self.make_export(user_id=self.manager.id).with_user(self.manager)
        run.action_run()
        return run

    def test_a_person_of_more_companies_than_the_one_who_exports(self):
        self.person.company_ids |= self.env["res.company"].create({"name": "Other"})
        run = self._stopped()
        self.assertEqual(run.state, "partial", run.log_text)
        self.assertEqual(run.activity_ids.user_id, self.person)
        run.action_resume()
        self.assertEqual((run.state, bool(run.activity_ids)), ("done", False))
        (file,) = self.output.iterdir()
        self.assertEqual(file.read_bytes(), EXAMPLE)

    def test_in_the_language_of_who_is_told(self):
        [activity] = self._stopped().activity_ids
        self.assertEqual(
            activity.summary, "L'exportation de Erables demande votre attention"
        )

    def test_each_line_of_the_log_has_its_time(self):
        lines = self._stopped().log_text.splitlines()
        self.assertTrue(lines)
        for line in lines:
            self.assertRegex(line, r"^\[\d{4}(-\d\d){2}T\d\d(:\d\d){2}\.\d{3}\] \[")

    def test_the_job_itself_tells_in_that_language_too(self):
        run = self.make_export(user_id=self.person.id)
        run._on_failure()  # no residence is in trouble: the job is
        self.assertEqual(
            run.activity_ids.summary, f"Le travail {run.name} demande votre attention"
        )

    def test_who_cancels_needs_no_attention_any_more(self):
        self.simulator.faults.add({"path": "/charges", "status": 403})
        run = self.export()
        self.assertEqual((run.state, len(run.activity_ids)), ("failed", 1))
        run.action_cancel()
        self.assertEqual((run.state, len(run.activity_ids)), ("cancelled", 0))

    def test_a_refusal_names_the_record_in_the_users_language(self):
        run = self.make_export().with_user(self.person).with_context(lang=LANG)
        with self.assertRaisesRegex(AccessError, "Exportation SOFI"):
            run.name = "Other"

    def test_nobody_cancels_differences_away(self):
        charge = self.simulator.residence("erables").charges["900001"]
        self.before_archiving(lambda: charge.update(amount="99.00"))
        run = self.export()
        self.assertEqual(run.state, "partial", run.log_text)
        with self.assertRaisesRegex(UserError, "accept them when they are in order"):
            run.action_cancel()
        self.assertTrue(run.file_ids.difference)
        run.action_accept_differences()
        self.assertEqual(run.state, "done")

    def test_who_gives_up_one_residence_reads_what_primmo_bills_of_the_others(self):
        other = self.make_cedres(api_secret="wrong")
        run = self.export(self.residence | other)
        self.assertEqual(run.state, "partial", run.log_text)
        run.action_cancel()
        self.assertEqual(run.state, "cancelled")
        stays = run.exchange_message_ids.filtered(lambda m: m.code == "stays")
        self.assertIn(run.file_ids.name, stays.text)
        self.assertEqual(run.file_ids.state, "done")
