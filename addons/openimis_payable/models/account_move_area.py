from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from .rights import require_right


class AccountMove(models.Model):
    """The areas of users: openIMIS' own screens and services keep to them.

    The ledger does not: its entries are one chain, whoever posts them, and no record
    rule hides one from a bookkeeper.
    """

    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    openimis_in_area = fields.Boolean(
        "In My openIMIS Areas",
        compute="_compute_openimis_in_area",
        search="_search_openimis_in_area",
        help="The bill belongs to one of your areas, or you see all of them.",
    )

    @api.depends("openimis_location_id")
    @api.depends_context("uid")
    def _compute_openimis_in_area(self):
        inside = self.filtered_domain(self._openimis_area_domain())
        for move in self:
            move.openimis_in_area = move in inside

    @api.model
    def _search_openimis_in_area(self, operator, value):
        if operator != "in":
            return NotImplemented
        inside = self._openimis_area_domain()
        return Domain.OR(inside if wanted else ~inside for wanted in value)

    @api.model
    def _openimis_area_domain(self):
        """Return the domain of the moves in the user's areas; plain ones are in all."""
        return self.env.user._openimis_area_domain(
            "openimis_location_id", ("openimis_type", "=", False)
        )

    def _openimis_require(self, *codes):
        """Refuse to work on bills without a right, or outside the user's areas.

        :param str codes: numbers of openIMIS' rights, one of which is enough
        :raises AccessError: naming the missing right, or the first bill elsewhere
        """
        require_right(self.env, *codes)
        if self.env.su or not self.env.user.openimis_location_ids:
            return
        for bill in self.filtered(lambda bill: not bill.openimis_in_area):
            raise AccessError(
                self.env._(
                    "%s belongs to an area that is not yours. Ask your manager.",
                    bill.display_name,
                )
            )


class AccountPayment(models.Model):
    """A payment is in the user's areas if all bills that it pays are."""

    _inherit = "account.payment"  # pylint: disable=consider-merging-classes-inherited

    openimis_in_area = fields.Boolean(
        "In My openIMIS Areas",
        compute="_compute_openimis_in_area",
        search="_search_openimis_in_area",
        help="All bills that the payment pays belong to your areas.",
    )

    @api.depends("invoice_ids.openimis_location_id")
    @api.depends_context("uid")
    def _compute_openimis_in_area(self):
        for payment in self:
            # sudo: whether a bill is elsewhere is all that is told of it
            bills = payment.sudo()._openimis_bills()
            payment.openimis_in_area = all(
                bill.openimis_in_area for bill in bills.sudo(False)
            )

    @api.model
    def _search_openimis_in_area(self, operator, value):
        if operator != "in":
            return NotImplemented
        outside = ~self.env["account.move"]._openimis_area_domain()
        inside = ~Domain("invoice_ids", "any!", outside)
        return Domain.OR(inside if wanted else ~inside for wanted in value)

    def _openimis_require(self, *codes):
        """Refuse to work on payments without a right, or of bills elsewhere.

        :param str codes: numbers of openIMIS' rights, one of which is enough
        :raises AccessError: naming the missing right, or the first bill elsewhere
        """
        require_right(self.env, *codes)
        # sudo: bills that cannot be seen must be looked at, too
        self.sudo()._openimis_bills().sudo(self.env.su)._openimis_require(*codes)
