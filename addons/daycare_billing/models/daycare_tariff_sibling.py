from odoo import fields, models


class DaycareTariffSibling(models.Model):
    """The rebate from a rank among siblings on."""

    _name = "daycare.tariff.sibling"
    _description = "Tariff Sibling Rebate"
    _inherit = ["daycare.tariff.part"]
    _order = "tariff_id, rank"

    rank = fields.Integer(
        string="From Child No.",
        required=True,
        default=2,
        help="Rank of the child, or number of placed children when the rebate is for "
        "each of them.",
    )
    percent = fields.Float(string="Rebate (%)", digits=(5, 2))

    _rank_uniq = models.UniqueIndex(
        "(tariff_id, rank)", "The tariff already has a rebate from this rank on."
    )
    _values_valid = models.Constraint(
        "CHECK(rank >= 2 AND percent >= 0 AND percent <= 100)",
        "Rebates begin with the second child and lie between 0 and 100 %.",
    )
