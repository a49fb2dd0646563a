from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.account_billing_bank.models.account_bank_matching import Decision

#: what of Odoo's own rules ours may still add to
OPEN_FINDINGS = ("none", "unknown", "total", "reversal")
STANDING = ("in_process", "paid")


class AccountBankStatementLine(models.Model):
    """Lines by which the bank makes, returns or adds payments of openIMIS bills.

    A payment is known by the reference it was sent with, a batch that the bank booked
    as one total by the reference of its payments' lot, a bill that was paid at the
    bank by its code. The amount has to be the very same.
    """

    _inherit = "account.bank.statement.line"

    billing_finding = fields.Selection(
        selection_add=[
            ("payment_amount", "Other amount than the payment"),
            ("payment_gone", "Payment taken back"),
            ("payment_twice", "Made twice"),
            ("bill", "Bill Not Payable"),
        ]
    )

    def _billing_named(self):
        """Add the payments and bills that these lines name, each under its kind."""
        named = super()._billing_named()
        texts = {line._openimis_text() for line in self} - {""}
        orders = {line.billing_batch for line in self} - {False, ""}
        for company in self.company_id:
            domain = [("company_id", "=", company.id)]
            payments = self.env["account.payment"].search(
                [
                    *domain,
                    ("openimis_is_payment", "=", True),
                    ("openimis_code_ext", "in", list(texts)),
                ]
            )
            for code, found in payments.grouped("openimis_code_ext").items():
                named["payment", company.id, code] = found
            if orders and "payment_lot_id" in payments._fields:  # OCA's batches
                lots = payments.search(
                    [
                        *domain,
                        ("openimis_is_payment", "=", True),
                        ("payment_lot_id.name", "in", list(orders)),
                    ]
                )
                for lot, found in lots.grouped("payment_lot_id").items():
                    named["lot", company.id, lot.sudo().name] = found
            bills = self.env["account.move"].search(
                [
                    *domain,
                    ("openimis_type", "!=", False),
                    ("move_type", "=", "in_invoice"),
                    ("openimis_code", "in", list(texts)),
                ]
            )
            for code, found in bills.grouped("openimis_code").items():
                named["bill", company.id, code] = found
        return named

    def _openimis_text(self):
        """Return the reference that this line was paid with."""
        given = self.billing_end_to_end or self.billing_reference
        return (given or self.payment_ref or "").strip()

    def _billing_decide(self, named, left):
        decision = super()._billing_decide(named, left)
        if decision.items or decision.finding not in OPEN_FINDINGS or decision.move:
            return decision
        own = self._openimis_decide(named, left)
        return own or decision

    def _openimis_decide(self, named, left):
        """Say what this line is to payments and bills of openIMIS.

        :return: a `Decision`, None where it names none of them
        """
        company = self.company_id.id
        payments = named.get(("payment", company, self._openimis_text()))
        if not payments and self.billing_batch:
            payments = named.get(("lot", company, self.billing_batch))
        if payments and self.amount > 0:
            return (
                self._openimis_decide_return(payments)
                if self.billing_is_return
                else None
            )
        if self.amount >= 0:
            return None
        if payments:
            return self._openimis_decide_payment(payments, left)
        bill = named.get(("bill", company, self._openimis_text()))
        return self._openimis_decide_bill(bill, left) if bill else None

    def _openimis_decide_payment(self, payments, left):
        """Say which payments the bank has made by this line: all of a reference."""
        standing = payments.filtered(lambda p: p.state in STANDING)
        bills = payments._openimis_bills()
        decision = Decision(move=bills[:1] or None)
        if not standing:
            decision.finding = "payment_gone"
            return decision
        items = [
            (item, amount)
            for payment in standing
            for item, amount in payment._openimis_at_the_bank(left)
        ]
        if not items:
            decision.finding = "payment_twice"
            return decision
        total = sum(amount for _item, amount in items)
        currencies = {payment.currency_id for payment in standing}
        if currencies != {self.currency_id}:
            decision.finding = "currency"
        elif self.currency_id.compare_amounts(total, -self.amount):
            decision.finding = "payment_amount"
            decision.difference = self.currency_id.round(total + self.amount)
        else:
            decision.items = items
            partner = standing.partner_id
            decision.partner = partner if len(partner) == 1 else None
            for item, amount in items:
                left[item] = left.get(item, amount) - amount
        return decision

    def _openimis_decide_return(self, payments):
        """Say which payment comes back by this line: the bank's line that made it."""
        made = payments.filtered(
            lambda p: p.state in STANDING
            and not p.currency_id.compare_amounts(p.amount, self.amount)
        )
        decision = Decision(finding="reversal", move=payments._openimis_bills()[:1])
        if len(made) != 1:
            return decision
        items = made._openimis_bank_items().filtered(
            lambda item: item.journal_id == self.journal_id
        )
        total = sum(abs(item.amount_currency) for item in items)
        if not items or self.currency_id.compare_amounts(total, self.amount):
            return decision
        decision.items = [(item, abs(item.amount_currency)) for item in items]
        decision.finding, decision.release = "reversed", items
        decision.other, decision.payments = items.statement_line_id[:1], made
        decision.move = made._openimis_bills_paid_now()[:1] or decision.move
        return decision

    def _openimis_decide_bill(self, bill, left):
        """Say whether this line pays a bill that the bank was told to pay itself."""
        decision = Decision(move=bill[:1], finding="bill")
        if len(bill) != 1:
            decision.finding = "several"
            return decision
        try:
            bill._check_openimis_payable()
        except UserError:
            return decision
        owed = bill._openimis_owed_by_bill().filtered(lambda item: item not in left)
        total = -sum(owed.mapped("amount_residual_currency"))
        currency = self.currency_id
        same = bill.currency_id == currency
        if not owed or not same or currency.compare_amounts(total, -self.amount):
            return decision
        decision.items = [(i, abs(i.amount_residual_currency)) for i in owed]
        decision.finding, decision.partner = "", bill.partner_id
        left.update(dict.fromkeys(owed, 0.0))
        return decision

    def _billing_take_apart(self, decision):
        """Reject the payment that comes back: its bills are due again."""
        result = super()._billing_take_apart(decision)
        if decision.payments:
            decision.payments.openimis_payment_rejected(
                self.billing_return_reason or self.payment_ref or ""
            )
        return result

    def _billing_texts(self):
        texts = super()._billing_texts()
        # sudo: what a bank line names is told to whoever works on the bank
        move = self.billing_move_id.sudo()
        code = move.openimis_code or move.name or ""
        named = self._openimis_text()
        texts["payment_amount"] = self.env._(
            "Payment %(payment)s of %(bill)s is of another amount: the bank booked "
            "%(difference)s less. Correct the payment, or match by hand.",
            payment=named,
            bill=code,
            difference=self.currency_id.format(self.billing_difference),
        )
        texts["payment_gone"] = self.env._(
            "The bank made payment %(payment)s of %(bill)s, which was rejected or "
            "cancelled here. Register it again, and press “Try Again”.",
            payment=named,
            bill=code,
        )
        texts["payment_twice"] = self.env._(
            "Payment %(payment)s of %(bill)s is on a statement already. Ask the bank.",
            payment=named,
            bill=code,
        )
        reason = move._openimis_unpayable_reason() if move else ""
        texts["bill"] = reason or self.env._(
            "%(bill)s owes another amount, or is to be paid otherwise. Match it by "
            "hand.",
            bill=code,
        )
        return texts


