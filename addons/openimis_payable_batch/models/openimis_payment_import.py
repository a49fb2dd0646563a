from odoo import models
from odoo.exceptions import UserError

from odoo.addons.exchange_run.core import xml_file
from odoo.addons.exchange_run.core.money import exact
from odoo.addons.openimis_payable.models.account_move_payment import LIVE

from ..core import payment_status
from .account_payment import CONFIRMED, WAITING
from .payment_status_texts import reason_words, status_words

#: what the bank adds to a payment that it was sent
BANKS = ("code_rcp", "code_receipt", "label")
#: accepted, and not as it was sent
CHANGED = "ACWC"


class OpenimisPaymentImport(models.Model):
    """Results of batches: their references come back, with what became of each.

    In a list of the bank's or operator's, or in its pain.002.
    """

    _inherit = "openimis.payment.import"

    def _counter_labels(self):
        labels = super()._counter_labels()
        return {
            **labels,
            "short": self.env._("Paid in Part"),
            "on_the_way": self.env._("On the Way"),
        }

    # === PAIN.002 ===

    def _plan(self):
        """Read the file, a list or a pain.002."""
        raw = self._file_content()
        if not xml_file.looks_like_xml(raw):
            return super()._plan()
        if self._is_known_file():
            return []
        try:
            statuses = payment_status.read(raw)
        except payment_status.StatusFileError as error:
            self._log(
                "fatal",
                self._status_file_text(error),
                code=error.code,
                file=self.file_name,
                row=error.row,
            )
            return []
        settled = payment_status.settle(statuses, self._sent_files(statuses))
        self._log_unsettled(settled)
        return self._status_rows(settled.results)

    def _status_file_text(self, error):
        return {
            "too_large": self.env._("The file is too large. Split it."),
            "no_xml": self.env._(
                "This file cannot be read as XML, or has a document type, which no "
                "bank’s file has. Fetch it from the bank again."
            ),
            "no_report": self.env._(
                "This is XML, and no pain.002: the bank’s answer to a payment file. "
                "Statements (camt.053, camt.054) are imported in Accounting."
            ),
        }[error.code]

    def _sent_files(self, statuses):
        """Return {message: {part: [references]}} of the batches a file speaks of."""
        messages = {status.message for status in statuses} - {""}
        batches = self.env["account.payment.order"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("state", "in", CONFIRMED),
                "|",
                ("openimis_file_reference", "in", sorted(messages)),
                "&",
                ("openimis_file_reference", "=", False),
                ("name", "in", sorted(messages)),
            ]
        )
        return {
            batch.openimis_file_reference or batch.name: {
                lot.name: lot.payment_ids._openimis_references()
                for lot in batch.payment_lot_ids
            }
            for batch in batches
        }

    def _log_unsettled(self, settled):
        """Say what nothing follows from, each with its line."""
        faults = {
            "no_reference": self.env._(
                "the bank says %(status)s of a payment without a reference."
            ),
            "twice": self.env._(
                "the file says both that payment %(reference)s was made and that it "
                "was not. Ask the bank; nothing was changed."
            ),
            "unknown": self.env._(
                "the bank says %(status)s of a whole file, and none with the reference "
                "%(message)s was sent from here."
            ),
        }
        for status, fault in settled.faults:
            self._log_status("error", status, faults[fault])
            self._count("row", "failed")
        text = self.env._(
            "the bank says %(status)s of %(reference)s: %(words)s. Nothing was changed."
        )
        changed = [status for status in settled.on_the_way if status.code == CHANGED]
        for status in settled.unclear + changed:
            self._log_status("warning", status, text)
        waiting = [s for s in settled.on_the_way if s.level == "payment"]
        self._count("payment", "on_the_way", len(waiting))
        if settled.on_the_way and not settled.results:
            self._log(
                "info",
                self.env._(
                    "The bank has accepted what it was sent, and not said yet that it "
                    "is paid: nothing was to do."
                ),
                code="on_the_way",
                file=self.file_name,
            )

    def _log_status(self, severity, status, text):
        """Log what the bank says, with file and line.

        :param str text: with places for status, reference, message and words
        """
        said = {
            "status": status.code,
            "reference": status.reference or status.part or status.message,
            "message": status.message or "–",
            "words": ": ".join(
                filter(
                    None,
                    (status_words(self.env, status.code), self._reason(status)),
                )
            ),
        }
        self._log(
            severity,
            self.env._(
                "File %(file)s, line %(row)s: %(error)s",
                file=self.file_name or "",
                row=status.row,
                error=text % said,
            ),
            code="status",
            file=self.file_name,
            row=status.row,
            value=status.reference or status.message,
        )

    def _reason(self, status):
        """Return the reasons of a status, as ISO and the bank say them."""
        reasons = [
            f"{code} ({words})" if (words := reason_words(self.env, code)) else code
            for code in status.reasons
        ]
        return " ".join(filter(None, [", ".join(reasons), status.text]))

    def _status_rows(self, results):
        """Return the rows that a list would have said the same by.

        :param list results: (Status, reference)
        """
        payments = self._status_payments([reference for _status, reference in results])
        rows = []
        for status, reference in results:
            payment = payments.get(reference)
            if fault := self._status_fault(status, reference, payment):
                self._log_status("error", status, fault)
                self._count("row", "failed")
            else:
                rows.append(self._status_row(status, reference, payment))
        self._count("payment", "to_do", len(rows))
        return rows

    def _status_payments(self, references):
        """Return {reference: payment}, the one that stands where there are several."""
        found = self.env["account.payment"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("openimis_is_payment", "=", True),
                ("openimis_code_ext", "in", references),
            ]
        )
        found = found.sorted(lambda payment: payment.state in LIVE)
        return {payment.openimis_code_ext: payment for payment in found}

    def _status_fault(self, status, reference, payment):
        """Return why what the bank says of a payment cannot be followed."""
        if not payment:
            return self.env._("no payment has the reference %(reference)s.")
        if status.amount is None:
            return ""
        currency = payment.currency_id
        sent = exact(payment._openimis_amount_sent(), currency.decimal_places)
        if (status.amount, status.currency) == (sent, currency.name):
            return ""
        return self.env._(
            "payment %(reference)s has another amount than the bank says. Ask the "
            "bank; nothing was changed."
        )

    def _status_row(self, status, reference, payment):
        fees = status.fees or ""
        if fees and status.fees_currency != payment.currency_id.name:
            text = self.env._(
                "the charges of payment %(reference)s are in another currency and were "
                "not booked."
            )
            self._log_status("warning", status, text)
            fees = ""
        accepted = status.meaning == "paid"
        digits = payment.currency_id.decimal_places
        return {
            "row": status.row,
            "codes": [],
            "accepted": accepted,
            "amount": f"{exact(payment.amount, digits):f}" if accepted else "",
            "date": "",
            "fees": f"{fees:f}" if fees else "",
            "amount_received": "",
            "code_ext": reference,
            "code_rcp": status.bank_reference,
            "code_receipt": "",
            "label": "",
            "reason": self._reason(status) or status.code,
            "by_status": True,
        }

    # === ROWS ===

    def _register_payment(self, row):
        """Take less than was sent for what it is: the rest is due again."""
        payment = self._batch_payment(row)
        if row.get("by_status"):
            self._check_stands(row)
        if not (payment and self._is_short(payment, row)):
            return super()._register_payment(row)
        self._replace_short(payment, row)
        return self._count("payment", "short")

    def _check_stands(self, row):
        """Refuse what a status report says of a payment that was taken back.

        :raises UserError: naming its reference
        """
        Payment = self.env["account.payment"]
        if not Payment._openimis_by_reference(row["code_ext"], self.company_id):
            raise UserError(
                self.env._(
                    "payment %s was rejected before, and the bank says now that it was "
                    "made. Ask the bank before the bills are paid again.",
                    row["code_ext"],
                )
            )

    def _reject_payment(self, row):
        self._batch_payment(row)
        return super()._reject_payment(row)

    def _batch_payment(self, row):
        """Return the payment of a batch that a line speaks of, or none.

        :raises UserError: its batch has not been sent
        """
        found = self.env["account.payment"]._openimis_by_reference(
            row["code_ext"], self.company_id
        )
        ours = found._openimis_in_batch()
        unsent = ours._openimis_in_batch(WAITING)
        unsent.payment_order_id[:1]._openimis_refuse_unsent()
        return ours if len(ours) == 1 else ours.browse()

    def _is_short(self, payment, row):
        if row["codes"] and self._bills(row) != payment._openimis_bills():
            return False
        paid = self._amounts(row, payment._openimis_bills())["amount"]
        return payment.currency_id.compare_amounts(paid, payment.amount) < 0

    def _replace_short(self, payment, row):
        """Register what was really paid, and say so."""
        bills = payment._openimis_bills()
        amounts = self._amounts(row, bills)
        text = payment._openimis_short_text(amounts["amount"])
        short = payment._openimis_replace_short(amounts["amount"])
        self.payment_ids |= short
        self._confirm_payment(short, row, amounts)
        named = {**row, "codes": bills.mapped("openimis_code")}
        self._log(
            "warning",
            str(self._row_error(named, self.env._("%s. The rest is due again.", text))),
            code="short",
            file=self.file_name,
            row=row["row"],
            record=bills[:1],
        )

    def _confirm_payment(self, payment, row, amounts):
        """Keep the bank's own references and charges on a payment of a batch."""
        result = super()._confirm_payment(payment, row, amounts)
        if not payment._openimis_in_batch():
            return result
        vals = {
            f"openimis_{name}": row[name]
            for name in BANKS
            if row[name] and row[name] != payment[f"openimis_{name}"]
        }
        vals |= {
            f"openimis_{name}": amounts[name]
            for name in ("fees", "amount_received")
            if amounts[name]
        }
        if vals:
            payment.write(vals)
        return result
