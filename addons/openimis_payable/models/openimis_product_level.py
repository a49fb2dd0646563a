from odoo import fields, models


class OpenimisProductLevel(models.Model):
    """A level of facilities (with or without sub-level) that a product covers."""

    _name = "openimis.product.level"
    _description = "openIMIS Product Level"
    _inherit = ["exchange.engine.mixin"]
    _check_company_auto = True
    _rec_name = "level"

    product_id = fields.Many2one(
        "openimis.product", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="product_id.company_id", store=True, engine=True
    )
    level = fields.Selection(
        lambda self: self.env["res.partner"]._fields["openimis_level"].selection,
        required=True,
    )
    sub_level = fields.Selection(
        lambda self: self.env["res.partner"]._fields["openimis_sub_level"].selection,
        help="All sub-levels when empty.",
    )
