from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged

from ..models.account_move_print import REPORT
from .common import SERVICE, OpenimisCase


@tagged("post_install", "-at_install")
class TestBillFiles(OpenimisCase, HttpCase):
    """A statement that was sent says what the claims were about: as its lines do."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._claim("C1", SERVICE)
        closing = cls._closing()
        closing.action_generate()
        cls.bill = closing.move_ids
        cls.bill.openimis_location_id = cls.district_a
        cls.bill.action_post()
        cls.manager = cls._user("files_manager", "manager")
        cls.inside = cls._user("files_inside", "manager")
        cls.inside.openimis_location_ids = cls.district_a
        cls.outside = cls._user("files_outside", "manager")
        cls.outside.openimis_location_ids = cls.district_b
        cls.bookkeeper = new_test_user(
            cls.env,
            "files_bookkeeper",
            "account.group_account_manager",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )
        cls.statement = cls._sent()

    @classmethod
    def _sent(cls):
        """Return the file in the chatter, as a statement lies there once it was sent.

        (Tests print no PDF, and Odoo takes other files off the bill.)
        """
        message = cls.bill.with_user(cls.manager).message_post(
            body="Statement",
            attachments=[("statement.pdf", b"%PDF-1.4 C1 A09 Diarrhoea")],
        )
        return message.attachment_ids

    def _files(self, user):
        """Return the files of the bill that a user finds."""
        return (
            self.env["ir.attachment"]
            .with_user(user)
            .search([("res_model", "=", "account.move"), ("res_id", "=", self.bill.id)])
        )

    def _chatter(self, user):
        """Return the files in the chatter as the client of a user gets them."""
        self.authenticate(user.login, user.login)
        params = {"thread_model": "account.move", "thread_id": self.bill.id}
        answer = self.make_jsonrpc_request("/mail/thread/messages", params)
        return answer["data"].get("ir.attachment", [])

    def test_statement_takes_the_right_to_its_lines(self):
        self.assertEqual(len(self.statement), 1)
        self.assertEqual(self.statement.res_model, "account.move")
        for user, may in (
            (self.manager, True),
            (self.inside, True),
            (self.outside, False),
            (self.bookkeeper, False),
        ):
            with self.subTest(user.login):
                file = self.statement.with_user(user)
                # the bill itself is the ledger's, and everybody's who keeps it
                self.assertTrue(self.bill.with_user(user).has_access("read"))
                self.assertEqual(self._files(user), file if may else file.browse())
                self.assertEqual(file.has_access("read"), may)
                if not may:
                    with self.assertRaises(AccessError):
                        file.read(["raw"])

    def test_chatter_gives_no_key_to_it(self):
        for user, status in ((self.inside, 200), (self.bookkeeper, 404)):
            with self.subTest(user.login):
                [file] = self._chatter(user)
                address = f"/web/content/{file['id']}"
                self.assertEqual(self.url_open(address).status_code, status)
                key = file["raw_access_token"]
                self.assertEqual(bool(key), status == 200)
                self.assertEqual(bool(file["thumbnail_access_token"]), status == 200)

    def test_statement_is_printed_and_sent_whole_or_not_at_all(self):
        report = self.env["ir.actions.report"]
        for user in (self.outside, self.bookkeeper):
            with self.subTest(user.login), self.assertRaises(AccessError):
                report.with_user(user)._render_qweb_html(REPORT, self.bill.ids)
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.bill.with_user(user).action_openimis_send()
        printed = report.with_user(self.inside)
        self.assertIn(b"C1", printed._render_qweb_html(REPORT, self.bill.ids)[0])
        self.assertTrue(self.bill.with_user(self.inside).action_openimis_send())

    def test_other_files_are_as_ever(self):
        files = self.env["ir.attachment"].with_user(self.bookkeeper)
        own = files.create({"name": "own", "raw": b"own"})
        plain = self.env["account.move"].create({"move_type": "in_invoice"})
        scan = self.env["ir.attachment"].create(
            {
                "name": "scan",
                "raw": b"scan",
                "res_model": "account.move",
                "res_id": plain.id,
            }
        )
        for file in (own, scan):
            self.assertEqual(files.search([("id", "=", file.id)]), file)
            self.assertTrue(file.with_user(self.bookkeeper).has_access("read"))
