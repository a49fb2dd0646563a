from odoo import api, fields, models
from odoo.tools import format_date

from .const import ORIGINS


class DaycareBillingData(models.Model):
    """A billing data page («données de facturation»): who pays from a date on."""

    _name = "daycare.billing.data"
    _description = "Billing Data of a Child"
    _order = "child_id, date_from DESC"
    _inherit = ["daycare.child.page.mixin"]

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
    @api.depends_context("lang")
    def _compute_display_name(self):
        for page in self:
            name = page.child_id.display_name or ""
            begin = format_date(self.env, page.date_from)
            page.display_name = f"{name} {begin}".strip()

    @api.model_create_multi
    def create(self, vals_list):
        """Create pages; a page typed by hand moves the debtor in the child's file."""
        pages = super().create(vals_list)
        pages._move_debtor()
        return pages

    def write(self, vals):
        """Write pages; a page typed by hand moves the debtor in the child's file."""
        result = super().write(vals)
        if not {"debtor_id", "date_from"}.isdisjoint(vals):
            self._move_debtor()
        return result

    def _move_debtor(self):
        """Mark who pays today among the guardians of the children.

        Imports write both themselves, so only pages typed by hand count here.
        """
        children = self.filtered(lambda page: page.origin == "manual").child_id
        if not children:
            return
        Link = self.env["daycare.child.guardian"]
        links = Link.search([("child_id", "in", children.ids)])
        known = {(link.child_id, link.guardian_id): link for link in links}
        today = fields.Date.context_today(self)
        in_force = self._in_force(children, today)
        missing, moved = [], Link
        for child in children:
            debtor = in_force[child.id].debtor_id
            link = known.get((child, debtor))
            if link is None:
                missing.append(
                    {
                        "child_id": child.id,
                        "guardian_id": debtor.id,
                        "is_debtor": True,
                    }
                )
            elif not link.is_debtor:
                moved |= link
        Link.create(missing)
        moved.write({"is_debtor": True})

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
