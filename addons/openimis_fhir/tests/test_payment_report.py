import os
import random
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .test_pull_bills import BillsCase

#: even, as every second bill is of another kind
REPORTS = int(os.environ.get("FHIR_REPORTS", "40"))
#: what becomes of an answer: never sent, lost, cut off, of somebody else
LOST = ("drop_after", "not_json", "truncate", "drop")


@tagged("post_install", "-at_install")
class TestPaymentReport(BillsCase):
    """Paid here, told there: once, whatever goes wrong on the way."""

    def setUp(self):
        super().setUp()
        self.connection.write(
            {"write_back": True, "transport": "graphql", "retries": 0}
        )
        self.local = self.make_move(post=True)

    def fill(self, claims=1, bills=1):
        """A bill of one line: the only kind that a notice ever pays there."""
        filled = super().fill(claims, bills)
        self.store.add_bill(0, self.facility, amounts=(610.0,))
        return filled

    def pay(self, amount=None):
        values = {"amount": amount} if amount else {}
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.local.move_id.ids
        ).create(values)._create_payments()

    def report(self):
        """What the cron does, as if the time to wait were over."""
        self.pass_time()
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref(
                "openimis_fhir.ir_cron_openimis_report"
            ).method_direct_trigger()
        self.env.invalidate_all()
        return self.env["openimis.payment.report"].search(
            [("remote_bill_id", "=", self.local.id)]
        )

    def pass_time(self, minutes=2880):
        """Let what the engine noted be older, so that it is due again."""
        for report in self.env["openimis.payment.report"].sudo().search([]):
            step = timedelta(minutes=minutes)
            report.date_next = report.date_next and report.date_next - step
            report.date_sent = report.date_sent and report.date_sent - step

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

    def lose(self, kind):
        self.pay()
        self.fault_on_post(kind)
        report = self.report()
        self.assertEqual(report.state, "sent")
        self.assertTrue(report.error)
        for _time in range(3):
            self.assertEqual(self.report().state, "confirmed")
        self.assertEqual(len(self.notices), 1)

    def test_a_lost_answer_does_not_report_twice(self):
        self.lose("drop_after")

    def test_the_page_of_a_proxy_does_not_report_twice(self):
        self.lose("not_json")

    def test_half_an_answer_does_not_report_twice(self):
        self.lose("truncate")

    def test_by_fhir_the_notice_is_known_and_not_whether_the_bill_is_paid(self):
        self.pay()
        self.connection.transport = "fhir"
        self.fault_on_post("drop_after")
        self.assertEqual(self.report().state, "sent")
        report = self.report()
        self.assertEqual(report.state, "told", report.error)
        self.assertTrue(report.notice_uuid)
        self.assertFalse(self.local.status == "2")
        self.report()
        self.assertEqual(len(self.notices), 1)
        # a pull by the other way tells that it is paid
        self.connection.transport = "graphql"
        self.pull()
        self.assertEqual(self.report().state, "confirmed")

    def test_what_may_still_arrive_is_not_sent_again(self):
        self.pay()
        self.fault_on_post("drop")
        self.report()
        self.pass_time(5)
        self.env["openimis.payment.report"].sudo().search([]).write(
            {"date_next": fields.Datetime.now(), "date_sent": fields.Datetime.now()}
        )
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref(
                "openimis_fhir.ir_cron_openimis_report"
            ).method_direct_trigger()
        self.env.invalidate_all()
        report = self.env["openimis.payment.report"].search([])
        self.assertEqual(report.state, "sent")
        self.assertIn("looked for", report.error)
        self.assertEqual(self.notices, [])

    def test_the_notice_of_another_database_is_not_taken_for_ours(self):
        self.pay()
        report = self.env["openimis.payment.report"].sudo()._queue_paid()
        database = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        self.assertIn(database.replace("-", ""), report.reference)
        notice = report._notice()
        notice["payment"]["reference"] = f"PaymentReconciliation/odoo-{report.id}"
        notice["paymentDate"] = notice["created"] = "2026-11-29"
        self.store.bill_status[self.local.uuid] = 1
        self.store.pay(notice)
        self.store.bill_status[self.local.uuid] = 1
        self.report()
        self.assertEqual(len(self.notices), 2)

    def test_another_amount_under_our_reference_is_told(self):
        self.pay()
        report = self.env["openimis.payment.report"].sudo()._queue_paid()
        notice = report._notice()
        notice["paymentDate"] = notice["created"] = "2026-11-29"
        notice["amount"]["value"] = 1.0
        self.store.pay(notice)
        report = self.report()
        self.assertEqual(report.state, "failed")
        self.assertIn("another bill or amount", report.error)
        self.assertEqual(len(self.notices), 1)

    def test_a_bill_amended_here_is_told_once_its_amendment_is_paid(self):
        first = self.local.move_id
        second = first.openimis_bill_amend()
        second.action_post()
        third = second.openimis_bill_amend()
        self.local.invalidate_recordset(["move_id"])
        self.assertEqual(self.local.move_id, third)
        self.assertFalse(self.report())
        third.action_post()
        self.pay()
        self.assertEqual(self.report().move_id, third)
        [notice] = self.notices
        self.assertEqual(notice.resource["amount"]["value"], 610)
        self.report()
        self.assertEqual(len(self.notices), 1)

    def test_a_bill_of_another_amount_here_is_not_reported(self):
        self.local.sudo().amount_total += 10  # amended there meanwhile
        self.pay()
        report = self.report()
        self.assertEqual(report.state, "failed")
        self.assertIn("not for the amount", report.error)
        self.assertTrue(report.activity_ids)
        self.assertEqual(self.notices, [])

    def test_a_payment_that_bounced_meanwhile_is_not_reported(self):
        self.pay()
        self.env["openimis.payment.report"].sudo()._queue_paid()
        payment = self.env["account.payment"].search([], order="id desc", limit=1)
        payment.action_reject()
        report = self.report()
        self.assertEqual(report.state, "cancelled", report.error)
        self.assertEqual(self.notices, [])

    def test_nobody_writes_reports_or_bills_of_openimis_by_hand(self):
        self.pay()
        self.fault("busy_503", 2)
        report = self.report()
        users = [
            new_test_user(
                self.env,
                f"exchange-{name}",
                f"openimis_fhir.group_openimis_exchange_{name}",
                company_id=self.company.id,
                company_ids=self.company.ids,
            )
            for name in ("user", "manager")
        ]
        for user in users:
            theirs = report.with_user(user)
            with self.assertRaises(AccessError):
                theirs.write({"amount": 999999, "reference": "FORGED"})
            with self.assertRaises(AccessError):
                theirs.create({"remote_bill_id": self.local.id})
            with self.assertRaises(AccessError):
                self.local.with_user(user).write({"amount_total": 1})
            with self.assertRaises(AccessError):
                self.local.line_ids.with_user(user).write({"net": 1})
            with self.assertRaises(AccessError):
                self.local.with_user(user).copy()
        report.with_user(users[0]).action_retry()
        self.assertEqual(self.report().state, "confirmed")

    def test_buttons_refuse_whoever_has_no_exchange(self):
        self.pay()
        report = self.env["openimis.payment.report"].sudo()._queue_paid()
        clerk = new_test_user(self.env, "clerk", "account.group_account_manager")
        for method in ("action_retry", "action_cancel"):
            with self.assertRaises(AccessError):
                getattr(report.with_user(clerk), method)()
        self.assertEqual(report.state, "queued")

    def test_a_notice_that_never_arrived_is_sent_again(self):
        self.pay()
        self.fault_on_post("drop")
        self.assertEqual(self.report().state, "sent")
        self.assertEqual(self.notices, [])
        self.assertEqual(self.report().state, "confirmed")
        self.assertEqual(len(self.notices), 1)

    def test_a_notice_does_not_pay_a_bill_of_several_lines(self):
        self.store.add_bill(0, self.facility, amounts=(500.0, 110.0))
        self.pay()
        report = self.report()
        self.assertEqual(report.state, "open")
        self.assertIn("several lines", report.error)
        self.assertEqual(self.local.status, "1")
        for _time in range(5):
            self.assertEqual(self.report().state, "open")
        self.assertEqual(len(self.notices), 1)
        self.store.bill_status[self.local.uuid] = 2  # set to paid there by hand
        self.store.rows["Invoice"][self.local.uuid].version += 1
        self.pull()
        self.assertEqual(self.report().state, "confirmed")
        self.assertFalse(report.error)

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


