"""A SOFI that does not answer at night: it costs the other companies nothing."""

import threading
from unittest.mock import patch

from odoo.tests import new_test_user, tagged

from odoo.addons.sofi_primmo.core import read_ahead

from .common import SofiCase

MODELS = "odoo.addons.sofi_primmo.models"
TOGETHER = (
    "sofi_export_together.CANCEL_SECONDS",
    "sofi_export_together.LEFT_SECONDS",
)
LONG = 20  # seconds after which a test gives up


@tagged("post_install", "-at_install")
class TestSilentNight(SofiCase):
    """Two companies; the residence of the first one keeps its answer back."""

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(read_ahead, "PATIENCE", 0.02))
        company = self.env["res.company"].create({"name": "Résidences Beauce"})
        self.env.user.company_ids |= company
        self.other = self.make_cedres(company_id=company.id)
        self.let_go = threading.Event()
        self.addCleanup(self.let_go.set)
        self.Export = self.env["sofi.export"]
        self.before = self.Export.search([])

    def night(self):
        """Let the scheduler start the night; return {residences: run}."""
        with self.enter_registry_test_mode():
            self.Export._cron_export()
        runs = self.Export.search([]) - self.before
        return {run.residence_ids: run for run in runs}

    def leave_soon(self, names=TOGETHER):
        """Let a silent residence be waited for only a moment while others wait."""
        for name in names:
            self.startPatcher(patch(f"{MODELS}.{name}", 0.02))

    def fall_silent(self, path="erables"):
        """Let the server of a residence keep its answer to a login back."""
        server = self.simulator.residence(path)

        def issue_token(form, original=server.issue_token):
            self.let_go.wait(LONG)
            return original(form)

        server.issue_token = issue_token

    def lane(self):
        """Let the server answer, and a lane look for jobs that nobody works on."""
        self.let_go.set()
        with self.enter_registry_test_mode():
            self.env["exchange.chunk"]._cron_work()

    def test_a_silent_residence_is_left_to_a_lane_and_the_next_company_begins(self):
        self.leave_soon()
        self.fall_silent()
        runs = self.night()
        left = runs[self.residence]
        self.assertEqual(runs[self.other].state, "done", runs[self.other].log_text)
        self.assertEqual((left.state, left.file_ids.ids), ("running", []))
        self.assertFalse(left.activity_ids, "Nothing has failed yet.")
        self.lane()
        self.assertEqual(left.state, "done", left.log_text)
        self.assertEqual(len(self.files()), 1)
        times = self.simulator.residence("erables").archived_times
        self.assertEqual(set(times.values()), {1})

    def test_the_last_company_is_waited_for_where_it_is(self):
        self.leave_soon()
        self.other.active = False
        self.fall_silent()
        threading.Timer(0.5, self.let_go.set).start()
        [run] = self.night().values()
        self.assertEqual(run.state, "done", run.log_text)

    def test_a_lane_needs_no_right_of_the_responsible_person(self):
        """Who is told of a residence need not be allowed to export."""
        self.env["res.lang"]._activate_lang("fr_FR")
        person = new_test_user(
            self.env,
            "sofi_told",
            groups="sofi_primmo.group_sofi_operator",
            lang="fr_FR",
        )
        self.residence.user_id = person
        self.leave_soon()
        self.fall_silent()
        run = self.night()[self.residence]
        self.lane()
        self.assertEqual((run.state, run.user_id), ("done", person), run.log_text)
        self.assertIn("exportés", run.log_text)

    def test_a_company_whose_other_run_is_busy_begins_after_it(self):
        with patch.object(type(self.Export), "_is_idle", lambda _run: False):
            run = self.night()[self.residence]
        self.assertEqual((run.state, run.file_ids.ids), ("running", []))
        self.lane()
        self.assertEqual(run.state, "done", run.log_text)

    def test_a_silent_reconciliation_keeps_nobody_waiting(self):
        self.leave_soon(["sofi_export_reconcile.LEFT_SECONDS"])
        server = self.simulator.residence("erables")

        def archive(*args, original=server.archive):
            self.fall_silent()
            return original(*args)

        server.archive = archive
        runs = self.night()
        self.assertEqual({run.state for run in runs.values()}, {"done"})
        text = runs[self.residence].log_text
        self.assertIn("Reconciliation was not possible", text)
        self.assertIn("SOFI does not answer", text)
