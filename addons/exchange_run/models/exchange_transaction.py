from contextlib import contextmanager

from odoo import models


class ExchangeTransaction(models.AbstractModel):
    """How jobs commit and undo, and what they do beside their own transaction.

    Nothing else of the engine commits, undoes or opens a cursor. What lives inside one
    transaction that is undone in the end, such as a test, replaces these three:
    `tests/common.py` has the class for it.
    """

    _name = "exchange.transaction"
    _description = "Job Transaction"

    @contextmanager
    def _own_cursor(self):
        """Give a cursor that sees, commits and locks independently of the job's own.

        The job's transaction may last long; what is done here neither waits for its
        commit nor goes with its rollback.
        """
        with self.env.registry.cursor() as cr:
            # Two short writers of one row wait for each other instead of failing; and
            # one that stays open keeps no snapshot, which would keep PostgreSQL from
            # cleaning up behind the job for as long as it lasts.
            cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
            yield cr

    def _commit(self, units=0):
        """Commit what is done so far.

        :param int units: number of units done since the last call, for the scheduler
        :return: seconds left for this worker (infinite outside the scheduler)
        """
        return self.env["ir.cron"]._commit_progress(units)

    @contextmanager
    def _undo_on_error(self):
        """Undo what the block did when it raises.

        A savepoint would not outlive the commits that a chunk with effects outside
        the database must make; so the whole transaction is rolled back.
        """
        try:
            yield
        except Exception:
            # rollback: the chunk's open transaction must leave nothing behind
            self.env.cr.rollback()
            raise
