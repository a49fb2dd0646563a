from odoo import api, fields, models

from ..core.corrections import Subsidy
from ..core.money import exact


class DaycareSubsidy(models.Model):
    """A third party pays a part of a child's care instead of the debtor."""

    _name = "daycare.subsidy"
    _description = "Subsidy for a Child"
    _order = "child_id, sequence, id"
    _check_company_auto = True

    sequence = fields.Integer(default=10)
    child_id = fields.Many2one(
        "daycare.child",
        required=True,
        ondelete="cascade",
        index=True,
        check_company=True,
    )
    company_id = fields.Many2one(
        related="child_id.company_id", store=True, index=True, precompute=True
    )
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
    date_from = fields.Date(
        string="From", required=True, default=fields.Date.context_today
    )
    date_to = fields.Date(string="To")

    _dates_valid = models.Constraint(
        "CHECK(date_to IS NULL OR date_from <= date_to)",
        "A subsidy ends after it begins.",
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

    def _covers(self, day):
        self.ensure_one()
        return self.date_from <= day and (not self.date_to or day <= self.date_to)

    def _rule(self):
        """Return the subsidy as plain values.

        :return: `core.corrections.Subsidy`, its payer a guardian id
        """
        return Subsidy(self.payer_id.id, self.mode, exact(self.value))
