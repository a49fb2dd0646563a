from odoo import models

from odoo.addons.base.models.res_bank import sanitize_account_number


class AccountJournal(models.Model):
    """A bank journal is known by its account."""

    _inherit = "account.journal"

    def _billing_account_numbers(self):
        """Return the numbers that banks know this journal's account by."""
        account = self.bank_account_id
        numbers = {account.sanitized_acc_number}
        if "l10n_ch_qr_iban" in account._fields:
            numbers.add(sanitize_account_number(account.l10n_ch_qr_iban))
        return numbers - {False, None, ""}
