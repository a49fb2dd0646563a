from odoo import api, fields, models


class OpenimisBatchRun(models.Model):
    """One valuation of a location and month; subject of the bills it gives."""

    _name = "openimis.batch.run"
    _description = "openIMIS Batch Run"
    _inherit = ["openimis.record"]
    _order = "date_to desc, id desc"

    location_id = fields.Many2one(
        "openimis.location",
        index=True,
        check_company=True,
        ondelete="restrict",
        help="Empty for the national run.",
    )
    run_date = fields.Datetime(default=fields.Datetime.now)
    run_year = fields.Integer(compute="_compute_run_month", store=True, readonly=False)
    run_month = fields.Integer(compute="_compute_run_month", store=True, readonly=False)
    date_from = fields.Date()
    date_to = fields.Date()
    relative_index_ids = fields.One2many(
        "openimis.relative.index", "batch_run_id", "Relative Indexes"
    )
    claim_ids = fields.One2many("openimis.claim", "batch_run_id", "Claims")

    @api.depends("date_to")
    def _compute_run_month(self):
        for run in self:
            run.run_year = run.date_to.year if run.date_to else run.run_year
            run.run_month = run.date_to.month if run.date_to else run.run_month

    @api.depends("location_id", "run_year", "run_month")
    def _compute_display_name(self):
        for run in self:
            place = run.location_id.name or self.env._("National")
            run.display_name = f"{place} {run.run_year:04}-{run.run_month:02}"
