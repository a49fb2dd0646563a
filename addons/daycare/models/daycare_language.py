from odoo import api, fields, models

from ..core.text import label_index


class DaycareLanguage(models.Model):
    """A mother tongue: the combo LANGUAGES_COMBO (ISO 639-1).

    Interface languages (``res.lang``) do not serve here: most of them are inactive,
    and a child may speak a language Odoo has never been translated to.
    """

    _name = "daycare.language"
    _description = "Mother Tongue"
    _inherit = ["exchange.shared.mixin"]
    _shared_by = (("daycare.child", None, "company_id"),)
    _order = "label, code"
    _rec_name = "label"
    _rec_names_search = ["label", "code", "official_names", "aliases"]

    code = fields.Char(
        required=True, size=2, help="Two letters of ISO 639-1 (LANGUAGES_COMBO)."
    )
    label = fields.Char(required=True, translate=True)
    official_names = fields.Char(
        readonly=True,
        help="Names in French, German and English, separated by semicolons.",
    )
    aliases = fields.Char(
        string="Other Names",
        help="Other names found in the files you receive, separated by semicolons.",
    )
    code3_ids = fields.One2many(
        "daycare.language.code3", "language_id", string="Three-letter Codes"
    )
    active = fields.Boolean(default=True)

    _code_uniq = models.UniqueIndex("(code)", "This language code already exists.")

    @api.model
    def _label_index(self):
        """Return the look-up table of mother tongues (kibe 1.7).

        Order of precedence: a name in any language, the two-letter code, the
        three-letter code, a name added by the user.

        :return dict: folded text → language id; ``False`` for a three-letter code
            that is declared without a correspondence
        """
        languages = self.search_fetch(
            [], ["label", "code", "official_names", "aliases"]
        )
        codes3 = self.env["daycare.language.code3"].search_fetch(
            [], ["code3", "language_id"]
        )
        return label_index(
            [([language.label], language.id) for language in languages]
            + [(_split(language.official_names), language.id) for language in languages]
            + [([language.code], language.id) for language in languages]
            + [([code3.code3], code3.language_id.id) for code3 in codes3]
            + [(_split(language.aliases), language.id) for language in languages]
        )


def _split(names):
    return (names or "").split(";")
