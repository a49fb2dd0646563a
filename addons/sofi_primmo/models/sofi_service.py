from odoo import fields, models


class SofiService(models.Model):
    """A service as SOFI has it."""

    _name = "sofi.service"
    _description = "SOFI Service"
    _inherit = ["sofi.mirror.mixin"]
    _rec_name = "description_fr"
    _order = "code, id"
    _sofi_endpoint = "services"
    _sofi_fields = {
        "code": "code",
        "unit_price": "unit_price",
        "description_fr": "description_fr",
        "description_en": "description_en",
        "active": "active",
    }

    code = fields.Char(index=True)
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.ref("base.CAD")
    )
    unit_price = fields.Monetary()
    description_fr = fields.Char(string="French Description")
    description_en = fields.Char(string="English Description")
