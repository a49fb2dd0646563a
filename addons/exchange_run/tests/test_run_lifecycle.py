from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.exchange_run.models.exchange_run_mixin import SET_ASIDE

from .common import ExchangeRunCase

PLAN = "odoo.addons.exchange_run.models.exchange_run_plan"
WORKER = "odoo.addons.exchange_run.models.exchange_run_worker"


@tagged("post_install", "-at_install")
class TestRunLifecycle(ExchangeRunCase):
    def test_preview_writes_no_business_record(self):
        job = self.make_job("Ann", "Bob")
        job.action_plan()
        self.assertEqual(job.state, "planned")
        self.assertEqual(job.progress_total, 2)
        self.assertEqual(job.counters, {"partner": {"create": 2}})
        self.assertEqual(self.partners("Ann", "Bob"), [])

    def test_run_does_all_chunks_and_finishes_once(self):
        job = self.make_job("Ann", "Bob", "Cid")
        job.action_run()
        self.assertEqual(job.state, "done")
        self.assertEqual(self.partners("Ann", "Bob", "Cid"), ["Ann", "Bob", "Cid"])
        self.assertEqual(job.progress_percent, 100)
        self.assertEqual(job.finished, 1)
        self.assertTrue(job.date_start <= job.date_end <= fields.Datetime.now())

    def test_a_user_made_just_before_can_start(self):
        job = self.make_job("Ann")
        told = []
        Job = type(job)
        with (
            patch.object(Job, "_commit", lambda _self: told.append("commit")),
            patch.object(
                Job, "_publish_progress", lambda _self, **vals: told.append(vals)
            ),
        ):
            job._start()
        self.assertEqual(told[0], "commit")
        self.assertEqual(told[1]["user_id"], self.env.uid)

    def test_preview_again_replaces_the_plan(self):
        job = self.make_job("Ann", findings=[{"severity": "warning", "text": "Hm"}])
        job.action_plan()
        job.wish = {"names": ["Bob", "Cid"]}
        job.action_plan()
        self.assertEqual(job.counters, {"partner": {"create": 2}})
        self.assertFalse(job.exchange_message_ids)
        job.action_run()
        self.assertEqual(self.partners("Ann", "Bob", "Cid"), ["Bob", "Cid"])

    def test_failed_chunk_is_named_and_others_go_on(self):
        job = self.make_job("Ann", "Bob", "Cid", refuse=["Bob"])
        job.action_run()
        self.assertEqual(job.state, "partial")
        self.assertEqual(self.partners("Ann", "Bob", "Cid"), ["Ann", "Cid"])
        self.assertEqual(job.exchange_message_ids.text, "Bob is not welcome")
        self.assertEqual(job.message_error_count, 1)
        self.assertIn(self.env.user, job.activity_ids.user_id)

    def test_resume_repeats_only_what_failed(self):
        job = self.make_job("Ann", "Bob", refuse=["Bob"])
        job.action_run()
        job.wish = {"names": []}
        job.action_resume()
        self.assertEqual(job.state, "done")
        self.assertEqual(self.partners("Ann", "Bob"), ["Ann", "Bob"])
        self.assertEqual(
            self.env["res.partner"].search_count([("name", "=", "Ann")]), 1
        )

    def test_unexpected_error_shows_no_internals(self):
        job = self.make_job("Ann", crash=["Ann"])
        with mute_logger(WORKER):
            job.action_run()
        self.assertEqual(job.state, "failed")
        text = job.exchange_message_ids.text
        self.assertIn("ZeroDivisionError", text)
        self.assertNotIn("secret detail", text)

    def test_atomic_job_is_all_or_nothing(self):
        job = self.make_job("Ann", "Bob", refuse=["Bob"], model="exchange.fake.atomic")
        job.action_run()
        self.assertEqual(job.state, "failed")
        self.assertEqual(self.partners("Ann", "Bob"), [])
        self.assertEqual(job.exchange_message_ids.text, "Bob is not welcome")

    def test_atomic_job_can_be_resumed_whole(self):
        job = self.make_job("Ann", "Bob", refuse=["Bob"], model="exchange.fake.atomic")
        job.action_run()
        job.wish = {"names": []}
        job.action_resume()
        self.assertEqual(job.state, "done")
        self.assertEqual(self.partners("Ann", "Bob"), ["Ann", "Bob"])

    def test_cancel_stops_a_running_job_between_chunks(self):
        job = self.make_job("Ann", "Bob", "Cid", cancel_at="Ann")
        job.action_run()
        self.assertEqual(job.state, "cancelled")
        self.assertEqual(self.partners("Ann", "Bob", "Cid"), ["Ann"])
        self.assertEqual(job.finished, 0)

    def test_cancel_undoes_an_atomic_job(self):
        job = self.make_job("Ann", "Bob", cancel_at="Ann", model="exchange.fake.atomic")
        job.action_run()
        self.assertEqual(job.state, "cancelled")
        self.assertEqual(self.partners("Ann", "Bob"), [])

    def test_cancel_inside_a_chunk_undoes_that_chunk(self):
        job = self.make_job("Ann", "Bob", "Cid")
        execute = type(job)._execute

        def _execute(run, payload):
            execute(run, payload)
            if payload["name"] == "Bob":
                run.env["exchange.progress"]._publish(run, cancel_requested=True)
                run._check_cancelled()

        with patch.object(type(job), "_execute", _execute):
            job.action_run()
        self.assertEqual(job.state, "cancelled")
        self.assertEqual(self.partners("Ann", "Bob", "Cid"), ["Ann"])
        self.assertEqual(job._chunk_counts(), {"done": (1, 1), "todo": (2, 2)})

    def test_chunk_set_aside_comes_again_until_it_is_done(self):
        job = self.make_job("Ann", "Bob")
        execute, waits = type(job)._execute, ["Ann", "Ann"]

        def _execute(run, payload):
            if payload["name"] in waits:
                waits.remove(payload["name"])
                return SET_ASIDE
            return execute(run, payload)

        with patch.object(type(job), "_execute", _execute):
            job.action_run()
        self.assertEqual((job.state, waits), ("done", []))
        self.assertEqual(self.partners("Ann", "Bob"), ["Ann", "Bob"])
        self.assertEqual(job._chunk_counts(), {"done": (2, 2)})
        self.assertEqual(job.progress_done, 2)

    def test_planned_job_can_be_cancelled_and_not_run(self):
        job = self.make_job("Ann")
        job.action_plan()
        job.action_cancel()
        self.assertEqual(job.state, "cancelled")
        with self.assertRaisesRegex(UserError, "Cancelled"):
            job.action_run()

    def test_failure_at_the_end_is_told_and_resumed(self):
        job = self.make_job("Ann", refuse_end=True)
        job.action_run()
        self.assertEqual(job.state, "failed")
        self.assertEqual(job.exchange_message_ids.text, "not like this")
        self.assertEqual(job.finished, 0)
        job.wish = {"names": []}
        job.action_resume()
        self.assertEqual(job.state, "done")
        self.assertEqual(
            self.env["res.partner"].search_count([("name", "=", "Ann")]), 1
        )

    def test_choices_can_be_changed_after_the_preview(self):
        job = self.make_job("Ann", findings=[{"severity": "info", "text": "x"}])
        job.action_plan()
        job.action_draft()
        self.assertEqual(job.state, "draft")
        self.assertFalse(job.exchange_message_ids)
        job.wish = {"names": ["Bob"]}
        job.action_run()
        self.assertEqual(self.partners("Ann", "Bob"), ["Bob"])

    def test_choices_cannot_be_changed_once_a_part_is_done(self):
        job = self.make_job("Ann", "Bob", cancel_at="Ann")
        job.action_run()
        with self.assertRaisesRegex(UserError, "done already"):
            job.action_draft()

    def test_job_its_plan_forbade_is_planned_anew_when_resumed(self):
        fatal = {"severity": "fatal", "text": "No such file", "code": "Z01"}
        job = self.make_job("Ann", findings=[fatal])
        job.action_run()
        job.action_resume()
        self.assertEqual((job.state, self.partners("Ann")), ("failed", []))
        self.assertEqual(len(job.exchange_message_ids), 1)
        job.wish = {"names": ["Ann"]}
        job.action_resume()
        self.assertEqual((job.state, self.partners("Ann")), ("done", ["Ann"]))
        self.assertFalse(job.exchange_message_ids)

    def test_responsible_is_told_once_and_no_longer_when_mended(self):
        boss = new_test_user(self.env, "run_boss", "base.group_user")
        job = self.make_job("Ann", refuse=["Ann"])
        job.user_id = boss
        job.action_run()
        job.action_resume()
        self.assertEqual(job.activity_ids.mapped("user_id"), boss)
        self.assertIn(job.name, job.activity_ids.summary)
        self.assertEqual(len(job.activity_ids), 1)
        job.wish = {"names": []}
        job.action_resume()
        self.assertEqual(job.state, "done")
        self.assertFalse(job.activity_ids)

    def test_plan_of_many_chunks_is_kept_whole_and_in_order(self):
        with patch(PLAN + ".BATCH", 3):
            job = self.make_job(*"ABCDEFGH")
            job.action_plan()
        self.assertEqual(job.progress_total, 8)
        names = [chunk.payload["name"] for chunk in job._chunks("todo")]
        self.assertEqual(names, list("ABCDEFGH"))

    def test_progress_counts_failed_parts_and_goes_on_after_a_break(self):
        job = self.make_job("Ann", "Bob", "Cid", refuse=["Ann"])
        job.action_plan()
        job._start()
        with patch.object(type(job), "_commit", lambda self, units=0: 0.0):
            job._work()
        self.assertEqual((job.progress_done, job.progress_total), (1, 3))
        self.assertAlmostEqual(job.progress_percent, 100 / 3)
        job._work()
        self.assertEqual((job.progress_done, job.progress_total), (3, 3))

    def test_fatal_finding_forbids_the_run(self):
        fatal = {"severity": "fatal", "text": "No such file", "code": "Z01"}
        job = self.make_job("Ann", findings=[fatal])
        job.action_run()
        self.assertEqual(job.state, "failed")
        self.assertEqual(self.partners("Ann"), [])

    def test_done_job_does_not_run_again(self):
        job = self.make_job("Ann")
        job.action_run()
        with self.assertRaises(UserError):
            job.action_run()
        self.assertEqual(
            self.env["res.partner"].search_count([("name", "=", "Ann")]), 1
        )

    def test_long_job_waits_for_the_worker(self):
        job = self.make_job("Ann", "Bob", model="exchange.fake.long")
        job.action_run()
        self.assertEqual(job.state, "running")
        self.assertEqual(self.partners("Ann", "Bob"), [])
        self.env["exchange.chunk"]._cron_work()
        self.assertEqual(job.state, "done")
        self.assertEqual(self.partners("Ann", "Bob"), ["Ann", "Bob"])

    def test_worker_takes_over_what_a_killed_server_left(self):
        job = self.make_job("Ann", "Bob", "Cid")
        job.action_plan()
        job._start()
        chunk = job._next_chunk()
        job._work_on_chunk(chunk)
        self.env["exchange.chunk"]._cron_work()
        self.assertEqual(job.state, "done")
        self.assertEqual(self.partners("Ann", "Bob", "Cid"), ["Ann", "Bob", "Cid"])
        self.assertEqual(
            self.env["res.partner"].search_count([("name", "=", "Ann")]), 1
        )

    def test_worker_whose_time_is_over_leaves_the_rest(self):
        job = self.make_job("Ann", "Bob", "Cid")
        job.action_plan()
        job._start()
        with patch.object(type(job), "_commit", lambda self, units=0: 0.0):
            job._work()
        self.assertEqual(job.state, "running")
        self.assertEqual(self.partners("Ann", "Bob", "Cid"), ["Ann"])
        job._work()
        self.assertEqual(job.state, "done")

    def test_number_comes_from_the_sequence(self):
        first, second = self.make_job("Ann"), self.make_job("Bob")
        self.assertTrue(first.name.startswith("JOB/"))
        self.assertNotEqual(first.name, second.name)

    def test_given_name_stays(self):
        job = self.env["exchange.fake.job"].create({"name": "Night", "wish": {}})
        self.assertEqual(job.name, "Night")

    def test_copy_is_a_new_job(self):
        job = self.make_job("Ann", refuse=["Ann"])
        job.action_run()
        again = job.copy()
        self.assertEqual((again.state, again.wish), ("draft", job.wish))
        self.assertNotEqual(again.name, job.name)
        for field in ("counters", "date_start", "date_end", "exchange_message_ids"):
            self.assertFalse(again[field], field)
        self.assertEqual(again.progress_total, 0)

    def test_job_with_nothing_to_do_is_done(self):
        job = self.make_job()
        job.action_run()
        self.assertEqual((job.state, job.finished), ("done", 1))
        self.assertEqual((job.progress_percent, job.progress_total), (100, 0))

    def test_job_without_hooks_is_done(self):
        """A domain gives only the hooks it needs."""
        job, base = self.make_job("Ann"), self.registry["exchange.run.mixin"]
        hooks = {name: getattr(base, name) for name in ("_plan", "_execute", "_finish")}
        with patch.multiple(type(job), **hooks):
            job.action_run()
        self.assertEqual((job.state, self.partners("Ann")), ("done", []))

    def test_total_may_change_on_the_way(self):
        job = self.make_job("Ann", "Bob")
        job.action_plan()
        job._set_progress(1, total=4, text="Reading")
        self.assertEqual((job.progress_done, job.progress_total), (1, 4))
        self.assertEqual((job.progress_percent, job.progress_text), (25, "Reading"))
        job._set_progress(2)
        self.assertEqual((job.progress_done, job.progress_total), (2, 4))
        self.assertFalse(job.progress_text)

    def test_job_done_in_part_can_be_given_up(self):
        job = self.make_job("Ann", "Bob", refuse=["Bob"])
        job.action_run()
        job.action_cancel()
        self.assertEqual(job.state, "cancelled")
        self.assertEqual(self.partners("Ann", "Bob"), ["Ann"])
        with self.assertRaisesRegex(UserError, "Cancelled"):
            job.action_resume()

    def test_buttons_refuse_what_is_over_and_say_its_state(self):
        job = self.make_job("Ann")
        job.action_run()
        presses = (job.action_plan, job.action_cancel, job.action_resume)
        for press in (*presses, job.action_draft):
            with self.assertRaisesRegex(UserError, f"{job.name}.*Done"):
                press()
        self.assertEqual(job.state, "done")

    def test_refusal_speaks_the_language_of_the_user(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        job = self.make_job("Ann")
        job.action_run()
        with self.assertRaisesRegex(UserError, "a l’état"):
            job.with_context(lang="fr_FR").action_run()

    def test_running_job_cannot_be_deleted(self):
        job = self.make_job("Ann", "Bob", refuse=["Bob"])
        job.action_run()
        with self.assertRaises(UserError):
            job.unlink()

    def test_deleting_a_job_takes_its_rows_along(self):
        job = self.make_job("Ann", findings=[{"severity": "info", "text": "x"}])
        job.action_plan()
        job.unlink()
        for model in ("exchange.message", "exchange.chunk", "exchange.progress"):
            self.assertFalse(
                self.env[model].search([("run_model", "=", "exchange.fake.job")])
            )
