from odoo import fields, models


class OpenimisCapitation(models.Model):
    """What a facility is due by capitation for a product and period.

    The row is worked out by a closing and billed from there. As soon as one
    facility's row of a product and period is billed, all of them stay as they are:
    the pot was shared out once.
    """

    _name = "openimis.capitation"
    _description = "openIMIS Capitation Payment"
    _inherit = ["openimis.product.record", "account.billing.source.mixin"]
    _order = "date_to desc, product_id, health_facility_id"

    health_facility_id = fields.Many2one(
        "res.partner",
        required=True,
        index=True,
        check_company=True,
        ondelete="restrict",
    )
    location_id = fields.Many2one(
        related="health_facility_id.openimis_location_id", store=True, engine=True
    )
    date_from = fields.Date(required=True)
    date_to = fields.Date(required=True, index=True)
    allocated = fields.Monetary("Allocated Contribution")
    share_contribution = fields.Float("Share (%)", digits=(16, 6))
    parts = fields.Json(
        help="Per indicator: quantity, sum over facilities, weight, unit price, amount."
    )
    amount = fields.Monetary()

    _period_uniq = models.Constraint(
        "unique(company_id, product_id, health_facility_id, date_from, date_to)",
        "A facility has one capitation payment per product and period.",
    )

    def _compute_display_name(self):
        for row in self:
            row.display_name = (
                f"{row.product_id.code} {row.health_facility_id.name} {row.date_to}"
            )
