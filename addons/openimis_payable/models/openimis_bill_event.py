from odoo import api, fields, models

EVENT_TYPES = [
    ("0", "Message"),
    ("1", "Status"),
    ("2", "Warning"),
    ("3", "Payment"),
    ("4", "Payment Error"),
]


class OpenimisBillEvent(models.Model):
    """What happened to a bill, or what somebody says about it."""

    _name = "openimis.bill.event"
    _description = "openIMIS Bill Event"
    _inherit = ["exchange.engine.mixin"]
    _check_company_auto = True
    _order = "id desc"
    _rec_name = "message"

    move_id = fields.Many2one(
        "account.move",
        "Bill",
        required=True,
        index=True,
        ondelete="cascade",
        engine="write",
    )
    company_id = fields.Many2one(related="move_id.company_id", store=True, engine=True)
    event_type = fields.Selection(EVENT_TYPES, required=True, default="0")
    message = fields.Char(required=True)
    data = fields.Json("Payload", engine="write")
    is_automatic = fields.Boolean("Automatic", readonly=True, engine=True)

    @api.model
    def _exchange_named(self):
        # Right 156306 alone writes on bills and reads no ledger: the rules of events
        # say on which.
        named = super()._exchange_named()
        return {name: model for name, model in named.items() if name != "move_id"}
