from odoo import api, fields, models


class AccountBillingRun(models.Model):
    """A run for any converter that needs no choices of its own."""

    _name = "account.billing.run"
    _description = "Billing Run"
    _inherit = ["account.billing.run.mixin"]

    converter = fields.Selection(
        selection="_selection_converter", required=True, string="Kind of Document"
    )
    journal_id = fields.Many2one(domain="[('type', 'in', ('purchase', 'sale'))]")

    @api.model
    def _selection_converter(self):
        names = self.env.registry.descendants(["account.billing.converter"], "_inherit")
        # sudo: the name of a model is no secret, and translated where it is kept
        ir_model = self.env["ir.model"].sudo()
        return sorted(
            (name, ir_model._get(name).name)
            for name in names
            if self.env[name]._source_model and self.env[name]._stands_alone
        )

    def _billing_converters(self):
        return [self.converter]
