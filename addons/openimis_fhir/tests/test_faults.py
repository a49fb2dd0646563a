from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .test_pull_bills import BillsCase

FAULTS = 100
CLAIMS = 120
BILLS = 30


@tagged("post_install", "-at_install")
class TestFaults(BillsCase):
    """A hundred random faults on the way: nothing lost, nothing double."""

    def check(self):
        claims = self.env["openimis.claim"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertEqual(sorted(claims.mapped("openimis_uuid")), sorted(self.claims))
        self.assertEqual(len(claims.line_ids), 2 * CLAIMS)
        worth = sum(line.qty_provided * line.price_valuated for line in claims.line_ids)
        self.assertEqual(worth, CLAIMS * 150.0)
        bills = self.env["openimis.remote.bill"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertEqual(sorted(bills.mapped("uuid")), sorted(self.bills))
        self.assertEqual(sum(bills.line_ids.mapped("net")), BILLS * 610.0)
        return bills

    def pull_until_done(self):
        """Pull and resume as an accountant (or the schedule) would."""
        for _attempt in range(60):
            pull = self.pull()
            for _again in range(5):
                if pull.state not in ("partial", "failed") or not pull.date_start:
                    break
                pull.with_context(exchange_inline=True).action_resume()
            if pull.state == "done" and len(self.faults.injected) >= FAULTS:
                return pull
        return pull

    def inject(self, transport, seed):
        self.connection.write({"transport": transport, "page_size": 7, "retries": 2})
        self.faults.rate, self.faults.limit, self.faults.seed = 0.4, FAULTS, seed
        self.faults.__post_init__()
        self.fill(claims=CLAIMS, bills=BILLS)

    def test_fhir(self):
        self.inject("fhir", 11)
        pull = self.pull_until_done()
        self.assertEqual(len(self.faults.injected), FAULTS)
        self.assertGreater(len({kind for _n, kind, _p in self.faults.injected}), 7)
        self.assertEqual(pull.state, "done", self.texts(pull))
        self.check()

    def test_graphql(self):
        self.inject("graphql", 12)
        pull = self.pull_until_done()
        self.assertEqual(len(self.faults.injected), FAULTS)
        self.assertEqual(pull.state, "done", self.texts(pull))
        self.check()

    def test_payments_are_reported_once_whatever_happens(self):
        self.fill(claims=1, bills=10)
        self.connection.write(
            {"write_back": True, "transport": "graphql", "retries": 1}
        )
        self.pull()
        bills = self.env["openimis.remote.bill"].search(
            [("company_id", "=", self.company.id)]
        )
        bills.action_create_move()
        bills.move_id.action_post()
        for move in bills.move_id:
            self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=move.ids
            ).create({})._create_payments()
        self.faults.rate, self.faults.limit = 0.5, 40
        reports = self.env["openimis.payment.report"]
        for _attempt in range(30):
            for report in reports.sudo().search([]):
                report.date_next = fields.Datetime.now() - timedelta(seconds=1)
                report.attempts = 0
                report.date_sent = report.date_sent and (
                    report.date_sent - timedelta(hours=1)
                )
            with self.enter_registry_test_mode():
                self.env.ref(
                    "openimis_fhir.ir_cron_openimis_report"
                ).method_direct_trigger()
            self.env.invalidate_all()
            reports = reports.search([("company_id", "=", self.company.id)])
            if set(reports.mapped("state")) <= {"confirmed", "open", "told"}:
                break
        # bills of two lines: openIMIS never shows them as paid
        self.assertLessEqual(set(reports.mapped("state")), {"open", "told"})
        self.assertEqual(len(reports), 10)
        told = [
            row.resource["request"]["reference"]
            for row in self.store.rows["PaymentNotice"].values()
        ]
        self.assertEqual(len(told), len(set(told)))
        self.assertEqual(len(told), 10)
