from odoo import fields, models


class DaycareTariffPart(models.AbstractModel):
    """A row of a tariff version, which belongs to its company."""

    _name = "daycare.tariff.part"
    _description = "Part of a Tariff"
    _inherit = ["exchange.engine.mixin"]

    tariff_id = fields.Many2one(
        "daycare.tariff", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(
        related="tariff_id.company_id", store=True, index=True, precompute=True
    )
