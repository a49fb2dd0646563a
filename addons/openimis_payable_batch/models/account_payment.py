from odoo import Command, fields, models
from odoo.tools.misc import format_amount

#: states of a batch in which its payments are approved, and maybe at the bank
CONFIRMED = ("open", "generated", "uploaded")
#: those of them in which the bank has got nothing yet
WAITING = ("open", "generated")
#: what is approved of a payment, and what the file tells the bank
FIXED = {
    "amount",
    "currency_id",
    "date",
    "destination_account_id",
    "invoice_ids",
    "journal_id",
    "memo",
    "openimis_code_ext",
    "partner_bank_id",
    "partner_id",
    "payment_method_line_id",
    "payment_reference",
    "payment_type",
}


class AccountPayment(models.Model):
    """A payment of openIMIS bills in a batch: what was approved is what is sent."""

    _inherit = "account.payment"

    # nobody puts a payment into a batch that others approved; nor is what comes back of
    # a payment a part of it
    payment_order_id = fields.Many2one(copy=False, engine=True)
    payment_lot_id = fields.Many2one(copy=False, engine=True)
    payment_line_ids = fields.Many2many(copy=False, engine=True)
    openimis_account_number = fields.Char(
        "Account When Confirmed",
        copy=False,
        readonly=True,
        engine=True,
        help="The account may be changed after a batch was confirmed: no file is "
        "written then.",
    )

    def write(self, vals):
        """Change payments; those of a confirmed batch stay as they were approved.

        :raises AccessError: naming the fields
        """
        fixed = sorted(FIXED.intersection(vals))
        if fixed and not self._is_engine_writing():
            for payment in self._openimis_sealed():
                changed = [n for n in fixed if not payment._engine_is_same(n, vals[n])]
                if changed:
                    payment._engine_refuse(changed)
        return super().write(vals)

    def unlink(self):
        """Delete payments; those of a confirmed batch go by cancelling it."""
        if not self._is_engine_writing() and self._openimis_sealed():
            self._engine_refuse(["payment_order_id"])
        return super().unlink()

    def action_post(self):
        """Confirm payments; those of a batch are confirmed by sending it."""
        self._openimis_check_by_batch()
        return super().action_post()

    def action_draft(self):
        """Reset payments to draft; those that were not sent go with their batch."""
        self._openimis_check_by_batch()
        return super().action_draft()

    def action_cancel(self):
        """Cancel payments; those that were not sent go with their batch."""
        self._openimis_check_by_batch()
        return super().action_cancel()

    def openimis_payment_rejected(self, reason=""):
        """Record that the bank rejected payments, which it has to have got."""
        self._openimis_check_by_batch()
        return super().openimis_payment_rejected(reason)

    def openimis_payment_refunded(self, date=None, reason=""):
        """Record that payments came back, which have to have been made."""
        self._openimis_check_by_batch()
        return super().openimis_payment_refunded(date, reason)

    def _openimis_in_batch(self, states=CONFIRMED):
        """Return those that pay openIMIS bills in a batch in one of these states."""
        # sudo: what is fixed is fixed, also where the user does not see the batch
        ours = self.sudo().filtered(
            lambda payment: payment.openimis_is_payment
            and payment.payment_order_id.state in states
        )
        return ours.with_env(self.env)

    def _openimis_sealed(self):
        """Return those that somebody approved: all of a batch until it is sent.

        Payments of other bills in a batch of openIMIS were confirmed with it, and go
        by the same file.
        """
        # sudo: as above
        waiting = self.sudo().filtered(
            lambda payment: payment.payment_order_id.state in WAITING
            and payment.payment_order_id.openimis_is_batch
        )
        return self._openimis_in_batch() | waiting.with_env(self.env)

    def _openimis_references(self):
        """Return the references of those that pay openIMIS bills, each once."""
        ours = self.filtered("openimis_is_payment")
        return list(dict.fromkeys(ours.mapped("openimis_code_ext")))

    def _openimis_amount_sent(self):
        """Return what the bank was told to pay; less may have been paid."""
        self.ensure_one()
        lines = self.payment_line_ids
        return sum(lines.mapped("amount_currency")) if lines else self.amount

    def _openimis_check_by_batch(self):
        """Refuse to register or take back alone what a batch has not sent yet.

        :raises UserError: naming the batch and its button
        """
        if not self._is_engine_writing():
            sealed = self._openimis_sealed()
            # sudo: as in _openimis_in_batch
            waiting = sealed.sudo().filtered(
                lambda payment: payment.payment_order_id.state in WAITING
            )
            waiting.payment_order_id[:1]._openimis_refuse_unsent()

    def _openimis_match_again(self):
        # the batch matches them itself, with the items it was made of
        sending = self._openimis_in_batch(("generated",))
        return super(AccountPayment, self - sending)._openimis_match_again()

    def _openimis_withdraw(self, message):
        # nothing was told of payments that were never sent
        unsent = self._openimis_in_batch(WAITING)
        if unsent:
            unsent._openimis_require("156202")
        return super(AccountPayment, self - unsent)._openimis_withdraw(message)

    def _openimis_sent(self):
        return super()._openimis_sent() | self._openimis_in_batch()

    def _openimis_result(self, paid, reason=""):
        """Take less than was sent for what it is: the rest is due again."""
        self._openimis_check_by_batch()
        if paid and self.currency_id.compare_amounts(paid, self.amount) < 0:
            return self._openimis_replace_short(paid)
        return super()._openimis_result(paid, reason)

    def _openimis_short_text(self, paid):
        """Say that less was paid than was sent."""
        return self.env._(
            "%(paid)s was paid instead of %(sent)s",
            paid=format_amount(self.env, paid, self.currency_id),
            sent=format_amount(self.env, self.amount, self.currency_id),
        )

    def _openimis_replace_short(self, amount):
        """Take this payment back, and register what the bank really paid.

        :param float amount: in the payment's currency
        :return: the new payment, of the same batch and under the same reference
        :raises AccessError: without right 156202 or 156203
        """
        self.ensure_one()
        bills = self._openimis_bills()
        vals = {
            "amount": amount,
            "invoice_ids": [Command.set(bills.ids)],
            "memo": self.memo,
            "openimis_code_ext": self.openimis_code_ext,
            "openimis_is_payment": True,
            "openimis_origin": self.openimis_origin,
            "partner_bank_id": self.partner_bank_id.id,
            "payment_line_ids": [Command.set(self.payment_line_ids.ids)],
            "payment_method_line_id": self.payment_method_line_id.id,
            "payment_order_id": self.payment_order_id.id,
        }
        self.openimis_payment_rejected(self._openimis_short_text(amount))
        with self._engine_writes():
            payment = self.copy(vals)
        payment.action_post()
        return payment

    def _generate_payment_identification_block(self, parent_node, gen_args):
        """Give the bank our reference, by which its results come back."""
        result = super()._generate_payment_identification_block(parent_node, gen_args)
        if self.openimis_is_payment:
            reference = self.env["account.payment.order"]._prepare_field(
                "End to End Identification",
                self.openimis_code_ext,
                35,
                gen_args,
                raise_if_oversized=True,
            )
            parent_node.PmtId.InstrId = reference
            parent_node.PmtId.EndToEndId = reference
        return result
