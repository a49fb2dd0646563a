from odoo import fields, models

from ..links import open_named_record

SEVERITIES = [
    ("fatal", "Fatal"),
    ("blocked", "File blocked"),
    ("error", "Error"),
    ("warning", "Warning"),
    ("info", "Information"),
]


class ExchangeMessage(models.Model):
    """One finding of a job: what is wrong, where, and what to do about it."""

    _name = "exchange.message"
    _description = "Job Message"
    _order = "id"
    _rec_name = "text"

    run_model = fields.Char(required=True, readonly=True)
    run_id = fields.Many2oneReference(
        string="Job", model_field="run_model", required=True, readonly=True, index=True
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

    def action_open_record(self):
        """Open the record the message speaks of.

        :return: a window action, or False when the message names no record
        :raises UserError: the record is gone
        """
        self.ensure_one()
        if not self.res_model or not self.res_id:
            return False
        return open_named_record(self.env, self.res_model, self.res_id)
