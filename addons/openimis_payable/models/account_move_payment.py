from datetime import date as day

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_compare
from odoo.tools.misc import format_amount

from odoo.addons.account_billing_run.models.results import odoo_works

PAYMENT_FIELDS = (
    "openimis_code_ext",
    "openimis_code_rcp",
    "openimis_code_receipt",
    "openimis_label",
    "openimis_origin",
    "openimis_fees",
    "openimis_amount_received",
    "openimis_uuid",
)


#: states of a payment that was not taken back
LIVE = ("draft", "in_process", "paid")
#: a payment made before is a slip of the pen
FIRST_DAY = day(2000, 1, 1)


class AccountMove(models.Model):
    """openIMIS' services on the payments of bills, through Odoo's own payments."""

    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    def openimis_payment_sent(self, amount=None, date=None, journal_id=None, **details):
        """Register one payment of one or several validated bills.

        Source: service billPaymentSent. Right 156202. Less than what is due is a
        partial payment, more leaves a credit with the third party. A reference that
        was registered before for the same bills and amount is recognised: the payment
        there is returned. A bulk transfer has one reference for bills of several third
        parties: each has a payment of its own.

        :param float amount: amount in the bills' currency; what is due when None
        :param date: date of the payment, today when None
        :param int journal_id: bank or cash journal, the first one when None
        :param details: any of `openimis_code_ext`, `openimis_code_rcp`,
            `openimis_code_receipt`, `openimis_label`, `openimis_origin`,
            `openimis_fees`, `openimis_amount_received`
        :return: the `account.payment` record
        :raises AccessError: without the right
        :raises UserError: a bill is not validated, suspended or paid already; the
            bills are of several third parties; the amount is not above zero, or has
            more decimals than the currency; the day is yet to come; the reference was
            used for another payment of the same bills; a detail is not one of a
            payment's
        """
        self._openimis_require("156202")
        self._openimis_check_fields(details, PAYMENT_FIELDS)
        if amount is not None and amount <= 0:
            raise UserError(self.env._("The amount paid must be above zero."))
        for given in (
            amount,
            details.get("openimis_fees"),
            details.get("openimis_amount_received"),
        ):
            self._check_openimis_decimals(given)
        self._check_openimis_day(date)
        known = self.env["account.payment"]._openimis_known(
            details.get("openimis_code_ext"), self, amount
        )
        if known:
            return known
        self._check_openimis_payable()
        self._check_openimis_one_payment()
        vals = dict(details)
        vals["currency_id"] = self.currency_id.id
        vals["payment_date"] = date or fields.Date.context_today(self)
        vals["group_payment"] = True
        if journal_id:
            vals["journal_id"] = journal_id
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=self.ids)
            .create(vals)
        )
        if amount is not None:
            wizard.amount = amount
        return wizard._create_payments()

    @api.model
    def _check_openimis_day(self, date):
        """Refuse a day on which no payment can have been made.

        :param date: date or text, or None
        :raises UserError: naming the day
        """
        # the sender's day may have begun before ours
        last = fields.Date.context_today(self) + relativedelta(days=1)
        if date and not FIRST_DAY <= fields.Date.to_date(date) <= last:
            raise UserError(
                self.env._(
                    "%s cannot be the day of a payment that was made. Correct the day.",
                    fields.Date.to_date(date).isoformat(),
                )
            )

    def _check_openimis_decimals(self, amount, text=None):
        """Refuse an amount that the currency cannot express.

        :param float amount: amount in the bills' currency, or None
        :param str text: the amount as it was written
        :raises UserError: naming the amount
        """
        for currency in self.currency_id:
            digits = currency.decimal_places
            if amount and float_compare(amount, round(amount, digits), digits + 6):
                raise UserError(
                    self.env._(
                        "%(amount)s has more decimals than %(currency)s.",
                        amount=text or amount,
                        currency=currency.name,
                    )
                )

    def _openimis_label(self):
        """Return what users call the bill: openIMIS' code; drafts have no number."""
        return self.openimis_code or self.name or self.display_name

    def _openimis_live_payments(self):
        """Return the payments of these bills that were not taken back."""
        # sudo: whether a bill was paid decides, also where the user sees no payments
        payments = self.sudo().matched_payment_ids | self.sudo().reconciled_payment_ids
        return payments.filtered(
            lambda payment: payment.openimis_status == "1" and payment.state != "draft"
        ).sudo(False)

    def _openimis_has_payments(self):
        """Tell whether money stands against the bill.

        A credit note is no money, and a bill of zero is paid by none.
        """
        if self.payment_state not in ("paid", "in_payment", "partial"):
            return False
        # sudo: what was paid decides, also where the user sees no payments
        lines = self.sudo().line_ids.filtered(
            lambda line: line.account_type in ("liability_payable", "asset_receivable")
        )
        partials = lines.matched_debit_ids | lines.matched_credit_ids
        others = (partials.debit_move_id | partials.credit_move_id).move_id - self
        notes = self.sudo().reversal_move_ids
        return bool(others - notes) or bool(self._openimis_live_payments())

    def _check_openimis_one_payment(self):
        """Refuse bills that one payment cannot pay.

        :raises UserError: no bill, or bills that differ in what a payment has once
        """
        kinds = {
            (bill.company_id, bill.commercial_partner_id, bill.currency_id)
            for bill in self
        }
        if len(kinds) != 1:
            raise UserError(
                self.env._(
                    "One payment pays bills of one company, one third party and one "
                    "currency. Register a payment for each."
                )
            )

    def _check_openimis_payable(self):
        """Refuse to pay what is not validated, suspended or paid already.

        :raises UserError: naming the first such bill
        """
        for bill in self:
            if reason := bill._openimis_unpayable_reason():
                raise UserError(reason)

    def _openimis_unpayable_reason(self):
        """Say why a bill cannot be paid now.

        :return: text for the user, empty where it can
        :rtype: str
        """
        self.ensure_one()
        if self.openimis_suspended:
            text = self.env._("Bill %s is suspended. Resume it first.")
        elif self.state != "posted":
            text = self.env._("Bill %s is not validated. Validate it first.")
        elif self.payment_state in ("paid", "in_payment", "reversed"):
            text = self.env._("Bill %s is paid already.")
        else:
            return ""
        return text % self._openimis_label()


