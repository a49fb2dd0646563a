"""One table: Odoo's own buttons on a document, whatever the document bills.

Mixed into a test case of an addon that makes documents out of sources. After each
button the document, its sources, its payments and what the addon tells others say the
same; where that cannot be, the button is refused in words and nothing has changed.
"""

from datetime import timedelta
from traceback import format_exc

from odoo import SUPERUSER_ID, Command, fields
from odoo.exceptions import RedirectWarning, UserError
from odoo.tools import mute_logger

LOCKS = ("fiscalyear_lock_date", "tax_lock_date", "hard_lock_date")
#: engine fields that no import may give
MADE_BY_RUNS = ("billing_run_model", "billing_run_id")
#: how Odoo's own import reads a file of commas
CSV = {
    "has_headers": True,
    "quoting": '"',
    "separator": ",",
    "encoding": "utf-8",
    "date_format": "%Y-%m-%d",
    "datetime_format": "",
    "float_thousand_separator": "",
    "float_decimal_separator": ".",
}


class ButtonTable:
    """Needs `make_draft` and `bill_anew`; `check_kind` adds the addon's own truth."""

    #: who presses the buttons; None for the test's own user
    presser = None
    #: Odoo leaves a payment that is reset to draft matched with what it paid
    draft_pays = True
    #: words of the refusal of *Reverse and Create*
    instead = "Bill Again"
    #: words of the refusal where invoice lines follow others, and nobody changes them
    lines_follow = None

    def make_draft(self):
        """Return a draft that bills sources."""
        raise NotImplementedError

    def bill_anew(self):
        """Run once more what bills sources; return the documents made."""
        raise NotImplementedError

    def check_kind(self, billed, day):
        """Compare what the addon tells of `self.move`.

        :param bool billed: whether it bills its sources
        :param str day: when it was paid in full, or None
        """

    def test_every_button_leads_to_the_same_truth(self):
        wrong = []
        for name in dir(self):
            if not name.startswith("_press_"):
                continue
            savepoint = self.env.cr.savepoint()
            try:
                self._prepare()
                getattr(self, name)()
            except Exception:  # all buttons are told, not the first wrong one only
                wrong.append(f"{name}\n{format_exc(limit=-4)}")
            finally:
                savepoint.close(rollback=True)
                self.env.invalidate_all()
                self.env.registry.clear_cache()
        self.assertFalse(wrong, "\n".join(wrong))

    # === THE DOCUMENT ===

    def _prepare(self):
        draft = self.make_draft()
        self.move = draft.with_user(self.presser or self.env.user)
        self.links = draft.sudo().billing_link_ids
        self.assertTrue(self.links)
        self.total = draft.amount_total
        self.company = draft.company_id.sudo()
        self.bank = (
            self.env["account.journal"]
            .sudo()
            .search(
                [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
            )
        )
        outstanding = (
            self.env["account.account"]
            .sudo()
            .create(
                {
                    "name": "On its way",
                    "code": "101498",
                    "account_type": "asset_current",
                    "reconcile": True,
                    "company_ids": [Command.set(self.company.ids)],
                }
            )
        )
        methods = self.bank.outbound_payment_method_line_ids
        methods |= self.bank.inbound_payment_method_line_ids
        methods.payment_account_id = outstanding

    def truth(self, state="posted", billed=True, due=None, day=None):
        """Check that all say the same.

        :param str state: of the document
        :param bool billed: whether it bills its sources
        :param float due: what is open; all of it when None
        :param str day: when it was paid in full, or None
        """
        self.env.flush_all()
        self.env.invalidate_all()
        move = self.move.sudo()
        self.assertEqual(move.state, state)
        if state == "posted":
            due = self.total if due is None else due
            self.assertAlmostEqual(move.amount_residual, due, 2)
        self.assertEqual(
            set(self.links.mapped("state")), {"active" if billed else "released"}
        )
        for link in self.links:
            source = self.env[link.res_model].sudo().browse(link.res_id)
            self.assertEqual(source.billing_move_id, move if billed else move.browse())
        with self.env.cr.savepoint() as savepoint:
            again = self.bill_anew()
            self.assertEqual(bool(again), not billed, "billed twice, or not at all")
            if again:
                self.assertAlmostEqual(sum(again.mapped("amount_total")), self.total, 2)
            savepoint.rollback()
            self.env.invalidate_all()
        self.check_kind(billed, day)

    def refused(self, deed, words=""):
        """Do what must be refused in words."""
        with (
            self.assertRaisesRegex(UserError, words),
            self.env.cr.savepoint(),
            mute_logger("odoo.sql_db"),
        ):
            deed()

    def post(self):
        """Confirm the document."""
        self.move.action_post()
        return self.move

    def plain(self):
        """Return a plain document of the same third party: a copy, dated alike."""
        copy = self.move.sudo().copy({"invoice_date": self.move.invoice_date})
        return copy.with_user(self.move.env.user)

    def owed(self, moves=None):
        """Return the items that are to be paid."""
        return (moves or self.move).line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        )

    # === REVERSING ===

    def _reversal(self):
        return (
            self.env["account.move.reversal"]
            .with_user(self.move.env.user)
            .with_context(active_model="account.move", active_ids=self.move.ids)
            .create({"journal_id": self.move.journal_id.id})
        )

    def _press_credit_note(self):
        self.post()
        self._reversal().refund_moves()
        note = self.move.reversal_move_ids
        self.assertFalse(note.sudo().billing_link_ids)
        self.truth()
        note.action_post()
        self.assertEqual(self.move.payment_state, "reversed")
        self.truth(due=0)
        self.move.action_bill_again()
        self.truth(billed=False, due=0)

    def _press_credit_note_in_part(self):
        self.post()
        self._reversal().refund_moves()
        note = self.move.reversal_move_ids
        line = note.invoice_line_ids.filtered("price_unit")[:1]
        line.with_user(self.move.env.user).price_unit /= 2
        note.action_post()
        items = (self.owed() | self.owed(note)).filtered(lambda x: not x.reconciled)
        if not note.line_ids.matched_debit_ids | note.line_ids.matched_credit_ids:
            items.with_user(self.move.env.user).reconcile()
        self.truth(due=self.total - note.amount_total)
        self.refused(self.move.action_bill_again, "cover")

    def _press_reverse_and_create(self):
        self.post()
        wizard = self._reversal()
        self.assertTrue(wizard.billing_no_modify)
        self.refused(wizard.modify_moves, self.instead)
        self.truth()

    # === LIFE ===

    def _press_reset_and_confirm(self):
        self.post()
        self.move.button_draft()
        self.truth("draft")
        self.post()
        self.truth()

    def _press_reset_and_cancel(self):
        self.post()
        self.move.button_draft()
        self.move.button_cancel()
        self.truth("cancel", billed=False)
        self.move.button_draft()
        self.truth("draft")
        self.move.button_cancel()
        self.assertTrue(self.bill_anew())
        self.refused(self.move.button_draft)
        self.assertEqual(self.move.state, "cancel")

    def _press_reset_of_what_is_paid(self):
        self.post()
        payment = self._register(self.move)
        self.move.button_draft()
        self.truth("draft")
        self.post()
        line = self._counterpart(payment)
        if not line.reconciled:
            self.truth()
            self.move.js_assign_outstanding_line(line.id)
        self.truth(due=0, day=str(payment.date))

    def _press_delete_draft(self):
        self.move.unlink()
        again = self.bill_anew()
        self.assertAlmostEqual(sum(again.mapped("amount_total")), self.total, 2)

    def _press_duplicate(self):
        self.post()
        copy = self.plain()
        self.assertFalse(copy.sudo().billing_link_ids or copy.sudo().billing_run_id)
        copy.action_post()
        self.truth()

    # === FROM THE LIST ===

    def _press_confirm_in_the_list(self):
        both = self.move | self.plain()
        both.action_validate_moves_with_confirmation()
        self.assertEqual(set(both.mapped("state")), {"posted"})
        self.truth()

    def _press_confirm_and_secure_in_the_list(self):
        self.move.journal_id.sudo().restrict_mode_hash_table = True
        both = self.move | self.plain()
        action = both.action_validate_moves_with_confirmation()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        wizard = wizard.with_user(self.move.env.user)
        wizard.force_hash = True
        wizard.validate_move()
        self.assertTrue(all(both.sudo().mapped("inalterable_hash")))
        self.refused(self.move.button_draft)
        self.truth()
        self._reversal().refund_moves()
        self.move.reversal_move_ids.action_post()
        self.truth(due=0)
        company = self.company.with_user(SUPERUSER_ID)
        company.env.user.group_ids |= self.env.ref("account.group_account_user")
        results = company._check_hash_integrity()["results"]
        self.assertNotIn("corrupted", [row["status"] for row in results])

    def _press_delete_in_the_list(self):
        self.post()
        draft = self.plain()
        self.refused((self.move | draft).unlink)
        self.assertTrue(draft.exists())
        self.truth()

    def _press_import(self):
        self.post()
        number = self.move.id
        moves = self.env["account.move"].with_user(self.move.env.user)
        for name in MADE_BY_RUNS:
            value = "7" if name == "billing_run_id" else "res.partner"
            result = moves.load([".id", name], [[str(number), value]])
            self.assertTrue(result["messages"], name)
        self.assertTrue(moves.load([".id", "amount_total"], [[str(number), "1"]]))
        self.truth()

    def _import(self, columns, *rows):
        """Import rows as Odoo's own screen does, as who presses; return its answer."""
        lines = [",".join(str(value) for value in row) for row in (columns, *rows)]
        wizard = (
            self.env["base_import.import"]
            .with_user(self.move.env.user)
            .create(
                {
                    "res_model": "account.move",
                    "file": "\n".join(lines).encode(),
                    "file_name": "bills.csv",
                    "file_type": "text/csv",
                }
            )
        )
        answer = wizard.execute_import(list(columns), list(columns), dict(CSV))
        self.env.flush_all()
        self.env.invalidate_all()
        return answer

    def _import_price(self, price):
        line = self.move.invoice_line_ids.filtered("price_unit")[:1]
        columns = (".id", "invoice_line_ids/.id", "invoice_line_ids/price_unit")
        return self._import(columns, (self.move.id, line.id, price))

    def _press_import_of_another_document(self):
        columns = (
            "move_type",
            "partner_id/.id",
            "invoice_date",
            "invoice_line_ids/name",
            "invoice_line_ids/price_unit",
        )
        kind, partner = self.move.move_type, self.move.commercial_partner_id.id
        answer = self._import(
            columns,
            (kind, partner, "2026-01-31", "Paper", 30),
            ("", "", "", "Ink", 12),
        )
        self.assertFalse(answer["messages"])
        other = self.env["account.move"].browse(answer["ids"]).sudo()
        self.assertEqual((len(other), other.amount_untaxed), (1, 42))
        self.assertFalse(other.billing_link_ids or other.billing_run_id)
        self.truth("draft")
        other.with_user(self.move.env.user).action_post()
        self.post()
        self.truth()

    def _press_import_of_lines_into_the_draft(self):
        price = self.move.invoice_line_ids.filtered("price_unit")[:1].price_unit
        self.assertFalse(self._import_price(price / 2)["messages"])
        self.truth("draft")
        if self.lines_follow:
            self.refused(self.move.action_post, self.lines_follow)
        self.assertFalse(self._import_price(price)["messages"])
        self.post()
        self.truth()

    def _press_import_of_lines_into_what_is_confirmed(self):
        self.post()
        messages = self._import_price(1)["messages"]
        self.assertEqual({message["type"] for message in messages}, {"error"})
        self.assertRegex(messages[0]["message"], "posted|Reset|draft")
        self.truth()

    def _press_another_currency(self):
        currencies = self.env["res.currency"].sudo().with_context(active_test=False)
        other = currencies.search([("id", "!=", self.move.currency_id.id)], limit=1)
        other.active = True
        self.refused(lambda: self.move.write({"currency_id": other.id}), "currency")
        kind = self.move.journal_id.type
        journal = (
            self.env["account.journal"]
            .sudo()
            .create(
                {
                    "name": "Foreign",
                    "code": "FRGN",
                    "type": kind,
                    "currency_id": other.id,
                    "company_id": self.company.id,
                }
            )
        )
        self.refused(lambda: self.move.write({"journal_id": journal.id}), "currency")
        self.truth("draft")
        self.post()
        self.truth()

    # === ITEMS AND LOCKS ===

    def _press_items_of_what_is_confirmed(self):
        self.post()
        line = self.move.invoice_line_ids.filtered("price_unit")[:1]
        for vals in ({"price_unit": 1}, {"quantity": 9}, {"balance": 1}):
            self.refused(lambda vals=vals: line.write(vals), "Reset|draft")
        self.refused(lambda: self.owed().write({"balance": 1}))
        self.refused(line.unlink)
        self.truth()

    def _locks(self):
        """Return the lock dates that concern the document; the hard one is the last."""
        taxed = bool(self.move.invoice_line_ids.tax_ids)
        return [lock for lock in LOCKS if taxed or lock != "tax_lock_date"]

    def _date(self):
        """Give the document a day that is over; return it."""
        past = fields.Date.today() - timedelta(days=40)
        self.move.invoice_date = min(self.move.invoice_date or past, past)
        self.env.flush_all()
        return self.move.date

    def _press_confirm_into_a_locked_period(self):
        day = self._date()
        kind = "purchase" if self.move.is_purchase_document() else "sale"
        for lock in (f"{kind}_lock_date", *self._locks()[:-1]):
            with self.subTest(lock=lock), self.env.cr.savepoint() as savepoint:
                self.company[lock] = day
                self.move.action_post()
                self.assertGreater(self.move.date, day)
                self.truth()
                savepoint.rollback()
                self.env.invalidate_all()

    def _press_change_in_a_locked_period(self):
        day = self._date()
        self.post()
        for lock in self._locks():
            with self.subTest(lock=lock), self.env.cr.savepoint() as savepoint:
                drafts = (
                    self.env["account.move"]
                    .sudo()
                    .search(
                        [
                            ("company_id", "=", self.company.id),
                            ("state", "=", "draft"),
                            ("date", "<=", day),
                        ]
                    )
                )
                drafts.unlink()
                self.company[lock] = day
                self.refused(self.move.button_draft)
                self._reversal().refund_moves()
                note = self.move.reversal_move_ids
                note.action_post()
                self.assertGreater(note.date, day)
                self.truth(due=0)
                savepoint.rollback()
                self.env.invalidate_all()

    def _press_hard_lock_over_the_draft(self):
        day = self._date()
        with self.assertRaises(RedirectWarning) as refusal, self.env.cr.savepoint():
            self.company.hard_lock_date = day
        self.assertIn("draft", str(refusal.exception))

    # === MONEY ===

    def _register(self, moves, **vals):
        return (
            self.env["account.payment.register"]
            .with_user(self.move.env.user)
            .with_context(active_model="account.move", active_ids=moves.ids)
            .create({"journal_id": self.bank.id, **vals})
            ._create_payments()
        )

    def _counterpart(self, payment):
        return payment.sudo().move_id.line_ids.filtered(
            lambda line: line.account_id == payment.destination_account_id
        )

    def _press_register_payment(self):
        self.post()
        payment = self._register(self.move)
        self.truth(due=0, day=str(payment.date))
        payment.action_draft()
        if not self.draft_pays:
            self.truth()
        payment.action_post()
        self.truth(due=0, day=str(payment.date))
        payment.action_draft()
        payment.action_cancel()
        self.truth()

    def _press_register_payment_in_part(self):
        self.post()
        self._register(self.move, amount=1)
        self.truth(due=self.total - 1)
        payment = self._register(self.move)
        self.truth(due=0, day=str(payment.date))

    def _press_register_payment_in_the_list(self):
        other = self.plain()
        (self.post() | other).filtered(lambda m: m.state == "draft").action_post()
        payments = self._register(self.move | other, group_payment=False)
        self.assertEqual(len(payments), 2)
        self.truth(due=0, day=str(payments[0].date))

    def _press_register_payment_grouped(self):
        other = self.plain()
        (self.post() | other).filtered(lambda m: m.state == "draft").action_post()
        payment = self._register(self.move | other, group_payment=True)
        self.assertEqual((len(payment), payment.amount), (1, 2 * self.total))
        self.truth(due=0, day=str(payment.date))
        payment.action_draft()
        payment.action_cancel()
        self.truth()

    def _press_outstanding_add_and_remove(self):
        self.post()
        inbound = self.move.is_inbound()
        payment = (
            self.env["account.payment"]
            .with_user(self.move.env.user)
            .create(
                {
                    "payment_type": "inbound" if inbound else "outbound",
                    "partner_type": "customer" if inbound else "supplier",
                    "partner_id": self.move.commercial_partner_id.id,
                    "amount": self.total,
                    "date": self.move.date,
                    "journal_id": self.bank.id,
                }
            )
        )
        payment.action_post()
        self.truth()
        line = self._counterpart(payment)
        line.sudo().account_id = self.owed().account_id
        self.move.js_assign_outstanding_line(line.id)
        self.truth(due=0, day=str(payment.date))
        owed = self.owed().sudo()
        partial = owed.matched_debit_ids | owed.matched_credit_ids
        self.move.js_remove_outstanding_partial(partial.id)
        self.truth()

    def _press_bank_reconciliation(self):
        self.post()
        sign = 1 if self.move.is_inbound() else -1
        line = (
            self.env["account.bank.statement.line"]
            .sudo()
            .create(
                {
                    "journal_id": self.bank.id,
                    "date": self.move.date,
                    "payment_ref": "Transfer",
                    "partner_id": self.move.commercial_partner_id.id,
                    "amount": sign * self.total,
                }
            )
        )
        _bank, suspense, _other = line._seek_for_lines()
        suspense.account_id = self.owed().account_id
        (suspense.with_user(self.move.env.user) | self.owed()).reconcile()
        self.truth(due=0, day=str(line.date))
        line.action_undo_reconciliation()
        self.truth()
