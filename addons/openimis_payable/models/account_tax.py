from odoo import models
from odoo.exceptions import ValidationError


class AccountTax(models.Model):
    """Taxes of insurance products."""

    _inherit = "account.tax"

    def _check_openimis_added(self):
        """Refuse taxes that are part of the price: openIMIS' amounts are net.

        :raises ValidationError: naming the first such tax
        """
        for tax in self.flatten_taxes_hierarchy().filtered("price_include"):
            raise ValidationError(
                self.env._(
                    "Tax %s is included in the price, but amounts of openIMIS are "
                    "without taxes. Choose a tax that is added to them.",
                    tax.display_name,
                )
            )
