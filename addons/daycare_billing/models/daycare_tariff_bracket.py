from odoo import fields, models


class DaycareTariffBracket(models.Model):
    """The day price from a monthly household income on."""

    _name = "daycare.tariff.bracket"
    _description = "Tariff Bracket"
    _inherit = ["daycare.tariff.part"]
    _order = "tariff_id, income_from"

    currency_id = fields.Many2one(related="company_id.currency_id")
    income_from = fields.Monetary(
        string="Monthly Income From", help="The first bracket also holds all below."
    )
    price = fields.Monetary(string="Price per Day")

    _income_uniq = models.UniqueIndex(
        "(tariff_id, income_from)", "Two brackets of the tariff begin at one income."
    )
    _values_positive = models.Constraint(
        "CHECK(income_from >= 0 AND price >= 0)",
        "Incomes and prices of a bracket cannot be negative.",
    )
