import io
import socketserver
import threading
from unittest.mock import patch

import zxingcpp
from aiosmtpd.controller import Controller
from pypdf import PdfReader

from odoo import SUPERUSER_ID
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import format_date, html2plaintext, mute_logger

from odoo.addons.base.models.ir_mail_server import IrMail_Server

from .common import FULL, DaycareBillingCommon
from .mailbox import BOUNCE, Mailbox, free_port


class HangsUp(socketserver.StreamRequestHandler):
    """A mail server that goes away in the middle of a letter."""

    def handle(self):
        self.wfile.write(b"220 here\r\n")
        for line in self.rfile:
            if line[:4].upper() == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                self.rfile.read(200)
                return
            self.wfile.write(b"250 OK\r\n")


class SendingCase(DaycareBillingCommon):
    """Three debtors, and a mail server that really listens."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.env["res.partner.bank"].sudo().create(
            {
                "acc_number": "CH4431999123000889012",
                "partner_id": cls.company.partner_id.id,
                "company_id": cls.company.id,
                "allow_out_payment": True,
            }
        )
        cls.commune.write({"email": "factures@commune.example", "lang": "fr_FR"})
        cls.english = cls._placed("Smith", "John", email="john@smith.example")
        cls.unreachable = cls._placed("Favre", "Zoé")
        cls.clerk.email = "clerk@example.com"

    @classmethod
    def _placed(cls, lastname, firstname, **vals):
        """Create a parent with a placed child and return the parent."""
        parent = cls._guardian(lastname, firstname, **vals)
        child = cls._child(lastname, "Child", parent)
        cls._sector(child, "2021-03-01", "2021-03-31", {"mon": FULL})
        return parent

    def setUp(self):
        super().setUp()
        self.mailbox = Mailbox()
        server = Controller(self.mailbox, hostname="127.0.0.1", port=free_port())
        server.start()
        self.addCleanup(server.stop)
        self.env["ir.mail_server"].sudo().search([]).active = False
        self.env["ir.mail_server"].sudo().create(
            {"name": "Loopback", "smtp_host": server.hostname, "smtp_port": server.port}
        )
        # Odoo sends nothing from tests; this one has a server of its own.
        sending = patch.object(IrMail_Server, "_disable_send", return_value=False)
        sending.start()
        self.addCleanup(sending.stop)

    def _waiting(self, run):
        run.invalidate_recordset(["send_count", "print_count"])
        return run.send_count, run.print_count

    def _send(self, run):
        """Do what the button, Odoo's wizard and its scheduled job do."""
        action = run.action_send()
        wizard = self.env[action["res_model"]].with_context(**action["context"])
        wizard.create({}).action_send_and_print()
        if action["res_model"] == "account.move.send.batch.wizard":
            self.assertFalse(self.mailbox.messages, "the job sends, not the client")
        self.assertFalse(self._waiting(run)[0], "queued invoices wait for the job only")
        # sudo: as the scheduled job
        job = self.env["account.move.send"].sudo()
        for move in run.move_ids.filtered("sending_data"):
            # One by one: without the styles, which need a server, the QR-bills of
            # several invoices cannot be told apart.
            job.with_context(force_report_rendering=True)._generate_and_send_invoices(
                move.sudo(), from_cron=True
            )
        return self.mailbox.messages


