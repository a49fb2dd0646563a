from odoo import models
from odoo.exceptions import UserError


class AccountPaymentOrder(models.Model):
    """A batch that is approved before its payments are made."""

    _name = "account.payment.order"
    _inherit = ["account.payment.order", "tier.validation"]

    _state_to = ["open", "generated", "uploaded"]
    _tier_validation_manual_config = False
    _approval_buttons = ("draft2open",)

    def _approval_preparers(self):
        return self.create_uid | self._openimis_preparers()

    def write(self, vals):
        """Change batches; what is under approval, or approved, stays.

        :raises ValidationError: naming the fields
        """
        if self.env.context.get("skip_validation_check"):
            # OCA's own key, which a client could send as well
            self = self.with_context(skip_validation_check=False)
        return super().write(vals)

    def draft2open(self):
        """Confirm batches, those that wait for no approval.

        :raises UserError: naming the batch and whom it waits for, or what was changed
            after it was shown to who approved it
        """
        for order in self.filtered("openimis_is_batch"):
            if reason := order._approval_reason():
                raise UserError(reason)
            order._approval_check_shown()
        return super().draft2open()

    def _approval_check_shown(self):
        """Refuse a batch whose accounts or layout are others than those approved.

        :raises UserError: naming what was changed
        """
        # sudo: what is sent decides, whoever may see it
        order = self.sudo()
        if not order.review_ids:
            return
        shown = min(order.review_ids.mapped("create_date"))
        accounts = order.payment_line_ids.partner_bank_id
        changed = [
            account.acc_number
            for account in accounts
            if max([account.write_date, *account.bank_id.mapped("write_date")]) > shown
        ]
        changed += order._openimis_written_otherwise(shown)
        if changed:
            raise UserError(
                self.env._(
                    "Batch %(batch)s: %(names)s was changed after its approval was "
                    "asked for. Press “Restart Validation” and have it approved again.",
                    batch=order.name,
                    names=", ".join(changed),
                )
            )

    def action_openimis_approve(self):
        """Give the approvals that are this user's to give, on many batches.

        :return: True
        :raises UserError: none of these waits for this user
        """
        mine = self.filtered("can_review")
        if not mine:
            raise UserError(self.env._("None of these waits for your approval."))
        for order in mine:
            order.validate_tier()
        return True
