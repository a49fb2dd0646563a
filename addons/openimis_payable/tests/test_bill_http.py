from datetime import timedelta
from xmlrpc.client import Fault

from odoo import fields
from odoo.tests import HttpCase, tagged

from .test_bill_services import BillCase


@tagged("post_install", "-at_install")
class TestBillHttp(BillCase, HttpCase):
    """The services as a program calls them: over HTTP, with a user's API key."""

    def setUp(self):
        super().setUp()
        self.key = self._api_key(self.accountant)

    def _api_key(self, user):
        tomorrow = fields.Datetime.now() + timedelta(days=1)
        keys = self.env["res.users.apikeys"].with_user(user)
        return keys._generate(None, "test", tomorrow)

    def _post(self, model, method, key=None, **params):
        """Call a method over JSON-2 and return its result, or what went wrong."""
        answer = self.url_open(
            f"/json/2/{model}/{method}",
            json=params,
            headers={"Authorization": f"Bearer {key or self.key}"},
        )
        self.env.invalidate_all()
        result = answer.json()
        return result if answer.ok else (answer.status_code, result["message"])

    def _bill(self, method, key=None, **params):
        return self._post(
            "account.move", f"openimis_{method}", key, ids=self.bill.ids, **params
        )

    def _messages(self, bill):
        events = self.env["openimis.bill.event"].search([("move_id", "=", bill.id)])
        return " / ".join(events.mapped("message"))

    def _xmlrpc(self, method, *args, **kwargs):
        login = (self.env.cr.dbname, self.accountant.id, self.key)
        call = self.xmlrpc_object.execute_kw
        result = call(*login, "account.move", f"openimis_{method}", args, kwargs)
        self.env.invalidate_all()
        return result

    def test_bill_and_lines(self):
        vals = {"partner_id": self.facility_a.id, "company_id": self.company.id}
        line = {"code": "L1", "quantity": 2, "unit_price": 10}
        [bill_id] = self._post(
            "account.move", "openimis_bill_create", vals=vals, lines=[line]
        )
        self.bill = self.env["account.move"].browse(bill_id)
        self.assertEqual(self.bill.amount_total, 20)
        [line_id] = self._bill("bill_item_create", lines=[{**line, "code": "L2"}])
        self._bill("bill_item_update", line_id=line_id, vals={"quantity": 1})
        self.assertEqual(self.bill.amount_total, 30)
        self._bill("bill_update", vals={"openimis_code_ext": "EXT"})
        self._bill("bill_item_delete", line_ids=[line_id])
        self.assertEqual(self.bill.amount_total, 20)
        self._bill("bill_suspend")
        self._bill("bill_resume")
        self._bill("bill_delete")
        self.assertEqual(self.bill.openimis_status, "4")
        messages = self._messages(self.bill)
        for message in (
            "Bill created",
            "1 lines added",
            "Line L2 changed",
            "Bill changed",
            "Lines deleted: L2",
            "Bill suspended",
            "Bill resumed",
            "Bill deleted",
        ):
            self.assertIn(message, messages)

    def test_checks_leave_an_event(self):
        first = self.bill.openimis_line_ids[0]
        self.assertEqual(self._bill("bill_validate_items"), {})
        self.assertEqual(self._last_event().event_type, "1")
        matched = self._bill("bill_match_items")
        self.assertEqual(matched["line_items"][str(first.id)], "VALID")
        self.assertEqual(self._last_event().data, matched)
        first.sudo().amount_net = 499
        problems = self._bill("bill_validate_items")
        self.assertEqual(set(problems), {"0", str(first.id)})
        event = self._last_event()
        self.assertEqual((event.event_type, event.data), ("2", problems))

    def test_payment_amend(self):
        self.bill.action_post()
        [payment] = self._bill("payment_sent", amount=300, openimis_code_ext="P1")
        self.assertEqual(self.bill.amount_residual, 500)
        service = "openimis_payment_rejected"
        self._post("account.payment", service, ids=[payment], reason="closed account")
        self.assertEqual(self.bill.amount_residual, 800)
        self.assertIn("P1 rejected: closed account", self._messages(self.bill))
        [payment] = self._bill("payment_sent", openimis_code_ext="P2")
        service = "openimis_payment_refunded"
        self._post("account.payment", service, ids=[payment], reason="twice")
        self.assertIn("P2 refunded: twice", self._messages(self.bill))
        self._bill("bill_resume")
        [replacement] = self._bill("bill_amend", vals={"openimis_note": "corrected"})
        replacement = self.env["account.move"].browse(replacement)
        self.assertEqual(replacement.amount_total, 800)
        self.assertEqual(self.bill.openimis_replaced_by_id, replacement)
        self.assertIn("Amended by", self._messages(self.bill))

    def test_errors_say_what_is_wrong(self):
        reader = self._user("openimis_test_reader", rights=["156101"])
        key = self._api_key(reader)
        status, message = self._bill("payment_sent", key=key)
        self.assertEqual(status, 403)
        self.assertIn("156202", message)
        status, message = self._bill("payment_sent")
        self.assertEqual(status, 422)
        self.assertIn("not validated", message)
        self.bill.action_post()
        _status, message = self._bill("payment_sent", code_ext="P1")
        self.assertIn("code_ext", message)
        self.assertEqual(self.bill.amount_residual, 800)
        _status, message = self._bill("bill_amend", vals={"state": "posted"})
        self.assertIn("cannot be changed: state", message)
        self.assertFalse(self.bill.openimis_replaced_by_id)

    def test_one_payment_is_of_one_third_party(self):
        self._claim("C3", {"price_asked": 50}, health_facility_id=self.facility_b.id)
        self.closing.action_generate()
        bills = self.closing.move_ids
        bills.action_post()
        answer = self._post(
            "account.move", "openimis_payment_sent", ids=bills.ids, amount=10
        )
        self.assertIn("one third party", answer[1])

    def test_xmlrpc(self):
        line = self.bill.openimis_line_ids[0]
        line.sudo().amount_net = 499
        problems = self._xmlrpc("bill_validate_items", self.bill.ids)
        self.assertIn(str(line.id), problems)
        matched = self._xmlrpc("bill_match_items", self.bill.ids)
        self.assertEqual(matched["subject"], "VALID")
        line.sudo().amount_net = 500
        self.bill.action_post()
        paid = self._xmlrpc("payment_sent", self.bill.ids, openimis_code_ext="P1")
        self.assertEqual(self.env["account.payment"].browse(paid).amount, 800)
        with self.assertRaisesRegex(Fault, "paid already"):
            self._xmlrpc("payment_sent", self.bill.ids, openimis_code_ext="P2")