@tagged("post_install", "-at_install")
class TestSending(SendingCase):
    """Posted invoices reach their debtors: by a real e-mail, or printed."""

    def test_each_debtor_in_their_language_with_the_qr_bill(self):
        run = self._bill(post=True)
        self.assertEqual(self._waiting(run), (2, 1))
        messages = self._send(run)
        self.assertEqual(
            set(messages), {"factures@commune.example", "john@smith.example"}
        )
        self._check(messages["factures@commune.example"], "Facture", "Section paiement")
        self._check(messages["john@smith.example"], "Invoice", "Payment part")
        self.assertEqual(self._waiting(run), (0, 1))

    def _check(self, message, subject, heading):
        self.assertIn(subject, message["Subject"])
        self.assertIn("clerk@example.com", message["From"], "who ran it, not a robot")
        [pdf] = [
            part.get_content()
            for part in message.iter_attachments()
            if part.get_content_type() == "application/pdf"
        ]
        pages = PdfReader(io.BytesIO(pdf)).pages
        self.assertIn(heading, pages[-1].extract_text())
        [code] = [
            code.text
            for page in pages
            for image in page.images
            for code in zxingcpp.read_barcodes(image.image.convert("L"))
        ]
        self.assertTrue(code.startswith("SPC"))

    def test_nobody_gets_an_invoice_twice(self):
        run = self._bill(post=True)
        self._send(run)
        with self.assertRaisesRegex(UserError, "No posted invoice"):
            run.action_send()

    def test_drafts_are_not_sent(self):
        run = self._bill()
        self.assertEqual(self._waiting(run), (0, 0))
        for action in (run.action_send, run.action_print):
            with self.assertRaisesRegex(UserError, "No posted invoice"):
                action()

    def test_debtors_without_address_are_listed_and_printed(self):
        run = self._bill(post=True)
        listed = self.env["account.move"].search(run.action_view_to_print()["domain"])
        self.assertEqual(listed.partner_id, self.unreachable.partner_id)
        action = run.action_print()
        paper = run.attachment_ids
        self.assertEqual(action["url"], f"/web/content/{paper.id}?download=true")
        for word in (listed.name, listed.partner_id.name):
            self.assertIn(word, paper.raw.decode())
        self.assertEqual(self._waiting(run), (2, 0))
        self.assertFalse(self.mailbox.messages)

    def test_what_was_not_printed_is_not_sent(self):
        run = self._bill(post=True)
        reports = type(self.env["ir.actions.report"])
        with (
            patch.object(
                reports, "_render_qweb_pdf", side_effect=UserError("no paper")
            ),
            self.assertRaisesRegex(UserError, "no paper"),
        ):
            run.action_print()
        self.assertEqual(self._waiting(run), (2, 1))

    def test_what_is_credited_before_it_was_sent_goes_to_nobody(self):
        run = self._bill(post=True)
        for partner, left in (
            (self.english.partner_id, (1, 1)),
            (self.unreachable.partner_id, (1, 0)),
        ):
            move = run.move_ids.filtered(lambda m, p=partner: m.partner_id == p)
            move._reverse_moves(cancel=True)
            self.assertEqual(move.payment_state, "reversed")
            self.assertEqual(self._waiting(run), left)
        self.assertEqual(set(self._send(run)), {"factures@commune.example"})

    def test_some_want_paper_and_some_get_an_address_later(self):
        self.english.partner_id.invoice_sending_method = "manual"
        run = self._bill(post=True)
        self.assertEqual(self._waiting(run), (1, 2))
        self.unreachable.email = "zoe@favre.example"
        self.assertEqual(self._waiting(run), (2, 1))


