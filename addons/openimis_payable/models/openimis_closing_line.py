from odoo import fields, models

from .openimis_payable_line import PAYABLE_TYPES


class OpenimisClosingLine(models.Model):
    """A source a closing looked at: what it is worth, or why it is left out."""

    _name = "openimis.closing.line"
    _description = "openIMIS Closing Candidate"
    _check_company_auto = True
    _order = "closing_id, id"
    _rec_name = "code"

    closing_id = fields.Many2one(
        "openimis.closing", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True)
    currency_id = fields.Many2one("res.currency", required=True)
    type = fields.Selection(PAYABLE_TYPES, required=True)
    state = fields.Selection(
        [("payable", "Payable"), ("excluded", "Left Out")], required=True
    )
    reason_code = fields.Char()
    reason = fields.Char(help="Why the document is left out.")
    code = fields.Char()
    description = fields.Char()
    partner_id = fields.Many2one("res.partner", "Third Party")
    product_id = fields.Many2one("openimis.product", "Insurance Product")
    location_id = fields.Many2one("openimis.location", "Area")
    account_id = fields.Many2one("account.account")
    amount_gross = fields.Monetary("Claimed")
    amount_discount = fields.Monetary("Discount")
    amount_net = fields.Monetary("Net")
    explain_input = fields.Char("Input")
    explain_working = fields.Char("Working Values")
    explain_result = fields.Char("Result")
    source_model = fields.Char()
    source_id = fields.Many2oneReference(model_field="source_model")

    def action_open_source(self):
        """Open the document behind the line.

        :return: a window action
        """
        self.ensure_one()
        return self.env[self.source_model].browse(self.source_id).get_formview_action()
