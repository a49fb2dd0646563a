from odoo import api, fields, models

from odoo.addons.exchange_run.core.money import exact

from ..core.tax_analysis import tax_analysis


class AccountMove(models.Model):
    """What openIMIS reads off a bill: status, links and tax analysis."""

    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    @api.depends(
        "state",
        "payment_state",
        "invoice_date_due",
        "openimis_type",
        "openimis_suspended",
        "openimis_deleted",
        "openimis_replaced_by_id",
        "matched_payment_ids.is_matched",
        "matched_payment_ids.date",
        "matched_payment_ids.state",
        "line_ids.matched_debit_ids",
        "line_ids.matched_credit_ids",
    )
    def _compute_openimis_status(self):
        today = fields.Date.context_today(self)
        for move in self:
            status = move.openimis_type and move._openimis_status(today)
            move.openimis_status = status
            paid = status in ("2", "7")
            dates = move._openimis_payment_dates() if paid else []
            move.openimis_date_payed = max(dates, default=False)

    def _openimis_payment_dates(self):
        """Return the dates of what paid a bill: payments, or the bank's own lines."""
        payments, entries = self._openimis_payers()
        return list(filter(None, [*payments.mapped("date"), *entries.mapped("date")]))

    def _openimis_payers(self):
        """Return the payments that stand, and what paid a bill without a payment.

        :return: tuple (`account.payment`, `account.move`)
        """
        moves = self._openimis_settling_moves()
        # a payment that has an entry pays by it only: taken off, it stays linked
        payments = self.matched_payment_ids.filtered(
            lambda payment: (
                payment.state not in ("rejected", "canceled")
                and (not payment.move_id or payment.move_id in moves)
            )
        )
        entries = moves.filtered(
            lambda move: not (move.origin_payment_id or move._openimis_is_note())
        )
        return payments, entries

    def _openimis_is_at_the_bank(self):
        """Tell whether the bank's statement shows all that paid a bill."""
        payments, entries = self._openimis_payers()
        matched = [*payments.mapped("is_matched")]
        matched += [bool(move.statement_line_id) for move in entries]
        return bool(matched) and all(matched)

    def _openimis_status(self, today):
        """Return the number of openIMIS' status, as text. Section 1, enums."""
        if self.openimis_deleted:
            return "4"
        # a bill of zero is paid for Odoo, whatever became of it
        gone = self.state == "cancel" or self.payment_state == "reversed"
        if gone or self.openimis_replaced_by_id:
            return "3"
        if self.openimis_suspended:
            return "5"
        if self.state == "draft":
            return "0"
        if self.payment_state in ("paid", "in_payment"):
            return "7" if self._openimis_is_at_the_bank() else "2"
        overdue = self.invoice_date_due and self.invoice_date_due < today
        return "6" if overdue else "1"

    @api.model
    def _cron_openimis_overdue(self):
        """Turn validated bills that fell due into unpaid ones."""
        overdue = self.search(
            [
                ("openimis_status", "=", "1"),
                ("invoice_date_due", "<", fields.Date.context_today(self)),
            ]
        )
        self.env.add_to_compute(self._fields["openimis_status"], overdue)

    @api.depends("openimis_subject", "openimis_sender", "partner_id")
    def _compute_openimis_links(self):
        for move in self:
            move.openimis_subject_json = _as_reference(move.openimis_subject)
            sender = move.openimis_sender or move.partner_id
            move.openimis_sender_json = _as_reference(sender, move.partner_id)

    @api.depends("line_ids.amount_currency", "line_ids.tax_line_id", "openimis_type")
    def _compute_openimis_tax_analysis(self):
        for move in self:
            by_tax = move.line_ids.filtered("tax_line_id").grouped("tax_line_id")
            move.openimis_tax_analysis = move.openimis_type and tax_analysis(
                [
                    {
                        "code": tax.name,
                        "label": tax.name,
                        "rate": tax.amount,
                        "base": move._openimis_tax_base(tax),
                        # a withholding tax lowers what is paid
                        "amount": move._openimis_signed(lines),
                    }
                    for tax, lines in by_tax.items()
                ],
                exact(move.currency_id.rounding),
            )

    def _openimis_tax_base(self, tax):
        """Return what a tax was worked out on, in the bill's currency."""
        return self._openimis_signed(
            self.line_ids.filtered(
                lambda line: tax in line.tax_ids.flatten_taxes_hierarchy()
            )
        )

    def _openimis_signed(self, lines):
        """Return the sum of journal items as the bill shows it: positive if owed."""
        return self.direction_sign * sum(lines.mapped("amount_currency"))


def _as_reference(record, partner=None):
    """Return the source document's form of a link: label, code, type, id, address."""
    if not record:
        return False
    fields_of = record._fields
    code = next(
        (
            record[f]
            for f in ("openimis_code", "code", "chf_id", "name")
            if f in fields_of
        ),
        "",
    )
    uuid = record["openimis_uuid"] if "openimis_uuid" in fields_of else False
    return {
        "label": record.display_name,
        "code": code or "",
        "type": TYPE_NAMES.get(record._name, record._name),
        "id": uuid or str(record.id),
        "address": {"text": partner.contact_address if partner else ""},
    }


TYPE_NAMES = {
    "res.partner": "HF",
    "openimis.officer": "user",
    "openimis.payer": "payer",
    "openimis.insuree": "Insuree",
    "openimis.family": "Insuree",
    "openimis.closing": "batchRun",
    "openimis.batch.run": "batchRun",
    "openimis.claim": "claim",
    "openimis.policy": "policy",
}
