from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.misc import formatLang

from odoo.addons.exchange_run.core.money import ZERO

from ..core.money import exact
from ..core.shares import WHOLE, Share


class DaycareDebtorShare(models.Model):
    """Another debtor pays a percentage of what the month's debtor would pay alone."""

    _name = "daycare.debtor.share"
    _description = "Share of Another Debtor"
    _inherit = ["daycare.child.period"]
    _order = "child_id, date_from, id"

    guardian_id = fields.Many2one(
        "daycare.guardian",
        string="Debtor",
        required=True,
        ondelete="restrict",
        index=True,
        check_company=True,
        domain="[('role', '!=', 'third_party')]",
        help="Receives an invoice of their own. The debtor of the billing data pays "
        "the rest.",
    )
    percent = fields.Float(
        string="Share (%)",
        required=True,
        digits=(5, 2),
        help="Of the care that subsidies leave, and of the services.",
    )
    date_from = fields.Date(
        default=lambda self: fields.Date.context_today(self).replace(day=1)
    )

    _percent_valid = models.Constraint(
        "CHECK(percent > 0 AND percent <= 100)",
        "A share is above 0 and at most 100 %.",
    )

    @api.depends("child_id", "guardian_id")
    def _compute_display_name(self):
        for share in self:
            share.display_name = self.env._(
                "%(child)s · %(payer)s",
                child=share.child_id.display_name or "",
                payer=share.guardian_id.display_name or "",
            )

    @api.constrains("date_from", "date_to")
    def _check_whole_months(self):
        """Months are shared, not days: a parent's share begins with a month."""
        for share in self:
            end = share.date_to and fields.Date.add(share.date_to, days=1)
            if share.date_from.day != 1 or (end and end.day != 1):
                raise ValidationError(
                    self.env._(
                        "%(share)s: a share begins on the first day of a month and "
                        "ends on the last day of one.",
                        share=share.display_name,
                    )
                )

    @api.constrains("guardian_id")
    def _check_guardian(self):
        for share in self:
            if share.guardian_id.role == "third_party":
                raise ValidationError(
                    self.env._(
                        "%(share)s: third parties pay by a subsidy.",
                        share=share.display_name,
                    )
                )

    @api.constrains("child_id", "percent", "date_from", "date_to")
    def _check_sum(self):
        shares = self.search([("child_id", "in", self.child_id.ids)])
        for child, own in shares.grouped("child_id").items():
            for begin in set(own.mapped("date_from")):
                current = own.filtered(lambda share, day=begin: share._covers(day))
                total = sum((exact(share.percent) for share in current), ZERO)
                if total > WHOLE:
                    raise ValidationError(
                        self.env._(
                            "%(child)s: the shares of %(month)s add up to "
                            "%(percent)s %%. They are at most 100 %% together.",
                            child=child.display_name,
                            month=f"{begin:%m.%Y}",
                            percent=formatLang(self.env, float(total), digits=2),
                        )
                    )

    def _rule(self):
        """Return the share as plain values.

        :return: `core.shares.Share`, its payer a guardian id
        """
        return Share(
            self.guardian_id.id, exact(self.percent), self.guardian_id.display_name
        )
