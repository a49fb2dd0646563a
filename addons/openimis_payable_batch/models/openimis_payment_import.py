from odoo import models
from odoo.tools.misc import format_amount

#: what the bank adds to a payment that it was sent
BANKS = ("code_rcp", "code_receipt", "label")


class OpenimisPaymentImport(models.Model):
    """Results of batches: their references come back, with what became of each."""

    _inherit = "openimis.payment.import"

    def _counter_labels(self):
        labels = super()._counter_labels()
        return {**labels, "short": self.env._("Paid in Part")}

    def _register_payment(self, row):
        """Take less than was sent for what it is: the rest is due again."""
        payment = self._batch_payment(row)
        if not (payment and self._is_short(payment, row)):
            return super()._register_payment(row)
        self._replace_short(payment, row)
        return self._count("payment", "short")

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
        unsent = ours._openimis_in_batch(("open", "generated"))
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
        currency = payment.currency_id
        amounts = self._amounts(row, bills)
        text = self.env._(
            "%(paid)s was paid instead of %(sent)s",
            paid=format_amount(self.env, amounts["amount"], currency),
            sent=format_amount(self.env, payment.amount, currency),
        )
        short = payment._openimis_replace_short(amounts["amount"], text)
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
