import json
import logging
from contextlib import contextmanager
from hashlib import sha256

from psycopg2 import DataError
from psycopg2.errors import LockNotAvailable
from psycopg2.extras import Json

from odoo import api, fields, models
from odoo.exceptions import RedirectWarning, UserError
from odoo.fields import Command

from ..core.ledger import LedgerRefused, check_key, read_entry

_logger = logging.getLogger(__name__)

#: Milliseconds a request waits for what another one holds.
LOCK_WAIT = 3000
#: Letters of a reason: what is wrong may be long itself.
MAX_REASON = 500


class OpenimisLedgerEntry(models.Model):
    """Entry point for openIMIS' own ledger: one entry, one journal entry.

    Answers the contract of openIMIS' ledger replication: `send(ledger_entry,
    idempotency_key)` gives success, rejected or timeout; a timeout is retried by the
    sender with the same key, a rejection never (spec section 8).
    """

    _name = "openimis.ledger.entry"
    _description = "openIMIS Ledger Entry"
    _check_company_auto = True
    _order = "id desc"
    _rec_name = "key"

    company_id = fields.Many2one("res.company", required=True, index=True)
    key = fields.Char("Idempotency Key", required=True, readonly=True)
    digest = fields.Char(readonly=True)
    payload = fields.Json(
        readonly=True,
        groups="openimis_payable.group_right_156101",
        help="The entry as it was sent. Its texts may name persons and what they were "
        "treated for: they stay here and are no part of the journal entry.",
    )
    move_id = fields.Many2one(
        "account.move",
        "Journal Entry",
        readonly=True,
        check_company=True,
        ondelete="restrict",
    )

    _key_uniq = models.UniqueIndex(
        "(company_id, key)", "This ledger entry was received already."
    )

    @api.model
    def send(self, ledger_entry, idempotency_key):
        """Book an entry of openIMIS' ledger.

        :param dict ledger_entry: `date` (YYYY-MM-DD), `journal` (code), `currency`
            (ISO 4217), `reference`, `description` and `lines`, each with `account`
            (code), `debit` or `credit` (text or number), `label`, `party` (openIMIS
            UUID or code of a third party); `description` and `label` are kept with
            the entry as it was sent and do not go into the books
        :param str idempotency_key: `{target}:{transaction uuid}`; the same key never
            books twice
        :return: dict with `status` (success, rejected or timeout),
            `external_reference` (number of the journal entry) and `rejection_reason`
        :raises AccessError: the caller may not create journal entries
        """
        self.env["account.move"].check_access("create")
        try:
            check_key(idempotency_key)
            digits = self.env.company.currency_id.decimal_places
            entry = read_entry(ledger_entry, digits)
            return self._book(entry, ledger_entry, idempotency_key)
        except (LedgerRefused, UserError, RedirectWarning) as error:
            return _result("rejected", reason=str(error.args[0] if error.args else ""))
        except DataError as error:
            # nothing was booked; sent again it would end the same way
            _logger.info("openIMIS ledger entry refused: %s", type(error).__name__)
            reason = self.env._("The entry holds a value that cannot be kept.")
            return _result("rejected", reason=reason)
        except LockNotAvailable:
            # the key, or the journal, is taken at this moment: nothing was booked
            return _result("timeout")

    def _book(self, entry, payload, key):
        digest = sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
        known = self.search(
            [("company_id", "=", self.env.company.id), ("key", "=", key)], limit=1
        )
        if known:
            return known._answer_again(digest)
        with self._short_waits():
            register = self._take_key(key, digest, payload)
            vals = self._prepare_move_vals(entry, key)
            move = self.env["account.move"].create(vals)
            move._post(soft=False)
            if move.date != entry.date:
                # Odoo moves what falls into a locked period to another day; the
                # sender's ledger would have it in the period that was closed
                raise UserError(
                    self.env._(
                        "The period of %(date)s is locked. Book the entry on a later "
                        "day, or have the period opened.",
                        date=entry.date,
                    )
                )
            register.move_id = move
        return _result("success", move.name)

    def _take_key(self, key, digest, payload):
        """Write the key down before anything is booked.

        Whoever has it at the same time is waited for. If he keeps it, the database
        makes Odoo run this request again, which then finds his result.

        :return: the new record, as superuser
        """
        now = self.env.cr.now()
        row = (self.env.company.id, key, digest, Json(payload), self.env.uid, now)
        # quietly: another request with the key is no error
        self.env.cr.execute(
            """
            INSERT INTO openimis_ledger_entry
                   (company_id, key, digest, payload, create_uid, create_date)
            VALUES %s
            ON CONFLICT (company_id, key) DO NOTHING RETURNING id
            """,
            [row],
            log_exceptions=False,
        )
        # sudo: the register of keys is the server's own; the right to book was checked
        return self.sudo().browse(self.env.cr.fetchone()[0])

    @contextmanager
    def _short_waits(self):
        """Undo the block if it fails, or has to wait long for a lock."""
        with self.env.cr.savepoint():
            # the sender does not wait for ever, and counts on an answer
            self.env.cr.execute("SET LOCAL lock_timeout = %s", [LOCK_WAIT])
            yield
        self.env.cr.execute("SET LOCAL lock_timeout = 0")

    def _answer_again(self, digest):
        if digest != self.digest:
            reason = self.env._("The key was used for another entry.")
            return _result("rejected", reason=reason)
        return _result("success", self.move_id.name)

    def _prepare_move_vals(self, entry, key):
        company = self.env.company
        currency = self._find_currency(entry.currency or company.currency_id.name)
        parties = self._parties(entry)
        accounts = self._accounts(entry)
        journal = self._find_journal(entry.journal)
        return {
            "move_type": "entry",
            "company_id": company.id,
            "journal_id": journal.id,
            "date": entry.date,
            "ref": entry.reference,
            "currency_id": currency.id,
            "line_ids": [
                Command.create(
                    {
                        "account_id": accounts[line.account].id,
                        "partner_id": parties.get(line.party or line.funder),
                        "name": self._label(entry.reference or key, line),
                        "currency_id": currency.id,
                        "amount_currency": float(line.debit - line.credit),
                        "debit": float(line.debit),
                        "credit": float(line.credit),
                    }
                )
                for line in entry.lines
            ],
        }

    def _label(self, reference, line):
        """Label of a line: the reference, and who pays for a party's amount.

        The sender's own texts may name a person or a diagnosis, and everybody who
        keeps the books reads labels.
        """
        if line.party and line.funder:
            return self.env._(
                "%(label)s (funder: %(funder)s)", label=reference, funder=line.funder
            )
        return reference

    def _find_currency(self, code):
        company = self.env.company
        if code != company.currency_id.name:
            raise UserError(
                self.env._(
                    "Currency %(currency)s is not that of the books, %(own)s.",
                    currency=code,
                    own=company.currency_id.name,
                )
            )
        return company.currency_id

    def _find_journal(self, code):
        domain = [("company_id", "=", self.env.company.id)]
        domain.append(("code", "=", code) if code else ("type", "=", "general"))
        journal = self.env["account.journal"].search(domain, limit=1)
        if not journal:
            raise UserError(self.env._("Journal %(code)s is not known.", code=code))
        return journal

    def _accounts(self, entry):
        codes = {line.account for line in entry.lines}
        found = self.env["account.account"].search(
            [("code", "in", list(codes)), ("company_ids", "in", self.env.company.ids)]
        )
        accounts = {account.code: account for account in found}
        if missing := sorted(codes - set(accounts)):
            raise UserError(
                self.env._(
                    "Accounts %(codes)s are not known.", codes=", ".join(missing)
                )
            )
        return accounts

    def _parties(self, entry):
        """{openIMIS UUID or code: partner id} of facilities, insurees and funders.

        :raises UserError: a party nobody knows; it would be lost in the books
        """
        names = {line.party for line in entry.lines if line.party}
        names |= {line.funder for line in entry.lines if line.funder}
        partners = self.env["res.partner"].search(
            [
                ("company_id", "in", (False, self.env.company.id)),
                "|",
                ("openimis_uuid", "in", list(names)),
                ("openimis_code", "in", list(names)),
            ]
        )
        found = {partner.openimis_code: partner.id for partner in partners}
        found |= {partner.openimis_uuid: partner.id for partner in partners}
        found = self._other_parties(names - set(found)) | found
        if missing := sorted(names - set(found)):
            raise UserError(
                self.env._("Parties %(names)s are not known.", names=", ".join(missing))
            )
        return found

    def _other_parties(self, names):
        """{openIMIS UUID or code: partner id} of who has no code in the address book.

        An insuree becomes a partner when first booked, as when first paid in cash.
        """
        found = {}
        company = self.env.company
        for model, code in (
            ("openimis.payer", "code"),
            ("openimis.officer", "code"),
            ("openimis.insuree", "chf_id"),
        ):
            # sudo: the ledger names parties by number; whoever may book the entry
            # need not be allowed to see the insured persons
            parties = (
                self.env[model]
                .sudo()
                .search(
                    [
                        ("company_id", "=", company.id),
                        "|",
                        ("openimis_uuid", "in", list(names)),
                        (code, "in", list(names)),
                    ]
                )
            )
            parties._ensure_partners()
            for party in parties:
                found[party[code]] = party.partner_id.id
                found[party.openimis_uuid] = party.partner_id.id
        found.pop(False, None)
        return found


def _result(status, reference=None, reason=None):
    return {
        "status": status,
        "external_reference": reference,
        "rejection_reason": reason and reason[:MAX_REASON],
    }
