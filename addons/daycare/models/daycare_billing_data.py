from odoo import api, fields, models
from odoo.tools import format_date

from ..core.pages import in_force
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
        """Create pages; who pays joins the child's file."""
        pages = super().create(vals_list)
        pages._link_debtors()
        return pages

    def write(self, vals):
        """Write pages; who pays joins the child's file."""
        result = super().write(vals)
        if not {"debtor_id", "date_from"}.isdisjoint(vals):
            self._link_debtors()
        return result

    def _link_debtors(self):
        """Put who pays today among the guardians of the children.

        Imports write both themselves, so only pages typed by hand count here.
        """
        children = self.filtered(lambda page: page.origin == "manual").child_id
        if not children:
            return
        Link = self.env["daycare.child.guardian"]
        links = Link.search([("child_id", "in", children.ids)])
        known = {(link.child_id, link.guardian_id) for link in links}
        today = fields.Date.context_today(self)
        in_force = self._in_force(children, today)
        Link.create(
            [
                {"child_id": child.id, "guardian_id": page.debtor_id.id}
                for child in children
                if (child, (page := in_force[child.id]).debtor_id) not in known
            ]
        )

    @api.model
    def _set_payers(self, payers):
        """Let guardians pay for children from the first of this month on.

        A page begun this month is changed. A child's first page counts for the time
        before it, too: so who has paid until now gets a page of their own, or the
        months that are over would be billed to somebody else.

        :param dict payers: child -> guardian
        """
        today = fields.Date.context_today(self)
        first = today.replace(day=1)
        children = self.env["daycare.child"].union(*payers)
        in_force = self._in_force(children, today)
        began = self._began_without_page(children, first)
        new = []
        for child, guardian in payers.items():
            page = in_force.get(child.id)
            former = page.debtor_id if page else child._main_payer()
            if child in began and former and former != guardian:
                new.append(
                    {
                        "child_id": child.id,
                        "date_from": began[child],
                        "debtor_id": former.id,
                    }
                )
            if page and first <= page.date_from <= today:
                page.debtor_id = guardian
            elif not page or page.debtor_id != guardian:
                new.append(
                    {
                        "child_id": child.id,
                        "date_from": first,
                        "debtor_id": guardian.id,
                    }
                )
        self.create(new)

    @api.model
    def _began_without_page(self, children, first):
        """Return {child: first day of care} of those whose pages all begin later.

        :param children: the children
        :param date first: only those who came before this day
        """
        earlier = self.search(
            [("child_id", "in", children.ids), ("date_from", "<", first)]
        )
        groups = self.env["daycare.sector"]._read_group(
            [
                ("child_id", "in", (children - earlier.child_id).ids),
                ("date_from", "<", first),
            ],
            ["child_id"],
            ["date_from:min"],
        )
        return dict(groups)

    @api.model
    def _in_force(self, children, date):
        """Return the page in force for each child at a date (kibe 6.3), in one query.

        :param children: the children
        :param date date: the day, included
        :return dict: child id → page: the last one that has begun, else the first
            one of the child; children without any page are absent
        """
        pages = self.search([("child_id", "in", children.ids)], order="date_from")
        return {
            child.id: in_force([(page.date_from, page) for page in own], date)
            for child, own in pages.grouped("child_id").items()
        }
