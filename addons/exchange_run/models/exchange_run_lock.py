from contextlib import contextmanager

from odoo import models
from odoo.exceptions import UserError

from ..core.job_share import JobShare, lock_key


class ExchangeRunMixin(models.AbstractModel):
    """How a job keeps others out, commits and undoes."""

    _inherit = "exchange.run.mixin"  # pylint: disable=consider-merging-classes-inherited

    def _lock_key(self):
        """Return the key of the lock of this job's kind and company.

        Of the job alone, where those of its kind need not wait for each other.
        """
        kind = self._exchange_kind or self._name
        if self._exchange_exclusive:
            return lock_key(kind, self.company_id.id)
        return lock_key(kind, self.company_id.id, self._name, self.id)

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
        lock are gone.
        """
        with self.env["exchange.transaction"]._own_cursor() as cr:
            cr.execute("SELECT pg_try_advisory_xact_lock(%s)", [self._lock_key()])
            yield cr.fetchone()[0]

    @contextmanager
    def _try_share(self, join):
        """Yield a share in the work on this job, or None; it is given back at the end.

        :param bool join: also where other workers are at it already
        """
        job_key = lock_key(self._name, self.id)
        with self.env["exchange.transaction"]._own_cursor() as cr:
            share = JobShare(cr, self._lock_key(), job_key)
            yield share if share.enter(join) else None

    def _is_idle(self):
        """Tell whether nobody works on a job of this kind and company now."""
        with self._try_job_lock() as locked:
            return locked

    def _commit(self, units=0):
        """Commit what is done so far; see `exchange.transaction`.

        :param int units: number of units done since the last call, for the scheduler
        :return: seconds left for this worker (infinite outside the scheduler)
        """
        return self.env["exchange.transaction"]._commit(units)

    def _undo_on_error(self):
        """Undo what the block did when it raises; see `exchange.transaction`."""
        return self.env["exchange.transaction"]._undo_on_error()
