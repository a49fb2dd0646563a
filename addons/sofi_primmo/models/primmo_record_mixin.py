from odoo import fields, models


class PrimmoRecordMixin(models.AbstractModel):
    """What all records of Primmo's lists have: a residence, and so a company."""

    _name = "primmo.record.mixin"
    _description = "Record of Primmo's Lists"
    _inherit = ["exchange.engine.mixin"]
    _check_company_auto = True

    residence_id = fields.Many2one(
        "sofi.residence",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="residence_id.company_id", store=True, index=True, precompute=True
    )
    active = fields.Boolean(default=True)
