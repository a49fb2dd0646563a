from odoo import models
from odoo.exceptions import UserError
from odoo.tools.misc import format_amount

from odoo.addons.base.models.res_bank import sanitize_account_number
from odoo.addons.exchange_run.core.zip_file import MAGIC, Archive, ZipError

from ..core import camt


class AccountStatementImport(models.TransientModel):
    """Files of ISO 20022 are read to the cent, each account into its own journal.

    OCA's reader takes damaged files as far as they go, puts all accounts of a file
    into one journal, books what is only announced, and knows no booking again.
    """

    _inherit = "account.statement.import"

    # === READING ===

    def _parse_file(self, data_file):
        files = self._billing_files(data_file)
        if files is None:
            return super()._parse_file(data_file)
        statements = []
        for name, raw in files:
            try:
                statements += camt.read(raw)
            except camt.CamtError as error:
                raise UserError(
                    self.env._(
                        "%(file)s was not imported. %(reason)s",
                        file=name,
                        reason=self._billing_camt_text(error),
                    )
                ) from error
        return [self._billing_values(statement) for statement in statements]

    def _billing_files(self, raw):
        """Return the names and contents of the messages in a file.

        :param bytes raw: the file, which may be an archive of such files
        :return: list of tuples, None for a file of another kind
        :raises UserError: an archive that is not read, or that holds other files, too
        """
        name = self.statement_filename or self.env._("The file")
        if not raw.startswith(MAGIC):
            return [(name, raw)] if camt.is_camt(raw) else None
        try:
            archive = Archive(raw)
            files = [(i.filename, archive.content(i)) for i in archive.members]
        except ZipError as error:
            raise UserError(
                self.env._(
                    "%s is damaged, encrypted or too large. Unpack it, and import its "
                    "files one by one.",
                    name,
                )
            ) from error
        found = [camt.is_camt(content) for _member, content in files]
        if not any(found):
            return None
        if not all(found):
            other = files[found.index(False)][0]
            raise UserError(
                self.env._(
                    "%(file)s holds %(member)s, which is no bank statement. Take it "
                    "out of the archive.",
                    file=name,
                    member=other,
                )
            )
        return files

    def _billing_camt_text(self, error):
        """Return what a file is refused for, and what to do."""
        texts = {
            "too_large": self.env._(
                "It is larger than %(value)s MB. Ask the bank for smaller ones."
            ),
            "no_xml": self.env._(
                "It is damaged, not all of it has arrived, or it has a document type, "
                "which no bank’s file has (line %(value)s). Load it from the bank "
                "again."
            ),
            "no_camt": self.env._(
                "It is no statement (camt.053) and no notification (camt.054)."
            ),
            "intraday": self.env._(
                "It is a report of the day (camt.052), whose bookings come again in "
                "the statement. Import camt.053 or camt.054."
            ),
            "account": self.env._("%(where)s names no account."),
            "currency": self.env._(
                "%(where)s is in no currency, or in several: %(value)s."
            ),
            "amount": self.env._(
                "Entry %(where)s: “%(value)s” is no amount with a dot and two "
                "decimals. Load the file from the bank again."
            ),
            "direction": self.env._(
                "Entry %(where)s: “%(value)s” tells neither credit nor debit."
            ),
            "date": self.env._("Entry %(where)s: “%(value)s” is no day."),
        }
        return texts[error.code] % {"where": error.where, "value": error.value}

    def _billing_values(self, statement):
        """Return a statement as the import takes it.

        :param statement: of `core.camt`
        :rtype: tuple
        """
        vals = {
            "name": statement.name,
            "date": max((t.day for t in statement.transactions), default=False),
            "transactions": [
                self._billing_line_values(statement, transaction)
                for transaction in statement.transactions
            ],
            "billing_closing": statement.closing,
            "billing_skipped": statement.skipped,
        }
        if statement.opening is not None:
            vals["balance_start"] = float(statement.opening)
        return statement.currency, statement.account, [vals]

    def _billing_line_values(self, statement, transaction):
        currency = self._match_currency(statement.currency)
        if transaction.amount != round(transaction.amount, currency.decimal_places):
            raise UserError(
                self.env._(
                    "Statement %(name)s: %(amount)s has more decimals than "
                    "%(currency)s. Nothing was imported.",
                    name=statement.name,
                    amount=transaction.amount,
                    currency=currency.name,
                )
            )
        label = transaction.reference or transaction.text or transaction.partner_name
        if transaction.note == "charges":
            label = label or self.env._("Bank charges")
        return {
            "date": transaction.day,
            # Odoo keeps amounts as floats; each of these is a number of cents
            "amount": float(transaction.amount),
            "payment_ref": label or transaction.entry or self.env._("No text"),
            "ref": transaction.entry or False,
            "partner_name": transaction.partner_name or False,
            "account_number": transaction.partner_account or False,
            "unique_import_id": transaction.key,
            "billing_is_imported": True,
            "billing_entry": transaction.entry or False,
            "billing_reference": transaction.reference or False,
            "billing_end_to_end": transaction.end_to_end or False,
            "billing_batch": transaction.batch or False,
            "billing_is_return": transaction.is_return,
            "billing_return_reason": transaction.return_reason or False,
            "billing_note": transaction.note or False,
            "billing_details": transaction.details,
            "narration": transaction.text or False,
        }

    def _prepare_create_attachment(self, result):
        vals = super()._prepare_create_attachment(result)
        return {**vals, "name": vals["name"] or "bank.xml"}

    # === BOOKING ===

    def _match_journal(self, account_number, currency):
        """Return the journal of exactly this account, in the user's company.

        :raises UserError: the company has no such account, or it is another one's
        """
        number = sanitize_account_number(account_number)
        if not number:
            return super()._match_journal(account_number, currency)
        journals = self.env["account.journal"].search(
            [
                *self.env["account.journal"]._check_company_domain(self.env.company),
                ("type", "=", "bank"),
                ("bank_account_id", "!=", False),
            ]
        )
        found = journals.filtered(lambda j: number in j._billing_account_numbers())
        if len(found) != 1:
            raise UserError(
                self.env._(
                    "Account %(number)s is the account of no bank journal of "
                    "%(company)s, or of several. Choose the company at the top right, "
                    "or enter the account in its journal.",
                    number=account_number,
                    company=self.env.company.display_name,
                )
            )
        own = found.bank_account_id.sanitized_acc_number
        return super()._match_journal(own, currency)

    def _create_bank_statements(self, stmts_vals, result):
        closings, skipped = {}, []
        # OCA's looks at all statements of a file each time
        own = {"statement_ids": [], "notifications": []}
        for vals in stmts_vals:
            closings[vals.get("name")] = vals.pop("billing_closing", None)
            skipped += vals.pop("billing_skipped", [])
            self._billing_leave_known(vals, own)
        with self.env["account.bank.statement.line"]._engine_writes():
            super()._create_bank_statements(stmts_vals, own)
        statements = self.env["account.bank.statement"].browse(own["statement_ids"])
        for statement in statements:
            # the bank's word, which OCA replaces by the sum of the lines
            if (closing := closings.get(statement.name)) is not None:
                statement.balance_end_real = float(closing)
        result["statement_ids"] += own["statement_ids"]
        result["notifications"] += own["notifications"]
        result["notifications"] += self._billing_told(statements, skipped)
        # what it looked like to OCA's button
        return bool(statements)

    def _billing_leave_known(self, vals, result):
        """Take out of a statement the bookings that another file has told already.

        A notification tells the payments of a booking that a statement may have as one
        total, and the other way round: the bank's reference is the same. Payments that
        are told after their total take its place.

        :param dict vals: of the statement
        :param dict result: gets texts for the user, and statements that were changed
        """
        by_entry = {}
        for line in vals["transactions"]:
            if line.get("billing_entry"):
                by_entry.setdefault(line["billing_entry"], []).append(line)
        if not by_entry:
            return
        known = self._billing_known(vals["journal_id"], list(by_entry))
        for entry, given in by_entry.items():
            there = known.get(entry)
            if not there or not self._billing_is_told_by(there, given):
                continue
            gone = {line["unique_import_id"] for line in given}
            vals["transactions"] = [
                line
                for line in vals["transactions"]
                if line["unique_import_id"] not in gone
            ]
            if "balance_start" in vals:
                vals["balance_start"] += sum(line["amount"] for line in given)
            result["notifications"].append(
                self._billing_take_total_apart(there, given, result)
                or self.env._(
                    "Booking %(entry)s of %(amount)s is in %(statement)s already, as "
                    "%(count)s lines: it was not booked again.",
                    entry=entry,
                    amount=self._billing_sum(there),
                    statement=there.statement_id[:1].name or there[:1].name,
                    count=len(there),
                )
            )

    def _billing_known(self, journal_id, entries):
        """Return {bank's reference: lines of the journal that have it}."""
        lines = self.env["account.bank.statement.line"].search(
            [("journal_id", "=", journal_id), ("billing_entry", "in", entries)]
        )
        return lines.grouped("billing_entry")

    def _billing_is_told_by(self, there, given):
        """Tell whether lines are the bookings that a file tells in other words.

        The very same lines are no matter of ours: the import knows them by itself.

        :param there: lines of the bank
        :param list given: values of lines
        """
        keys = set(there.mapped("unique_import_id"))
        if all(line["unique_import_id"] in keys for line in given):
            return False
        total = sum(line["amount"] for line in given)
        same_day = {line["date"] for line in given} == set(there.mapped("date"))
        booked = sum(there.mapped("amount"))
        return same_day and not there.currency_id.compare_amounts(total, booked)

    def _billing_sum(self, lines):
        return format_amount(
            self.env, sum(lines.mapped("amount")), lines.currency_id[:1]
        )

    def _billing_take_total_apart(self, there, given, result):
        """Put the payments of a booking in the place of its total.

        :param there: the bank's lines of the booking
        :param list given: values of its payments
        :param dict result: gets the statement
        :return: text for the user, empty where there is no such total, it is matched,
            or Odoo refuses, such as in a closed period
        """
        named = ("billing_reference", "billing_end_to_end")
        if len(there) != 1 or there.is_reconciled or any(there[n] for n in named):
            return ""
        if not any(line.get(name) for line in given for name in named):
            return ""
        statement, amount = there.statement_id, self._billing_sum(there)
        lines = there.browse()
        try:
            with self.env.cr.savepoint(), lines._engine_writes():
                there.statement_id = False  # of a whole statement nothing is deleted
                there.unlink()
                lines.create([{**line, "statement_id": statement.id} for line in given])
        except UserError:
            self.env.invalidate_all()
            return ""
        result["statement_ids"] += statement.ids
        return self.env._(
            "Booking %(entry)s of %(amount)s was in %(statement)s as one total: its "
            "%(count)s payments have taken its place.",
            entry=given[0]["billing_entry"],
            amount=amount,
            statement=statement.name or "",
            count=len(given),
        )

    def _billing_told(self, statements, skipped):
        """Return what the user is told about what was imported."""
        texts = []
        if skipped:
            texts.append(
                self.env._(
                    "%s entries are announced and not booked yet: they were left out, "
                    "and come again.",
                    len(skipped),
                )
            )
        left = statements.line_ids.filtered("billing_to_decide")
        if left:
            texts.append(
                self.env._(
                    "%(left)s of %(all)s lines are left to decide: Accounting ‣ Bank "
                    "Lines to Decide says why.",
                    left=len(left),
                    all=len(statements.line_ids),
                )
            )
        return texts
