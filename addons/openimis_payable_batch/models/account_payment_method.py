from odoo import api, models

#: code of the method whose file is written by a layout
BY_LAYOUT = "openimis_layout"


class AccountPaymentMethod(models.Model):
    """Payment files of any layout, beside pain.001."""

    _inherit = "account.payment.method"

    @api.model
    def _get_payment_method_information(self):
        known = super()._get_payment_method_information()
        return {**known, BY_LAYOUT: {"mode": "multi", "type": ("bank", "cash")}}
