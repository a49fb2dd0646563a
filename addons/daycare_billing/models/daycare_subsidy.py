from odoo import api, fields, models

from ..core.money import exact
from ..core.subsidies import Subsidy


class DaycareSubsidy(models.Model):
    """A third party pays a part of a child's care instead of the debtor."""

    _name = "daycare.subsidy"
    _description = "Subsidy for a Child"
    _inherit = ["daycare.child.period"]
    _order = "child_id, sequence, id"

    sequence = fields.Integer(default=10)
    payer_id = fields.Many2one(
        "daycare.guardian",
        string="Paid By",
        required=True,
        ondelete="restrict",
        check_company=True,
        help="Commune, employer or foundation; receives an invoice of its own.",
    )
    mode = fields.Selection(
        [("percent", "Percentage"), ("amount", "Amount a Month")],
        required=True,
        default="percent",
    )
    value = fields.Float(
        required=True, digits=(12, 2), help="Percent, or francs a month."
    )

    _value_valid = models.Constraint(
        "CHECK(value > 0 AND (mode <> 'percent' OR value <= 100))",
        "A subsidy is positive, and at most 100 %.",
    )

    @api.depends("child_id", "payer_id")
    def _compute_display_name(self):
        for subsidy in self:
            subsidy.display_name = self.env._(
                "%(child)s · %(payer)s",
                child=subsidy.child_id.display_name or "",
                payer=subsidy.payer_id.display_name or "",
            )

    def _rule(self):
        """Return the subsidy as plain values.

        :return: `core.subsidies.Subsidy`, its payer a guardian id
        """
        return Subsidy(
            self.payer_id.id,
            self.mode,
            exact(self.value),
            self.date_from,
            self.date_to or None,
            self.payer_id.display_name,
        )
