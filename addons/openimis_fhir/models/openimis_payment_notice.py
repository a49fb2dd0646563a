from odoo import fields, models


class OpenimisPaymentNotice(models.Model):
    """A payment that was reported to us by FHIR, once per identifier."""

    _name = "openimis.payment.notice"
    _description = "Payment Notice Received"
    _check_company_auto = True
    _order = "id desc"
    _rec_name = "identifier"

    company_id = fields.Many2one("res.company", required=True, index=True)
    openimis_uuid = fields.Char("FHIR ID", required=True, readonly=True)
    identifier = fields.Char(readonly=True, help="The sender's own reference.")
    identifier_system = fields.Char(readonly=True)
    move_id = fields.Many2one(
        "account.move",
        "Bill",
        required=True,
        readonly=True,
        index=True,
        check_company=True,
        ondelete="cascade",
    )
    payment_id = fields.Many2one(
        "account.payment",
        readonly=True,
        check_company=True,
        index="btree_not_null",
        ondelete="set null",
    )
    payment_reference = fields.Char("Payment Named by the Sender", readonly=True)
    payment_code = fields.Selection(
        [("paid", "Paid Out"), ("cleared", "Cleared")], default="paid", readonly=True
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary(readonly=True)
    payment_date = fields.Date(required=True, readonly=True)
    superseded = fields.Boolean(
        readonly=True,
        help="The payment was sent back, and tried again under the same identifier.",
    )
    user_id = fields.Many2one(
        "res.users", "Reported by", default=lambda self: self.env.uid, readonly=True
    )
    payment_state = fields.Selection(
        related="payment_id.state", string="Payment Status"
    )

    _uuid_uniq = models.UniqueIndex("(openimis_uuid)", "This notice exists already.")
    _identifier_uniq = models.UniqueIndex(
        "(company_id, COALESCE(identifier_system, ''), identifier)"
        " WHERE identifier IS NOT NULL AND superseded IS NOT TRUE",
        "A payment with this identifier was reported already.",
    )
