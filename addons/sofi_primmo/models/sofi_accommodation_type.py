from odoo import fields, models

from ..core.accommodation import AccommodationType


class SofiAccommodationType(models.Model):
    """An entry of SOFI's dictionary of accommodation types (*types d'hébergement*)."""

    _name = "sofi.accommodation.type"
    _description = "SOFI Accommodation Type"
    _inherit = ["sofi.mirror.mixin"]
    _rec_name = "description_fr"
    _order = "position, sofi_id"
    _sofi_endpoint = "accommodation_types"
    _sofi_fields = {
        "position": "position",
        "description_fr": "description_fr",
        "description_en": "description_en",
        "active": "active",
    }

    position = fields.Integer()
    description_fr = fields.Char(string="French Description")
    description_en = fields.Char(string="English Description")

    def _to_core(self):
        """Return the entries as the rule of priorities takes them."""
        return [
            AccommodationType(
                entry.sofi_id, entry.position, entry.description_fr or "", entry.active
            )
            for entry in self
        ]
