from datetime import date

from odoo import fields, models
from odoo.exceptions import UserError

from ..core.payment_file import PaymentFileError, read_payment_file
from .rights import require_right


class OpenimisPaymentImport(models.Model):
    """Result file of a bank or operator: registers or rejects payments of bills."""

    _name = "openimis.payment.import"
    _description = "openIMIS Payment Result File"
    _inherit = ["exchange.run.mixin"]
    _exchange_sequence_code = "openimis.payment.import"
    _exchange_background_from = 500

    file = fields.Binary(required=True, attachment=True)
    file_name = fields.Char()
    journal_id = fields.Many2one(
        "account.journal",
        "Bank Journal",
        required=True,
        check_company=True,
        default=lambda self: self._default_journal_id(),
        domain=[("type", "in", ("bank", "cash"))],
    )
    payment_ids = fields.Many2many("account.payment", readonly=True, copy=False)

    def _default_journal_id(self):
        """Return the bank journal where there is no choice."""
        journals = self.env["account.journal"]
        company = journals._check_company_domain(self.env.company)
        found = journals.search([*company, ("type", "=", "bank")], limit=2)
        return found if len(found) == 1 else journals

    def _check_may_run(self):
        require_right(self.env, "156202")
        return super()._check_may_run()

    def _plan(self):
        raw = self.with_context(bin_size=False)._file_content()
        try:
            results, errors = read_payment_file(raw)
        except PaymentFileError as error:
            self._log("fatal", self._error_text(error), **self._where(error))
            return []
        self._log_many(
            [
                {
                    "severity": "error",
                    "text": self._error_text(error),
                    **self._where(error),
                }
                for error in errors
            ]
        )
        self._count("payment", "to_do", len(results))
        return [_as_payload(result) for result in results]

    def _file_content(self):
        # sudo: the file belongs to this record, which the user may read
        attachment = (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "=", self.id),
                    ("res_field", "=", "file"),
                ],
                limit=1,
            )
        )
        return attachment.raw or b""

    def _execute(self, payload):
        if payload["accepted"]:
            self._register_payment(payload)
        else:
            self._reject_payment(payload)

    def _register_payment(self, row):
        bills = self._bills(row)
        if self._known_payment(row):
            self._count("payment", "unchanged")
            return
        payment = bills.openimis_payment_sent(
            amount=float(row["amount"]) if float(row["amount"]) else None,
            date=date.fromisoformat(row["date"]) if row["date"] else None,
            journal_id=self.journal_id.id,
            openimis_code_ext=row["code_ext"],
            openimis_code_rcp=row["code_rcp"],
            openimis_code_receipt=row["code_receipt"],
            openimis_label=row["label"],
            openimis_fees=float(row["fees"]),
            openimis_amount_received=float(row["amount_received"]),
        )
        self.payment_ids |= payment
        self._count("payment", "create")

    def _reject_payment(self, row):
        """Reject the payment registered before, or note the failure on the bills."""
        payment = self._known_payment(row)
        if payment:
            payment.openimis_payment_rejected(row["reason"])
        else:
            text = self.env._("Payment rejected: %s", row["reason"] or row["label"])
            self._bills(row)._openimis_add_event("4", text, row)
        self._count("payment", "reject")

    def _known_payment(self, row):
        payments = self.env["account.payment"]
        return payments._openimis_known(row["code_ext"], self.company_id)

    def _bills(self, row):
        """Return the bills a row names.

        :raises UserError: a code is unknown
        """
        bills = self.env["account.move"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("openimis_code", "in", row["codes"]),
            ]
        )
        missing = set(row["codes"]) - set(bills.mapped("openimis_code"))
        if missing or not bills:
            raise UserError(
                self.env._(
                    "File %(file)s, line %(row)s: no bill has the code %(code)s. "
                    "Correct the code and import the line again.",
                    file=self.file_name or "",
                    row=row["row"],
                    code=", ".join(sorted(missing)),
                )
            )
        return bills

    def _where(self, error):
        return {
            "code": error.code,
            "file": self.file_name,
            "row": error.row,
            "column": error.column,
            "value": error.value,
        }

    def _error_text(self, error):
        """Return what is wrong and what to do, in the user's language."""
        texts = {
            "too_large": self.env._("The file is too large. Split it."),
            "empty": self.env._("The file is empty."),
            "missing_column": self.env._(
                "The column is missing. The first line must name code, amount and "
                "status."
            ),
            "bad_status": self.env._("The status must be accepted or rejected."),
            "no_code": self.env._("Give the code of the bill."),
            "bad_amount": self.env._("This is not an amount of at least 0."),
            "bad_date": self.env._("This is not a date. Write it as 2026-01-31."),
        }
        return texts[error.code]


def _as_payload(result):
    return {
        "row": result.row,
        "codes": list(result.codes),
        "accepted": result.accepted,
        "amount": str(result.amount),
        "date": result.date.isoformat() if result.date else "",
        "fees": str(result.fees),
        "amount_received": str(result.amount_received),
        "code_ext": result.code_ext,
        "code_rcp": result.code_rcp,
        "code_receipt": result.code_receipt,
        "label": result.label,
        "reason": result.reason,
    }
