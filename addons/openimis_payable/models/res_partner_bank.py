from odoo import models
from odoo.exceptions import UserError

#: what says where the money goes
PAYEE = {"acc_number", "active", "bank_id", "clearing_number", "partner_id"}


class ResPartnerBank(models.Model):
    """The account that a second person has approved stays while a bill is open."""

    _inherit = "res.partner.bank"

    def write(self, vals):
        """Change accounts; not where the money of approved bills goes.

        :raises UserError: naming the account and the bill
        """
        if changed := PAYEE.intersection(vals):
            before = {bank: [bank[name] for name in changed] for bank in self}
            result = super().write(vals)
            self.filtered(
                lambda bank: before[bank] != [bank[name] for name in changed]
            )._check_openimis_not_approved()
            return result
        return super().write(vals)

    def unlink(self):
        """Delete accounts; not those of approved bills.

        :raises UserError: naming the account and the bill
        """
        self._check_openimis_not_approved()
        return super().unlink()

    def _check_openimis_not_approved(self):
        """Refuse accounts of validated bills that wait for their payment.

        :raises UserError: naming the account and the bill
        """
        if self.env.su:
            return
        # sudo: bills count that this user may not see
        bill = (
            self.env["account.move"]
            .sudo()
            .search(
                [
                    ("partner_bank_id", "in", self.ids),
                    ("openimis_type", "!=", False),
                    ("state", "=", "posted"),
                    ("payment_state", "in", ("not_paid", "partial")),
                    ("company_id.openimis_second_person", "=", True),
                ],
                limit=1,
            )
        )
        if bill:
            raise UserError(
                self.env._(
                    "Account %(account)s was approved with bill %(bill)s, which is "
                    "still to be paid. Add another account instead; who resets the "
                    "bill to draft chooses it.",
                    account=bill.partner_bank_id.acc_number,
                    bill=bill._openimis_label(),
                )
            )
