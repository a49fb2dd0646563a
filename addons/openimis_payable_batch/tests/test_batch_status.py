import base64

from odoo.tests import tagged

from .common import IBANS, BatchCase
from .mock_bank import bank

SPACE = "urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"
REASON = "<StsRsnInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>solde nul</AddtlInf></StsRsnInf>"


class StatusCase(BatchCase):
    """A batch that was sent, and what the bank's pain.002 says of it."""

    def setUp(self):
        super().setUp()
        self.batch = self._batch()

    def _references(self, batch=None):
        batch = batch or self.batch
        return [
            self._payment(batch, partner).openimis_code_ext
            for partner in (self.facility_a, self.facility_b)
        ]

    def _owed(self):
        return [
            bill.amount_residual for bill in (self.bill_a, self.bill_a2, self.bill_b)
        ]

    def _import(self, raw, **vals):
        run = (
            self.env["openimis.payment.import"]
            .with_user(self.accountant)
            .create(
                {
                    "company_id": self.company.id,
                    "file": base64.b64encode(raw),
                    "file_name": "status.xml",
                    "journal_id": self.bank.id,
                    **vals,
                }
            )
        )
        run.action_run()
        return run

    def _report(self, *payments, group="PART", message=None):
        """Return a pain.002; payments are (reference, status, more)."""
        said = "\n".join(
            f"<TxInfAndSts><OrgnlEndToEndId>{reference}</OrgnlEndToEndId>"
            f"<TxSts>{status}</TxSts>{more}</TxInfAndSts>"
            for reference, status, more in payments
        )
        message = message or self.batch.openimis_file_reference
        return (
            f'<Document xmlns="{SPACE}"><CstmrPmtStsRpt><OrgnlGrpInfAndSts>'
            f"<OrgnlMsgId>{message}</OrgnlMsgId><GrpSts>{group}</GrpSts>"
            "</OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>"
            f"{self.batch.payment_lot_ids[:1].name}</OrgnlPmtInfId>\n{said}\n"
            "</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"
        ).encode()


