from odoo import fields
from odoo.tests import freeze_time, tagged

from .common import SERVICE
from .test_bill_services import BillCase


@tagged("post_install", "-at_install")
class TestClaimProgress(BillCase):
    """The way of claims in time: where each stands, how long it took, what is late."""

    def setUp(self):
        super().setUp()
        self.way = self.env["openimis.claim.progress"].with_user(self.accountant)
        self.billed = self.bill.openimis_line_ids.claim_id
        self.billed.with_user(self.env.ref("base.user_root")).write(
            {"date_claimed": "2026-01-12", "date_processed": "2026-01-20"}
        )
        received = {"date_claimed": "2026-01-05"}
        self.entered = self._claim("E1", SERVICE, status="2", claimed=70, **received)
        self.ready = self._claim("P1", SERVICE, status="8", approved=60, **received)
        self.refused = self._claim("R1", SERVICE, status="1", claimed=50, **received)
        self.never = self._claim("N1", SERVICE, billing_excluded=True, **received)
        self._on("2026-03-01")

    def _on(self, day):
        """Make it noon of a day, for the rest of the test or until the next."""
        noon = freeze_time(f"{day} 12:00", tick=True)
        noon.start()
        self.addCleanup(noon.stop)

    def _read(self, claim):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.way.search([("claim_id", "in", claim.ids)])

    def test_steps_and_days(self):
        steps = {
            way.code: (way.step, way.days_waiting, way.age, way.amount)
            for way in self._read(self.entered + self.ready + self.refused + self.never)
        }
        self.assertEqual(
            steps,
            {
                "E1": ("1", 55, "2", 70),
                "P1": ("2", 55, "2", 60),
                "R1": ("9", 0, False, 50),
                "N1": ("8", 0, False, self.never.claimed),
            },
        )
        billed = self._read(self.billed)
        self.assertEqual(set(billed.mapped("step")), {"3"})
        self.assertEqual(sorted(billed.mapped("amount")), [300, 500])
        self._on("2026-02-06")
        self.bill.with_user(self.accountant).action_post()
        for way in self._read(self.billed):
            self.assertEqual(way.step, "4")
            self.assertEqual(way.date_validated, fields.Date.to_date("2026-02-06"))
            self.assertEqual((way.days_waiting, way.days_to_bill), (25, 11))
            self.assertEqual(way.days_to_validate, 6)

    def test_paid_in_time_by_the_bill_or_by_the_term_of_claims(self):
        self._on("2026-02-06")
        self.bill.with_user(self.accountant).action_post()
        self._on("2026-02-20")
        self._pay(self.bill)
        due = self.bill.invoice_date_due
        for term, in_time in ((0, due >= fields.Date.to_date("2026-02-20")), (39, 1)):
            self.company.openimis_claim_days = term
            self.assertEqual(set(self._read(self.billed).mapped("in_time")), {in_time})
        self.company.openimis_claim_days = 38
        for way in self._read(self.billed):
            self.assertEqual((way.step, way.days_in_all, way.in_time), ("5", 39, 0))
            self.assertEqual(str(way.date_due), "2026-02-19")
        [(days, share)] = self.way._read_group(
            [("claim_id", "in", self.billed.ids)],
            [],
            ["days_in_all:avg", "in_time:avg"],
        )
        self.assertEqual((float(days), share), (39, 0))

    def test_what_waits_beyond_its_term_is_not_paid_in_time(self):
        self.company.openimis_claim_days = 38
        for day, in_time in (("2026-02-19", [None]), ("2026-02-20", [0])):
            self._on(day)
            self.env.flush_all()
            [(share,)] = self.way._read_group(
                [("claim_id", "in", self.billed.ids)], [], ["in_time:array_agg"]
            )
            self.assertEqual(set(share), set(in_time), day)

    def test_bill_that_is_cancelled_lets_its_claims_wait_again(self):
        self.bill.with_user(self.accountant).action_post()
        self.bill.with_user(self.accountant).button_draft()
        self.assertEqual(set(self._read(self.billed).mapped("step")), {"3"})
        self.assertFalse(any(self._read(self.billed).mapped("date_validated")))
        self.bill.with_user(self.accountant).button_cancel()
        self.assertEqual(set(self._read(self.billed).mapped("step")), {"2"})

    def test_cards_count_the_steps_and_open_what_they_count(self):
        card = self.env.ref("openimis_payable.exchange_card_way")
        self.company.openimis_claim_days = 30
        self.env.flush_all()
        figures = card.with_user(self.accountant).figures
        counts = [figure["count"] for figure in figures]
        late = 2 + len(self.billed)  # and none of them is paid
        self.assertEqual((counts[0], figures[0]["value"]), (late, "0 %"))
        self.assertEqual(counts[1:], [1, 1, len(self.billed), 0, 2 + len(self.billed)])
        for figure in figures:
            found = self.way.search_count(figure["action"]["domain"])
            self.assertEqual(found, figure["count"], figure["label"])

    def test_a_bill_in_another_currency_counts_at_its_rate(self):
        """As if its amounts were in money of which two are one of the company's."""
        self.bill.with_user(self.accountant).action_post()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move SET invoice_currency_rate = 2 WHERE id = %s",
            [self.bill.id],
        )
        ways = self._read(self.billed)
        self.assertEqual(sorted(ways.mapped("amount")), [150, 250])
        lines = self.bill.openimis_line_ids
        self.assertEqual(sorted(lines.mapped("amount_cost")), [150, 250])
        self.assertEqual(sorted(lines.mapped("amount_owed")), [300, 500])
        card = self.env.ref("openimis_payable.exchange_card_cost")
        [figure] = card.with_user(self.accountant).figures
        self.assertIn("400", figure["value"])
        self.assertNotIn("800", figure["value"])

    def test_cost_by_product_is_what_validated_bills_owe(self):
        card = self.env.ref("openimis_payable.exchange_card_cost")
        self.assertFalse(card.with_user(self.accountant).figures)
        self.bill.with_user(self.accountant).action_post()
        self.env.flush_all()
        self.env.invalidate_all()
        [figure] = card.with_user(self.accountant).figures
        lines = self.env["openimis.payable.line"].with_user(self.accountant)
        found = lines.search(figure["action"]["domain"])
        self.assertEqual(found, self.bill.openimis_line_ids)
        self.assertIn("800", figure["value"])
        [(month, amount)] = lines._read_group(
            figure["action"]["domain"], ["invoice_date:month"], ["amount_cost:sum"]
        )
        self.assertEqual((str(month), amount), ("2026-01-01", 800))
