from odoo import api, models


class TierDefinition(models.Model):
    """Payment batches can need approvals, as bills and closings can."""

    _inherit = "tier.definition"

    @api.model
    def _get_tier_validation_model_names(self):
        return [*super()._get_tier_validation_model_names(), "account.payment.order"]
