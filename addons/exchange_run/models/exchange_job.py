from odoo import api, fields, models

from ..links import open_named_record
from .exchange_chunk import GC_BATCH
from .exchange_run_mixin import STATES

#: States in which a job that another one has followed did nothing but look.
ONLY_LOOKED = ("draft", "planned")


class ExchangeJob(models.Model):
    """One time that something was done: what came of it, when, and with whose rights.

    A business record has many jobs: a preview that was thrown away, the one that was
    cancelled, the one that came through. Each keeps its findings and its counters. The
    last one is the record's current job. Only the engine writes jobs.
    """

    _name = "exchange.job"
    _description = "Job"
    _inherit = ["exchange.engine.mixin"]
    _order = "id desc"

    name = fields.Char(required=True, readonly=True, engine=True)
    is_current = fields.Boolean(
        default=True,
        readonly=True,
        engine=True,
        help="No other job of its document has followed.",
    )
    number = fields.Integer(
        readonly=True,
        engine=True,
        aggregator=None,
        help="Which job of its document it is.",
    )
    res_model = fields.Selection(
        selection="_selection_res_model",
        string="Kind",
        required=True,
        readonly=True,
        engine=True,
    )
    res_id = fields.Many2oneReference(
        string="Document",
        model_field="res_model",
        required=True,
        readonly=True,
        engine=True,
    )
    kind = fields.Char(
        string="Technical Kind",
        required=True,
        readonly=True,
        engine=True,
        help="Which of the jobs of its document it is, where there are several kinds.",
    )
    kind_name = fields.Char(string="What It Does", compute="_compute_kind_name")
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, engine=True
    )
    user_id = fields.Many2one(
        "res.users",
        string="Started By",
        readonly=True,
        engine=True,
        help="The job works with their rights.",
    )
    responsible_id = fields.Many2one("res.users", readonly=True, engine=True)
    state = fields.Selection(
        STATES, default="draft", required=True, readonly=True, index=True, engine=True
    )
    dry_run = fields.Boolean(readonly=True, engine=True)
    priority = fields.Selection(
        [("person", "A person waits"), ("night", "By schedule")],
        readonly=True,
        engine=True,
        help="What a person waits for is done first.",
    )
    date_start = fields.Datetime(string="Started", readonly=True, engine=True)
    date_end = fields.Datetime(string="Ended", readonly=True, engine=True)
    duration = fields.Float(
        string="Minutes", compute="_compute_duration", store=True, aggregator="avg"
    )
    attempts = fields.Integer(
        readonly=True, engine=True, help="How often it was started or resumed."
    )
    chunk_count = fields.Integer(string="Parts", readonly=True, engine=True)
    chunk_failed_count = fields.Integer(
        string="Parts That Failed", readonly=True, engine=True
    )
    counters = fields.Json(readonly=True, engine=True)
    counters_html = fields.Html(string="Result", compute="_compute_counters_html")
    message_ids = fields.One2many(
        "exchange.message",
        "job_id",
        string="Findings",
        context={"active_test": False},
        bypass_search_access=True,
        readonly=True,
    )
    message_error_count = fields.Integer(
        string="Errors", compute="_compute_message_counts"
    )
    message_warning_count = fields.Integer(
        string="Warnings", compute="_compute_message_counts"
    )

    _res_uniq = models.UniqueIndex("(res_model, res_id, number)")

    @api.model
    def _selection_res_model(self):
        names = self.env["exchange.chunk"]._run_models()
        # sudo: the name of a model is no secret, and translated where it is kept
        ir_model = self.env["ir.model"].sudo()
        return [(name, ir_model._get(name).name) for name in names]

    @api.depends("name", "number")
    def _compute_display_name(self):
        for job in self:
            job.display_name = f"{job.name} · {job.number}"

    @api.depends("kind", "res_model")
    @api.depends_context("lang")
    def _compute_kind_name(self):
        for job in self:
            known = job.res_model in self.env
            job.kind_name = known and self.env[job.res_model]._job_kind_name(job.kind)

    @api.depends("date_start", "date_end")
    def _compute_duration(self):
        for job in self:
            over = job.date_start and job.date_end
            seconds = (job.date_end - job.date_start).total_seconds() if over else 0
            job.duration = seconds / 60

    @api.depends("counters")
    def _compute_counters_html(self):
        for job in self:
            counted = job.counters if job.res_model in self.env else None
            job.counters_html = counted and self.env["ir.qweb"]._render(
                "exchange_run.counters", self.env[job.res_model]._table_of(counted)
            )

    @api.depends("message_ids.severity")
    def _compute_message_counts(self):
        # sudo: only numbers leave, and only for jobs the user may read
        Message = self.env["exchange.message"].sudo().with_context(active_test=False)
        groups = Message._read_group(
            [("job_id", "in", self.ids)], ["job_id", "severity"], ["__count"]
        )
        counts = {(job.id, severity): count for job, severity, count in groups}
        for job in self:
            job.message_error_count = sum(
                counts.get((job.id, severity), 0)
                for severity in ("fatal", "blocked", "error")
            )
            job.message_warning_count = counts.get((job.id, "warning"), 0)

    def action_open_record(self):
        """Open the document that the job belongs to.

        :return: a window action
        :raises UserError: it was deleted, or its addon uninstalled
        """
        self.ensure_one()
        return open_named_record(self.env, self.res_model, self.res_id)

    @api.autovacuum
    def _gc_previews(self):
        """Delete previews that others have followed long ago, with their findings.

        :return: how many were deleted, and whether more may be left
        """
        days = self.env["exchange.chunk"]._keep_days()
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=days)
        old = self.search(
            [
                ("state", "in", ONLY_LOOKED),
                ("write_date", "<", limit),
                ("is_current", "=", False),
            ],
            limit=GC_BATCH,
        )
        old.unlink()
        return len(old), len(old) == GC_BATCH
