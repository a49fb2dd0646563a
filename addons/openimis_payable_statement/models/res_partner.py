from odoo import models
from odoo.exceptions import AccessError


class ResPartner(models.Model):
    """A health facility's statement says what it is owed, to who sees its area."""

    _inherit = "res.partner"

    def _billing_statement_side(self):
        if self and all(self.mapped("openimis_is_facility")):
            return "liability_payable"
        return super()._billing_statement_side()

    def _billing_check_statement(self):
        """Refuse facilities of areas that are not the user's, too."""
        result = super()._billing_check_statement()
        domain = self.env.user._openimis_area_domain(
            "openimis_location_id", ("openimis_is_facility", "=", False)
        )
        for facility in self - self.filtered_domain(domain):
            raise AccessError(
                self.env._(
                    "%s belongs to an area that is not yours. Ask your manager.",
                    facility.display_name,
                )
            )
        return result

    def action_billing_statement(self):
        """Print statements; see the addon this one stands on."""
        self._billing_check_statement()
        return super().action_billing_statement()

    def action_billing_statement_send(self):
        """Send statements; see the addon this one stands on."""
        self._billing_check_statement()
        return super().action_billing_statement_send()
