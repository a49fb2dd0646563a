from odoo import fields, models


class DaycareLanguageCode3(models.Model):
    """Correspondence of a three-letter code: the combo LANGUAGES_COMBO_ISO639_2."""

    _name = "daycare.language.code3"
    _description = "Three-letter Language Code"
    _inherit = ["exchange.shared.mixin"]
    _shared_by = (("daycare.child", None, "company_id"),)
    _order = "code3"
    _rec_name = "code3"

    code3 = fields.Char(
        string="Code",
        required=True,
        size=3,
        help="Three letters of ISO 639-2 (LANGUAGES_COMBO_ISO639_2).",
    )
    label = fields.Char(required=True, translate=True)
    language_id = fields.Many2one(
        "daycare.language",
        string="Mother Tongue",
        ondelete="set null",
        index="btree_not_null",
        help="Language the code stands for; empty: the code is known, but refused.",
    )

    _code3_uniq = models.UniqueIndex(
        "(code3)", "This three-letter code already exists."
    )