class AccountPayment(models.Model):
    """What becomes of a payment of openIMIS bills: rejected or refunded."""

    _inherit = "account.payment"  # pylint: disable=consider-merging-classes-inherited

    def openimis_payment_rejected(self, reason=""):
        """Record that the bank or operator rejected payments: the bills are due again.

        Source: service billPaymentRejected. Right 156203.

        :param str reason: what the bank says
        :return: True
        :raises AccessError: without the right
        :raises UserError: a payment is not accepted any more
        """
        self._openimis_require("156203")
        self.check_access("read")
        for payment in self:
            if payment.openimis_status != "1":
                raise UserError(
                    self.env._("Payment %s cannot be rejected.", payment.display_name)
                )
            # sudo: the right to reject implies taking the entry back
            bills = payment.sudo()._openimis_bills()
            payment.sudo()._openimis_take_back("rejected")
            bills._openimis_add_event(
                "4",
                self.env._(
                    "Payment %(name)s rejected: %(reason)s",
                    name=payment.openimis_code_ext or payment.name or "",
                    reason=reason or self.env._("no reason given"),
                ),
                payment._openimis_payload(),
            )
        return True

    def action_openimis_reject(self):
        """Ask why the payment was rejected.

        :return: a window action
        """
        self.check_access("read")
        return self._openimis_ask("reject", self.env._("Payment Rejected"))

    def action_openimis_refund(self):
        """Ask when and why the payment was refunded.

        :return: a window action
        """
        self.check_access("read")
        return self._openimis_ask("refund", self.env._("Payment Refunded"))

    def _openimis_ask(self, kind, title):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": "openimis.payment.return",
            "view_mode": "form",
            "target": "new",
            "context": {"default_payment_id": self.id, "default_kind": kind},
        }

    def openimis_payment_refunded(self, date=None, reason=""):
        """Record that the third party paid back: the bills are due, and suspended.

        Source: service billPaymentRefunded. Right 156206. The money comes in by a
        payment of its own that is reconciled with the one refunded.

        :param date: date of the refund, today when None
        :param str reason: why
        :return: the incoming `account.payment` records
        :raises AccessError: without the right
        :raises UserError: a payment is not accepted any more
        """
        self._openimis_require("156206")
        refunds = self.browse()
        for payment in self:
            if payment.openimis_status != "1":
                raise UserError(
                    self.env._("Payment %s cannot be refunded.", payment.display_name)
                )
            # sudo: the right to refund implies its entries
            bills = payment.sudo()._openimis_bills_paid_now()
            refunds |= payment.sudo()._openimis_refund(date)
            bills.openimis_suspended = True
            bills._openimis_add_event(
                "3",
                self.env._(
                    "Payment %(name)s refunded: %(reason)s",
                    name=payment.openimis_code_ext or payment.name or "",
                    reason=reason or self.env._("no reason given"),
                ),
                payment._openimis_payload(),
            )
        return refunds.sudo(False)

    @api.model
    def _openimis_known(self, code_ext, bills, amount=None):
        """Return the live payment of the bills under a reference, or an empty record.

        :param str code_ext: reference of the bank or operator
        :param bills: the bills to pay
        :param float amount: what is paid; None for whatever was due
        :raises UserError: the reference was used for another amount, or for some of
            the bills together with others
        """
        for payment in self._openimis_by_reference(code_ext, bills.company_id):
            paid = payment._openimis_bills()
            if not paid & bills:
                continue  # one reference for several bills: a bulk transfer
            same = amount is None or not payment.currency_id.compare_amounts(
                payment.amount, amount
            )
            if paid == bills and same:
                return payment
            raise UserError(
                self.env._(
                    "Reference %(reference)s was used for another payment: %(amount)s "
                    "for %(bills)s. Correct the reference, the bills or the amount.",
                    reference=code_ext,
                    amount=format_amount(self.env, payment.amount, payment.currency_id),
                    bills=", ".join(paid.sudo().mapped("openimis_code")),
                )
            )
        return self.browse()

    @api.model
    def _openimis_by_reference(self, code_ext, companies, states=LIVE):
        """Return the payments registered under a reference: those that stand.

        :param str code_ext: reference of the bank, the operator or the batch
        :param companies: whose payments
        :param states: only payments in one of these
        """
        if not code_ext:
            return self.browse()
        return self.search(
            [
                ("company_id", "in", companies.ids),
                ("openimis_is_payment", "=", True),
                ("openimis_code_ext", "=", code_ext),
                ("state", "in", states),
            ]
        )

    def _openimis_sent(self):
        """Return those that went to the bank or operator under a reference of ours.

        What became of one comes back by that reference, and is no payment more.
        """
        return self.browse()

    def _openimis_result(self, paid, reason=""):
        """Take what the bank or operator says of a payment that was sent to it.

        :param float paid: what it paid, zero where it paid nothing
        :param str reason: for the bills
        :return: the payment under that reference by now
        :raises AccessError: without the right that it takes
        :raises UserError: another amount than was sent
        """
        self.ensure_one()
        if not paid:
            self.openimis_payment_rejected(reason)
        elif self.currency_id.compare_amounts(paid, self.amount):
            raise UserError(
                self.env._(
                    "Payment %(reference)s was sent with %(sent)s, not with %(paid)s. "
                    "Ask the bank; nothing was changed.",
                    reference=self.openimis_code_ext or self.name,
                    sent=format_amount(self.env, self.amount, self.currency_id),
                    paid=format_amount(self.env, paid, self.currency_id),
                )
            )
        return self

    def _openimis_bills(self):
        """Return the openIMIS bills that these payments pay."""
        # sudo: what a payment paid is a fact, also where the user sees not every bill
        payments = self.sudo()
        moves = payments.reconciled_bill_ids | payments.reconciled_invoice_ids
        moves |= payments.invoice_ids
        return moves.filtered("openimis_type").with_env(self.env)

    def _openimis_bills_paid_now(self):
        """Return the openIMIS bills that these payments settle at the moment.

        A payment that was taken off a bill still names it (and Odoo still counts it),
        and settles it no more. One that has no entry yet settles what it names.
        """
        # sudo: what a payment paid is a fact, also where the user sees not every bill
        payments = self.sudo()
        items = payments.move_id.line_ids
        partials = items.matched_debit_ids | items.matched_credit_ids
        moves = (partials.debit_move_id | partials.credit_move_id).move_id
        moves |= payments.filtered(lambda payment: not payment.move_id).invoice_ids
        return moves.filtered("openimis_type").with_env(self.env)

    def _openimis_take_back(self, state):
        """Reverse the entries of a payment; it stays, in its new state."""
        entries = self.move_id | self.openimis_fee_move_id
        entries.filtered(lambda move: move.state == "posted")._reverse_moves(
            cancel=True
        )
        with odoo_works():
            self.state = state

    def _openimis_refund(self, date):
        """Return the incoming payment that pays this one back."""
        lines = self.move_id.line_ids.filtered("account_id.reconcile")
        counterpart = lines.filtered(
            lambda line: line.account_id == self.destination_account_id
        )
        counterpart.remove_move_reconcile()
        direction = "inbound" if self.payment_type == "outbound" else "outbound"
        methods = self.journal_id._get_available_payment_method_lines(direction)
        refund = self.copy(
            {
                "payment_type": direction,
                "date": date or fields.Date.context_today(self),
                "memo": self.env._("Refund of %s", self.memo or self.name),
                "payment_method_line_id": methods[:1].id,
            }
        )
        refund.action_post()
        back = refund.move_id.line_ids.filtered(
            lambda line: line.account_id == counterpart.account_id
        )
        (counterpart | back).reconcile()
        self.openimis_refunded = True
        return refund

    def _openimis_tell_registered(self):
        """Let the bills know of payments without an entry.

        Those with one told theirs when they were reconciled.
        """
        for payment in self.filtered(lambda payment: not payment.move_id):
            # sudo: who may pay need not be allowed to see every bill paid with it
            payment.sudo()._openimis_bills()._openimis_add_event(
                "3",
                self.env._(
                    "Payment of %(amount)s registered: %(reference)s",
                    amount=format_amount(self.env, payment.amount, payment.currency_id),
                    reference=payment.openimis_code_ext or payment.name or "",
                ),
                payment._openimis_payload(),
            )

    def _openimis_payload(self):
        """Return the payment in openIMIS' terms, for an event."""
        return {
            "code_ext": self.openimis_code_ext or "",
            "code_rcp": self.openimis_code_rcp or "",
            "code_receipt": self.openimis_code_receipt or "",
            "label": self.openimis_label or "",
            "status": self.openimis_status or "",
            "amount_payed": self.amount,
            "fees": self.openimis_fees,
            "amount_received": self.openimis_amount_received,
            "date_payment": str(self.date),
        }