@tagged("post_install", "-at_install")
class TestUndelivered(SendingCase):
    """What no mail server takes is on paper, or back among what waits."""

    def _finding(self, run):
        return run.exchange_message_ids.filtered(lambda f: f.code == "mail_failed")

    def test_what_is_no_address_is_on_paper(self):
        for marker in ("???", "pas de mail", "pas d'adresse", "@", "mère", " "):
            with self.subTest(marker=marker):
                self.english.email = marker
                run = self._bill(post=True)
                self.assertEqual(self._waiting(run), (1, 2))
                listed = run.action_view_to_print()["domain"]
                partners = self.env["account.move"].search(listed).partner_id
                self.assertIn(self.english.partner_id, partners)
                run.move_ids.button_draft()
                run.action_discard()
                run.unlink()

    def test_several_addresses_get_one_each(self):
        self.english.email = "john@smith.example; jane@smith.example"
        run = self._bill(post=True)
        self.assertEqual(self._waiting(run), (2, 1))
        messages = self._send(run)
        self.assertEqual(
            set(messages),
            {"factures@commune.example", "john@smith.example jane@smith.example"},
        )
        self.assertEqual(self._waiting(run), (0, 1))

    def test_refused_by_the_server_is_printed(self):
        self.mailbox.unknown.add("john@smith.example")
        run = self._bill(post=True)
        with mute_logger("odoo.addons.mail.models.mail_mail"):
            messages = self._send(run)
        self.assertEqual(set(messages), {"factures@commune.example"})
        self.assertEqual(self._waiting(run), (0, 2))
        finding = self._finding(run)
        self.assertEqual(finding.severity, "error")
        for word in (
            (
                run.move_ids.filtered(lambda m: m.partner_id == self.english.partner_id)
            ).name,
            "John Smith",
            "john@smith.example",
            "5.1.1",
            "to be printed",
        ):
            self.assertIn(word, finding.text)
        run.action_print()
        self.assertFalse(self._finding(run))
        self.assertEqual(self._waiting(run), (0, 0))

    def test_what_a_job_hears_is_said_in_the_language_of_who_bills(self):
        self.env["res.lang"].sudo()._activate_lang("fr_FR")
        self.clerk.sudo().lang = "fr_FR"
        run = self._bill(post=True)
        robot = run.move_ids[:1].with_user(SUPERUSER_ID).with_context(lang="en_US")
        robot._daycare_not_delivered("550.", True)
        [text] = run.exchange_message_ids.filtered(
            lambda f: f.code == "mail_failed"
        ).mapped("text")
        self.assertIn("n'est pas arrivée chez", text)

    def test_right_address_typed_afterwards_is_sent_to(self):
        self.mailbox.unknown.add("john@smith.example")
        run = self._bill(post=True)
        with mute_logger("odoo.addons.mail.models.mail_mail"):
            self._send(run)
        self.english.email = "john.smith@smith.example"
        self.assertFalse(self._finding(run))
        self.assertEqual(self._waiting(run), (1, 1))
        self.mailbox.letters.clear()
        self.assertEqual(set(self._send(run)), {"john.smith@smith.example"})
        self.assertEqual(self._waiting(run), (0, 1))
        with self.assertRaisesRegex(UserError, "No posted invoice"):
            run.action_send()

    def test_own_server_down_means_send_again(self):
        run = self._bill(post=True)
        server = self.env["ir.mail_server"].sudo().search([])
        port, server.smtp_port = server.smtp_port, free_port()
        loggers = ("mail_mail", "mail_thread")
        with mute_logger(*(f"odoo.addons.mail.models.{name}" for name in loggers)):
            self.assertFalse(self._send(run))
        self.assertEqual(self._waiting(run), (2, 1))
        self.assertEqual(len(self._finding(run)), 2)
        self.assertIn("to be sent again", self._finding(run)[0].text)
        server.smtp_port = port
        self.assertEqual(len(self._send(run)), 2)
        self.assertEqual(self._waiting(run), (0, 1))
        self.assertFalse(self._finding(run))

    def _queue(self, run):
        """Leave the mails of a run to Odoo's queue, as when there are many.

        :return: the mails
        """
        queued = run.with_context(mail_notify_force_send=False)
        self.assertFalse(self._send(queued))
        self.assertEqual(self._waiting(run), (0, 1))
        self.assertEqual(self._leaving(run), 2, "nobody takes them for sent")
        listed = self.env["account.move"].search(run.action_view_leaving()["domain"])
        self.assertEqual(
            listed.partner_id.sorted("name").mapped("name"), self._addressed()
        )
        mails = self.env["mail.mail"].sudo()
        return mails.search(
            [("model", "=", "account.move"), ("res_id", "in", run.move_ids.ids)]
        )

    def _leaving(self, run):
        run.invalidate_recordset(["leaving_count"])
        return run.leaving_count

    def _addressed(self):
        partners = (self.commune | self.english).partner_id
        return partners.sorted("name").mapped("name")

    def test_connection_that_breaks_in_a_letter_means_send_again(self):
        run = self._bill(post=True)
        mails = self._queue(run)
        server = self.env["ir.mail_server"].sudo().search([])
        port = server.smtp_port
        with socketserver.TCPServer(("127.0.0.1", 0), HangsUp) as broken:
            threading.Thread(target=broken.serve_forever, daemon=True).start()
            self.addCleanup(broken.shutdown)
            server.smtp_port = broken.server_address[1]
            with mute_logger("odoo.addons.mail.models.mail_mail"):
                mails.process_email_queue(mails.ids)
            broken.shutdown()
        # the first one was in the middle, the other one still waits in the queue
        self.assertEqual(sorted(mails.mapped("state")), ["exception", "outgoing"])
        self.assertEqual(self._waiting(run), (1, 1))
        finding = self._finding(run)
        self.assertEqual(len(finding), 1)
        for words in ("connection", "perhaps it arrived", "to be sent again"):
            self.assertIn(words, finding.text)
        server.smtp_port = port
        mails.process_email_queue(mails.ids)
        self.assertEqual(len(self.mailbox.messages), 1)
        self.assertEqual(self._leaving(run), 0)
        self.assertEqual(len(self._send(run)), 2, "the first one, by the button")
        self.assertEqual(self._waiting(run), (0, 1))
        self.assertFalse(self._finding(run))

    def test_mail_that_is_cancelled_means_send_again(self):
        run = self._bill(post=True)
        one, two = self._queue(run)
        one.cancel()
        self.assertEqual(self._waiting(run), (1, 1))
        self.assertEqual(self._leaving(run), 1)
        two.unlink()
        self.assertEqual(self._waiting(run), (2, 1))
        self.assertEqual(len(self._finding(run)), 2)
        self.assertIn("cancelled", self._finding(run)[0].text)
        self.assertEqual(len(self._send(run)), 2)
        self.assertEqual(self._waiting(run), (0, 1))
        self.assertFalse(self._finding(run))

    def test_bounce_days_later_is_printed(self):
        run = self._bill(post=True)
        sent = self._send(run)["john@smith.example"]
        self.assertEqual(self._waiting(run), (0, 1))
        self.env["mail.thread"].sudo().message_process(
            None,
            BOUNCE.format(
                address="john@smith.example", message_id=sent["Message-Id"]
            ).encode(),
        )
        self.assertEqual(self._waiting(run), (0, 2))
        self.assertEqual(len(self._finding(run)), 1)

    def test_answer_to_a_clerk_is_no_delivery(self):
        """Mail that carries no invoice says nothing about the invoice."""
        run = self._bill(post=True)
        move = run.move_ids.filtered(lambda m: m.partner_id == self.english.partner_id)
        self.mailbox.unknown.add("john@smith.example")
        with mute_logger("odoo.addons.mail.models.mail_mail"):
            move.message_post(
                body="Good morning",
                partner_ids=self.english.partner_id.ids,
                message_type="comment",
            )
        self.assertFalse(move.daycare_mail_failure)
        self.assertEqual(self._waiting(run), (2, 1))


