import logging
from dataclasses import dataclass
from functools import partial
from math import inf

from psycopg2 import OperationalError
from psycopg2.errorcodes import UNIQUE_VIOLATION

from odoo import SUPERUSER_ID, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.http import request
from odoo.service.model import PG_CONCURRENCY_ERRORS_TO_RETRY

from ..core.job_share import JobShare
from ..exceptions import ExchangeCancelled
from ..told import told
from .exchange_run_mixin import FAILURE_ACTIVITY, SET_ASIDE

_logger = logging.getLogger(__name__)

MAX_TRIES = 4
#: So often the worker takes over a job that does not get on because its server dies.
MAX_ATTEMPTS = 5
#: Another transaction was faster; on fresh data the chunk sees what it did.
TRY_AGAIN = {*PG_CONCURRENCY_ERRORS_TO_RETRY, UNIQUE_VIOLATION}
CLEAR_ERRORS = (UserError, ValidationError, AccessError)


@dataclass(frozen=True, slots=True)
class SharedWorker:
    """A worker among several that share a job.

    :ivar JobShare share: its share in the work
    :ivar int id: of its row of `exchange.worker`
    :ivar frozenset known: (model, id) of the jobs that its lane could not take
    """

    share: JobShare
    id: int
    known: frozenset


class ExchangeRunMixin(models.AbstractModel):
    """How a job is started, executed, stopped and resumed."""

    _inherit = "exchange.run.mixin"  # pylint: disable=consider-merging-classes-inherited

    # === START AND QUEUE ===

    def _start(self):
        """Mark the job as running; committed, so that a crash is seen as one."""
        if self.state == "planned" and self._has_fatal_findings():
            self._end("failed")
            return
        # commit: a user made by this very transaction could not be published
        self._commit()
        self._publish_progress(
            cancel_requested=False,
            attempts=0,
            user_id=self._runner_id(),
            night=self.env.uid == SUPERUSER_ID,
            shared=self._is_shared(),
        )
        # sudo: the engine's own bookkeeping
        self.env["exchange.worker"].sudo()._forget(self)
        # sudo: see _begin_job
        job = self.sudo().job_id
        job.write(
            {
                "user_id": self._runner_id(),
                "priority": "night" if self.env.uid == SUPERUSER_ID else "person",
                "attempts": job.attempts + 1,
            }
        )
        # A new attempt: what was said of the one before no longer needs attention.
        self.activity_unlink([FAILURE_ACTIVITY])
        started = self.date_start or fields.Datetime.now()
        self._set_state("running", date_start=started, date_end=False)
        self._commit()

    def _runner_id(self):
        """Return the id of the user with whose rights the job works in the background.

        Who starts the job; for a schedule, which may do everything, who did so before,
        else the responsible that a schedule has set. *Responsible* is anybody's to
        write and so never decides on the rights of a job that a user has made.
        """
        if self.env.uid != SUPERUSER_ID:
            return self.env.uid
        # sudo: the engine's own bookkeeping
        if before := self.env["exchange.progress"].sudo()._get_runner(self):
            return before.id
        if self.create_uid.id not in (False, SUPERUSER_ID):
            return self.create_uid.id
        return self.user_id.id or SUPERUSER_ID

    def _work_or_queue(self):
        """Work now, or leave it to the cron. Lock held by caller."""
        if not self._is_still_running():
            return
        if self._goes_to_background():
            self._queue_up()
        else:
            self._work()

    def _is_still_running(self):
        """Tell whether the job is running, on fresh data. Lock held by caller."""
        # commit: this transaction may have begun before the lock was ours; only a new
        # one sees what the last holder did
        self._commit()
        return self.exists().state == "running"

    def _queue_up(self):
        """Let the job wait for a lane; a free one takes it as soon as this commits."""
        self._publish_progress(queued=True)
        self._wake_worker()

    def _wake_worker(self):
        for lane in self.env["exchange.chunk"]._lanes():
            lane._trigger()

    def _goes_to_background(self):
        limit = self._exchange_background_from
        if limit is None or self._is_inline():
            return False
        return self.progress_total >= limit

    def _is_inline(self):
        """Tell whether who called, a program of this server, waits for the end.

        A client does not choose that: its request would last as long as the job.
        """
        plain = not request and self.env.context.get("exchange_inline")
        return bool(plain or told(self.env, "exchange_inline"))

    def _work_in_background(self):
        """Work on a running job that nobody works on. It never stops the other jobs.

        :return: False where it was kept out by somebody who works on it, or on another
            job of its kind
        """
        self.ensure_one()
        if self._is_shared():
            return self._work_with_others(join=False)
        with self._try_job_lock() as locked:
            if locked and self._is_still_running():
                self._take_over_safely()
            return locked

    def _help_in_background(self, known):
        """Help with a running job that others work on, if its kind allows it.

        :param set known: (model, id) of the jobs that this lane could not take
        :return: whether it could
        """
        self.ensure_one()
        return self._is_shared() and self._work_with_others(join=True, known=known)

    def _work_with_others(self, join, known=()):
        # sudo: the engine's own bookkeeping
        Worker = self.env["exchange.worker"].sudo()
        with self._try_share(join) as share:
            if not share or not self._is_still_running():
                return bool(share)
            worker = SharedWorker(share, Worker._come(self), frozenset(known))
            try:
                self._take_over_safely(worker)
            finally:
                Worker._go(worker.id)
            return True

    def _take_over_safely(self, worker=None):
        """Work on the job; whatever goes wrong is a finding of it."""
        try:
            with self._undo_on_error():
                self._take_over(worker)
        except Exception as error:
            if getattr(error, "pgcode", None) in TRY_AGAIN:
                # somebody changed the job meanwhile: the next round goes on
                self._queue_up()
                return
            self._record_error(error)
            if worker and not worker.share.leave_unless_last():
                self._commit()
                return
            self._end("failed")

    def _take_over(self, worker=None):
        """Work with the rights, and in the language, of the user who started the job.

        :param SharedWorker worker: where several may be at the job
        :raises UserError: the server died too often at the same point of the job, or
            nobody is known to have started it
        :raises AccessError: who started it may not do so any more
        """
        # sudo: the engine's own bookkeeping
        Progress = self.env["exchange.progress"].sudo()
        if worker:
            self._publish_progress(queued=False, shared=True)
        else:
            self._count_attempt()
        runner = Progress._get_runner(self)
        if not runner:
            raise UserError(
                self.env._(
                    "Nobody is known to have started this job. Resume it to start it "
                    "in your name."
                )
            )
        job = self.with_user(runner).with_context(
            allowed_company_ids=self.company_id.ids,
            lang=runner.lang or self.env.lang,
            tz=runner.tz,
        )
        job._check_may_run()
        if worker:
            job._work_with_share(worker)
        else:
            job._work()

    def _count_attempt(self):
        """Note that a worker begins with what it may die of.

        :raises UserError: so many have died of it already
        """
        # sudo: the engine's own bookkeeping
        Progress = self.env["exchange.progress"].sudo()
        if Progress._count_attempt(self) > MAX_ATTEMPTS:
            raise UserError(self._deadly_text())

    def _deadly_text(self):
        return self.env._(
            "The server was stopped %(number)s times in the middle of this "
            "part. Ask your administrator for the reason, then resume the job.",
            number=MAX_ATTEMPTS,
        )

    # === WORK ===

    def _work(self):
        """Execute the chunks that are left, then close the job. Lock held by caller."""
        self._work_and_close(self._work_alone)

    def _work_with_share(self, worker):
        """The same, together with others; only the last one closes the job.

        :param SharedWorker worker: what this one is
        """
        self._work_and_close(partial(self._work_on_share, worker))

    def _work_and_close(self, work):
        """Work, then close the job.

        :param work: callable giving whether the job is to be closed
        """
        self.ensure_one()
        try:
            if not work():
                return
            with self._undo_on_error(), self._engine_writes():
                self._gather_counters()
                self._finish()
                self.env.flush_all()
        except ExchangeCancelled:
            self._end("cancelled")
        except Exception as error:
            self._record_error(error)
            self._end("failed")
        else:
            counts = self._chunk_counts()
            done, failed = (counts.get(key, (0, 0))[0] for key in ("done", "failed"))
            self._end(self._final_state(done, failed))

    def _work_alone(self):
        """Work without others; return whether all is done."""
        if self._exchange_transaction == "run":
            self._work_at_once()
            return True
        return self._work_by_chunk()

    def _work_at_once(self):
        """Execute all chunks in one transaction: all or nothing."""
        with self._undo_on_error():
            done, last = 0, -1
            while chunk := self._next_chunk(last):
                self._check_cancelled()
                done, last = done + chunk.units, chunk.sequence
                with self._engine_writes():
                    self._execute(chunk.payload or {})
                chunk.state = "done"
                # What earlier chunks read would only make the later ones slower.
                self.env.invalidate_all()
                self._set_progress(done)

    def _work_by_chunk(self):
        """Execute and commit chunk after chunk.

        :return: True when none is left, False when this worker's time is over, or a
            person waits for another job and no lane is free
        """
        done, last = self._units_done(), -1
        while chunk := self._next_chunk(last):
            self._check_cancelled()
            last = chunk.sequence
            self._work_on_chunk(chunk)
            set_aside = chunk.state == "todo"
            if set_aside:
                last = -1  # it comes again
            else:
                done += chunk.units
            time_left = self._commit(0 if set_aside else 1)
            # What earlier chunks read would only make the later ones slower.
            self.env.invalidate_all()
            if not set_aside:
                self._publish_progress(done=done, text=None, attempts=0)
            if not time_left or self._gives_way(time_left):
                self._queue_up()
                return False
        return True

    def _work_on_share(self, worker):
        """Execute what no other worker is at; return whether to close the job.

        Only the last one does so, whatever has stopped the others.
        """
        # sudo: the engine's own bookkeeping
        Chunk = self.env["exchange.chunk"].sudo()
        try:
            while True:
                stays = self._work_by_claim(worker)
                is_last = worker.share.leave_unless_last()
                if not stays:
                    # Others may be at the job: then it waits for nobody, but may be
                    # joined again.
                    self._queue_up() if is_last else self._wake_worker()
                if not stays or not is_last:
                    return False
                # Who was killed a moment ago may have left a chunk.
                if not Chunk._claim(self, wait=True):
                    break
            self._count_attempt()
            return True
        except ExchangeCancelled:
            if worker.share.leave_unless_last():
                raise
        except Exception as error:
            if worker.share.leave_unless_last():
                raise
            self._record_error(error)
            self._commit()
        return False

    def _work_by_claim(self, worker):
        """Claim, execute and commit chunk after chunk.

        :return: True when none is to be had, False when this worker's time is over or
            it is needed elsewhere
        """
        # sudo: the engine's own bookkeeping
        Chunk = self.env["exchange.chunk"].sudo()
        after = -1
        while chunk := Chunk._claim(self, after) or Chunk._claim(self):
            after = chunk.sequence
            self._work_on_chunk(chunk, worker)
            time_left = self._commit(1)
            # What earlier chunks read would only make the later ones slower.
            self.env.invalidate_all()
            if not time_left or self._gives_way(time_left, worker):
                return False
        return True

    def _gives_way(self, time_left, worker=None):
        """Tell whether this job of the night lets one pass that a person waits for.

        :param float time_left: of this lane; infinite where a caller waits
        :param SharedWorker worker: where several may be at the job: who came to help
            goes where nobody is yet
        """
        # sudo: the engine's own bookkeeping
        Progress = self.env["exchange.progress"].sudo()
        if time_left == inf:
            return False
        if worker and not worker.share.is_first:
            return Progress._is_other_waiting(self, worker.known)
        return Progress._is_more_urgent_waiting(self)

    def _work_on_chunk(self, chunk, worker=None):
        """Execute one chunk; its failure is recorded and does not stop the others.

        :param chunk: of this job; locked, where there is a worker
        :param SharedWorker worker: where several may be at the job
        """
        if worker and not self._may_begin(chunk, worker):
            return
        for tries_left in reversed(range(MAX_TRIES)):
            try:
                with self._undo_on_error(), self._engine_writes():
                    if self._execute_chunk(chunk, worker) != SET_ASIDE:
                        chunk.state = "done"
                    self.env.flush_all()
                return
            except ExchangeCancelled:
                raise
            except Exception as error:
                if worker and not chunk._claim(self, chunk_id=chunk.id):
                    return  # undone, and another worker is at it by now
                # another transaction was faster: the same chunk works a moment later
                if getattr(error, "pgcode", None) in TRY_AGAIN and tries_left:
                    if chunk.state != "todo":
                        return  # by another worker, while our connection was lost
                    continue
                self._record_error(error)
                chunk.state = "failed"
                return

    def _may_begin(self, chunk, worker):
        """Note that a worker begins with a chunk, unless too many have died of it.

        :raises ExchangeCancelled: somebody pressed Cancel
        """
        # sudo: the engine's own bookkeeping
        Worker = self.env["exchange.worker"].sudo()
        died, cancelled = Worker._take(worker.id, chunk)
        if cancelled:
            with self._undo_on_error():  # which lets go of the chunk
                raise ExchangeCancelled
        if died >= MAX_ATTEMPTS:
            self._log("error", self._deadly_text())
            chunk.state = "failed"
            return False
        return True

    def _execute_chunk(self, chunk, worker):
        """Do the work of a chunk, and let it count: see :meth:`_execute`."""
        if not worker:
            return self._execute(chunk.payload or {})
        with self._counting_apart() as counted:
            result = self._execute(chunk.payload or {})
        if counted:
            chunk.counters = counted
        return result

    def _record_error(self, error):
        """Log the failure: in clear where it speaks to users, else by reference."""
        if isinstance(error, OperationalError):
            _logger.warning("%s %s: %s", self._name, self.id, type(error).__name__)
            text = self.env._(
                "The database was busy and this part was undone. Resume the job."
            )
        elif isinstance(error, CLEAR_ERRORS):
            text = str(error)
        else:
            _logger.exception("%s %s failed", self._name, self.id)
            text = self.env._(
                "An unexpected error (%(kind)s) stopped this part of the job. Nothing "
                "of it was kept. Tell your administrator the number of this job.",
                kind=type(error).__name__,
            )
        self._log("error", text, code=getattr(error, "code", None))

    def _end(self, state):
        """Put the job into its final state and commit."""
        self._gather_counters()
        summed = {"done": self._units_done(), "shared": False}
        self._publish_progress(queued=False, **(summed if self._is_shared() else {}))
        # sudo: the engine's own bookkeeping
        self.env["exchange.worker"].sudo()._forget(self)
        self._set_state(state, date_end=fields.Datetime.now())
        if state in ("partial", "failed"):
            self._on_failure()
        elif state == "cancelled":
            self.activity_unlink([FAILURE_ACTIVITY])
        self._commit()

    # === PROGRESS AND CANCEL ===

    def _publish_progress(self, **values):
        # sudo: the engine's own bookkeeping
        self.env["exchange.progress"].sudo()._publish(self, **values)
        self.invalidate_recordset(
            ["progress_done", "progress_total", "progress_percent", "progress_text"],
            flush=False,
        )

    def _set_progress(self, done, total=None, text=None):
        """Show how far the job is, at once and whatever its transaction does.

        :param int done: units done
        :param int total: units in all, if it changed
        :param str text: what it is doing, in the user's language
        """
        values = {"done": done, "text": text}
        if total is not None:
            values["total"] = total
        self._publish_progress(**values)

    def _check_cancelled(self):
        """Stop here if somebody pressed Cancel.

        :raises ExchangeCancelled: caught by the worker, which ends the job
        """
        # sudo: the engine's own bookkeeping
        if self.env["exchange.progress"].sudo()._is_cancel_requested(self):
            raise ExchangeCancelled
