from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import SERVICE, OpenimisCase


@tagged("post_install", "-at_install")
class TestResults(OpenimisCase):
    """A bill is validated, paid and settled by doing so, not by writing that it is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._claim("C1", SERVICE)
        closing = cls._closing(cls.clerk)
        closing.action_generate()
        cls.bill = closing.move_ids
        cls.bill.with_user(cls.accountant).action_post()
        cls.owed = cls.bill.line_ids.filtered(
            lambda item: item.account_type == "liability_payable"
        )
        cls.manager = new_test_user(
            cls.env,
            "results_manager",
            "openimis_payable.group_openimis_manager",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.billing = new_test_user(
            cls.env,
            "results_billing",
            "account.group_account_manager",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def figures(self):
        self.env.invalidate_all()
        bill = self.bill
        return {
            name: bill[name]
            for name in (
                *("state", "payment_state", "openimis_status"),
                *("amount_total", "amount_untaxed", "amount_residual"),
            )
        }

    def refuse(self, deed):
        before = self.figures()
        with self.assertRaises(AccessError):
            deed()
        self.assertEqual(self.figures(), before)

    def test_nobody_writes_what_odoo_works_out_of_a_bill(self):
        """Whatever his rights: paid is what was paid."""
        for name, value in (
            ("state", "draft"),
            ("state", "cancel"),
            ("payment_state", "paid"),
            ("payment_state", "reversed"),
            ("amount_residual", 0),
            ("amount_total", 7),
            ("amount_untaxed", 1),
            ("posted_before", False),
            ("inalterable_hash", "x"),
            ("reversed_entry_id", self.bill.id),
        ):
            for user in (self.accountant, self.manager):
                with self.subTest(name, value=value, user=user.login):
                    bill = self.bill.with_user(user)
                    self.refuse(lambda b=bill, v={name: value}: b.write(v))
                    self.refuse(lambda b=bill, v={name: value}: b.web_save(v, {}))

    def test_nor_what_is_left_to_pay_of_an_item(self):
        for name, value in (
            ("amount_residual", 0),
            ("amount_residual_currency", 0),
            ("reconciled", True),
            ("matching_number", "X"),
            ("parent_state", "draft"),
            ("price_total", 1),
            ("matched_debit_ids", [Command.create({"amount": 1})]),
        ):
            with self.subTest(name):
                owed = self.owed.with_user(self.manager)
                self.refuse(lambda o=owed, v={name: value}: o.write(v))

    def advance(self):
        """An item of money that the facility got before."""
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "line_ids": [
                    Command.create(
                        {
                            "name": "Advance",
                            "account_id": account.id,
                            "partner_id": self.facility_a.id,
                            "balance": sign * self.bill.amount_total,
                        }
                    )
                    for account, sign in (
                        (self.owed.account_id, 1),
                        (self.company.transfer_account_id, -1),
                    )
                ],
            }
        )
        entry.action_post()
        return entry.line_ids.filtered(lambda i: i.account_id == self.owed.account_id)

    def test_nobody_settles_a_bill_by_writing_what_matches_its_items(self):
        advance = self.advance()
        amounts = ("amount", "debit_amount_currency", "credit_amount_currency")
        vals = {
            "debit_move_id": advance.id,
            "credit_move_id": self.owed.id,
            **dict.fromkeys(amounts, self.bill.amount_total),
        }
        other = self.advance()
        for user in (self.billing, self.accountant, self.manager):
            with self.subTest(user.login):
                partials = self.env["account.partial.reconcile"].with_user(user)
                self.refuse(lambda p=partials: p.create(vals))
        (advance | self.owed).with_user(self.manager).reconcile()
        self.assertEqual(self.figures()["amount_residual"], 0)
        partial = advance.matched_credit_ids
        for user in (self.billing, self.manager):
            mine = partial.with_user(user)
            self.refuse(lambda p=mine: p.write({"amount": 1}))
            self.refuse(lambda p=mine: p.write({"debit_move_id": other.id}))

    def test_nobody_writes_that_a_payment_is_made_or_taken_back(self):
        payment = self.bill.with_user(self.accountant).openimis_payment_sent()
        for state in ("draft", "paid", "canceled", "rejected"):
            if state != payment.state:
                for user in (self.accountant, self.manager, self.billing):
                    mine = payment.with_user(user)
                    self.refuse(lambda p=mine, s=state: p.write({"state": s}))

    def test_the_button_that_says_paid_takes_the_right_to_change_payments(self):
        payment = self.bill.with_user(self.accountant).openimis_payment_sent()
        self.refuse(payment.with_user(self.billing).action_validate)

    def test_a_payment_that_names_a_bill_does_not_pay_it(self):
        """Whoever may not pay bills pays none by naming them in a payment."""
        payments = self.env["account.payment"].with_user(self.billing)
        before = self.figures()
        vals = {
            "payment_type": "outbound",
            "partner_type": "supplier",
            "partner_id": self.facility_a.id,
            "amount": self.bill.amount_total,
            "invoice_ids": [Command.set(self.bill.ids)],
            "state": "paid",
        }
        with self.assertRaises(AccessError):
            payments.create(vals)
        payment = payments.create({**vals, "invoice_ids": [], "state": "draft"})
        with self.assertRaises(AccessError):
            payment.invoice_ids = self.bill
        self.assertEqual(self.figures(), before)

    def test_a_lock_takes_the_right_to_change_bills(self):
        """Also by way of another document, whose lock takes those before with it."""
        other = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.facility_a.id,
                "journal_id": self.bill.journal_id.id,
                "invoice_date": self.bill.invoice_date,
                "date": self.bill.date,
                "invoice_line_ids": [Command.create({"name": "Rent", "price_unit": 1})],
            }
        )
        other.action_post()
        self.assertEqual(other.sequence_prefix, self.bill.sequence_prefix)
        self.refuse(self.bill.with_user(self.billing).button_hash)
        self.refuse(other.with_user(self.billing).button_hash)
        self.assertFalse(self.bill.inalterable_hash)
        self.bill.with_user(self.manager).button_hash()
        self.assertTrue(self.bill.inalterable_hash)

    def test_the_entry_of_a_payment_follows_its_payment(self):
        """The payment says that the bill is paid: its entry says nothing else."""
        fee = self.env["account.account"].create(
            {
                "name": "Charges",
                "code": "627099",
                "account_type": "expense",
                "company_ids": [Command.set(self.company.ids)],
            }
        )
        self.company.openimis_account_bank_fee_id = fee
        payment = self.bill.with_user(self.accountant).openimis_payment_sent()
        payment.openimis_fees = 3
        excused = {
            "check_move_validity": False,
            "force_delete": True,
            "dynamic_unlink": True,
        }
        for entry in (payment.move_id, payment.sudo().openimis_fee_move_id):
            before = [(i.account_id, i.balance) for i in entry.line_ids.sorted("id")]
            bank = entry.line_ids.filtered(
                lambda item: item.account_type == "asset_current"
            )
            self.assertTrue(bank)
            mine = entry.with_user(self.billing).with_context(**excused)
            item = bank.with_user(self.billing).with_context(**excused)
            other = {"origin_payment_id": not entry.origin_payment_id and payment.id}
            for number, deed in enumerate(
                (
                    mine.button_draft,
                    mine.button_cancel,
                    mine.unlink,
                    item.unlink,
                    lambda item=item: item.write({"balance": 1}),
                    lambda item=item: item.write({"account_id": fee.id}),
                    lambda item=item: item.copy(),
                    lambda mine=mine: mine.write({"state": "draft"}),
                    lambda mine=mine: mine.write({"name": "X/1"}),
                    lambda mine=mine: mine.write({"move_type": "in_invoice"}),
                    lambda mine=mine, other=other: mine.write(other),
                )
            ):
                with self.subTest(number), self.assertRaises(UserError):
                    deed()
            self.env.invalidate_all()
            now = [(i.account_id, i.balance) for i in entry.line_ids.sorted("id")]
            self.assertEqual((now, entry.state), (before, "posted"))
        payment.action_draft()
        self.assertEqual(payment.move_id.state, "draft")
        payment.action_post()