@tagged("post_install", "-at_install")
class TestManyReports(BillsCase):
    """Many payments at once, over a line that loses answers.

    40 of them by default; `FHIR_REPORTS=200` asks for more.
    """

    @staticmethod
    def amounts(number):
        """Every second bill has two lines, which openIMIS never shows as paid."""
        return (60.0, 40.0 + number) if number % 2 else (100.0 + number,)

    def test_with_a_third_of_the_answers_lost_each_bill_has_one_notice(self):
        lost, faults = random.Random(20261129), set()
        self.fill(claims=0, bills=0)
        self.bills = [
            self.store.add_bill(number, self.facility, self.amounts(number))
            for number in range(REPORTS)
        ]
        self.connection.write(
            {"write_back": True, "transport": "graphql", "retries": 0}
        )
        self.connection.kind_ids.filtered(
            lambda line: line.kind not in ("location", "facility", "bill")
        ).enabled = False
        self.pull()
        bills = self.env["openimis.remote.bill"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertEqual(len(bills), REPORTS)
        bills.action_create_move()
        bills.move_id.action_post()
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=bills.move_id.ids
        ).create({"group_payment": False})._create_payments()
        server = self.server

        def fails(_number, path):
            posted = server.requests[-1][0] == "POST" and "PaymentNotice" in path
            if posted and lost.random() < 0.3:
                fault = lost.choice(LOST)
                faults.add(fault)
                return fault
            if lost.random() < 0.02:
                server.listing.counts.clear()  # openIMIS was started again
                return "error_500"
            return None

        self.faults.next = fails
        reports = self.env["openimis.payment.report"].sudo()
        for minutes in [1, 2, 5, 15, 30, 60, 120, 240] * 20:
            with self.enter_registry_test_mode():
                self.env.ref(
                    "openimis_fhir.ir_cron_openimis_report"
                ).method_direct_trigger()
            self.env.invalidate_all()
            reports = reports.search([("company_id", "=", self.company.id)])
            waiting = reports.filtered(lambda r: r.state in ("queued", "sent", "told"))
            if not waiting:
                break
            step = timedelta(minutes=minutes)
            for report in waiting:
                report.date_next -= step
                report.date_sent = report.date_sent and report.date_sent - step
        self.assertEqual(faults, set(LOST), "every way of losing an answer was tried")
        told = [
            row.resource["request"]["reference"]
            for row in self.store.rows["PaymentNotice"].values()
        ]
        self.assertEqual((len(told), len(set(told))), (REPORTS, REPORTS))
        states = reports.grouped("state")
        self.assertEqual(len(states["confirmed"]), REPORTS // 2)
        self.assertEqual(len(states["open"]), REPORTS // 2)
