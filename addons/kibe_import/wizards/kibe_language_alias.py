from odoo import fields, models


class KibeLanguageAlias(models.TransientModel):
    """Say which mother tongue a word of enfants.csv stands for (E04, section 1.7)."""

    _name = "kibe.language.alias"
    _description = "Name of a Mother Tongue"

    name = fields.Char(string="In the File", required=True)
    language_id = fields.Many2one(
        "daycare.language", string="Mother Tongue", required=True
    )

    def action_add(self):
        """Remember the name among the other names of the mother tongue."""
        for wizard in self:
            # sudo: whoever imports may complete the list, not change it otherwise
            language = wizard.language_id.sudo()
            known = [name for name in (language.aliases or "").split(";") if name]
            if wizard.name not in known:
                language.aliases = ";".join([*known, wizard.name])
        return {"type": "ir.actions.act_window_close"}
