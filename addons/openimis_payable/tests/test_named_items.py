from odoo import Command
from odoo.exceptions import UserError
from odoo.service.model import call_kw
from odoo.tests import new_test_user, tagged

from .common import SERVICE, OpenimisCase


@tagged("post_install", "-at_install")
class TestNamedItems(OpenimisCase):
    """Who makes or changes one document touches no item of another one with it.

    Odoo's lists of items take commands about any item, whosever it is.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for number in (1, 2, 3):
            facility = cls._facility(f"HF-{number}", cls.district_a)
            cls._claim(f"C{number}", SERVICE, health_facility_id=facility.id)
        closing = cls._closing(types=cls._types("claim"))
        closing.action_generate()
        cls.posted, cls.draft, cls.mine = closing.move_ids
        cls.posted.action_post()
        cls.owed = cls.posted.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        )
        cls.item = cls.draft.invoice_line_ids[:1]
        cls.bookkeeper = new_test_user(
            cls.env,
            "named_bookkeeper",
            "account.group_account_invoice",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        accounts = cls.env["account.account"].search(
            [("company_ids", "in", cls.company.ids), ("account_type", "=", "expense")]
        )
        cls.expense = accounts[0]
        cls.journal = cls.env["account.journal"].search(
            [("company_id", "=", cls.company.id), ("type", "=", "general")], limit=1
        )
        cls.bank = cls.env["account.journal"].search(
            [("company_id", "=", cls.company.id), ("type", "=", "bank")], limit=1
        )

    def setUp(self):
        super().setUp()
        self.district_user = self._user("named_area", rights=["156102", "156103"])
        self.district_user.openimis_location_ids = self.district_b
        self.elsewhere = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "openimis_type": "other",
                "partner_id": self.facility_b.id,
                "openimis_location_id": self.district_b.id,
                "invoice_date": "2026-01-31",
            }
        )
        self.env.flush_all()

    def entry(self, *commands, **item):
        """Return the values of a balanced entry with further commands."""
        amount = abs(self.owed.balance)
        account = self.owed.account_id.id
        return {
            "move_type": "entry",
            "journal_id": self.journal.id,
            "date": "2026-01-31",
            "line_ids": [
                Command.create({"account_id": account, "debit": amount, **item}),
                Command.create({"account_id": self.expense.id, "credit": amount}),
                *commands,
            ],
        }

    def commands(self):
        """Return {what is tried: command about an item of somebody else's bill}."""
        return {
            "change an item": Command.update(self.item.id, {"name": "x"}),
            "change a price": Command.update(self.item.id, {"price_unit": 1}),
            "take an item": Command.link(self.item.id),
            "take items": Command.set(self.item.ids),
            "delete an item": Command.delete(self.item.id),
            "delete what is owed": Command.delete(self.owed.id),
            "take what is owed": Command.link(self.owed.id),
            "settle": Command.update(self.owed.id, {"date_maturity": "2030-01-01"}),
        }

    def truth(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return [
            (
                *(move.state, move.payment_state),
                *(move.amount_total, move.amount_residual),
                *(
                    (line.id, line.name, line.balance, line.date_maturity)
                    for line in move.line_ids
                ),
            )
            for move in self.posted | self.draft
        ]

    def refused(self, user, model, method, *args):
        """Call as a client does what must be refused, and must change nothing."""
        before = self.truth()
        model = self.env(user=user.id, context={})[model]
        with self.assertRaises(UserError), self.env.cr.savepoint():
            call_kw(model, method, list(args), {})
            self.env.flush_all()
        self.assertEqual(self.truth(), before)

    def test_who_makes_an_entry_touches_no_item_of_a_bill(self):
        for what, command in self.commands().items():
            with self.subTest(what):
                vals = self.entry(command)
                self.refused(self.bookkeeper, "account.move", "create", vals)

    def test_who_makes_a_line_of_a_statement_touches_no_item_of_a_bill(self):
        line = {"journal_id": self.bank.id, "payment_ref": "x", "amount": -5}
        for what, command in self.commands().items():
            with self.subTest(what):
                vals = {**line, "date": "2026-01-31", "line_ids": [command]}
                args = ("account.bank.statement.line", "create", vals)
                self.refused(self.bookkeeper, *args)

    def test_who_makes_an_entry_settles_no_bill_with_it(self):
        amount = abs(self.owed.balance)
        match = {
            "credit_move_id": self.owed.id,
            "amount": amount,
            "debit_amount_currency": amount,
            "credit_amount_currency": amount,
        }
        vals = self.entry(matched_credit_ids=[Command.create(match)])
        self.refused(self.bookkeeper, "account.move", "create", vals)

    def test_who_changes_a_bill_of_his_area_touches_none_elsewhere(self):
        for what, command in self.commands().items():
            for field in ("line_ids", "invoice_line_ids"):
                with self.subTest(what, field=field):
                    vals = {field: [command]}
                    args = ("account.move", "write", self.elsewhere.ids, vals)
                    self.refused(self.district_user, *args)

    def test_who_makes_a_bill_touches_no_other_one(self):
        for what, command in self.commands().items():
            with self.subTest(what):
                vals = {
                    "move_type": "in_invoice",
                    "openimis_type": "other",
                    "partner_id": self.facility_b.id,
                    "openimis_location_id": self.district_b.id,
                    "line_ids": [command],
                }
                self.refused(self.district_user, "account.move", "create", vals)

    def test_an_item_of_another_entry_becomes_none_of_a_bill(self):
        entry = self.env["account.move"].create(self.entry())
        item = entry.line_ids[:1]
        args = ("account.move.line", "write", item.ids, {"move_id": self.draft.id})
        self.refused(self.bookkeeper, *args)

    def test_a_bill_with_its_items_is_made_and_changed_as_ever(self):
        user = self._user("named_maker", rights=["156102", "156103"])
        bill = (
            self.env["account.move"]
            .with_user(user)
            .create(
                {
                    "move_type": "in_invoice",
                    "openimis_type": "other",
                    "partner_id": self.facility_a.id,
                    "invoice_date": "2026-01-31",
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "name": "x",
                                "price_unit": 5,
                                "account_id": self.expense.id,
                            }
                        )
                    ],
                }
            )
        )
        change = Command.update(bill.invoice_line_ids.id, {"price_unit": 7})
        bill.write({"invoice_line_ids": [change]})
        self.assertEqual(bill.amount_total, 7)

    def test_a_payable_line_names_nothing_hidden(self):
        hidden = self.env["res.company"].create({"name": "Other scheme"})
        product = self._product("SECRET", company_id=hidden.id)
        user = self._user("named_liner", rights=["156102", "156103"])
        Line = "openimis.payable.line"
        new = {"code": "X", "product_id": product.id}
        line = self.draft.openimis_line_ids[:1]
        doors = {
            "create": (Line, "create", {**new, "move_id": self.draft.id}),
            "write": (Line, "write", line.ids, {"product_id": product.id}),
            "add": (
                *("account.move", "openimis_bill_item_create"),
                *(self.draft.ids, [new]),
            ),
            "change": (
                *("account.move", "openimis_bill_item_update", self.draft.ids),
                *(line.id, {"product_id": product.id}),
            ),
        }
        for door, args in doors.items():
            with self.subTest(door):
                self.refused(user, *args)
