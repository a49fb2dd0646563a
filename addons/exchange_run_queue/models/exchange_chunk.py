from odoo import api, models

#: States of a turn that is to come or under way.
ALIVE = ("wait_dependencies", "pending", "enqueued", "started")


class ExchangeChunk(models.Model):
    """Lanes that only look whether the queue has forgotten a job."""

    _inherit = "exchange.chunk"

    @api.model
    def _cron_work(self):
        """Put running jobs into the queue that have no turn to come.

        Such as those that were running when the queue was installed, or whose turns
        somebody has deleted.
        """
        # sudo: the engine's own bookkeeping
        jobs = self.env["exchange.job"].sudo()
        turns = self.env["queue.job"].sudo()
        turns = turns.search(
            [
                ("state", "in", ALIVE),
                ("model_name", "=", jobs._name),
                ("method_name", "=", "_take_turn"),
            ]
        )
        alive = {job_id for turn in turns for job_id in turn.records.ids}
        for name in self._run_models():
            for run in self.env[name].search([("state", "=", "running")]):
                if run.sudo().job_id.id not in alive:
                    run._queue_up()
