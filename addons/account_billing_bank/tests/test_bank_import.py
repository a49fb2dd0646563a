import base64
import io
import zipfile

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .camt_writer import camt, collected, detail, entry, statement
from .common import BankCase

QRR = ("210000000003139471430009017", "000000000000000000000000012")
OTHER_IBAN = "CH5604835012345678009"


@tagged("post_install", "-at_install")
class TestImport(BankCase):
    """What a file says is booked once, in its own journal, or not at all."""

    def test_the_same_file_twice_is_recognised(self):
        day = statement(collected(detail(10, QRR[0]), detail(7), bank="E1"), entry(3))
        self._import(day)
        with self.assertRaisesRegex(UserError, "already imported"):
            self._import(day)
        self.assertEqual(len(self._lines()), 3)

    def test_a_longer_file_adds_what_is_new(self):
        self._import(statement(entry(10, bank="E1")))
        told = self._told(
            self._import(statement(entry(10, bank="E1"), entry(4, bank="E2")))
        )
        self.assertIn("already been imported", told)
        self.assertEqual(sorted(self._lines().mapped("amount")), [4, 10])

    def test_a_statement_does_not_book_again_what_was_notified(self):
        """The notification has the payments, the statement their total."""
        paid = (detail(10, QRR[0], bank="T1"), detail(7, bank="T2"))
        self._import(statement(collected(*paid, bank="E1"), name="N"))
        total = entry(17, bank="E1", count=2)
        action = self._import(
            statement(total, entry(5, bank="E2"), name="S", opening=100), kind="053"
        )
        self.assertIn("Booking E1 of", self._told(action))
        self.assertEqual(sorted(self._lines().mapped("amount")), [5, 7, 10])
        stated = self._line(5).statement_id
        self.assertEqual((stated.balance_start, stated.balance_end_real), (117, 122))
        self.assertTrue(stated.is_complete)

    def _stated_then_notified(self, invoice):
        """Import a total, then the payments in it.

        :return: what is told of the latter, and their statement
        """
        total = entry(17, bank="E1", count=2)
        more = entry(5, bank="E2")
        self._import(statement(total, more, name="S", opening=100), kind="053")
        self.assertEqual(self._line(17).billing_finding, "total")
        paid = (detail(10, QRR[0], bank="T1"), detail(7, bank="T2"))
        self.assertEqual(invoice.payment_state, "not_paid")
        notified = statement(collected(*paid, bank="E1"), name="N")
        return self._told(self._import(notified)), notified

    def test_payments_told_after_their_total_take_its_place(self):
        """Nothing is booked twice, and the statement is as whole as it was."""
        invoice = self._invoice(10, QRR[0])
        told, notified = self._stated_then_notified(invoice)
        self.assertIn("payments have taken its place", told)
        self.assertEqual(sorted(self._lines().mapped("amount")), [5, 7, 10])
        stated = self._lines().statement_id
        self.assertEqual(stated.name, "S")
        self.assertEqual((stated.balance_start, stated.balance_end_real), (100, 122))
        self.assertTrue(stated.is_complete and stated.is_valid)
        self.assertEqual(invoice.payment_state, "paid")
        ledger = self.env["account.move.line"].search(
            [
                ("account_id", "=", self.bank.default_account_id.id),
                ("parent_state", "=", "posted"),
            ]
        )
        self.assertEqual(sum(ledger.mapped("balance")), 22)
        total = statement(entry(17, bank="E1", count=2), name="S2", opening=100)
        for again, kind in ((notified, "054"), (total, "053")):
            with self.assertRaisesRegex(UserError, "already imported"):
                self._import(again, kind=kind)

    def test_a_total_that_somebody_matched_stays(self):
        """Its payments are neither booked nor matched once more."""
        invoice = self._invoice(17, QRR[1])
        total = entry(17, bank="E1", count=2)
        self._import(statement(total, name="S", opening=100), kind="053")
        line = self._line(17).with_user(self.bookkeeper)
        line.add_account_move_line_id = invoice.line_ids.filtered(
            lambda item: item.account_type == "asset_receivable"
        )
        line._onchange_add_account_move_line_id()
        line.reconcile_bank_line()
        paid = (detail(10, QRR[0], bank="T1"), detail(7, bank="T2"))
        with self.assertRaisesRegex(UserError, "already imported"):
            self._import(statement(collected(*paid, bank="E1"), name="N"))
        self.assertEqual(self._lines().mapped("amount"), [17])
        self.assertEqual(invoice.payment_state, "paid")

    def test_two_bookings_under_one_reference_are_two(self):
        """A bank that gives a reference twice loses no payment of ours."""
        self._import(statement(entry(10, bank="E1"), entry(10, bank="E1")))
        self._import(statement(entry(11, bank="E1"), name="B"))
        self.assertEqual(sorted(self._lines().mapped("amount")), [10, 10, 11])

    def test_the_bank_s_closing_balance_stays(self):
        raw = camt(statement(entry(5), opening=10), kind="053")
        # an entry that got lost on the way
        raw = raw.replace(b'<Amt Ccy="CHF">15</Amt>', b'<Amt Ccy="CHF">99</Amt>')
        self._import(raw=raw)
        stated = self._lines().statement_id
        self.assertEqual(stated.balance_end_real, 99)
        self.assertFalse(stated.is_complete)

    def test_each_account_goes_into_its_own_journal(self):
        second = self.bank.copy({"name": "Second Bank", "code": "BNK9"})
        second.bank_account_id = self.env["res.partner.bank"].create(
            {"partner_id": self.company.partner_id.id, "acc_number": OTHER_IBAN}
        )
        self._import(
            statement(entry(10, bank="E1")),
            statement(entry(20, bank="E1"), iban=OTHER_IBAN, name="B"),
        )
        self.assertEqual(self._lines().mapped("amount"), [10])
        self.assertEqual(self._lines(second).mapped("amount"), [20])

    def test_an_account_of_another_company_is_refused(self):
        other = self.setup_other_company()["company"]
        self._prepare_bank(other, iban=OTHER_IBAN)
        self.bookkeeper.company_ids |= other
        for iban in (OTHER_IBAN, "CH93", "CH21"):
            with self.assertRaisesRegex(UserError, "no bank journal of"):
                self._import(statement(entry(10), iban=iban))
        self.assertFalse(self._lines())

    def test_an_archive_is_imported_whole_or_not(self):
        def packed(**files):
            packed = io.BytesIO()
            with zipfile.ZipFile(packed, "w") as archive:
                for name, content in files.items():
                    archive.writestr(name, content)
            return packed.getvalue()

        one = camt(statement(entry(10, bank="E1"), name="A"))
        two = camt(statement(entry(20, bank="E2"), name="B"), version="04")
        with self.assertRaisesRegex(UserError, "holds readme"):
            self._import(raw=packed(one=one, readme=b"hello"))
        self.assertFalse(self._lines())
        self._import(raw=packed(one=one, two=two))
        self.assertEqual(sorted(self._lines().mapped("amount")), [10, 20])

    def test_a_file_that_is_refused_books_nothing(self):
        good = entry(10, bank="E1")
        for bad, why in (
            (entry("1e2"), "is no amount"),
            (entry("1.005"), "more decimals"),
            ({**entry(1), "currency": "EUR"}, "in several"),
        ):
            with self.assertRaisesRegex(UserError, why):
                self._import(statement(good, bad))
        with self.assertRaisesRegex(UserError, "damaged"):
            self._import(raw=camt(statement(good))[:-30])
        self.assertFalse(self._lines())

    def test_money_in_another_currency_than_the_account_is_refused(self):
        self.env.ref("base.EUR").active = True
        with self.assertRaisesRegex(UserError, "not the same as the currency"):
            self._import(statement(entry(10), currency="EUR"))

    def test_what_is_announced_only_is_told(self):
        action = self._import(
            statement(entry(10, bank="E1", status="PDNG"), entry(5, bank="E2"))
        )
        self.assertIn("1 entries are announced", self._told(action))
        self.assertEqual(self._lines().mapped("amount"), [5])

    def test_charges_kept_back_are_listed(self):
        invoice = self._invoice(100, QRR[0])
        net = entry("98.50", detail(100, QRR[0], charges="1.50"), bank="E1")
        self._import(statement(net))
        self.assertEqual(invoice.payment_state, "paid")
        charges = self._line(-1.5)
        self.assertTrue(charges.billing_to_decide)
        self.assertIn("Charges", charges.billing_text)
        self.assertEqual(sum(self._lines().mapped("amount")), 98.5)