class AccountPayment(models.Model):
    """Payments of openIMIS bills, as the bank's statement shows them."""

    _inherit = "account.payment"

    def _openimis_at_the_bank(self, left):
        """Return the items that the bank's line settles, and how much of each.

        The payment's own on its way to the bank; where it has no entry, its bills'.

        :param dict left: what lines before leave open of items
        """
        self.ensure_one()
        # sudo: what a payment pays is a fact, also where the user sees not every bill
        payment = self.sudo()
        if payment.move_id:
            liquidity, _counterpart, _rest = payment._seek_for_lines()
            return [
                (item, part)
                for item in liquidity.sudo(False)
                if not item.sudo().reconciled
                and (part := left.get(item, abs(item.sudo().amount_residual_currency)))
            ]
        rest, items = payment.amount, []
        if payment.is_matched or self._openimis_bank_items():
            return items
        for item in payment.invoice_ids._openimis_owed_by_bill():
            item = item.sudo(False)
            part = min(rest, left.get(item, abs(item.amount_residual_currency)))
            if part > 0:
                items.append((item, part))
                rest = payment.currency_id.round(rest - part)
        return items

    def _openimis_bank_items(self):
        """Return the items of the bank's lines that made this payment."""
        self.ensure_one()
        # sudo: as above
        payment = self.sudo()
        if payment.move_id:
            mine, _counterpart, _rest = payment._seek_for_lines()
        else:
            mine = payment.invoice_ids.line_ids.filtered(
                lambda item: item.account_type == "liability_payable"
            )
        partials = mine.matched_debit_ids | mine.matched_credit_ids
        others = (partials.debit_move_id | partials.credit_move_id) - mine
        return others.filtered(payment._openimis_is_made_by).with_env(self.env)

    def _openimis_is_made_by(self, item):
        """Tell whether an item of a bank's line is this payment.

        One without an entry shares its bills with other payments: there, the bank's
        line has to have its reference.
        """
        line = item.statement_line_id
        if not line or item.currency_id.compare_amounts(
            abs(item.amount_currency), self.amount
        ):
            return False
        lots = "payment_lot_id" in self._fields and self.payment_lot_id.name
        return bool(
            self.move_id
            or line._openimis_text() == self.openimis_code_ext
            or (lots and line.billing_batch == lots)
        )


class AccountMove(models.Model):
    """What a bill owes, item by item."""

    _inherit = "account.move"

    def _openimis_owed_by_bill(self):
        """Return the open items of these bills, in the order in which they fall due."""
        return self.line_ids.filtered(
            lambda item: item.account_type == "liability_payable"
            and item.parent_state == "posted"
            and not item.reconciled
        ).sorted(lambda item: (item.date_maturity or item.date, item.id))
