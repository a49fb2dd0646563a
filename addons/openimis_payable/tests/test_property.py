import os
import random
from decimal import ROUND_HALF_UP, Decimal

from odoo.tests import tagged

from .common import OpenimisCase

STEPS = 16
#: how many random histories; HISTORIES=2000 for a thorough run
HISTORIES = int(os.environ.get("HISTORIES", 4))
CENT = Decimal("0.01")


class Line:
    """What openIMIS says of an item or service; None is what it does not say."""

    def __init__(self, rng):
        self.provided = Decimal(rng.randint(0, 5))
        self.asked = Decimal(rng.randint(1, 9999)) / 100
        self.rejected = rng.random() < 0.2
        self.given = {}
        for _number in range(rng.randint(0, 2)):
            self.correct(rng)

    def correct(self, rng):
        """Change one amount to something, to zero, or take it away."""
        name = rng.choice(["qty_approved", "price_approved", "remunerated_amount"])
        value = rng.choice([None, Decimal(0), Decimal(rng.randint(1, 400)) / 100])
        self.given[name] = value
        if rng.random() < 0.1:
            self.rejected = not self.rejected

    def vals(self):
        """Return the line as values to write."""
        return {
            "qty_provided": float(self.provided),
            "price_asked": float(self.asked),
            "status": "2" if self.rejected else "1",
            **{n: None if v is None else float(v) for n, v in self.given.items()},
        }

    def worth(self):
        """Return what is to be paid."""
        given = {n: v for n, v in self.given.items() if v is not None}
        if self.rejected:
            return Decimal(0)
        if "remunerated_amount" in given:
            return given["remunerated_amount"]
        quantity = given.get("qty_approved", self.provided)
        price = given.get("price_approved", self.asked)
        return (quantity * price).quantize(CENT, ROUND_HALF_UP)


@tagged("post_install", "-at_install")
class TestProperty(OpenimisCase):
    """Whatever the order of closings, deletions, corrections and re-runs: each claim
    is on one live document, for what it was worth when it was billed."""

    def test_sum_of_bills_is_sum_of_valuated_lines(self):
        for seed in range(HISTORIES):
            with self.subTest(seed=seed), self.cr.savepoint() as savepoint:
                self._walk(random.Random(seed), seed)
                savepoint.rollback()
                self.env.invalidate_all()

    def _walk(self, rng, seed):
        closing = self._closing(
            self.clerk,
            late_policy=rng.choice(["new", "join"]),
            claim_granularity=rng.choice(["claim", "item"]),
            move_line_policy=rng.choice(["auto", "grouped", "detailed"]),
            product_ids=self._product(f"P{seed}").ids,
        )
        self.lines = {}
        self.billed = {}
        deeds = (
            self._new_claims,
            self._rerun,
            self._rerun,
            self._delete,
            self._cancel,
            self._amend,
            self._post,
            self._correct,
            self._correct,
        )
        for _step in range(STEPS):
            rng.choice(deeds)(rng, closing)
            self._check(closing)
        # undone altogether, every correction counts
        for bill in self._live(closing):
            bill.openimis_bill_delete()
        self._rerun(rng, closing)
        self._check(closing)
        self.assertEqual(
            {claim.id: amount for (_bill, claim), amount in self._found(closing)},
            {claim.id: self._worth(claim) for claim in self.lines},
        )

    # === STEPS ===

    def _new_claims(self, rng, closing):
        for number in range(rng.randint(1, 4)):
            lines = [Line(rng) for _number in range(rng.randint(1, 3))]
            claim = self._claim(
                f"C{len(self.lines)}-{number}",
                *[line.vals() for line in lines],
                product_id=closing.product_ids.id,
                health_facility_id=rng.choice([self.facility_a, self.facility_b]).id,
                status=rng.choice(["8", "16"]),
            )
            self.lines[claim] = lines

    def _correct(self, rng, closing):
        """openIMIS corrects a claim, billed or not."""
        if not self.lines:
            return
        claim = rng.choice(list(self.lines))
        place = rng.randrange(len(self.lines[claim]))
        line = self.lines[claim][place]
        line.correct(rng)
        # openIMIS' own amounts; the closing's remuneration it does not know
        vals = line.vals()
        claim.line_ids[place].write(vals)

    def _rerun(self, rng, closing):
        closing.action_generate()

    def _live(self, closing, state=None):
        return closing.move_ids.filtered(
            lambda move: (
                move.openimis_status not in ("3", "4") and state in (None, move.state)
            )
        )

    def _delete(self, rng, closing):
        for bill in self._live(closing)[:1]:
            if bill.state == "draft" and rng.random() < 0.5:
                bill.unlink()
            else:
                bill.openimis_bill_delete()

    def _cancel(self, rng, closing):
        for bill in self._live(closing, "draft")[:1]:
            bill.button_cancel()
            if rng.random() < 0.5:
                bill.button_draft()

    def _amend(self, rng, closing):
        for bill in self._live(closing)[-1:]:
            bill.with_user(self.accountant).openimis_bill_amend()

    def _post(self, rng, closing):
        for bill in self._live(closing, "draft")[:1]:
            bill.action_post()

    # === WHAT MUST HOLD ===

    def _worth(self, claim):
        return sum(line.worth() for line in self.lines[claim])

    def _found(self, closing):
        """Return [((bill, claim), amount)] of the live bills."""
        found = []
        for bill in self._live(closing):
            claims = bill.openimis_line_ids.grouped("claim_id")
            for claim, lines in claims.items():
                net = sum(Decimal(str(net)) for net in lines.mapped("amount_net"))
                found.append(((bill, claim), net.quantize(CENT)))
        return found

    def _check(self, closing):
        found = self._found(closing)
        claims = [claim for (_bill, claim), _net in found]
        self.assertEqual(len(claims), len(set(claims)), "billed twice")
        for (bill, claim), net in found:
            origin = (bill.openimis_replaces_id, claim)
            expected = self.billed.get(
                (bill, claim), self.billed.get(origin, self._worth(claim))
            )
            self.assertEqual(net, expected)
            self.billed[bill, claim] = net
        live = self._live(closing)
        self.assertAlmostEqual(
            sum(live.mapped("amount_untaxed")), float(sum(n for _k, n in found)), 2
        )
        self.assertEqual(
            {c for c in self.lines if c.billing_state == "billed"}, set(claims)
        )
        posted = live.filtered(lambda bill: bill.state == "posted")
        self.assertAlmostEqual(
            self._ledger(), sum(posted.mapped("amount_total")), 2, "ledger"
        )

    def _ledger(self):
        """Return what the books owe."""
        [(balance,)] = self.env["account.move.line"]._read_group(
            [
                ("company_id", "=", self.company.id),
                ("account_id.account_type", "=", "liability_payable"),
                ("parent_state", "=", "posted"),
            ],
            [],
            ["balance:sum"],
        )
        return -(balance or 0.0)
