from odoo.tests import tagged

from .common import BatchCase


@tagged("post_install", "-at_install")
class TestBatchResults(BatchCase):
    """What the bank says of a batch comes back by our references."""

    def setUp(self):
        super().setUp()
        self.batch = self._send(self._batch())
        self.to_a, self.to_b = (
            self._payment(self.batch, partner)
            for partner in (self.facility_a, self.facility_b)
        )
        self.ref_a, self.ref_b = (
            payment.openimis_code_ext for payment in (self.to_a, self.to_b)
        )

    def _owed(self):
        return [
            bill.amount_residual for bill in (self.bill_a, self.bill_a2, self.bill_b)
        ]

    def test_what_was_accepted_is_unchanged(self):
        run = self._results(
            f",540,accepted,{self.ref_a},,BANK-1,",
            f"{self.bill_b.openimis_code},60,accepted,{self.ref_b},,BANK-2,",
        )
        self.assertEqual(run.state, "done", self._texts(run))
        self.assertEqual(run.counters["payment"]["unchanged"], 2)
        self.assertEqual(self._owed(), [0, 0, 0])
        self.assertEqual(self.to_a.openimis_code_rcp, "BANK-1")

    def test_one_reference_takes_all_its_bills_back(self):
        run = self._results(f",540,rejected,{self.ref_a},account closed,,")
        self.assertEqual(run.state, "done", self._texts(run))
        self.assertEqual(self._owed(), [500, 40, 0])
        self.assertEqual(self.to_a.openimis_status, "0")
        for bill in self.bill_a | self.bill_a2:
            event = bill.openimis_event_ids.sorted("id")[-1]
            self.assertEqual(event.event_type, "4")
            self.assertIn("account closed", event.message)

    def test_what_was_rejected_is_paid_again_under_another_reference(self):
        self._results(f",540,rejected,{self.ref_a},account closed,,")
        second = self._send(self._batch(self.bill_a | self.bill_a2))
        payment = self._payment(second, self.facility_a)
        self.assertNotEqual(payment.openimis_code_ext, self.ref_a)
        self.assertEqual(self._owed(), [0, 0, 0])
        # the bank's old line says nothing of the second attempt
        run = self._results(f",540,rejected,{self.ref_a},once more,,")
        self.assertEqual(run.counters["payment"]["unchanged"], 1, self._texts(run))
        self.assertEqual(self._owed(), [0, 0, 0])
        self._results(f",540,rejected,{payment.openimis_code_ext},again,,")
        self.assertEqual(self._owed(), [500, 40, 0])

    def test_the_same_file_is_recognised(self):
        row = f",540,rejected,{self.ref_a},account closed,,"
        self._results(row)
        run = self._results(row)
        self.assertEqual(run.exchange_message_ids.code, "known_file")
        run = self._results(row, import_again=True)
        self.assertEqual((run.state, self._owed()), ("done", [500, 40, 0]))

    def test_less_than_was_sent_leaves_the_rest_due(self):
        run = self._results(f",510,accepted,{self.ref_a},,BANK-3,")
        self.assertEqual(run.state, "done", self._texts(run))
        self.assertEqual(sum(self._owed()), 30)
        self.assertEqual(run.exchange_message_ids.code, "short")
        self.assertIn("510.00", self._texts(run))
        self.assertIn("short", run._counter_labels())
        again = self._results(f",510,accepted,{self.ref_a},,BANK-3,", import_again=True)
        self.assertEqual(again.counters["payment"]["unchanged"], 1)
        self._send(
            self._batch((self.bill_a | self.bill_a2).filtered("amount_residual"))
        )
        self.assertEqual(self._owed(), [0, 0, 0])

    def test_more_than_was_sent_is_refused_in_words(self):
        run = self._results(f",541,accepted,{self.ref_a},,,")
        self.assertEqual((run.state, self._owed()), ("failed", [0, 0, 0]))
        self.assertIn(self.ref_a, self._texts(run))

    def test_an_unknown_reference_is_named_with_its_line(self):
        run = self._results(",10,accepted,NOBODY,,,", ",10,rejected,NOBODY,,,")
        self.assertEqual(run.state, "failed")
        self.assertEqual(run.exchange_message_ids.mapped("row"), [2, 3])
        self.assertIn("NOBODY", self._texts(run))

    def test_charges_of_the_bank_are_booked(self):
        self.company.openimis_account_bank_fee_id = self.env["account.account"].search(
            [("account_type", "=", "expense"), ("company_ids", "=", self.company.id)],
            limit=1,
        )
        self._results(f",540,accepted,{self.ref_a},,,2.50")
        self.assertEqual(self.to_a.openimis_fees, 2.5)
        self.assertEqual(self.to_a.openimis_fee_move_id.amount_total, 2.5)

    def test_results_of_a_batch_that_nobody_sent_are_refused(self):
        self._results(f",540,rejected,{self.ref_a},account closed,,")
        batch = self._batch(self.bill_a)
        batch.draft2open()
        batch.open2generated()
        reference = batch.payment_ids.openimis_code_ext
        for status in ("accepted", "rejected"):
            run = self._results(f",500,{status},{reference},,,")
            self.assertEqual(run.state, "failed")
            self.assertIn(batch.name, self._texts(run))
        self.assertEqual(self.bill_a.amount_residual, 500)
        batch.generated2uploaded()
        self.assertEqual(self.bill_a.amount_residual, 0)
