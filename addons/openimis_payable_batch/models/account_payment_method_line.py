from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..core.payment_layout import fits_account
from .account_payment_method import BY_LAYOUT


class AccountPaymentMethodLine(models.Model):
    """How a batch is paid: from where, and by which kind of file."""

    _inherit = "account.payment.method.line"

    openimis_layout_id = fields.Many2one(
        "openimis.payment.layout",
        "File Layout",
        ondelete="restrict",
        help="Of the files for this bank or operator.",
    )

    @api.constrains("payment_method_id", "payment_order_ok", "openimis_layout_id")
    def _check_openimis_layout(self):
        for line in self:
            wanted = line.code == BY_LAYOUT and line.payment_order_ok
            if wanted and not line.openimis_layout_id:
                raise ValidationError(
                    self.env._("Choose the layout of the files of %s.", line.name)
                )

    def _openimis_needs_account(self):
        """Tell whether this method pays to an account that has to be known.

        :rtype: bool
        """
        return self.payment_method_id.bank_account_required

    def _openimis_takes(self, account):
        """Tell whether the method's files can pay to an account.

        :param account: a `res.partner.bank` record, or none
        :rtype: bool
        """
        if self.code != BY_LAYOUT or not self.openimis_layout_id:
            return True
        layout = self.openimis_layout_id._to_core()
        return fits_account(layout, account.sanitized_acc_number or "")
