from odoo import models

from .exchange_job import KEPT_OUT


class ExchangeRunMixin(models.AbstractModel):
    """Jobs that wait for the queue instead of a lane."""

    _inherit = "exchange.run.mixin"

    def _wake_worker(self):
        """Put turns into the queue: one, or as many as there are lanes to share it."""
        # sudo: the engine's own bookkeeping
        Progress = self.env["exchange.progress"].sudo()
        lanes = len(self.env["exchange.chunk"]._lanes())
        for run in self:
            # Whom it lets pass may have been kept out by itself until now.
            passes = Progress._is_more_urgent_waiting(run)
            run.sudo().job_id._enqueue_turns(
                max(lanes, 1) if run._is_shared() else 1,
                eta=2 * KEPT_OUT if passes else None,
            )

    def _rivals(self):
        """Return (model, id) of the running jobs that this one keeps out."""
        running = self.search([("state", "=", "running"), ("id", "!=", self.id)])
        mine = self._lock_key()
        return {(run._name, run.id) for run in running if run._lock_key() == mine}
