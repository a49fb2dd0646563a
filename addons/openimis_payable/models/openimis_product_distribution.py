from odoo import fields, models


class OpenimisProductDistribution(models.Model):
    """Share of the allocated contribution given to a month and kind of care."""

    _name = "openimis.product.distribution"
    _description = "openIMIS Product Distribution"
    _inherit = ["exchange.engine.mixin"]
    _check_company_auto = True
    _order = "product_id, care_type, month"
    _rec_name = "month"

    product_id = fields.Many2one(
        "openimis.product", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="product_id.company_id", store=True, engine=True
    )
    care_type = fields.Selection(
        [("B", "In- and Out-patient"), ("I", "In-patient"), ("O", "Out-patient")],
        required=True,
        default="B",
    )
    month = fields.Integer(
        required=True, default=1, help="Month of the year the period ends in."
    )
    percentage = fields.Float(digits=(16, 6), default=100.0, required=True)

    _month_uniq = models.Constraint(
        "unique(product_id, care_type, month)",
        "A product has one distribution per care type and month.",
    )
    _month_range = models.Constraint(
        "check(month between 1 and 12)", "The month is a number from 1 to 12."
    )
