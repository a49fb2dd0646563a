from odoo import fields, models


class DaycareTariffAge(models.Model):
    """A surcharge on the day price up to an age."""

    _name = "daycare.tariff.age"
    _description = "Tariff Age Class"
    _inherit = ["daycare.tariff.part"]
    _order = "tariff_id, months"

    months = fields.Integer(
        string="Up To (Months)",
        required=True,
        default=18,
        help="Age on the first of the month, this number included.",
    )
    percent = fields.Float(
        string="Surcharge (%)", digits=(5, 2), help="Negative for a rebate."
    )

    _months_uniq = models.UniqueIndex(
        "(tariff_id, months)", "The tariff already has this age class."
    )
    _values_valid = models.Constraint(
        "CHECK(months >= 0 AND percent > -100)",
        "Ages cannot be negative, and a rebate stays below 100 %.",
    )
