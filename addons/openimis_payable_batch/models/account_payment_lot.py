from odoo import fields, models


class AccountPaymentLot(models.Model):
    """A part of a batch: made by confirming it, and never changed."""

    _name = "account.payment.lot"
    _inherit = ["account.payment.lot", "exchange.engine.mixin"]

    order_id = fields.Many2one(engine=True)
    date = fields.Date(engine=True)
    currency_id = fields.Many2one(engine=True)
    payment_ids = fields.One2many(engine=True)
