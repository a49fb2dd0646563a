from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .test_pull_bills import BillsCase


@tagged("post_install", "-at_install")
class TestHurry(BillsCase):
    """What a finance officer in a hurry does between a pull and a write-back."""

    def setUp(self):
        super().setUp()
        self.connection.write({"write_back": True, "transport": "graphql"})
        self.fill(claims=4, bills=1)
        self.pull()

    def closing(self, **values):
        closing = self.env["openimis.closing"].create(
            {
                "company_id": self.company.id,
                "date_from": "2026-11-01",
                "date_to": "2026-11-30",
                "invoice_date": "2026-11-30",
                **values,
            }
        )
        return closing.with_context(exchange_inline=True)

    def claims_here(self):
        return self.env["openimis.claim"].search([("company_id", "=", self.company.id)])

    def owed(self):
        """What live bills say of each claim."""
        lines = self.env["openimis.payable.line"].search(
            [
                ("claim_id", "in", self.claims_here().ids),
                ("move_id.openimis_status", "not in", ("3", "4")),
            ]
        )
        return sorted((line.claim_id.code, line.amount_net) for line in lines)

    def pay(self, moves, amount=None):
        values = {"amount": amount} if amount else {}
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=moves.ids
        ).create(values)._create_payments()

    def change_there(self, number, price):
        """Another price of a claim's two lines in openIMIS, and a pull."""
        row = self.store.rows["Claim"][self.claims[number]]
        for item in row.response["item"]:
            item["adjudication"][-1]["amount"]["value"] = price
        row.response["total"][-1]["amount"]["value"] = 5 * price
        self.store.put("Claim", row.resource, response=row.response)
        self.pull()

    def test_a_pull_between_preview_and_generate(self):
        closing = self.closing()
        closing.action_preview()
        self.change_there(0, 10.0)
        closing.action_generate()
        # what was previewed is no longer so: nothing is billed, and it is said
        self.assertFalse(self.owed())
        self.assertIn(closing.state, ("partial", "failed"))
        self.assertTrue(closing.exchange_message_ids)
        closing.action_preview()
        closing.action_generate()
        worth = dict(self.owed())
        self.assertEqual(worth.pop("C000000"), 50)
        self.assertEqual(set(worth.values()), {150})

    def test_a_claim_archived_between_preview_and_generate(self):
        closing = self.closing()
        closing.action_preview()
        claim = self.claims_here()[0]
        claim.sudo().active = False
        closing.action_generate()
        self.assertNotIn(claim.code, dict(self.owed()))
        self.assertEqual(len(self.owed()), 3)

    def test_reset_after_a_payment_in_part_then_amended(self):
        bill = self.billed()
        bill.action_post()
        self.pay(bill, 10)
        before = self.owed()
        bill.button_draft()
        with self.assertRaisesRegex(UserError, "Refund its payments first"):
            bill.openimis_bill_amend()
        bill.action_post()
        self.assertEqual(bill.amount_residual, bill.amount_total - 10)
        self.assertEqual(self.owed(), before)

    def test_another_currency_is_refused(self):
        bill = self.billed()
        euro = self.env.ref("base.EUR")
        euro.active = True
        with (
            self.assertRaisesRegex(UserError, "its currency stays"),
            self.env.cr.savepoint(),
            Form(bill) as form,
        ):
            form.currency_id = euro
        self.env.invalidate_all()
        self.assertEqual((bill.currency_id.name, bill.amount_total), ("USD", 600))

    def test_an_archived_facility_is_still_owed(self):
        closing = self.closing()
        closing.action_preview()
        facility = self.claims_here().health_facility_id
        facility.active = False
        closing.action_generate()
        self.assertEqual(len(self.owed()), 4)
        closing.move_ids.action_post()
        self.pull(full=True)
        self.assertFalse(facility.active)  # who archived it decides
        self.assertEqual(closing.move_ids.partner_id, facility)

    def test_merged_facilities_are_billed_once(self):
        other = self.store.add_facility(2)
        self.store.add_claim(99, other, self.policy, self.patient)
        self.pull(full=True)
        self.billed()
        before = self.owed()
        partners = self.env["res.partner"].search(
            [("openimis_uuid", "in", (self.facility, other))]
        )
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge(partners.ids, partners[0])
        self.env.invalidate_all()
        self.assertEqual(self.owed(), before)
        self.assertEqual(self.pull(full=True).state, "done")
        again = self.closing()
        again.action_generate()
        self.assertFalse(again.move_ids)

    def test_another_address_between_pull_and_write_back(self):
        remote = self.bill()
        remote.action_create_move()
        remote.move_id.action_post()
        self.pay(remote.move_id)
        self.connection.write({"url": "http://127.0.0.1:9", "retries": 0})
        self.connection.action_report_payments()
        cron = type(self.env["ir.cron"])
        self.patch(cron, "_commit_progress", lambda *_args, **_kw: float("inf"))
        reports = self.env["openimis.payment.report"].sudo()
        reports._cron_report()
        report = reports.search([("remote_bill_id", "=", remote.id)])
        self.assertEqual(report.state, "queued")
        self.assertIn("does not answer", report.error)
        self.connection.write({"url": self.server.url})
        report.action_retry()
        reports._cron_report()
        self.assertEqual(len(self.store.rows["PaymentNotice"]), 1)

    def test_two_closings_of_one_area(self):
        first, second = self.closing(), self.closing()
        first.action_preview()
        second.action_preview()
        first.action_generate()
        second.action_generate()
        self.assertEqual(len(self.owed()), 4)
        self.assertFalse(second.move_ids)
        self.assertIn("4 documents", second.exchange_message_ids.text)

    def test_a_line_deleted_by_hand(self):
        bill = self.billed()
        bill.write({"invoice_line_ids": [Command.delete(bill.invoice_line_ids[0].id)]})
        with self.assertRaisesRegex(UserError, "Change the payable lines instead"):
            bill.action_post()

    def billed(self):
        """The first bill of a closing."""
        closing = self.closing()
        closing.action_generate()
        return closing.move_ids[0]
