from odoo import fields, models


class DaycareChildPeriod(models.AbstractModel):
    """Something that is billed for a child from one date to another, both inclusive."""

    _name = "daycare.child.period"
    _description = "Billed for a Child"
    _inherit = ["daycare.child.page.mixin"]

    date_from = fields.Date(
        string="From", required=True, default=fields.Date.context_today
    )
    date_to = fields.Date(string="To", help="Empty: no end.")

    _dates_valid = models.Constraint(
        "CHECK(date_to IS NULL OR date_from <= date_to)",
        "A service, share or subsidy ends after it begins.",
    )

    def _covers(self, first, last=None):
        """Tell whether it is in force on a day, or on some day between two.

        :param date first: the day, or the first one
        :param date last: the last day, included
        """
        self.ensure_one()
        return self.date_from <= (last or first) and (
            not self.date_to or first <= self.date_to
        )
