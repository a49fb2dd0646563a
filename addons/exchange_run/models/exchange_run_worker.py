import logging
from contextlib import contextmanager
from hashlib import sha256

from psycopg2 import OperationalError
from psycopg2.errorcodes import UNIQUE_VIOLATION

from odoo import fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.modules import module
from odoo.service.model import PG_CONCURRENCY_ERRORS_TO_RETRY
from odoo.tools import split_every

from ..exceptions import ExchangeCancelled

_logger = logging.getLogger(__name__)

MAX_TRIES = 4
#: Another transaction was faster; on fresh data the chunk sees what it did.
TRY_AGAIN = {*PG_CONCURRENCY_ERRORS_TO_RETRY, UNIQUE_VIOLATION}
CLEAR_ERRORS = (UserError, ValidationError, AccessError)


class ExchangeRunMixin(models.AbstractModel):
    """How a job is locked, planned, executed, stopped and resumed."""

    _inherit = "exchange.run.mixin"  # pylint: disable=consider-merging-classes-inherited

    # === LOCK ===

    def _lock_key(self):
        """Return the signed 64-bit advisory lock key of this job's kind and company."""
        kind = self._exchange_kind or self._name
        digest = sha256(f"{kind}/{self.company_id.id}".encode()).digest()
        return int.from_bytes(digest[:8], "big", signed=True)

    @contextmanager
    def _job_lock(self):
        """Hold the lock of this kind and company.

        :raises UserError: another job of the kind runs in this company
        """
        with self._try_job_lock() as locked:
            if not locked:
                raise UserError(
                    self.env._(
                        "Another job of this kind is running for %(company)s. "
                        "Wait until it has ended, or cancel it.",
                        company=self.company_id.display_name,
                    )
                )
            # What was read before the lock may be old.
            self.invalidate_recordset()
            yield

    @contextmanager
    def _try_job_lock(self):
        """Yield whether the lock could be taken; it is freed at the end.

        The lock belongs to a connection of its own, because the job's own connection
        commits on its way; if the server is killed, the connection and with it the
        lock are gone. Inside a test there is only one connection, which serves.
        """
        if module.current_test:
            self.env.cr.execute(
                "SELECT pg_try_advisory_xact_lock(%s)", [self._lock_key()]
            )
            yield self.env.cr.fetchone()[0]
            return
        with self.env.registry.cursor() as cr:
            cr.execute("SELECT pg_try_advisory_xact_lock(%s)", [self._lock_key()])
            yield cr.fetchone()[0]

    def _is_idle(self):
        """Tell whether nobody works on a job of this kind and company now."""
        if module.current_test:
            return True
        with self._try_job_lock() as locked:
            return locked

    # === TRANSACTIONS ===

    def _commit(self, units=0):
        """Commit what is done so far; inside a test, flush only.

        :param int units: number of units done since the last call, for the cron
        :return: seconds left for this worker (infinite outside a cron)
        """
        if module.current_test:
            self.env.flush_all()
            return float("inf")
        return self.env["ir.cron"]._commit_progress(units)

    @contextmanager
    def _undo_on_error(self):
        """Undo what the block did when it raises.

        A savepoint would not outlive the commits that a chunk with effects outside
        the database must make; so the whole transaction is rolled back, except inside
        a test.
        """
        if module.current_test:
            with self.env.cr.savepoint():
                yield
            return
        try:
            yield
        except Exception:
            # rollback: the chunk's open transaction must leave nothing behind
            self.env.cr.rollback()
            raise

    # === PLAN ===

    def _make_plan(self):
        """Replace the plan: findings, counters and chunks."""
        self.ensure_one()
        self._clear_plan()
        chunks = list(self._plan())
        # sudo: chunks are the engine's own bookkeeping, no user has rights on them
        Chunk = self.env["exchange.chunk"].sudo()
        for batch in split_every(1000, enumerate(chunks)):
            Chunk.create([self._prepare_chunk_vals(*item) for item in batch])
        total = sum(chunk.get("units", 1) for chunk in chunks)
        self._publish_progress(done=0, total=total, text=None, cancel_requested=False)
        self.state = "planned"

    def _clear_plan(self):
        domain = [("run_model", "=", self._name), ("run_id", "=", self.id)]
        for model in ("exchange.message", "exchange.chunk"):
            # sudo: see _make_plan
            self.env[model].sudo().search(domain).unlink()
        self.write({"counters": {}, "date_start": False, "date_end": False})

    def _prepare_chunk_vals(self, sequence, payload):
        return {
            "run_model": self._name,
            "run_id": self.id,
            "sequence": sequence,
            "units": payload.get("units", 1),
            "payload": payload,
        }

    # === START AND QUEUE ===

    def _start(self):
        """Mark the job as running; committed, so that a crash is seen as one."""
        if self.state == "planned" and self._has_fatal_findings():
            self._end("failed")
            return
        self._publish_progress(cancel_requested=False)
        self.write(
            {
                "state": "running",
                "date_start": self.date_start or fields.Datetime.now(),
                "date_end": False,
            }
        )
        self._commit()

    def _has_fatal_findings(self):
        """Tell whether the plan found something that forbids to go on."""
        # sudo: see _log_many
        return bool(
            self.env["exchange.message"]
            .sudo()
            .search_count(
                [
                    ("run_model", "=", self._name),
                    ("run_id", "=", self.id),
                    ("severity", "=", "fatal"),
                ],
                limit=1,
            )
        )

    def _reset_failed_chunks(self):
        # sudo: see _make_plan
        self.env["exchange.chunk"].sudo().search(
            [
                ("run_model", "=", self._name),
                ("run_id", "=", self.id),
                ("state", "=", "failed"),
            ]
        ).state = "todo"

    def _work_or_queue(self):
        """Work now, or leave it to the cron. Lock held by caller."""
        if self.state != "running":
            return
        if self._goes_to_background():
            self._wake_worker()
        else:
            self._work()

    def _wake_worker(self):
        # sudo: any user of the job may wake the worker, nobody may edit the cron
        self.env.ref("exchange_run.ir_cron_exchange_run").sudo()._trigger()

    def _goes_to_background(self):
        limit = self._exchange_background_from
        if limit is None or self.env.context.get("exchange_inline"):
            return False
        return self.progress_total >= limit

    def _work_in_background(self):
        """Work on a running job that nobody works on, with its responsible's rights."""
        self.ensure_one()
        run = self.with_user(self.user_id or self.env.user).with_context(
            allowed_company_ids=self.company_id.ids,
            lang=self.user_id.lang or self.env.lang,
            tz=self.user_id.tz,
        )
        with run._try_job_lock() as locked:
            run.invalidate_recordset()
            if locked and run.state == "running":
                run._work()

    # === WORK ===

    def _work(self):
        """Execute the chunks that are left, then close the job. Lock held by caller."""
        self.ensure_one()
        try:
            if self._exchange_transaction == "run":
                self._work_at_once()
            elif not self._work_by_chunk():
                return
            with self._undo_on_error():
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

    def _work_at_once(self):
        """Execute all chunks in one transaction: all or nothing."""
        with self._undo_on_error():
            done = 0
            for chunk in self._todo_chunks():
                self._check_cancelled()
                self._execute(chunk.payload or {})
                chunk.state = "done"
                done += chunk.units
                self._set_progress(done)

    def _work_by_chunk(self):
        """Execute and commit chunk after chunk.

        :return: True when none is left, False when this worker's time is over
        """
        while chunk := self._next_chunk():
            self._check_cancelled()
            self._work_on_chunk(chunk)
            time_left = self._commit(1)
            # What earlier chunks read would only make the later ones slower.
            self.env.invalidate_all()
            self._set_progress(self._units_done())
            if not time_left:
                self._wake_worker()
                return False
        return True

    def _work_on_chunk(self, chunk):
        """Execute one chunk; its failure is recorded and does not stop the others."""
        for tries_left in reversed(range(MAX_TRIES)):
            try:
                with self._undo_on_error():
                    self._execute(chunk.payload or {})
                    chunk.state = "done"
                    self.env.flush_all()
                return
            except ExchangeCancelled:
                raise
            except Exception as error:
                # another transaction was faster: the same chunk works a moment later
                if getattr(error, "pgcode", None) in TRY_AGAIN and tries_left:
                    continue
                self._record_error(error)
                chunk.state = "failed"
                return

    def _todo_chunks(self, limit=None):
        # sudo: see _make_plan
        return (
            self.env["exchange.chunk"]
            .sudo()
            .search(
                [
                    ("run_model", "=", self._name),
                    ("run_id", "=", self.id),
                    ("state", "=", "todo"),
                ],
                limit=limit,
            )
        )

    def _next_chunk(self):
        return self._todo_chunks(limit=1)

    def _chunk_counts(self):
        """Return {state: (number of chunks, units)} of this job."""
        # sudo: see _make_plan
        groups = (
            self.env["exchange.chunk"]
            .sudo()
            ._read_group(
                [("run_model", "=", self._name), ("run_id", "=", self.id)],
                ["state"],
                ["__count", "units:sum"],
            )
        )
        return {state: (count, units) for state, count, units in groups}

    def _units_done(self):
        counts = self._chunk_counts()
        return sum(counts.get(state, (0, 0))[1] for state in ("done", "failed"))

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
        self.write({"state": state, "date_end": fields.Datetime.now()})
        if state in ("partial", "failed"):
            self._on_failure()
        self._commit()

    # === PROGRESS AND CANCEL ===

    def _publish_progress(self, **values):
        # sudo: see _make_plan
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
        # sudo: see _make_plan
        if self.env["exchange.progress"].sudo()._is_cancel_requested(self):
            raise ExchangeCancelled
