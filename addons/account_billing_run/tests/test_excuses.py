import re
from pathlib import Path

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import new_test_user, tagged

from odoo.addons import account, mail

from ..models.results import EXCUSES
from .common import BillingCase

#: where Odoo asks the context what documents, their items and payments are excused from
ASKED = (
    *("account_move", "account_move_line", "account_payment", "sequence_mixin"),
    *("account_partial_reconcile", "account_full_reconcile", "account_tax"),
)
KEY = re.compile(
    r"""context(?:\.get\(|\[)["'](\w+)["']"""
    r"""|["'](\w+)["'] (?:not )?in self\.env\.context"""
)
#: keys that only choose what is shown or proposed
SHOWN = {
    *("active_id", "active_ids", "active_model", "lang", "line_ids", "order_id"),
    *("account_default_taxes", "disable_abnormal_invoice_detection", "journal_id"),
    *("default_currency_id", "default_display_type", "default_journal_id"),
    *("default_move_type", "domain_cumulated_balance", "order_cumulated_balance"),
    *("discard_logo_check", "input_full_display_name", "name_as_amount_total"),
    *("disable_attachment_import", "from_alias", "record", "subtitles", "tz"),
    *("reduced_line_sorting", "partner_id", "account_id", "preferred_account_type"),
    *("append_fields", "dynamic_fiscal_position_id", "formatted_display_name"),
    *("hide_original_tax_ids", "price_unit", "quantity", "search_default_domestictax"),
    "preferred_account_ids",
}
#: keys that only an object of Odoo's own turns on, what makes a payment's entry, and
#: what of taxes is asked of prices, not of entries
HARMLESS = {
    *("bypass_lock_check", "force_payment_move"),
    *("chart_template_load", "compute_all_use_raw_base_lines", "force_price_include"),
    "round_base",
}
#: deeds that are tried with each key alone, too: what several keys open, or lock
EACH = {"lock", "rate"}


