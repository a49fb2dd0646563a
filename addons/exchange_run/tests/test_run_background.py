from unittest.mock import patch

from odoo import SUPERUSER_ID
from odoo.exceptions import AccessError, UserError
from odoo.sql_db import db_connect
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..models.exchange_run_worker import MAX_ATTEMPTS, MAX_TRIES
from .common import ExchangeRunCase

NOT_YOURS = "not yours"
LONG = "exchange.fake.long"
WORKER = "odoo.addons.exchange_run.models.exchange_run_worker"
LOGGERS = ("odoo.sql_db", WORKER)
PARTNER_GROUPS = "base.group_user,base.group_partner_manager"


@tagged("post_install", "-at_install")
class TestRunBackground(ExchangeRunCase):
    def work(self):
        """Do what the cron does."""
        self.env["exchange.chunk"]._cron_work()

    def wakeups(self):
        """Return how often each lane was woken; they are woken together."""
        lanes = self.env["exchange.chunk"]._lanes()
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "in", lanes.ids)])
        self.assertEqual(len(triggers) % len(lanes), 0)
        return len(triggers) // len(lanes)

    def test_short_job_is_done_at_once(self):
        job = self.make_job("Ann", model=LONG)
        job.action_run()
        self.assertEqual(job.state, "done")
        self.assertEqual(self.wakeups(), 0)

    def test_long_job_wakes_the_worker(self):
        job = self.make_job("Ann", "Bob", model=LONG)
        job.action_run()
        self.assertEqual(job.state, "running")
        self.assertEqual(self.wakeups(), 1)

    def test_long_job_is_done_at_once_where_the_caller_waits(self):
        job = self.make_job("Ann", "Bob", model=LONG)
        job.with_context(exchange_inline=True).action_run()
        self.assertEqual(job.state, "done")

    def test_queued_job_can_be_cancelled(self):
        job = self.make_job("Ann", "Bob", model=LONG)
        job.action_run()
        job.action_cancel()
        self.work()
        self.assertEqual(job.state, "cancelled")
        self.assertEqual(self.partners("Ann", "Bob"), [])

    def test_worker_has_the_rights_of_who_started_the_job(self):
        clerk = new_test_user(self.env, "bg_clerk", PARTNER_GROUPS)
        self.give_access(LONG, "base.group_user")
        job = self.make_job("Ann", "Bob", model=LONG)
        job.with_user(clerk).action_run()
        job.user_id = self.env.ref("base.user_admin")
        self.work()
        self.assertEqual(job.state, "done")
        created = self.env["res.partner"].search([("name", "in", ["Ann", "Bob"])])
        self.assertEqual(created.create_uid, clerk)

    def test_worker_may_not_do_more_than_who_started_the_job(self):
        reader = new_test_user(self.env, "bg_reader", "base.group_user")
        self.give_access(LONG, "base.group_user")
        job = self.make_job("Ann", "Bob", model=LONG)
        job.with_user(reader).action_run()
        job.user_id = self.env.ref("base.user_admin")
        self.work()
        self.assertEqual(job.state, "failed")
        self.assertEqual(self.partners("Ann", "Bob"), [])

    def test_scheduled_job_works_with_the_rights_of_its_responsible(self):
        clerk = new_test_user(self.env, "bg_night", PARTNER_GROUPS)
        self.give_access(LONG, "base.group_user")
        job = self.make_job("Ann", "Bob", model=LONG).with_user(SUPERUSER_ID)
        job.user_id = clerk
        job.action_run()
        self.work()
        created = self.env["res.partner"].search([("name", "in", ["Ann", "Bob"])])
        self.assertEqual(created.create_uid, clerk)

    def test_job_that_cannot_even_start_stops_no_other(self):
        bad, good = self.make_job("Ann", model=LONG), self.make_job("Bob", model=LONG)
        (bad | good).action_plan()
        for job in bad | good:
            job._start()
        work = type(bad)._work

        def _work(run):
            if run.id == bad.id:
                raise AccessError(NOT_YOURS)
            return work(run)

        with patch.object(type(bad), "_work", _work):
            self.work()
        self.assertEqual((bad.state, good.state), ("failed", "done"))
        self.assertEqual(bad.exchange_message_ids.text, "not yours")

    def test_job_the_server_dies_of_is_given_up_and_can_be_resumed(self):
        job = self.make_job("Ann", "Bob", model=LONG)
        job.action_run()
        for _attempt in range(MAX_ATTEMPTS):
            self.env["exchange.progress"]._count_attempt(job)
        self.work()
        self.assertEqual(job.state, "failed")
        self.assertIn("server was stopped", job.exchange_message_ids.text)
        job.with_context(exchange_inline=True).action_resume()
        self.assertEqual(job.state, "done")

    def test_worker_speaks_the_language_of_who_started_the_job(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        clerk = new_test_user(self.env, "bg_french", PARTNER_GROUPS, lang="fr_FR")
        self.give_access(LONG, "base.group_user")
        job = self.make_job("Ann", "Bob", crash=["Ann"], model=LONG)
        job.with_user(clerk).action_run()
        with mute_logger(WORKER):
            self.work()
        self.assertIn("Une erreur inattendue", job.exchange_message_ids.text)

    def test_worker_stays_within_the_company_of_the_job(self):
        company = self.env["res.company"].create({"name": "Other"})
        self.env.user.company_ids |= company
        job = self.make_job("Ann", "Bob", model=LONG)
        job.company_id = company
        job.action_run()
        seen = []
        with patch.object(
            type(job), "_execute", lambda run, payload: seen.append(run.env.companies)
        ):
            self.work()
        self.assertEqual(seen, [company, company])

    def test_who_lost_the_company_of_the_job_stops_no_other(self):
        clerk = new_test_user(self.env, "bg_leaver", PARTNER_GROUPS)
        self.give_access(LONG, "base.group_user")
        job, other = (self.make_job(*names, model=LONG) for names in ("AB", "CD"))
        job.with_user(clerk).action_run()
        job.company_id = self.env["res.company"].create({"name": "Other"})
        other.action_run()
        job.flush_recordset()
        with patch.object(
            type(job), "_execute", lambda run, payload: run.env.company.name
        ):
            self.work()
        self.assertEqual((job.state, other.state), ("failed", "done"))

    def test_chunk_that_the_database_never_gets_through_fails_and_is_resumed(self):
        job = self.make_job("Ann", "Bob")
        execute, tries = type(job)._execute, []

        def _execute(run, payload):
            execute(run, payload)
            if payload["name"] == "Ann":
                tries.append(payload)
                self.conflict()

        with patch.object(type(job), "_execute", _execute), mute_logger(*LOGGERS):
            job.action_run()
        self.assertEqual((job.state, len(tries)), ("partial", MAX_TRIES))
        self.assertEqual(self.partners("Ann", "Bob"), ["Bob"])
        self.assertIn("database was busy", job.exchange_message_ids.text)
        job.action_resume()
        self.assertEqual((job.state, self.partners("Ann")), ("done", ["Ann"]))

    def test_job_changed_while_the_worker_ends_it_goes_on_in_the_next_round(self):
        job = self.make_job("Ann", "Bob", model=LONG)
        job.action_run()
        before = self.wakeups()
        with (
            patch.object(type(job), "_take_over", lambda *_args: self.conflict()),
            mute_logger(*LOGGERS),
        ):
            self.work()
        self.assertEqual((job.state, self.wakeups()), ("running", before + 1))
        self.assertFalse(job.exchange_message_ids)
        self.work()
        self.assertEqual(job.state, "done")

    def conflict(self):
        """Meet what another transaction wrote first, as PostgreSQL tells it."""
        self.env.cr.execute("DO $$BEGIN RAISE serialization_failure; END$$")

    def test_chunk_that_meets_a_concurrent_change_is_tried_again(self):
        job = self.make_job("Ann")
        execute, tries = type(job)._execute, []

        def _execute(run, payload):
            execute(run, payload)
            tries.append(payload)
            if len(tries) < 3:
                # what another transaction's faster insert does to this one
                run.env.cr.execute(
                    "INSERT INTO exchange_progress (run_model, run_id)"
                    " SELECT run_model, run_id FROM exchange_progress LIMIT 1"
                )

        with patch.object(type(job), "_execute", _execute), mute_logger("odoo.sql_db"):
            job.action_run()
        self.assertEqual((job.state, len(tries)), ("done", 3))
        self.assertEqual(
            self.env["res.partner"].search_count([("name", "=", "Ann")]), 1
        )


@tagged("post_install", "-at_install")
class TestRunLock(ExchangeRunCase):
    """Another connection, as another worker has one, holds the lock of a kind."""

    def setUp(self):
        super().setUp()
        self.job = self.make_job("Ann")
        # db_connect: the registry's cursors are all one connection inside a test
        other = db_connect(self.env.cr.dbname).cursor()
        self.addCleanup(other.close)
        other.execute("SELECT pg_advisory_xact_lock(%s)", [self.job._lock_key()])

    def test_second_job_of_the_kind_waits_and_says_so(self):
        with self.assertRaisesRegex(UserError, "Another job of this kind is running"):
            self.job.action_run()
        with self.assertRaisesRegex(UserError, "Another job of this kind is running"):
            self.job.action_plan()
        self.assertEqual((self.job.state, self.partners("Ann")), ("draft", []))

    def test_other_kinds_and_companies_do_not_wait(self):
        company = self.env["res.company"].create({"name": "Other"})
        elsewhere = self.make_job("Bob")
        elsewhere.company_id = company
        other_kind = self.make_job("Cid", model="exchange.fake.atomic")
        (elsewhere | self.make_job()).invalidate_recordset()
        elsewhere.action_run()
        other_kind.action_run()
        self.assertEqual((elsewhere.state, other_kind.state), ("done", "done"))

    def test_worker_passes_over_a_job_somebody_works_on(self):
        self.job.state = "running"
        self.env["exchange.chunk"]._cron_work()
        self.assertEqual(self.job.state, "running")

    def test_cancel_of_a_job_at_work_is_a_request(self):
        self.job.state = "running"
        self.job.action_cancel()
        self.assertEqual(self.job.state, "running")
        self.assertTrue(self.env["exchange.progress"]._is_cancel_requested(self.job))
        self.assertIn("Stopping", self.job.progress_text)

    def test_planned_job_is_given_up_while_another_one_works(self):
        self.job.state = "planned"
        self.job.action_cancel()
        self.assertEqual(self.job.state, "cancelled")

    def test_no_client_lets_a_long_job_be_done_while_it_waits(self):
        job = self.make_job("Ann", "Bob", model=LONG)
        with patch(f"{WORKER}.request", "somebody's"):
            job.with_context(exchange_inline=True).action_run()
        self.assertEqual(job.state, "running")
