import random

from odoo.tests import tagged

from .common import OpenimisCase

STEPS = 14
SEEDS = range(4)


@tagged("post_install", "-at_install")
class TestProperty(OpenimisCase):
    """Whatever the order of closings, deletions and re-runs: each claim once."""

    def test_sum_of_bills_is_sum_of_valuated_lines(self):
        for seed in SEEDS:
            with self.subTest(seed=seed):
                self._walk(random.Random(seed), seed)

    def _walk(self, rng, seed):
        closing = self._closing(
            self.clerk,
            late_policy=rng.choice(["new", "join"]),
            claim_granularity=rng.choice(["claim", "item"]),
            move_line_policy=rng.choice(["auto", "grouped", "detailed"]),
            product_ids=self._product(f"P{seed}").ids,
        )
        self.worth = {}
        moves = (
            self._new_claims,
            self._rerun,
            self._delete,
            self._amend,
            self._post,
            self._rerun,
        )
        for _step in range(STEPS):
            rng.choice(moves)(rng, closing)
            self._check(closing)
        self._rerun(rng, closing)
        self._check(closing)
        self.assertEqual(set(self._billed(closing)), set(self.worth))

    # === STEPS ===

    def _new_claims(self, rng, closing):
        for number in range(rng.randint(1, 4)):
            lines = [self._line(rng) for _ in range(rng.randint(1, 3))]
            claim = self._claim(
                f"C{len(self.worth)}-{number}",
                *[vals for vals, _net in lines],
                product_id=closing.product_ids.id,
                health_facility_id=rng.choice([self.facility_a, self.facility_b]).id,
            )
            self.worth[claim.id] = round(sum(net for _vals, net in lines), 2)

    def _line(self, rng):
        """Return line values and what the line is worth."""
        quantity, cents = rng.randint(1, 5), rng.randint(1, 9999)
        vals = {"qty_provided": quantity, "price_asked": cents / 100}
        kind = rng.choice(["plain", "rejected", "approved", "remunerated"])
        if kind == "rejected":
            return {**vals, "status": "2"}, 0
        if kind == "approved":
            return {**vals, "price_approved": 0.5}, quantity * 0.5
        if kind == "remunerated":
            return {**vals, "remunerated_amount": cents / 200 // 1}, cents / 200 // 1
        return vals, quantity * cents / 100

    def _rerun(self, rng, closing):
        closing.action_generate()

    def _live(self, closing, state=None):
        return closing.move_ids.filtered(
            lambda move: move.openimis_status not in ("3", "4")
            and state in (None, move.state)
        )

    def _delete(self, rng, closing):
        for bill in self._live(closing)[:1]:
            if bill.state == "draft" and rng.random() < 0.5:
                bill.unlink()
            else:
                bill.openimis_bill_delete()

    def _amend(self, rng, closing):
        for bill in self._live(closing)[-1:]:
            bill.with_user(self.accountant).openimis_bill_amend()

    def _post(self, rng, closing):
        for bill in self._live(closing, "draft")[:1]:
            bill.action_post()

    # === WHAT MUST HOLD ===

    def _billed(self, closing):
        """Return {claim id: amount} of the live bills; no claim may be there twice."""
        found = {}
        for bill in self._live(closing):
            claims = bill.openimis_line_ids.grouped("claim_id")
            for claim, lines in claims.items():
                self.assertNotIn(claim.id, found)
                found[claim.id] = round(sum(lines.mapped("amount_net")), 2)
        return found

    def _check(self, closing):
        billed = self._billed(closing)
        self.assertEqual(billed, {claim: self.worth[claim] for claim in billed})
        total = sum(self._live(closing).mapped("amount_untaxed"))
        self.assertAlmostEqual(total, sum(billed.values()), 2)
        claims = self.env["openimis.claim"].browse(self.worth)
        self.assertEqual(
            set(claims.filtered(lambda c: c.billing_state == "billed").ids), set(billed)
        )