@tagged("post_install", "-at_install")
class TestMatching(BankCase):
    """Only the very reference pays a document; what OCA's would guess stays open."""

    def test_what_only_resembles_is_left_alone(self):
        """A text that is part of a number or reference, and signs that match all."""
        invoice = self._invoice(100, QRR[0])
        for text in (
            "%",
            "_",
            "/",
            "INV",
            invoice.name[:-1],
            QRR[0][5:20],
            "0",
            QRR[0][1:],
        ):
            self._import(
                statement(entry(100, detail(100, text=text, name="%")), name=text)
            )
        self.assertEqual(invoice.payment_state, "not_paid")
        self.assertEqual(set(self._lines().mapped("billing_finding")), {"none"})
        self.assertFalse(self._lines().partner_id)

    def test_spaces_in_references_do_not_count(self):
        spaced = "21 00000 00003 13947 14300 09017"
        first = self._invoice(100, spaced)
        second = self._invoice(50, "RF18539007547034")
        self._import(
            statement(
                entry(100, detail(100, QRR[0])),
                entry(50, detail(50, "RF18 5390 0754 7034")),
            )
        )
        self.assertEqual((first | second).mapped("payment_state"), ["paid", "paid"])

    def test_two_payments_in_one_file_pay_once(self):
        invoice = self._invoice(100, QRR[0])
        paid = detail(100, QRR[0])
        self._import(statement(collected(paid, paid, bank="E1")))
        self.assertEqual(invoice.payment_state, "paid")
        [double] = self._lines().filtered(lambda line: not line.is_reconciled)
        self.assertEqual(double.billing_finding, "paid")
        self.assertFalse(double._billing_credit())

    def test_parts_in_one_file_add_up(self):
        invoice = self._invoice(100, QRR[0])
        self._import(
            statement(entry(60, detail(60, QRR[0])), entry(40, detail(40, QRR[0])))
        )
        self.assertEqual(invoice.payment_state, "paid")
        self.assertFalse(self._lines().filtered("billing_to_decide"))

    def test_on_a_credit_note_nothing_is_paid_in(self):
        note = self._invoice(100, QRR[0], move_type="out_refund")
        self._import(statement(entry(100, detail(100, QRR[0]))))
        self.assertEqual(note.payment_state, "not_paid")
        self.assertEqual(self._line(100).billing_finding, "credit_note")

    def test_instalments_are_paid_in_their_order(self):
        terms = self.env["account.payment.term"].create(
            {
                "name": "Two instalments",
                "line_ids": [
                    Command.create({"value_amount": 50, "nb_days": days})
                    for days in (30, 60)
                ],
            }
        )
        invoice = self._invoice(100, QRR[0], invoice_payment_term_id=terms.id)
        self._import(statement(entry(70, detail(70, QRR[0]))))
        owed = invoice.line_ids.filtered("date_maturity").sorted("date_maturity")
        self.assertEqual(owed.mapped("amount_residual"), [0, 30])
        self.assertEqual(self._line(70).billing_difference, 30)

    def test_a_reference_of_another_company_is_unknown(self):
        data = self.setup_other_company()
        theirs = self._invoice(
            100,
            QRR[0],
            company_id=data["company"].id,
            journal_id=data["default_journal_sale"].id,
        )
        self.bookkeeper.company_ids |= data["company"]
        self._import(statement(entry(100, detail(100, QRR[0]))))
        self.assertEqual(theirs.payment_state, "not_paid")
        line = self._line(100)
        self.assertEqual(line.billing_finding, "unknown")
        self.assertFalse(line.billing_move_id)

    def test_it_is_tried_again_once_an_invoice_is_validated(self):
        invoice = self._invoice(100, QRR[0], post=False)
        self._import(statement(entry(100, detail(100, QRR[0]))))
        line = self._line(100)
        self.assertEqual(line.billing_finding, "draft")
        invoice.action_post()
        line.with_user(self.bookkeeper).action_billing_match()
        self.assertEqual(invoice.payment_state, "paid")
        self.assertFalse(line.billing_to_decide)

    def test_looking_at_a_line_writes_and_undoes_nothing(self):
        invoice = self._invoice(100, QRR[0])
        self._import(statement(entry(100, detail(100, QRR[0]), bank="E1")))
        taken = entry(-100, detail(100, QRR[0]), bank="E2", reversal=True)
        raw = camt(statement(taken, name="B"))
        wizard = self.env["account.statement.import"].with_user(self.bookkeeper)
        # as without the context of its tests, OCA's matches nothing by itself
        wizard.create({"statement_file": base64.b64encode(raw)}).import_file_button()
        line = self._line(-100)
        line.reconcile_data = False
        self.assertTrue(line.reconcile_data_info)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertFalse(line.billing_finding)

    def test_it_is_opened_where_lines_are_matched(self):
        self._import(statement(entry(100, detail(100, text="X"))))
        action = self._line(100).with_user(self.bookkeeper).action_billing_open()
        form = self.env.ref(action["context"]["view_ref"])
        self.assertIn("reconcile_bank_line", form.get_combined_arch())
        self.assertIn("billing_text", form.get_combined_arch())

    def test_program_fields_are_not_written_by_hand(self):
        self._import(statement(entry(100, detail(100, QRR[0]))))
        line = self._line(100).with_user(self.bookkeeper)
        for name, value in (
            ("billing_finding", "paid"),
            ("billing_reference", "1"),
            ("billing_to_decide", False),
        ):
            with self.assertRaisesRegex(Exception, "by hand"):
                line.write({name: value})

    def test_a_client_chooses_nothing_of_what_an_import_books(self):
        """The button is OCA's: what its client says besides reaches what it makes."""
        wizard = self.env["account.statement.import"].with_user(self.bookkeeper)
        wizard = wizard.with_context(
            default_billing_run_model="account.billing.run",
            default_billing_run_id=7,
            default_billing_finding="paid",
            default_billing_entry="MINE",
            default_inalterable_hash="x",
        ).create(
            {
                "statement_file": base64.b64encode(
                    camt(statement(entry(100, detail(100, text="X"))))
                ),
                "statement_filename": "bank.xml",
            }
        )
        wizard.import_file_button()
        line = self._line(100)
        self.assertFalse(line.move_id.billing_run_model)
        self.assertFalse(line.move_id.billing_run_id)
        self.assertNotEqual(line.billing_entry, "MINE")
        self.assertNotEqual(line.billing_finding, "paid")
