from odoo import api, models


class ExchangeChunk(models.Model):
    """Lanes that only look whether the queue has forgotten a job."""

    _inherit = "exchange.chunk"

    @api.model
    def _cron_work(self):
        """Put running jobs that nobody works on into the queue.

        Such as those that were running when the queue was installed, whose worker was
        killed, or whose turns somebody has deleted. A turn that waits already is not
        put into the queue twice.
        """
        for name in self._run_models():
            for run in self.env[name].search([("state", "=", "running")]):
                if run._is_idle():
                    run._queue_up()
