from odoo import fields, models


class OpenimisProductRecord(models.AbstractModel):
    """A record that belongs to one insurance product."""

    _name = "openimis.product.record"
    _description = "openIMIS Record of a Product"
    _inherit = ["openimis.record"]

    product_id = fields.Many2one(
        "openimis.product",
        "Insurance Product",
        required=True,
        index=True,
        check_company=True,
        ondelete="restrict",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
