import email
import io
import socket
from email.policy import default
from unittest.mock import patch

import zxingcpp
from aiosmtpd.controller import Controller
from pypdf import PdfReader

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.base.models.ir_mail_server import IrMail_Server

from .common import FULL, DaycareBillingCommon


class Mailbox:
    """What an SMTP server on the loopback address was given."""

    def __init__(self):
        self.messages = {}

    async def handle_DATA(self, _server, _session, envelope):
        [recipient] = envelope.rcpt_tos
        assert recipient not in self.messages, "one e-mail each"
        self.messages[recipient] = email.message_from_bytes(
            envelope.content, policy=default
        )
        return "250 OK"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@tagged("post_install", "-at_install")
class TestSending(DaycareBillingCommon):
    """Posted invoices reach their debtors: by a real e-mail, or printed."""

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
        self.assertEqual(action["report_name"], "account.report_invoice_with_payments")
        self.assertEqual(action["context"]["active_ids"], listed.ids)
        self.assertEqual(self._waiting(run), (2, 0))
        self.assertFalse(self.mailbox.messages)

    def test_some_want_paper_and_some_get_an_address_later(self):
        self.english.partner_id.invoice_sending_method = "manual"
        run = self._bill(post=True)
        self.assertEqual(self._waiting(run), (1, 2))
        self.unreachable.email = "zoe@favre.example"
        self.assertEqual(self._waiting(run), (2, 1))
