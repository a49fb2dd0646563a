from odoo import api, models


class TierDefinition(models.Model):
    """Exports for real, and files that are issued again, can need approvals."""

    _inherit = "tier.definition"

    @api.model
    def _get_tier_validation_model_names(self):
        names = super()._get_tier_validation_model_names()
        return [*names, "sofi.export", "sofi.export.file"]
