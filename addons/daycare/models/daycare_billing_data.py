from odoo import api, fields, models

from .const import ORIGINS


class DaycareBillingData(models.Model):
    """A billing data page («données de facturation»): who pays from a date on."""

    _name = "daycare.billing.data"
    _description = "Billing Data of a Child"
    _order = "child_id, date_from DESC"
    _check_company_auto = True

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
    date_from = fields.Date(
        string="In Force From", required=True, default=fields.Date.context_today
    )
    debtor_id = fields.Many2one(
        "daycare.guardian",
        required=True,
        ondelete="restrict",
        index=True,
        check_company=True,
        help="Receives the invoices from this date on.",
    )
    origin = fields.Selection(ORIGINS, required=True, default="manual", readonly=True)

    _child_date_uniq = models.UniqueIndex(
        "(child_id, date_from)",
        "The child already has a billing data page at this date.",
    )

    @api.depends("child_id", "date_from")
    def _compute_display_name(self):
        for page in self:
            name = page.child_id.display_name or ""
            page.display_name = f"{name} {page.date_from or ''}".strip()

    @api.model
    def _in_force(self, children, date):
        """Return the page in force for each child at a date (kibe 6.3), in one query.

        :param children: the children
        :param date date: the day, included
        :return dict: child id → page: the last one that has begun, else the first
            one of the child; children without any page are absent
        """
        result = {}
        pages = self.search([("child_id", "in", children.ids)], order="date_from")
        for page in pages:
            if page.date_from <= date or page.child_id.id not in result:
                result[page.child_id.id] = page
        return result
