from odoo import api, fields, models

KEEP_DAYS_PARAMETER = "exchange_run.keep_days"


class ExchangeChunk(models.Model):
    """A piece of a job's work.

    Its state changes in the same transaction as its effects, so that a server killed
    anywhere neither repeats nor forgets it. Nothing but the database knows of it:
    several workers may share the chunks of one job.
    """

    _name = "exchange.chunk"
    _description = "Job Chunk"
    _order = "sequence, id"
    _rec_name = "sequence"

    run_model = fields.Char(required=True)
    run_id = fields.Many2oneReference(model_field="run_model", required=True)
    sequence = fields.Integer(required=True)
    units = fields.Integer(default=1)
    payload = fields.Json()
    state = fields.Selection(
        [("todo", "To Do"), ("done", "Done"), ("failed", "Failed")],
        default="todo",
        required=True,
    )

    _run_idx = models.Index("(run_model, run_id, state, sequence)")

    @api.model
    def _cron_work(self):
        """Start queued jobs and take over those whose worker died."""
        for model_name in self._run_models():
            runs = self.env[model_name].search([("state", "=", "running")], order="id")
            for run in runs:
                run._work_in_background()

    @api.model
    def _run_models(self):
        """Return the names of the installed job models, in a stable order."""
        names = self.env.registry.descendants(["exchange.run.mixin"], "_inherit")
        return sorted(name for name in names if not self.env[name]._abstract)

    @api.autovacuum
    def _gc_finished(self):
        """Delete chunks of jobs that ended long ago; their messages stay."""
        days = int(
            # sudo: the retention time is a technical parameter
            self.env["ir.config_parameter"].sudo().get_param(KEEP_DAYS_PARAMETER, 30)
        )
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=days)
        for model_name in self._run_models():
            ended = self.env[model_name].search(
                [
                    ("state", "in", ("done", "failed", "cancelled")),
                    ("date_end", "<", limit),
                ]
            )
            self.search(
                [("run_model", "=", model_name), ("run_id", "in", ended.ids)]
            ).unlink()