@tagged("post_install", "-at_install")
class TestExcuses(BillingCase):
    """What Odoo's own methods excuse each other from, no client is excused from."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = new_test_user(cls.env, "excused", "account.group_account_manager")

    def setUp(self):
        super().setUp()
        self.fees = self.make_fees(100)
        self.move = self.bill().move_ids

    def call(self, model, name, *args, **context):
        """Call a method as a client does."""
        model = self.env(user=self.clerk.id, context={})[model]
        call_kw(model, name, list(args), {"context": context})
        self.env.flush_all()

    def document(self):
        self.env.invalidate_all()
        move, items = self.move, self.move.line_ids
        return (
            *(move.name, move.state, move.move_type, move.amount_total),
            *(move.invoice_currency_rate, move.invoice_date_due, move.inalterable_hash),
            *items.mapped(
                lambda item: (
                    *(item.display_type, item.partner_id.id, item.currency_id.id),
                    *(item.balance, item.amount_currency, item.price_subtotal),
                )
            ),
        )

    def excuses(self):
        """Yield contexts: each key alone, then all of them."""
        values = dict.fromkeys(EXCUSES, True) | {
            "check_move_validity": False,
            "clear_sequence_mixin_cache": False,
            "hash_version": 1,
            "forced_rate_from_register_payment": 1000,
            "chain_info_warnings": False,
            "quick_encoding_vals": {"price_unit": 1},
        }
        yield from ({key: value} for key, value in sorted(values.items()))
        yield values

    def test_every_key_that_odoo_asks_for_is_known(self):
        """An update of Odoo that asks the context for more is noticed here."""
        sources = [
            *(Path(account.__path__[0], "models", f"{n}.py") for n in ASKED),
            Path(mail.__path__[0], "models", "mail_thread.py"),
        ]
        asked = {
            key
            for source in sources[:-1]
            for found in KEY.findall(source.read_text(encoding="utf-8"))
            for key in found
            if key
        }
        self.assertLessEqual(asked, EXCUSES | SHOWN | HARMLESS)
        self.assertIn('"mail_notrack"'.strip('"'), sources[-1].read_text("utf-8"))

    def test_no_key_lets_a_client_do_what_it_may_not_do_without(self):
        """Each deed ends with each key as it ends without any."""
        items, types = self.move.line_ids, ("product", "payment_term")
        line, term = (items.filtered(lambda x, t=t: x.display_type == t) for t in types)
        new = {"move_id": self.move.id, "account_id": self.expense.id, "balance": 5}
        deeds = {
            "price": ("account.move.line", "write", line.ids, {"price_unit": 200}),
            "lines": (
                *("account.move", "write", self.move.ids),
                {"invoice_line_ids": [Command.update(line.id, {"price_unit": 200})]},
            ),
            "owed": ("account.move.line", "write", term.ids, {"balance": -7}),
            "owed, new": ("account.move.line", "create", [new]),
            "owed, gone": ("account.move.line", "unlink", term.ids),
            "rate": (
                *("account.move", "write", self.move.ids),
                {"invoice_currency_rate": 3},
            ),
            "date": ("account.move", "write", self.move.ids, {"date": "2026-01-30"}),
            "due": (
                *("account.move", "write", self.move.ids),
                {"invoice_date_due": "2030-01-01"},
            ),
            "switch": ("account.move", "action_switch_move_type", self.move.ids),
            "number": ("account.move", "write", self.move.ids, {"name": "X/1"}),
            "post": ("account.move", "action_post", self.move.ids),
            "lock": ("account.move", "button_hash", self.move.ids),
            "delete": ("account.move", "unlink", self.move.ids),
        }
        for state in ("draft", "posted"):
            if state == "posted":
                self.move.action_post()
            for name, deed in deeds.items():
                plain = self.outcome(deed, {})
                *alone, together = self.excuses()
                for excuse in (*alone, together) if name in EACH else (together,):
                    with self.subTest(name, state=state, excuse=sorted(excuse)):
                        self.assertEqual(self.outcome(deed, excuse), plain)

    def outcome(self, deed, context):
        """Return how a document ends that is dealt with so; nothing is kept."""
        with self.env.cr.savepoint() as savepoint:
            try:
                self.call(*deed, **context)
                return self.document() if self.move.exists() else "gone"
            except (AccessError, UserError) as refused:
                return type(refused)
            finally:
                savepoint.rollback()
                self.env.invalidate_all()

    def test_confirmed_items_are_no_others(self):
        """Neither more nor fewer, nor of another kind, wherever they come from."""
        self.move.action_post()
        before = self.document()
        line = self.move.invoice_line_ids
        draft = self.init_invoice("in_invoice", amounts=[10])
        other = self.setup_other_currency("EUR")
        moved = {"move_id": self.move.id}
        pair = [
            {**moved, "account_id": self.expense.id, "balance": sign * 5}
            for sign in (1, -1)
        ]
        for deed in (
            ("account.move.line", "create", pair),
            ("account.move.line", "write", draft.line_ids.ids, moved),
            ("account.move.line", "write", line.ids, {"display_type": "cogs"}),
            ("account.move.line", "write", line.ids, {"currency_id": other.id}),
        ):
            for excuse in ({}, [*self.excuses()][-1]):
                with self.subTest(deed, excuse=sorted(excuse)):
                    self.assertIsInstance(self.outcome(deed, excuse), type)
        self.assertEqual(self.document(), before)

    def test_kind_and_number_are_what_odoos_buttons_make_them(self):
        for kind in ("entry", "in_refund", "out_invoice"):
            with self.subTest(kind), self.assertRaises(AccessError):
                self.call("account.move", "write", self.move.ids, {"move_type": kind})
        self.move.action_post()
        for vals in ({"move_type": "entry"}, {"name": "BILL/9999/1"}, {"name": "/"}):
            with self.subTest(vals), self.assertRaises(AccessError):
                self.call("account.move", "write", self.move.ids, vals)
        wizard = (
            self.env["account.resequence.wizard"]
            .with_user(self.clerk)
            .with_context(active_model="account.move", active_ids=self.move.ids)
            .create({"first_name": "BILL/2026/01/0070"})
        )
        wizard.resequence()
        self.assertEqual(self.move.name, "BILL/2026/01/0070")

    def test_no_change_of_a_document_is_kept_out_of_its_history(self):
        """Who changed what is told, whatever a program asks for."""
        self.move.ref = "before"
        self.move.action_post()
        self.env.flush_all()
        tracked = next(
            name
            for name in ("payment_reference", "ref")
            if getattr(self.move._fields[name], "tracking", None)
        )
        before = self.move.message_ids
        for key in ("tracking_disable", "mail_notrack"):
            self.call(
                *("account.move", "write", self.move.ids, {tracked: f"after {key}"}),
                **{key: True},
            )
            self.env.cr.precommit.run()
            told = self.move.message_ids - before
            self.assertIn(
                f"after {key}", str(told.tracking_value_ids.mapped("new_value_char"))
            )
            before = self.move.message_ids
