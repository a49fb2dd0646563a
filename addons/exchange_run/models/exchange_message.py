from odoo import api, fields, models
from odoo.tools import SQL

from ..links import open_named_record

SEVERITIES = [
    ("fatal", "Fatal"),
    ("blocked", "File blocked"),
    ("error", "Error"),
    ("warning", "Warning"),
    ("info", "Information"),
]


class ExchangeMessage(models.Model):
    """One finding of a job: what is wrong, where, and what to do about it.

    It quotes cells of files and names persons, so that its reading is written down.
    """

    _name = "exchange.message"
    _description = "Job Message"
    _inherit = ["exchange.journal.mixin"]
    # Its name is its text.
    _journal_names = ("display_name", "text", "advice", "value")
    _order = "id"
    _rec_name = "text"

    run_model = fields.Char(required=True, readonly=True)
    run_id = fields.Many2oneReference(
        string="Document",
        model_field="run_model",
        required=True,
        readonly=True,
        index=True,
    )
    job_id = fields.Many2one(
        "exchange.job", index=True, readonly=True, copy=False, ondelete="cascade"
    )
    active = fields.Boolean(
        default=True,
        readonly=True,
        help="It is of the current job of its document, not of one before.",
    )
    company_id = fields.Many2one("res.company", index=True, readonly=True)
    severity = fields.Selection(SEVERITIES, required=True, default="info")
    code = fields.Char()
    text = fields.Text(required=True)
    advice = fields.Text(help="What to do about it.")
    file = fields.Char()
    row = fields.Integer(aggregator=None)
    column = fields.Char()
    value = fields.Char()
    res_model = fields.Char(string="Linked Model")
    res_id = fields.Many2oneReference(string="Linked Record", model_field="res_model")

    _run_idx = models.Index("(run_model, run_id, severity)")

    @api.model_create_multi
    def create(self, vals_list):
        """Create findings, of the current job of their document if none is given."""
        jobs = {}
        for vals in vals_list:
            key = vals.get("run_model"), vals.get("run_id")
            if "job_id" not in vals and key[0] in self.env:
                if key not in jobs:
                    jobs[key] = self.env[key[0]].browse(key[1]).job_id.id
                vals["job_id"] = jobs[key]
        return super().create(vals_list)

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        """Order severities by how grave they are, not by the alphabet."""
        if field_name != "severity":
            return super()._order_field_to_sql(
                alias, field_name, direction, nulls, query
            )
        ranks = SQL(" ").join(
            SQL("WHEN %s THEN %s", severity, rank)
            for rank, (severity, _label) in enumerate(SEVERITIES)
        )
        column = self._field_to_sql(alias, field_name, query)
        return SQL("CASE %s %s END %s %s", column, ranks, direction, nulls)

    def action_open_record(self):
        """Open the record the message speaks of.

        :return: a window action, or False when the message names no record
        :raises UserError: the record is gone
        """
        self.ensure_one()
        if not self.res_model or not self.res_id:
            return False
        return open_named_record(self.env, self.res_model, self.res_id)