@tagged("post_install", "-at_install")
class TestBatchStatus(StatusCase):
    """What follows from a pain.002, line by line."""

    def setUp(self):
        super().setUp()
        self._send(self.batch)
        self.ref_a, self.ref_b = self._references()

    def test_rejected_and_paid(self):
        raw = self._report(
            (self.ref_a, "RJCT", REASON),
            (self.ref_b, "ACSC", "<AcctSvcrRef>B-77</AcctSvcrRef>"),
        )
        run = self._import(raw)
        self.assertEqual(run.state, "done", self._texts(run))
        self.assertEqual(self._owed(), [500, 40, 0])
        event = self.bill_a.openimis_event_ids.sorted("id")[-1]
        self.assertIn("AC04 (the account is closed) solde nul", event.message)
        paid = self._payment(self.batch, self.facility_b)
        self.assertEqual(paid.openimis_code_rcp, "B-77")
        self.assertEqual(run.counters["payment"]["reject"], 1)
        # the same file, and the same said once more
        again = self._import(raw)
        self.assertEqual(again.exchange_message_ids.code, "known_file")
        again = self._import(raw, import_again=True)
        self.assertEqual(again.counters["payment"]["unchanged"], 2, self._texts(again))
        self.assertEqual(self._owed(), [500, 40, 0])

    def test_reasons_are_told_in_french(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env["ir.module.module"].search(
            [("name", "=", "openimis_payable_batch")]
        )._update_translations(["fr_FR"])
        self.env = self.env(context={**self.env.context, "lang": "fr_FR"})
        self._import(self._report((self.ref_a, "RJCT", REASON)))
        event = self.bill_a.openimis_event_ids.sorted("id")[-1]
        self.assertIn("le compte est clos", event.message)

    def test_the_whole_file_was_rejected(self):
        run = self._import(self._report(group="RJCT"))
        self.assertEqual(run.state, "done", self._texts(run))
        self.assertEqual(self._owed(), [500, 40, 60])

    def test_what_is_on_the_way_changes_nothing(self):
        run = self._import(self._report((self.ref_a, "ACSP", ""), group="ACCP"))
        self.assertEqual(run.state, "done", self._texts(run))
        self.assertIn("not said yet", self._texts(run))
        self.assertEqual(self._owed(), [0, 0, 0])

    def test_what_cannot_be_followed_is_named_with_its_line(self):
        amount = (
            '<OrgnlTxRef><Amt><InstdAmt Ccy="USD">54.00</InstdAmt></Amt></OrgnlTxRef>'
        )
        wrong_currency = amount.replace("54.00", "540.00").replace("USD", "EUR")
        for payments, vals, text in (
            ([("NOBODY", "RJCT", "")], {}, "no payment has the reference NOBODY"),
            ([("", "RJCT", "")], {}, "without a reference"),
            ([], {"group": "RJCT", "message": "PAYROLL-1"}, "PAYROLL-1 was sent"),
            ([(self.ref_a, "RJCT", amount)], {}, "another amount"),
            ([(self.ref_a, "ACSC", amount)], {}, "another amount"),
            ([(self.ref_a, "ACSC", wrong_currency)], {}, "another amount"),
            (
                [(self.ref_a, "RJCT", ""), (self.ref_a, "ACSC", "")],
                {},
                "says both",
            ),
        ):
            with self.subTest(text):
                run = self._import(self._report(*payments, **vals))
                self.assertEqual(run.state, "failed", self._texts(run))
                self.assertIn(text, self._texts(run))
                self.assertIn("status.xml, line ", self._texts(run))
                self.assertEqual(self._owed(), [0, 0, 0])

    def test_what_somebody_has_to_look_at_is_said(self):
        run = self._import(
            self._report((self.ref_a, "ACWC", REASON), (self.ref_b, "BLCK", ""))
        )
        self.assertEqual(run.message_warning_count, 2, self._texts(run))
        self.assertIn("accepted with a change", self._texts(run))
        self.assertIn("the money is held", self._texts(run))
        self.assertEqual(self._owed(), [0, 0, 0])

    def test_paid_after_all_is_asked_about(self):
        """The bills may be paid again by now: nobody pays them a second time."""
        self._import(self._report((self.ref_a, "RJCT", REASON)))
        run = self._import(self._report((self.ref_a, "ACSC", "")))
        self.assertEqual(run.state, "failed")
        self.assertIn("was rejected before", self._texts(run))
        self.assertEqual(self._owed(), [500, 40, 0])

    def test_an_old_file_says_nothing_of_a_second_attempt(self):
        first = self.batch.openimis_file_reference
        self.batch.action_cancel()
        self.batch.cancel2draft()
        self._send(self.batch)
        self.assertNotEqual(self.batch.openimis_file_reference, first)
        run = self._import(self._report(group="RJCT", message=first))
        self.assertEqual(run.state, "failed")
        self.assertEqual(self._owed(), [0, 0, 0])

    def test_charges_are_booked_in_their_currency_only(self):
        self.company.openimis_account_bank_fee_id = self.env["account.account"].search(
            [("account_type", "=", "expense"), ("company_ids", "=", self.company.id)],
            limit=1,
        )
        charges = '<ChrgsInf><Amt Ccy="{}">1.50</Amt></ChrgsInf>'
        run = self._import(
            self._report(
                (self.ref_a, "ACSC", charges.format("USD")),
                (self.ref_b, "ACSC", charges.format("CHF")),
            )
        )
        self.assertEqual(run.state, "done", self._texts(run))
        self.assertEqual(self._payment(self.batch, self.facility_a).openimis_fees, 1.5)
        self.assertFalse(self._payment(self.batch, self.facility_b).openimis_fees)
        self.assertIn("in another currency", self._texts(run))

    def test_what_is_no_report_is_refused_in_words(self):
        for raw, text in (
            (b"<Document/>", "no pain.002"),
            (b"<Document>", "cannot be read"),
            (b"<!DOCTYPE a><Document/>", "document type"),
        ):
            run = self._import(raw)
            self.assertEqual(run.state, "failed")
            self.assertIn(text, self._texts(run))

    def test_it_keeps_to_the_company(self):
        other = self._create_company("Elsewhere")
        self.env.user.company_ids |= other
        journal = self.env["account.journal"].search(
            [("company_id", "=", other.id), ("type", "=", "bank")], limit=1
        )
        self.accountant.company_ids |= other
        run = (
            self.env["openimis.payment.import"]
            .with_user(self.accountant)
            .with_context(allowed_company_ids=(other | self.company).ids)
            .create(
                {
                    "company_id": other.id,
                    "journal_id": journal.id,
                    "file": base64.b64encode(self._report((self.ref_a, "RJCT", ""))),
                }
            )
        )
        run.action_run()
        self.assertEqual(run.state, "failed")
        self.assertEqual(self._owed(), [0, 0, 0])


@tagged("post_install", "-at_install")
class TestBatchAtTheBank(StatusCase):
    """Files and answers exchanged with a bank that somebody else wrote."""

    def setUp(self):
        super().setUp()
        running = bank()
        self.other_side = running.__enter__()
        self.addCleanup(running.__exit__, None, None, None)
        self.other_side.open_account(
            "OURS", "CH9300762011623852957", currency="USD", balance=1_000_000
        )

    def _file(self, batch):
        batch.draft2open()
        batch.open2generated()
        return batch.sudo().payment_file_id.raw

    def test_some_are_rejected_and_paid_again(self):
        self.other_side.open_account(
            "THEIRS", IBANS[0], currency="USD", behaviour="closed-account"
        )
        answer = self.other_side.send(self._file(self.batch))
        self.batch.generated2uploaded()
        run = self._import(answer)
        self.assertEqual(run.state, "done", self._texts(run))
        self.assertEqual(self._owed(), [500, 40, 0])
        event = self.bill_a2.openimis_event_ids.sorted("id")[-1]
        self.assertIn("AC04", event.message)
        self.other_side.change("THEIRS", behaviour="accept")
        self.batch = self._batch(self.bill_a | self.bill_a2)
        answer = self.other_side.send(self._file(self.batch))
        self.batch.generated2uploaded()
        run = self._import(answer)
        self.assertEqual(run.state, "done", self._texts(run))
        self.assertEqual(self._owed(), [0, 0, 0])

    def test_a_batch_that_is_confirmed_again_is_no_duplicate(self):
        """A bank takes no message identification twice."""
        self.other_side.send(self._file(self.batch))
        self.batch.action_cancel()
        self.batch.cancel2draft()
        answer = self.other_side.send(self._file(self.batch))
        self.assertNotIn(b"DUPL", answer)
        self.assertIn(b"<GrpSts>ACCP</GrpSts>", answer)

    def test_the_whole_file_is_rejected(self):
        self.other_side.change("OURS", behaviour="reject-file")
        answer = self.other_side.send(self._file(self.batch))
        # who forgot to say that it was sent is told, and goes on
        run = self._import(answer)
        self.assertEqual(run.state, "failed")
        self.assertIn("has not been sent", self._texts(run))
        self.batch.generated2uploaded()
        run.action_resume()
        self.assertEqual(run.state, "done", self._texts(run))
        self.assertEqual(self._owed(), [500, 40, 60])
