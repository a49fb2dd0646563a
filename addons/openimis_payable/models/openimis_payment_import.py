from datetime import date
from hashlib import sha256

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import formatLang

from ..core.payment_file import PaymentFileError, read_payment_file, unread_columns
from .rights import require_right

AMOUNTS = ("amount", "fees", "amount_received")
#: what a plan was made of
CHOICES = {"company_id", "decimal_mark", "file", "import_again", "journal_id"}


class RowError(UserError):
    """A row that cannot be used; `row` is its line in the file."""

    def __init__(self, message, row, value):
        super().__init__(message)
        self.row, self.value = row, value


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
    decimal_mark = fields.Selection(
        [("auto", "As Written"), (".", "Point: 45,000.50"), (",", "Comma: 45.000,50")],
        required=True,
        default="auto",
        help="As written: point or comma; what may be thousands as well, like 45,000, "
        "is refused.",
    )
    import_again = fields.Boolean(
        "Import Once More",
        copy=False,
        help="Import a file, or a payment without reference, that was there before.",
    )
    file_digest = fields.Char(
        compute="_compute_file_digest", store=True, engine=True, index="btree_not_null"
    )
    payment_ids = fields.Many2many(
        "account.payment", readonly=True, copy=False, engine=True
    )

    @api.depends("file")
    def _compute_file_digest(self):
        for run in self:
            raw = run._file_content() if run._origin else b""
            run.file_digest = raw and sha256(raw).hexdigest()

    def _default_journal_id(self):
        """Return the bank journal where there is no choice."""
        journals = self.env["account.journal"]
        company = journals._check_company_domain(self.env.company)
        found = journals.search([*company, ("type", "=", "bank")], limit=2)
        return found if len(found) == 1 else journals

    def write(self, vals):
        """Forget a plan whose choices change; keep the file that was imported.

        :raises UserError: payments of the file are registered already
        """
        if "file" in vals and any(
            run.state in ("running", "partial", "done") for run in self
        ):
            raise UserError(
                self.env._("This file is imported. Make a new import for another file.")
            )
        if CHOICES.intersection(vals):
            planned = self.filtered(lambda run: run.state == "planned")
            planned._set_state("draft")
        return super().write(vals)

    def _check_may_run(self):
        require_right(self.env, "156202")
        return super()._check_may_run()

    def _counter_labels(self):
        return {
            **super()._counter_labels(),
            "payment": self.env._("Payments"),
            "row": self.env._("Lines"),
            "to_do": self.env._("In the File"),
            "reject": self.env._("Rejected"),
        }

    def _plan(self):
        if self._is_known_file():
            return []
        mark = None if self.decimal_mark == "auto" else self.decimal_mark
        try:
            results, errors = read_payment_file(self._file_content(), mark)
        except PaymentFileError as error:
            self._log("fatal", self._error_text(error), **self._where(error))
            return []
        self._log_unread_columns()
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
        if errors:
            self._count("row", "failed", len(errors))
        return [_as_payload(result) for result in results]

    def _log_unread_columns(self):
        """Name the columns that change nothing, such as a currency."""
        if unread := unread_columns(self._file_content()):
            self._log(
                "warning",
                self.env._(
                    "These columns are not read: %s. Amounts count in the currency of "
                    "the bill.",
                    ", ".join(unread),
                ),
                code="unread_columns",
                file=self.file_name,
                row=1,
            )

    def _final_state(self, done, failed):
        """Rows that could not be read have failed like those that could not be used."""
        unreadable = (self.counters or {}).get("row", {}).get("failed", 0)
        return super()._final_state(done, failed + unreadable)

    def _is_known_file(self):
        """Tell whether the very same file was imported before, and say so."""
        if self.import_again:
            return False
        known = self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("id", "!=", self.id),
                ("file_digest", "=", self.file_digest),
                ("state", "in", ("running", "partial", "done")),
            ],
            limit=1,
        )
        if known:
            self._log(
                "fatal",
                self.env._(
                    "This file was imported already: %(name)s. Resume that import if "
                    "rows of it failed. If the bank sent the same content for other "
                    "payments, tick Import Once More.",
                    name=known.name,
                ),
                code="known_file",
                file=self.file_name,
                record=known,
            )
        return bool(known)

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
        try:
            if payload["accepted"]:
                self._register_payment(payload)
            else:
                self._reject_payment(payload)
        except UserError as error:
            raise self._row_error(payload, str(error)) from error

    def _row_error(self, row, text):
        """Return an error that names file, line and bill."""
        return RowError(
            self.env._(
                "File %(file)s, line %(row)s, bill %(code)s: %(error)s",
                file=self.file_name or "",
                row=row["row"],
                code=" ".join(row["codes"]) or row["code_ext"],
                error=text,
            ),
            row["row"],
            " ".join(row["codes"]),
        )

    def _record_error(self, error):
        """Rows that failed are found by their line."""
        if not isinstance(error, RowError):
            return super()._record_error(error)
        return self._log(
            "error",
            str(error),
            file=self.file_name,
            row=error.row,
            column="code",
            value=error.value,
        )

    def _register_payment(self, row):
        bills = self._bills(row)
        amounts = self._amounts(row, bills)
        payments = self.env["account.payment"]
        known = payments._openimis_known(row["code_ext"], bills, amounts["amount"])
        if known:
            self._confirm_payment(known, row, amounts)
            self._count("payment", "unchanged")
            return
        self._check_looks_new(row, bills, amounts["amount"])
        self._note_surplus(row, bills, amounts["amount"])
        payment = bills.openimis_payment_sent(
            amount=amounts["amount"],
            date=date.fromisoformat(row["date"]) if row["date"] else None,
            journal_id=self.journal_id.id,
            openimis_code_ext=row["code_ext"],
            openimis_code_rcp=row["code_rcp"],
            openimis_code_receipt=row["code_receipt"],
            openimis_label=row["label"],
            openimis_fees=amounts["fees"],
            openimis_amount_received=amounts["amount_received"],
        )
        self.payment_ids |= payment
        self._count("payment", "create")

    def _confirm_payment(self, payment, row, amounts):
        """Note what the file says of a payment that is registered already: nothing.

        :param payment: the `account.payment` record
        :param dict row: what the file says
        :param dict amounts: see :meth:`_amounts`
        """

    def _amounts(self, row, bills):
        """Return the amounts of a row as numbers, 0 for an empty cell.

        :raises UserError: more decimals than the currency has
        """
        amounts = {name: float(row[name] or 0) for name in AMOUNTS}
        for name, amount in amounts.items():
            bills._check_openimis_decimals(amount, row[name])
        return amounts

    def _check_looks_new(self, row, bills, amount):
        """Look for a payment of the same bills, amount and day.

        Without a reference it is taken for the same one; with another reference it is
        said only.

        :raises UserError: the row has no reference, and such a payment is there
        """
        day = row["date"] or fields.Date.to_string(fields.Date.context_today(self))
        alike = bills._openimis_live_payments().filtered(
            lambda payment: (
                fields.Date.to_string(payment.date) == day
                and not payment.currency_id.compare_amounts(payment.amount, amount)
                and payment._openimis_bills() == bills
            )
        )
        if not alike or self.import_again:
            return
        text = self.env._(
            "payment %(payment)s has the same bill, amount and day.",
            payment=alike[0].openimis_code_ext or alike[0].name or "",
        )
        if not row["code_ext"]:
            raise UserError(
                self.env._(
                    "%s The row has no reference, so it is taken for the same payment. "
                    "If it is another one, import it with its reference, or tick "
                    "Import Once More.",
                    text,
                )
            )
        warning = self._row_error(row, text)
        self._log(
            "warning",
            str(warning),
            code="alike",
            file=self.file_name,
            row=row["row"],
            record=alike[0],
        )

    def _note_surplus(self, row, bills, amount):
        """Say that more is paid than is due: a slip of the pen costs money."""
        due = sum(bills.mapped("amount_residual"))
        currency = bills.currency_id[:1]
        if currency.compare_amounts(amount, due) <= 0:
            return
        surplus = self._row_error(
            row,
            self.env._(
                "%(amount)s was paid, %(due)s was due. The rest is a credit with the "
                "third party.",
                amount=formatLang(self.env, amount, currency_obj=currency),
                due=formatLang(self.env, due, currency_obj=currency),
            ),
        )
        self._log(
            "warning",
            str(surplus),
            code="surplus",
            file=self.file_name,
            row=row["row"],
            record=bills[:1],
        )

    def _reject_payment(self, row):
        """Reject the payment registered before, or note the failure on the bills."""
        payment = self._rejected_payment(row)
        if payment:
            payment.openimis_payment_rejected(row["reason"])
        elif self._is_rejected_already(row):
            self._count("payment", "unchanged")
            return
        else:
            self._note_failure(row)
        self._count("payment", "reject")

    def _is_rejected_already(self, row):
        """Tell whether an earlier file, or a person, rejected the same payment.

        :rtype: bool
        """
        found = self.env["account.payment"]._openimis_by_reference(
            row["code_ext"], self.company_id, ("rejected",)
        )
        bills = self._bills(row)
        return any(payment._openimis_bills() == bills for payment in found)

    def _rejected_payment(self, row):
        """Return the live payment a rejection speaks of, or none.

        That with the reference and of the bills named; without a reference the only
        one of the bills, and the amount if there is one.

        :raises UserError: there are several, or the amount is another
        """
        payments = self.env["account.payment"]
        bills = self._bills(row) if row["codes"] else None
        if row["code_ext"]:
            found = payments._openimis_by_reference(row["code_ext"], self.company_id)
            if bills:
                found = found.filtered(lambda p: p._openimis_bills() == bills)
        else:
            found = bills._openimis_live_payments()
        amount = float(row["amount"] or 0)
        same = found.filtered(
            lambda p: not amount or not p.currency_id.compare_amounts(p.amount, amount)
        )
        if found and not same:
            raise UserError(
                self.env._(
                    "the payment to reject has another amount: %s. Reject it by hand.",
                    ", ".join(f"{p.amount:f}" for p in found),
                )
            )
        if len(same) > 1:
            raise UserError(
                self.env._(
                    "several payments may be meant: %s. Name bill and reference.",
                    ", ".join(p.openimis_code_ext or p.name or "" for p in same),
                )
            )
        return same

    def _note_failure(self, row):
        """Tell the bills that a payment nobody registered has failed."""
        bills = self._bills(row)
        text = self.env._("Payment rejected: %s", row["reason"] or row["label"])
        bills._openimis_add_event("4", text, row)
        self._log(
            "warning",
            str(
                self._row_error(
                    row,
                    self.env._(
                        "no such payment is registered. The failure was noted on the "
                        "bill, which stays as it is."
                    ),
                )
            ),
            code="not_registered",
            file=self.file_name,
            row=row["row"],
            record=bills[:1],
        )

    def _bills(self, row):
        """Return the bills a row names, or those of its reference if it names none.

        :raises UserError: a code, or the reference, is unknown
        """
        if not row["codes"]:
            return self._bills_of_reference(row["code_ext"])
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
                    "no bill has the code %s. Correct the code and import the line "
                    "again.",
                    ", ".join(sorted(missing)),
                )
            )
        return bills

    def _bills_of_reference(self, code_ext):
        """Return the bills of the last payments under a reference.

        :raises UserError: no payment has it
        """
        payments = self.env["account.payment"]
        found = payments._openimis_by_reference(code_ext, self.company_id)
        if not found:
            found = payments._openimis_by_reference(
                code_ext, self.company_id, ("rejected",)
            )
        if not found:
            raise UserError(
                self.env._(
                    "no payment has the reference %s, and the line names no bill. Name "
                    "the bill and import the line again.",
                    code_ext,
                )
            )
        return found._openimis_bills()

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
            "no_amount": self.env._("Say how much was paid; it must be above zero."),
            "ambiguous_amount": self.env._(
                "Thousands or decimals? Choose the decimal mark of the file."
            ),
            "too_many_cells": self.env._(
                "The row has more cells than the first line. Put amounts with a comma "
                "into quotation marks."
            ),
            "bad_character": self.env._(
                "The cell holds a character that is no text. Save the file as CSV "
                "again."
            ),
            "shifted": self.env._(
                "This is a status: the cells of the row are shifted. Put amounts with "
                "a comma into quotation marks."
            ),
            "column_twice": self.env._("The column is there twice. Remove one."),
            "no_csv": self.env._("This is no CSV file, or a quotation mark is open."),
            "bad_date": self.env._("This is not a date. Write it as 2026-01-31."),
        }
        return texts[error.code]


def _as_payload(result):
    return {
        "row": result.row,
        "codes": list(result.codes),
        "accepted": result.accepted,
        "amount": _as_text(result.amount),
        "date": result.date.isoformat() if result.date else "",
        "fees": _as_text(result.fees),
        "amount_received": _as_text(result.amount_received),
        "code_ext": result.code_ext,
        "code_rcp": result.code_rcp,
        "code_receipt": result.code_receipt,
        "label": result.label,
        "reason": result.reason,
    }


def _as_text(amount):
    return "" if amount is None else f"{amount:f}"
