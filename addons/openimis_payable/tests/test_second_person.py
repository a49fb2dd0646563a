from odoo import SUPERUSER_ID, Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import SERVICE, OpenimisCase


@tagged("post_install", "-at_install")
class TestSecondPerson(OpenimisCase):
    """Who makes a bill does not validate it, where the company wants it so."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.openimis_second_person = True

    def generated(self, user):
        """The bill of a closing that a user generates."""
        self._claim("C1", SERVICE)
        closing = self._closing(user)
        closing.action_generate()
        return closing.move_ids

    def made(self, user):
        """A bill that a user makes by hand."""
        values = {"partner_id": self.facility_a.id, "invoice_date": "2026-01-31"}
        lines = [{"code": "A", "unit_price": 100}]
        moves = self.env["account.move"].with_user(user)
        return moves.openimis_bill_create(values, lines)

    def assert_waits(self, bill, user):
        mine = bill.with_user(user)
        self.assertFalse(mine.openimis_may_validate)
        with self.assertRaisesRegex(UserError, "Somebody else has to validate"):
            mine.action_post()
        self.assertEqual(bill.state, "draft")

    def test_who_generates_does_not_validate(self):
        bill = self.generated(self.clerk)
        self.assert_waits(bill, self.clerk)
        approving = bill.with_user(self.accountant)
        self.assertTrue(approving.openimis_may_validate)
        approving.action_post()
        self.assertEqual(bill.state, "posted")

    def test_nor_in_the_list_nor_by_schedule(self):
        bill = self.generated(self.clerk)
        with self.assertRaisesRegex(UserError, "Somebody else"):
            bill.with_user(self.clerk).action_validate_moves_with_confirmation()
        bill.with_user(self.clerk).auto_post = "at_date"
        # what Odoo's schedule does with each; it writes the refusal on the bill
        with self.assertRaisesRegex(UserError, "Somebody else"):
            bill.with_user(SUPERUSER_ID)._post()
        self.assertEqual(bill.state, "draft")

    def test_his_own_stops_no_other_in_the_list(self):
        other = self.generated(self.clerk)
        mine = self.made(self.accountant)
        both = (mine | other).with_user(self.accountant)
        notice = both.action_validate_moves_with_confirmation()
        self.assertIn("Somebody else", notice["params"]["message"])
        self.assertEqual((mine.state, other.state), ("draft", "posted"))

    def test_nor_who_makes_it_by_hand(self):
        bill = self.made(self.accountant)
        self.assert_waits(bill, self.accountant)
        bill.with_user(self.clerk).action_post()
        self.assertEqual(bill.state, "posted")

    def test_nor_by_writing_that_it_is_validated(self):
        bill = self.generated(self.clerk)
        for vals in (
            {"state": "posted"},
            {"state": "posted", "create_uid": self.accountant.id},
            {"openimis_changed_by_id": self.accountant.id},
        ):
            with self.assertRaises(AccessError):
                bill.with_user(self.clerk).write(vals)
        bill.with_user(self.clerk).write({"create_uid": self.accountant.id})
        self.assert_waits(bill, self.clerk)

    def test_nor_of_another_kind_of_document(self):
        """What is no credit note over an approved bill waits, whatever it is called."""
        for move_type in ("in_receipt", "in_refund"):
            bill = (
                self.env["account.move"]
                .with_user(self.accountant)
                .create(
                    {
                        "move_type": move_type,
                        "openimis_type": "other",
                        "partner_id": self.facility_a.id,
                        "invoice_date": "2026-01-31",
                        "invoice_line_ids": [
                            Command.create({"name": "x", "price_unit": 100})
                        ],
                    }
                )
            )
            self.assert_waits(bill, self.accountant)

    def note(self, user, approved, **vals):
        """A credit note that a user makes by hand and says what it is about."""
        values = {
            "move_type": "in_refund",
            "openimis_type": approved.openimis_type,
            "partner_id": approved.partner_id.id,
            "invoice_date": "2026-01-31",
            "reversed_entry_id": approved.id,
        }
        price = vals.pop("price", 10)
        values["invoice_line_ids"] = [
            Command.create({"name": "x", "price_unit": price, "tax_ids": False})
        ]
        return self.env["account.move"].with_user(user).create(values | vals)

    def test_nor_a_credit_note_over_what_nobody_approved(self):
        """It takes back what was approved, of whom it was owed to, and no more."""
        bill = self.made(self.clerk)
        user = self.accountant
        self.assert_waits(self.note(user, bill), user)
        self.assert_waits(self.note(user, self.made(user)), user)
        bill.with_user(user).action_post()
        for vals in (
            {"partner_id": self.facility_b.id},
            {"move_type": "out_refund"},
            {"openimis_type": "fee"},
            {"price": 100.01},
        ):
            with self.subTest(**vals):
                self.assert_waits(self.note(user, bill, **vals), user)
        self.note(user, bill, price=60).action_post()
        self.assert_waits(self.note(user, bill, price=40.01), user)
        self.note(user, bill, price=40).action_post()

    def test_nor_does_anybody_else_get_what_was_approved(self):
        """Neither by the bank account of the bill nor by the partner of its items."""
        bill = self.made(self.clerk)
        bank = self.env["res.partner.bank"].create(
            {"acc_number": "X 1", "partner_id": self.facility_a.id}
        )
        bill.with_user(self.accountant).action_post()
        mine = bill.with_user(self.clerk)
        with self.assertRaisesRegex(UserError, "approved with its bank account"):
            mine.partner_bank_id = bank
        owed = mine.line_ids.filtered(lambda x: x.display_type == "payment_term")
        for records in (mine.with_context(skip_readonly_check=True), owed):
            with self.assertRaisesRegex(UserError, "readonly fields|partner stay"):
                records.partner_id = self.facility_b
        mine.narration = "Paid by cheque"

    def test_nor_does_the_approved_account_become_another_one(self):
        """Its number is what is paid, whoever may keep contacts and their accounts."""
        bank, other = self.env["res.partner.bank"].create(
            [
                {"acc_number": number, "partner_id": self.facility_a.id}
                for number in ("X 1", "X 2")
            ]
        )
        self.clerk.group_ids += self.env.ref("base.group_partner_manager")
        bill = self.made(self.clerk)
        bill.partner_bank_id = bank
        mine = bank.with_user(self.clerk)
        mine.acc_number = "X 3"
        bill.with_user(self.accountant).action_post()
        deeds = (
            lambda: mine.write({"acc_number": "X 4"}),
            lambda: mine.write({"partner_id": self.facility_b.id}),
            mine.action_archive,
            mine.unlink,
        )
        for deed in deeds:
            with (
                self.assertRaisesRegex(UserError, "approved with bill"),
                self.env.cr.savepoint(),
            ):
                deed()
        mine.write({"acc_number": "X 3", "acc_holder_name": "HF A"})
        other.with_user(self.clerk).acc_number = "X 5"
        bill.with_user(self.accountant).button_draft()
        mine.acc_number = "X 4"

    def test_nor_who_last_changed_its_figures(self):
        """Whoever raises a colleague's bill does not approve what he wrote."""
        for change in (
            lambda bill: bill.openimis_bill_item_update(
                bill.openimis_line_ids.id, {"unit_price": 900}
            ),
            lambda bill: bill.openimis_bill_item_create([{"code": "B"}]),
            lambda bill: bill.write({"partner_id": self.facility_b.id}),
            lambda bill: bill.invoice_line_ids.write({"name": "Other"}),
        ):
            bill = self.made(self.clerk)
            approving = bill.with_user(self.accountant)
            self.assertTrue(approving.openimis_may_validate)
            change(approving)
            self.assert_waits(bill, self.accountant)
            self.assert_waits(bill, self.clerk)
            # once the clerk has worked on it, somebody else looks at it again
            bill.with_user(self.clerk).write({"partner_id": self.facility_a.id})
            approving.action_post()
            self.assertEqual(bill.state, "posted")

    def test_what_changes_no_figure_may_be_written_by_who_validates(self):
        bill = self.made(self.clerk).with_user(self.accountant)
        bill.narration = "Seen"
        bill.openimis_bill_suspend()
        bill.openimis_bill_resume()
        bill.action_post()
        self.assertEqual(bill.state, "posted")

    def test_an_amended_bill_waits_anew(self):
        bill = self.generated(self.clerk).with_user(self.accountant)
        bill.action_post()
        # the credit note takes back what was approved: nobody else is needed for it
        new = bill.openimis_bill_amend()
        self.assertEqual(bill.openimis_status, "3")
        self.assert_waits(new, self.accountant)
        new.with_user(self.clerk).action_post()
        self.assertEqual(new.state, "posted")

    def test_what_is_reset_to_draft_is_still_his_who_made_it(self):
        bill = self.generated(self.clerk)
        bill.with_user(self.accountant).action_post()
        bill.with_user(self.accountant).button_draft()
        self.assert_waits(bill, self.clerk)
        bill.with_user(self.accountant).action_post()

    def test_other_entries_and_other_companies_are_not_concerned(self):
        plain = (
            self.env["account.move"]
            .with_user(self.accountant)
            .create(
                {
                    "move_type": "in_invoice",
                    "partner_id": self.facility_a.id,
                    "invoice_date": "2026-01-31",
                    "invoice_line_ids": [
                        Command.create({"name": "x", "price_unit": 1})
                    ],
                }
            )
        )
        plain.action_post()
        self.assertEqual(plain.state, "posted")
        self.company.openimis_second_person = False
        bill = self.made(self.accountant)
        bill.action_post()
        self.assertEqual(bill.state, "posted")
