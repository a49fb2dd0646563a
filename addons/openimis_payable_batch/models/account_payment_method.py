from odoo import api, fields, models

#: code of the method whose file is written by a layout
BY_LAYOUT = "openimis_layout"
#: pain.001 as the Swiss Payment Standards have it, since 2022
SWISS = "pain.001.001.09.ch.03"


class AccountPaymentMethod(models.Model):
    """Payment files of any layout, and as Swiss banks want them, beside pain.001."""

    _inherit = "account.payment.method"

    pain_version = fields.Selection(
        selection_add=[(SWISS, f"{SWISS} (credit transfer, Swiss Payment Standards)")],
        ondelete={SWISS: "set null"},
    )

    @api.model
    def _get_payment_method_information(self):
        known = super()._get_payment_method_information()
        return {**known, BY_LAYOUT: {"mode": "multi", "type": ("bank", "cash")}}

    def _get_xsd_file_path(self):
        """Return the official schema that a file of this version is checked against.

        The Swiss version narrows ISO's and has its namespace: what is checked by the
        schema is ISO's, what is Swiss is checked where the file is written. SIX's own
        schema may not be passed on.
        """
        if self.pain_version == SWISS:
            iso = SWISS.partition(".ch.")[0]
            return f"account_payment_sepa_credit_transfer/data/{iso}.xsd"
        return super()._get_xsd_file_path()
