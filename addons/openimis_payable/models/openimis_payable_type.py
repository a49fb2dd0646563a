from odoo import fields, models


class OpenimisPayableType(models.Model):
    """A kind of payable a closing can generate."""

    _name = "openimis.payable.type"
    _description = "openIMIS Payable Type"
    _inherit = ["exchange.engine.mixin", "exchange.shared.mixin"]
    _shared_by = (("openimis.closing", "types", "company_id"),)
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Selection(
        [
            ("claim", "Claim Valuation"),
            ("capitation", "Capitation"),
            ("commission", "Commission"),
            ("fee", "Payment Fees"),
            ("cash", "Insuree Cash Payment"),
            ("contribution", "Contribution"),
        ],
        required=True,
        readonly=True,
        engine=True,
    )
    sequence = fields.Integer(default=10)
    is_receivable = fields.Boolean("Receivable", readonly=True, engine=True)

    _code_uniq = models.Constraint("unique(code)", "There is one record per type.")
