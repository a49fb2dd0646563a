from odoo import api, fields, models
from odoo.exceptions import UserError

#: what a second person approves: who gets how much, where, when, and is told what
APPROVED = {
    "amount_currency",
    "communication",
    "communication_type",
    "currency_id",
    "date",
    "move_line_id",
    "order_id",
    "partner_bank_id",
    "partner_id",
    "payment_ids",
}


class AccountPaymentLine(models.Model):
    """A bill in a batch."""

    _name = "account.payment.line"
    _inherit = ["account.payment.line", "exchange.engine.mixin"]

    openimis_amount_bill = fields.Monetary(
        "Bill Total",
        compute="_compute_openimis_set_off",
        currency_field="currency_id",
    )
    openimis_amount_set_off = fields.Monetary(
        "Set Off",
        compute="_compute_openimis_set_off",
        currency_field="currency_id",
        help="What advances, credit notes and other payments took off the bill.",
    )

    @api.depends(
        "move_line_id.amount_currency",
        "move_line_id.matched_debit_ids",
        "payment_ids.move_id",
    )
    def _compute_openimis_set_off(self):
        for line in self:
            # sudo: who may pay a bill may know what it owes, and what settled it
            item = line.sudo().move_line_id
            own = line.sudo().payment_ids.move_id
            others = item.matched_debit_ids.filtered(
                lambda part, own=own: part.debit_move_id.move_id not in own
            )
            line.openimis_amount_bill = -item.amount_currency
            line.openimis_amount_set_off = sum(others.mapped("credit_amount_currency"))

    @api.model_create_multi
    def create(self, vals_list):
        """Put items into batches; bills of openIMIS need right 156202.

        :raises UserError: the batch is confirmed already, or the bill is in another
        """
        lines = super().create(vals_list)
        lines._openimis_check_changeable()
        lines._openimis_check_single()
        lines.order_id._openimis_note_preparer()
        return lines

    def write(self, vals):
        """Change what a batch pays; nobody does once it is confirmed."""
        checked = APPROVED.intersection(vals)
        if checked:
            self._openimis_check_changeable()
        result = super().write(vals)
        if checked:
            self._openimis_check_changeable()
            self._openimis_check_single()
            self.order_id._openimis_note_preparer()
        return result

    def unlink(self):
        """Take items out of batches that are not confirmed yet."""
        self._openimis_check_changeable()
        return super().unlink()

    def _openimis_bills(self):
        """Return the openIMIS bills that these lines pay."""
        # sudo: what a batch pays is a fact, also where the user sees not every bill
        bills = self.sudo().move_line_id.move_id.filtered("openimis_type")
        return bills.with_env(self.env)

    def _openimis_owner_reason(self):
        """Say that the bill would be paid to somebody else, or in other money.

        :return: text for the user, empty where it is not
        :rtype: str
        """
        bill, account = self._openimis_bills(), self.partner_bank_id
        # whose bill it is, whoever the line says is paid
        partner = bill.commercial_partner_id
        paid = self.partner_id.commercial_partner_id
        owner = account.partner_id.commercial_partner_id
        if bill and paid != partner:
            return self.env._(
                "Bill %(bill)s is of %(partner)s, and batch %(batch)s would pay "
                "%(paid)s.",
                bill=bill._openimis_label(),
                partner=partner.display_name,
                batch=self.order_id.name,
                paid=paid.display_name,
            )
        if bill and self.currency_id != bill.currency_id:
            return self.env._(
                "Bill %(bill)s is in %(currency)s, and batch %(batch)s would pay "
                "%(other)s.",
                bill=bill._openimis_label(),
                currency=bill.currency_id.name,
                batch=self.order_id.name,
                other=self.currency_id.name,
            )
        if bill and account and owner != partner and account != bill.partner_bank_id:
            return self.env._(
                "Bill %(bill)s: account %(account)s belongs to %(owner)s.",
                bill=bill._openimis_label(),
                account=account.acc_number,
                owner=owner.display_name,
            )
        return ""

    def _openimis_unapproved_accounts(self):
        """Return the accounts that came, or changed, after their bills were validated.

        A bill that names an account was validated with it.
        """
        found = self.env["res.partner.bank"]
        # sudo: where the money goes decides, whoever may see the account
        for line in self.sudo():
            account, bill = line.partner_bank_id, line._openimis_bills().sudo()
            validated = bill.openimis_date_validated
            if (
                account
                and account != bill.partner_bank_id
                and (not validated or account.write_date.date() >= validated)
            ):
                found |= account
        return found.with_env(self.env)

    def _openimis_check_changeable(self):
        """Refuse to change what is confirmed, or without the right to pay.

        :raises AccessError: without right 156202
        :raises UserError: naming the batch
        """
        bills = self._openimis_bills()
        if not bills or self.order_id._is_engine_writing():
            return
        bills._openimis_require("156202")
        for order in self.order_id.filtered(lambda order: order.state != "draft"):
            raise UserError(
                self.env._(
                    "Batch %s is confirmed: what it pays stays. Cancel it and set it "
                    "back to draft first.",
                    order.name,
                )
            )

    def _openimis_check_single(self):
        """Refuse a bill that another batch pays already.

        :raises UserError: naming the bill and the batch
        """
        batches = self._openimis_bills()._openimis_batches_under_way()
        for line in self:
            bill = line._openimis_bills()
            if others := batches.get(bill, line.order_id) - line.order_id:
                raise UserError(bill._openimis_in_batch_text(others))

    def _compute_partner_bank_id(self):
        """Pay to the first account that the files take, also one of after the bill."""
        result = super()._compute_partner_bank_id()
        for line in self:
            method = line.order_id.payment_method_line_id
            bill = line._openimis_bills()
            if bill and method._openimis_needs_account():
                line.partner_bank_id = bill._openimis_account(method)
        return result

    def _payment_line_grouping_key(self):
        """Bills of openIMIS have payments, and references, of their own."""
        return (*super()._payment_line_grouping_key(), bool(self._openimis_bills()))

    def _prepare_account_payment_vals(self, payment_lot, pay_sequence):
        vals = super()._prepare_account_payment_vals(payment_lot, pay_sequence)
        if self.order_id.openimis_is_batch:
            account = self[:1].partner_bank_id
            vals["openimis_account_number"] = account._openimis_payee()
        if not self._openimis_bills():
            return vals
        reference = self.order_id._openimis_next_reference()
        return {
            **vals,
            "memo": reference,
            "openimis_code_ext": reference,
            "openimis_is_payment": True,
            "openimis_origin": self.order_id.name,
        }
