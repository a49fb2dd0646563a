from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_pull_bills import BillsCase


@tagged("post_install", "-at_install")
class TestPaymentReport(BillsCase):
    """Paid here, told there: once, whatever goes wrong on the way."""

    def setUp(self):
        super().setUp()
        self.connection.write(
            {"write_back": True, "transport": "graphql", "retries": 0}
        )
        self.local = self.make_move(post=True)

    def pay(self, amount=None):
        values = {"amount": amount} if amount else {}
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.local.move_id.ids
        ).create(values)._create_payments()

    def report(self):
        """What the cron does, as if the time to wait were over."""
        self.env["openimis.payment.report"].search([]).date_next = (
            fields.Datetime.now() - timedelta(seconds=1)
        )
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref(
                "openimis_fhir.ir_cron_openimis_report"
            ).method_direct_trigger()
        self.env.invalidate_all()
        return self.env["openimis.payment.report"].search(
            [("remote_bill_id", "=", self.local.id)]
        )

    @property
    def notices(self):
        return list(self.store.rows["PaymentNotice"].values())

    def fault(self, kind, nth=1):
        """Make the n-th request from now on fail."""
        self.faults.planned = {len(self.server.requests) + nth: kind}

    def fault_on_post(self, kind):
        """Make the next PaymentNotice fail, whichever request that is."""
        planned = self.faults.next

        def fails(number, path):
            command = self.server.requests[-1][0]
            if command == "POST" and "PaymentNotice" in path:
                self.faults.next = planned
                return kind
            return planned(number, path)

        self.faults.next = fails

    def test_a_paid_bill_is_reported_and_confirmed(self):
        self.pay()
        report = self.report()
        self.assertEqual(report.state, "confirmed", report.error)
        self.assertEqual(self.store.bill_status[self.local.uuid], 2)
        (row,) = self.notices
        self.assertEqual(row.resource["amount"], {"value": 610, "currency": "USD"})
        self.assertEqual(self.local.status, "2")

    def test_it_is_reported_once(self):
        self.pay()
        self.report()
        self.report()
        self.assertEqual(len(self.notices), 1)

    def test_a_part_is_not_reported(self):
        self.pay(200)
        self.assertFalse(self.report())
        self.pay(410)
        self.assertEqual(self.report().state, "confirmed")

    def test_nothing_is_reported_unless_wanted(self):
        self.connection.write_back = False
        self.pay()
        self.assertFalse(self.report())

    def test_a_lost_answer_does_not_report_twice(self):
        for transport in ("graphql", "fhir"):
            with self.subTest(transport):
                self.connection.transport = transport
        self.pay()
        self.connection.transport = "fhir"
        self.fault_on_post("drop_after")
        report = self.report()
        self.assertEqual(report.state, "sent")
        self.assertTrue(report.error)
        self.assertEqual(self.report().state, "confirmed")
        self.assertEqual(len(self.notices), 1)

    def test_a_notice_that_never_arrived_is_sent_again(self):
        self.pay()
        self.fault_on_post("drop")
        self.assertEqual(self.report().state, "sent")
        self.assertEqual(self.notices, [])
        self.assertEqual(self.report().state, "confirmed")
        self.assertEqual(len(self.notices), 1)

    def test_openimis_is_believed_only_when_the_bill_is_paid(self):
        self.pay()
        bill = self.store.rows["Invoice"][self.local.uuid]
        bill.resource["totalGross"]["value"] = 999.0  # amended there meanwhile
        report = self.report()
        self.assertEqual(report.state, "sent")
        self.assertIn("not paid", report.error)
        self.report()
        self.assertEqual(len(self.notices), 1)

    def test_a_bill_paid_there_already_is_not_reported(self):
        self.pay()
        self.store.bill_status[self.local.uuid] = 2
        self.assertEqual(self.report().state, "confirmed")
        self.assertEqual(self.notices, [])

    def test_it_is_given_up_in_the_end_and_says_so(self):
        self.pay()
        self.connection.password = "wrong"
        for _attempt in range(12):
            report = self.report()
        self.assertEqual(report.state, "failed")
        self.assertIn("refuses login", report.error)
        self.assertTrue(report.activity_ids)
        from tests.simulators.openimis.server import LOGIN

        self.connection.password = LOGIN[1]
        self.server.refused = 0  # openIMIS unlocks the account after five minutes
        report.action_retry()
        self.assertEqual(self.report().state, "confirmed")

    def test_what_went_wrong_is_told_in_the_language_of_who_reads(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.pay()
        self.fault("busy_503", 2)
        report = self.report()
        self.assertIn("reported again by itself", report.error)
        french = report.with_context(lang="fr_FR")
        self.assertIn("openIMIS ne répond pas", french.error)
        self.assertEqual(self.report().state, "confirmed")
        self.assertFalse(report.error)

    def test_a_queued_report_can_be_cancelled_a_confirmed_one_not(self):
        self.pay()
        self.fault("busy_503", 2)
        report = self.report()
        self.assertEqual(report.state, "queued", report.error)
        report.action_cancel()
        self.assertEqual(report.state, "cancelled")
        with self.assertRaises(UserError):
            report.action_retry()
