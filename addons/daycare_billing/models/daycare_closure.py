from datetime import timedelta

from odoo import api, fields, models


class DaycareClosure(models.Model):
    """Days on which the centre, or some of its groups, are closed."""

    _name = "daycare.closure"
    _description = "Daycare Closure"
    _inherit = ["exchange.engine.mixin"]
    _order = "date_from DESC"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    date_from = fields.Date(
        string="From", required=True, default=fields.Date.context_today
    )
    date_to = fields.Date(
        string="To",
        required=True,
        compute="_compute_date_to",
        store=True,
        readonly=False,
        precompute=True,
    )
    group_ids = fields.Many2many(
        "daycare.group",
        string="Groups",
        check_company=True,
        help="Empty: the whole centre.",
    )

    _dates_valid = models.Constraint(
        "CHECK(date_from <= date_to)", "A closure ends after it begins."
    )

    @api.depends("date_from")
    def _compute_date_to(self):
        for closure in self:
            if not closure.date_to or closure.date_to < closure.date_from:
                closure.date_to = closure.date_from

    @api.model
    def _closed_days(self, company, first, last):
        """Return the closed days between two dates, inclusive.

        :return: dict group id -> set of dates; the key None is the whole centre
        """
        days = {}
        closures = self.search(
            [
                ("company_id", "=", company.id),
                ("date_from", "<=", last),
                ("date_to", ">=", first),
            ]
        )
        for closure in closures:
            begin, end = max(closure.date_from, first), min(closure.date_to, last)
            dates = {begin + timedelta(days=n) for n in range((end - begin).days + 1)}
            for group_id in closure.group_ids.ids or [None]:
                days.setdefault(group_id, set()).update(dates)
        return days
