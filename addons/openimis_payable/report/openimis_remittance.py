from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools.misc import formatLang

from odoo.addons.exchange_run.core.money import ZERO, exact
from odoo.addons.exchange_run.core.xlsx import write_table

from ..core import remittance
from ..models.account_move_print import paid_less_text

CREDIT_NOTES = ("in_refund", "out_refund")


class OpenimisRemittance(models.AbstractModel):
    """Remittance advice: what a payment pays, bill by bill, and what it does not."""

    _name = "report.openimis_payable.report_remittance"
    _description = "Remittance Advice"

    @api.model
    def _get_report_values(self, docids, data=None):
        """Return what the page shows, for payments whose money has left.

        :raises UserError: naming a payment that pays nothing now
        :raises AccessError: without rights 156201 and 156101, or for another area
        """
        payments = self.env["account.payment"].browse(docids)
        self._check(payments)
        return {
            "doc_ids": docids,
            "doc_model": payments._name,
            "docs": payments,
            "settled": self._settled,
            "not_paid": self._not_paid,
            "on_account": self._on_account,
            "reason": self._reason,
            "money": self._money,
        }

    @api.model
    def _check(self, payments):
        payments._openimis_require("156201")
        payments._openimis_bills_paid_now()._openimis_require("156101")
        for payment in payments:
            if not payment.openimis_is_payment:
                raise UserError(
                    self.env._(
                        "Payment %s pays no bill of openIMIS.", payment.display_name
                    )
                )
            if payment.openimis_status != "1" or payment.state == "draft":
                raise UserError(
                    self.env._(
                        "Payment %(name)s pays nothing now: it is not confirmed, or "
                        "was taken back.",
                        name=payment.display_name,
                    )
                )

    @api.model
    def _settled(self, payment):
        """Return what a payment settles now.

        :param payment: `account.payment`, read in the language of the advice
        :return: list of `core.remittance.Settled`
        """
        bills = payment._openimis_bills_paid_now().sorted(
            lambda bill: (bill.move_type in CREDIT_NOTES, bill.invoice_date, bill.id)
        )
        shares = {bill: self._shares(bill) for bill in bills}
        if not payment.move_id:
            # without an outstanding account Odoo keeps no entry, only which bills
            owed = [self._signed(bill, bill.amount_total) for bill in bills]
            paid = remittance.allocated(self._exact(payment, payment.amount), owed)
            shares = {
                bill: {**shares[bill], payment.move_id: amount}
                for bill, amount in zip(bills, paid, strict=True)
            }
        return [self._row(payment, bill, shares[bill]) for bill in bills]

    @api.model
    def _row(self, payment, bill, shares):
        here = shares.pop(payment.move_id, ZERO)
        lines = bill.openimis_line_ids
        reduced = sum(
            (self._exact(bill, line.discount + line.deduction) for line in lines), ZERO
        )
        claimed = self._exact(bill, bill.amount_untaxed) + reduced
        return remittance.Settled(
            bill=bill,
            total=self._signed(bill, bill.amount_total),
            claimed=self._signed(bill, claimed),
            here=here,
            others=tuple(
                (self._other_name(payment, move), amount)
                for move, amount in shares.items()
            ),
        )

    @api.model
    def _other_name(self, payment, move):
        """Return what else settled a part of a bill, in the payment's language."""
        # sudo: its number is all that is told of it
        move = move.sudo()
        paid = move.origin_payment_id
        name = paid.openimis_code_ext or move.openimis_code or move.name
        if paid:
            return payment.env._("Payment %s", name)
        if move.move_type in CREDIT_NOTES:
            return payment.env._("Credit note %s", name)
        return name

    @api.model
    def _shares(self, bill):
        """Return {entry: what it settles of a bill}, negative for a credit note."""
        shares = {}
        # sudo: what settled a bill is a fact, also where the user sees no entries
        items = bill.sudo().line_ids.filtered(
            lambda line: line.account_type in ("liability_payable", "asset_receivable")
        )
        for own, theirs in (("debit", "credit"), ("credit", "debit")):
            for part in items[f"matched_{theirs}_ids"]:
                move = part[f"{theirs}_move_id"].move_id
                amount = self._exact(bill, part[f"{own}_amount_currency"])
                shares[move] = shares.get(move, ZERO) + self._signed(bill, amount)
        return shares

    @api.model
    def _not_paid(self, payment):
        """Return what the claims of a payment's bills asked for in vain.

        :return: list of `core.remittance.NotPaid`
        """
        rows = []
        for bill in payment._openimis_bills_paid_now():
            quantum = exact(bill.currency_id.rounding)
            for claim, items in bill._openimis_claim_items():
                rows += remittance.not_paid(claim, items, quantum)
        return rows

    @api.model
    def _on_account(self, payment, settled):
        """Return what of a payment settles no bill yet; zero in another currency."""
        if any(row.bill.currency_id != payment.currency_id for row in settled):
            return ZERO
        paid = sum((row.here for row in settled), ZERO)
        return self._exact(payment, payment.amount) - paid

    @api.model
    def _reason(self, payment, row):
        """Return why an item or service was not paid, in the payment's language."""
        return paid_less_text(payment.env, row.item) or payment.env._(
            "Approved for less"
        )

    @api.model
    def _money(self, record, amount):
        """Return an amount in the currency of a payment or bill, in its language."""
        currency = record.currency_id
        return formatLang(record.env, float(amount), currency_obj=currency)

    @api.model
    def _exact(self, record, amount):
        return exact(amount, record.currency_id.decimal_places)

    @api.model
    def _signed(self, bill, amount):
        amount = self._exact(bill, amount)
        return -amount if bill.move_type in CREDIT_NOTES else amount

    @api.model
    def _xlsx(self, payment):
        """Return the advice of one payment as a workbook: one row a bill or reduction.

        :return: bytes
        """
        self._check(payment)
        columns = [
            (payment.env._("Bill"), 26, "text"),
            (payment.env._("Claim"), 20, "text"),
            (payment.env._("Item or Service"), 36, "text"),
            (payment.env._("Claimed"), 16, "amount"),
            (payment.env._("Bill Total"), 16, "amount"),
            (payment.env._("Settled Otherwise"), 18, "amount"),
            (payment.env._("Paid Now"), 16, "amount"),
            (payment.env._("Still Open"), 16, "amount"),
            (payment.env._("Not Paid"), 16, "amount"),
            (payment.env._("Reason"), 44, "text"),
        ]
        settled = self._settled(payment)
        rows = [
            [row.bill._openimis_label(), "", "", row.claimed, row.total]
            + [row.total - row.here - row.still_open, row.here, row.still_open, 0]
            + ["; ".join(name for name, _amount in row.others)]
            for row in settled
        ]
        if rest := self._on_account(payment, settled):
            rows.append([payment.env._("On account"), "", "", 0, 0, 0, rest, 0, 0, ""])
        rows += [
            ["", row.claim, row.code if row.name == row.code else row.name]
            + [0, 0, 0, 0, 0, row.difference, self._reason(payment, row)]
            for row in self._not_paid(payment)
        ]
        title = payment.env._("Remittance advice")
        return write_table(title, columns, rows, totals=(3, 4, 5, 6, 7, 8))
