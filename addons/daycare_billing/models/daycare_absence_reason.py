from odoo import fields, models

from ..core.absences import Reason
from ..core.money import exact

BILLING = "daycare.group_daycare_billing"


class DaycareAbsenceReason(models.Model):
    """What is credited for an absence: a rule of the centre or of its network."""

    _inherit = "daycare.absence.reason"

    credit_percent = fields.Float(
        string="Credited (%)",
        digits=(5, 2),
        groups=BILLING,
        help="Part of the price of the day that is not billed. 0: absences are billed "
        "as other days.",
    )
    free_days = fields.Integer(
        string="Days Billed First",
        groups=BILLING,
        help="Days of an absence that are billed before something is credited.",
    )
    count_by = fields.Selection(
        [("reserved", "Reserved Days"), ("calendar", "Days of the Calendar")],
        string="Days Are",
        required=True,
        default="reserved",
        groups=BILLING,
        help="Reserved days: the open days on which the child would have come.\n"
        "Days of the calendar: all days since the first one.",
    )
    from_first = fields.Boolean(
        string="Then from the First Day On",
        groups=BILLING,
        help="Once the absence is longer, its first days are credited, too.",
    )
    credit_services = fields.Boolean(
        string="Without Meals and Services",
        groups=BILLING,
        help="Services by the day or by the slot are not billed on these days, from "
        "the first one on and without certificate.",
    )

    _credit_valid = models.Constraint(
        "CHECK(credit_percent BETWEEN 0 AND 100 AND free_days BETWEEN 0 AND 50)",
        "At most 100 % are credited, after at most 50 days.",
    )

    def _rule(self):
        """Return the rule as plain values.

        :return: `core.absences.Reason`
        """
        self.ensure_one()
        return Reason(
            self.id,
            exact(self.credit_percent),
            self.free_days,
            self.count_by == "calendar",
            self.from_first,
            self.certificate,
            self.credit_services,
        )