@tagged("post_install", "-at_install")
class TestLetter(SendingCase):
    """What the e-mail says of the amount, the day and the account.

    The bank account is a QR-IBAN; an account that has another IBAN beside it is what
    banks give, and where the two can be confused.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank = cls.env["res.partner.bank"].search(
            [("acc_number", "=", "CH4431999123000889012")]
        )
        cls.bank.sudo().write(
            {
                "acc_number": "CH9300762011623852957",
                "l10n_ch_qr_iban": "CH4431999123000889012",
            }
        )

    def _letter(self, messages, address):
        body = messages[address].get_body(("html", "plain")).get_content()
        text = html2plaintext(body).replace("\u00a0", " ").replace("*", "")
        return " ".join(text.split())

    def _of(self, run, guardian):
        return run.move_ids.filtered(lambda m: m.partner_id == guardian.partner_id)

    def _by_hand(self, moves):
        """Send as the dialog of the invoice does."""
        for move in moves:
            wizard = self.env["account.move.send.wizard"].with_context(
                active_model="account.move", active_ids=move.ids
            )
            wizard = wizard.create({"sending_methods": ["email"]})
            wizard.with_context(force_report_rendering=True).action_send_and_print()
        return self.mailbox.messages

    def _in_blocks(self, move):
        digits = move.payment_reference
        self.assertEqual(len(digits), 27)
        blocks = [digits[:2], *(digits[n : n + 5] for n in range(2, 27, 5))]
        return " ".join(blocks)

    def _check_invoice(self, text, move, words):
        for word in (move.name, self._in_blocks(move), *words):
            self.assertIn(word, text)
        self.assertIn("CH44 3199 9123 0008 8901 2", text, "the QR-IBAN")
        for word in ("CH93", "0076 2011", move.payment_reference):
            self.assertNotIn(word, text, "what no bank takes beside a QR reference")

    def _check_letters(self, send):
        run = self._bill(post=True)
        english = self._of(run, self.english)
        french = self._of(run, self.commune)
        due = english.invoice_date_due
        messages = send(run)
        self._check_invoice(
            self._letter(messages, "john@smith.example"),
            english,
            (
                "for March 2021",
                f"CHF {english.amount_total:.2f}",
                f"by {format_date(self.env, due, lang_code='en_US')}",
                "The QR-bill for it is in the attached file",
            ),
        )
        self._check_invoice(
            self._letter(messages, "factures@commune.example"),
            french,
            (
                "(mars 2021)",
                f"jusqu'au {format_date(self.env, due, lang_code='fr_FR')}",
                "La QR-facture correspondante se trouve dans le fichier joint",
            ),
        )

    def test_of_the_run(self):
        self._check_letters(self._send)

    def test_of_the_dialog(self):
        self._check_letters(
            lambda run: self._by_hand(
                run.move_ids.filtered("partner_id.email_normalized")
            )
        )

    def test_what_is_paid_in_part(self):
        run = self._bill(post=True)
        move = self._of(run, self.english)
        self._pay(move, 10)
        text = self._letter(self._by_hand(move), "john@smith.example")
        self.assertIn(f"of CHF {move.amount_total:.2f}", text)
        self.assertIn(f"Please pay CHF {move.amount_total - 10:.2f}", text)

    def test_what_is_paid(self):
        run = self._bill(post=True)
        move = self._of(run, self.english)
        self._pay(move, move.amount_total)
        text = self._letter(self._by_hand(move), "john@smith.example")
        self.assertIn("Nothing remains to be paid", text)
        for word in ("Please pay", "Account", "Reference", "QR-bill"):
            self.assertNotIn(word, text)

    def _pay(self, move, amount):
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        wizard.create({"amount": amount})._create_payments()

    def test_credit_notes_ask_for_nothing(self):
        """The account of a credit note is the debtor's: nobody pays to it."""
        run = self._bill(post=True)
        moves = self._of(run, self.english) | self._of(run, self.commune)
        notes = moves._reverse_moves()
        notes.action_post()
        messages = self._by_hand(notes)
        for address, words in (
            (
                "john@smith.example",
                ("credit note", "in your favour", "concerns the invoice"),
            ),
            (
                "factures@commune.example",
                ("note de crédit", "en votre faveur", "concerne la facture"),
            ),
        ):
            text = self._letter(messages, address)
            note = notes.filtered(lambda n, a=address: n.partner_id.email == a)
            for word in (note.name, note.reversed_entry_id.name, *words):
                self.assertIn(word, text)
            for word in ("CH44", "CH93", "QR", "Reference", "Référence"):
                self.assertNotIn(word, text)

    def test_without_qr_iban_the_account_itself(self):
        self.bank.sudo().l10n_ch_qr_iban = False
        run = self._bill(post=True)
        move = self._of(run, self.english)
        text = self._letter(self._by_hand(move), "john@smith.example")
        self.assertIn("CH93 0076 2011 6238 5295 7", text)

    def test_other_invoices_keep_their_letter(self):
        other = self.env["account.move"].new({"move_type": "out_invoice"})
        self.assertEqual(
            other._get_mail_template(),
            self.env.ref("account.email_template_edi_invoice"),
        )

    def test_who_deletes_the_letter_gets_odoo_s(self):
        run = self._bill(post=True)
        self.env.ref("daycare_billing.mail_template_invoice").sudo().unlink()
        self.assertEqual(
            run.move_ids[0]._get_mail_template(),
            self.env.ref("account.email_template_edi_invoice"),
        )
