from odoo import models


class ResPartner(models.Model):
    """Who is renamed is another in the bills that are served."""

    _inherit = "res.partner"

    def write(self, vals):
        """Change partners; bills that show their name get another FHIR version."""
        renamed = self.browse()
        if "name" in vals:
            renamed = self.filtered(lambda partner: partner.name != vals["name"])
        result = super().write(vals)
        if renamed:
            renamed._openimis_fhir_renamed()
        return result

    def _openimis_fhir_renamed(self):
        # sudo: whoever may rename a partner changes what its bills show
        moves = self.env["account.move"].sudo()
        companies = (
            self.env["res.company"].sudo().search([("partner_id", "in", self.ids)])
        )
        moves.search(
            [
                ("openimis_type", "!=", False),
                "|",
                ("partner_id", "in", self.ids),
                ("company_id", "in", companies.ids),
            ]
        )._openimis_fhir_touch()
