"""The night: each company's own, tried again by itself, never twice at once."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import CEDRES, SofiCase

ARCHIVE = "/charges/archive"


@tagged("post_install", "-at_install")
class TestNight(SofiCase):
    def setUp(self):
        super().setUp()
        self.startPatcher(
            patch("odoo.addons.sofi_primmo.core.transport.time.sleep", lambda _s: None)
        )
        self.cron = self.env.ref("sofi_primmo.ir_cron_sofi_export")
        self.Export = self.env["sofi.export"]
        self.before = self.Export.search([])

    def night(self):
        """Let the scheduler start the night; return the runs it made."""
        with self.enter_registry_test_mode():
            self.Export._cron_export()
        runs = self.Export.search([]) - self.before
        self.before |= runs
        return runs

    def later(self, run, minutes):
        """Let minutes pass since the run ended, then let the scheduler look again."""
        run.date_end = fields.Datetime.now() - timedelta(minutes=minutes)
        with self.enter_registry_test_mode():
            self.Export._cron_retry()

    def make_company(self, **values):
        company = self.env["res.company"].create({"name": "Résidences Beauce"})
        self.env.user.company_ids |= company
        return self.make_cedres(company_id=company.id, **values)

    def test_a_company_whose_night_breaks_keeps_nobody_from_theirs(self):
        person = new_test_user(
            self.env, "sofi_night", groups="sofi_primmo.group_sofi_manager"
        )
        self.residence.user_id = person
        other = self.make_company()
        first = self.residence

        original = type(self.Export)._plan

        def plan(run):
            if first in run.residence_ids:
                raise RuntimeError("nobody thought of this")
            return original(run)

        with (
            patch.object(type(self.Export), "_plan", plan),
            mute_logger("odoo.addons.exchange_run.models.exchange_run_worker"),
        ):
            runs = self.night()
        state = {run.residence_ids: run.state for run in runs}
        self.assertEqual(state, {first: "failed", other: "done"})
        broken = runs.filtered(lambda run: run.state == "failed")
        self.assertIn("unexpected error (RuntimeError)", broken.log_text)
        self.assertEqual(broken.activity_ids.user_id, person)

    def test_a_folder_that_cannot_be_used_stops_that_residence_only(self):
        other = self.make_company()
        self.residence.output_directory = "x" * 300
        runs = self.night()
        state = {run.residence_ids: run.state for run in runs}
        self.assertEqual(state, {self.residence: "failed", other: "done"})
        broken = runs.filtered(lambda run: run.state == "failed")
        self.assertIn("Invalid output directory", broken.log_text)
        self.assertEqual(broken.activity_ids.user_id, self.residence.user_id)

    def test_the_night_speaks_the_language_of_its_person(self):
        self.env["res.lang"]._activate_lang("fr_CA")
        self.residence.user_id.lang = "fr_CA"
        run = self.night()
        self.assertIn("lus", run.log_text)
        self.assertNotIn("left out", run.log_text)

    def test_a_night_the_server_did_not_survive_is_not_started_twice(self):
        self.cron.nextcall = fields.Datetime.now() - timedelta(hours=1)
        other = self.make_company()
        done = self.night()
        self.assertEqual(done.residence_ids, self.residence | other)
        # The scheduler, which was killed before it could note the end, fires again.
        self.assertFalse(self.night())
        crashed = done.filtered(lambda run: run.residence_ids == self.residence)
        crashed.state = "running"
        crashed._chunks("done").state = "todo"
        self.assertFalse(self.night())
        self.assertEqual(crashed.state, "done", "It has gone on by itself.")
        self.assertFalse(done.activity_ids)

    def test_the_next_night_and_one_started_by_hand_run_again(self):
        self.cron.nextcall = fields.Datetime.now() + timedelta(hours=1)
        first = self.night()
        (self.root / "erables/output" / first.file_ids.name).unlink()
        self.assertEqual(len(self.night()), 1)

    def test_a_failed_residence_is_tried_again_when_its_time_has_come(self):
        cedres = self.make_cedres(api_secret="wrong")
        run = self.night()
        self.assertEqual(
            (run.state, run.file_ids.residence_id), ("partial", self.residence)
        )
        self.later(run, minutes=59)
        self.assertEqual(run.retry_count, 0)
        cedres.api_secret = CEDRES[1]
        requests = self.simulator.residence("erables").requests.copy()
        self.later(run, minutes=61)
        self.assertEqual((run.state, run.retry_count), ("done", 1), run.log_text)
        self.assertFalse(run.activity_ids)
        self.assertEqual(len(self.files("cedres")), 1)
        listed = "GET /charges"
        self.assertLessEqual(  # reconciled once more, not exported once more
            self.simulator.residence("erables").requests[listed] - requests[listed], 1
        )

    def test_it_is_tried_as_often_as_the_residence_says(self):
        self.residence.write({"api_secret": "wrong", "retry_times": 2})
        run = self.night()
        for _time in range(5):
            self.later(run, minutes=61)
        self.assertEqual((run.state, run.retry_count), ("failed", 2))
        self.assertEqual(len(run.activity_ids), 1)

    def test_each_residence_has_its_own_patience(self):
        self.residence.write({"api_secret": "wrong", "retry_minutes": 10})
        cedres = self.make_cedres(api_secret="wrong", retry_times=0)
        run = self.night()
        logins = "POST /oauth/token"
        before = self.simulator.residence("cedres").requests[logins]
        self.later(run, minutes=11)
        self.assertEqual(run.retry_count, 1)
        self.assertEqual(self.simulator.residence("cedres").requests[logins], before)
        self.assertEqual(run._failed_residences(), self.residence | cedres)

    def test_what_a_person_must_decide_is_not_tried_again(self):
        self.simulator.faults.add(
            {"path": ARCHIVE, "kind": "drop_before_commit", "times": 4}
        )
        run = self.night()
        run.line_ids.filtered(lambda x: x.state == "written")[
            0
        ].state = "archived_elsewhere"
        self.later(run, minutes=61)
        self.assertEqual((run.state, run.retry_count), ("partial", 0))

    def test_runs_of_people_are_theirs(self):
        self.residence.api_secret = "wrong"
        run = self.export()
        self.later(run, minutes=61)
        self.assertEqual((run.state, run.retry_count), ("failed", 0))

    def test_a_later_night_takes_over(self):
        self.residence.api_secret = "wrong"
        run = self.night()
        self.night()
        self.later(run, minutes=61)
        self.assertEqual(run.retry_count, 0)

    def test_settings_are_checked(self):
        for values in (
            {"retry_times": -1},
            {"retry_times": 21},
            {"retry_minutes": 0},
            {"retry_minutes": 1441},
        ):
            with self.assertRaisesRegex(ValidationError, "new tries"):
                self.residence.write(values)
