from odoo import api, models


class TierDefinition(models.Model):
    """Exports for real can need approvals."""

    _inherit = "tier.definition"

    @api.model
    def _get_tier_validation_model_names(self):
        return [*super()._get_tier_validation_model_names(), "sofi.export"]
