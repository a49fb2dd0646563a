"""Random histories of a small scheme, and what must be true after each deed.

What is expected is worked out here, in decimals and from the deeds alone; the books,
the bills and the claims are compared with it.
"""

import os
from decimal import ROUND_HALF_UP, Decimal

from odoo import Command
from odoo.exceptions import UserError

from .history_money import MoneyDeeds

STEPS = 24
#: how many random histories; HISTORIES=2000 for a thorough run
HISTORIES = int(os.environ.get("HISTORIES", 3))
#: the first of them: several runs side by side tell other histories
FIRST_HISTORY = int(os.environ.get("FIRST_HISTORY", 0))
CENT = Decimal("0.01")
PERIODS = (("2026-01-01", "2026-01-31"), ("2026-02-01", "2026-02-28"))
AMOUNTS = ("qty_approved", "price_approved", "remunerated_amount")


def decimal(amount):
    """Return a float of the database as what it stands for."""
    return Decimal(repr(amount)).quantize(CENT, ROUND_HALF_UP)


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
        name = rng.choice(AMOUNTS)
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


class History(MoneyDeeds):
    """One scheme's life: two closings, two facilities, and a clerk who does anything.

    :param case: an `OpenimisCase`
    :param rng: `random.Random`
    :param name: code of the product, other than that of other histories
    """

    def __init__(self, case, rng, name):
        self.case, self.env, self.rng, self.name = case, case.env, rng, name
        self.company = case.company
        self.product = case._product(name)
        self.closings = self.env["openimis.closing"]
        for start, end in PERIODS:
            self.closings |= case._closing(
                case.clerk,
                date_from=start,
                date_to=end,
                invoice_date=end,
                late_policy=rng.choice(["new", "join"]),
                claim_granularity=rng.choice(["claim", "item"]),
                move_line_policy=rng.choice(["auto", "grouped", "detailed"]),
                product_ids=self.product.ids,
            )
        self._set_up_books()
        #: {claim: its lines}
        self.lines = {}
        #: {(bill, claim): what the claim was worth when it was billed}
        self.billed = {}
        #: {bill: {what settles it: (amount, its day or None for a credit note)}}
        self.settled = {}
        #: {payment, or line of a statement: what left the bank by it}
        self.money = {}
        #: {payment: its fees}
        self.fees = {}
        #: what nobody owes any more though no bill says so: credit notes in part
        self.number = 0
        self.told = []

    def _set_up_books(self):
        journals = self.env["account.journal"]
        own = [("company_id", "=", self.company.id)]
        self.purchases = journals.search([*own, ("type", "=", "purchase")], limit=1)
        self.bank = journals.search([*own, ("type", "=", "bank")], limit=1)
        self.hashed = self.rng.random() < 0.3
        self.purchases.restrict_mode_hash_table = self.hashed
        accounts = self.env["account.account"].create(
            [
                {
                    "name": kind,
                    "code": code,
                    "account_type": kind,
                    "reconcile": kind == "asset_current",
                    "company_ids": [Command.set(self.company.ids)],
                }
                for kind, code in (("expense", "627099"), ("asset_current", "101499"))
            ]
        )
        self.charges, self.outstanding = accounts
        self.company.openimis_account_bank_fee_id = self.charges
        methods = self.bank.outbound_payment_method_line_ids
        methods |= self.bank.inbound_payment_method_line_ids
        methods.payment_account_id = self.outstanding

    def deeds(self):
        """Return what may happen, each as often as it is listed."""
        return (
            self.new_claims,
            self.correct,
            self.correct,
            self.correct_by_import,
            self.to_zero_and_back,
            self.run_closing,
            self.run_closing,
            self.run_closing,
            self.post,
            self.post_several,
            self.delete,
            self.delete_drafts,
            self.cancel,
            self.amend,
            self.reset,
            self.credit,
            self.credit_in_part,
            self.reverse_and_create,
            self.pay_by_file,
            self.pay_by_form,
            self.pay_together,
            self.pay_in_advance,
            self.pay_by_statement,
            self.change_fees,
            self.reject,
            self.refund,
            self.unmatch,
            self.take_off,
            self.put_on,
        )

    def live(self):
        """Let the history happen; compare after every deed."""
        self.new_claims()
        self.run_closing()
        self.check()
        deeds = self.deeds()
        for _step in range(STEPS):
            deed = self.rng.choice(deeds)
            self.told.append(deed.__name__)
            deed()
            self.check()
        self.check_end()
        self.undo_all()
        self.check_end()

    def check_end(self):
        """Compare what only a long way shows; nothing here."""

    def undo_all(self):
        """Take all back and bill anew: every correction counts."""
        self.told.append("undo_all")
        for payment in [p for p in self.money if p._name == "account.payment"]:
            self._take_back(payment, lambda p: p.openimis_payment_rejected())
        self.unmatch(everything=True)
        for bill in self.bills():
            bill.openimis_suspended = False
            bill.openimis_bill_delete()
            self.settled.pop(bill, None)
        self.check()
        for closing in self.closings:
            closing.action_generate()
            self.check()
        self.case.assertEqual(
            {claim.id: net for (_bill, claim), net in self.found()},
            {claim.id: self.worth(claim) for claim in self.lines},
        )

    # === WHAT THERE IS ===

    def bills(self, state=None):
        """Return the bills that count, oldest first."""
        return self.closings.move_ids.filtered(
            lambda move: (
                move.openimis_status not in ("3", "4") and state in (None, move.state)
            )
        ).sorted("id")

    def unpaid(self, state=None):
        """Return bills that nothing settles, not even in part."""
        return self.bills(state).filtered(lambda bill: not self.settled.get(bill))

    def owing(self):
        """Return the validated bills of which something is open."""
        return self.bills("posted").filtered(
            lambda bill: self.due(bill) > CENT and not bill.openimis_suspended
        )

    def pick(self, records):
        """Return one of the records, or none if there are none."""
        return self.rng.choice(list(records)) if records else records

    def due(self, bill):
        """Return what is open of a bill."""
        settled = self.settled.get(bill, {}).values()
        return decimal(bill.amount_total) - sum(amount for amount, _day in settled)

    def worth(self, claim):
        """Return what a claim is worth now."""
        return sum((line.worth() for line in self.lines[claim]), Decimal(0))

    def found(self):
        """Return [((bill, claim), amount)] of the live bills."""
        found = []
        for bill in self.bills():
            for claim, lines in bill.openimis_line_ids.grouped("claim_id").items():
                net = sum(map(decimal, lines.mapped("amount_net")))
                found.append(((bill, claim), net))
        return found

    def reference(self):
        """Return a reference no payment has yet."""
        self.number += 1
        return f"{self.name}-{self.number}"

    def day(self):
        """Return some day on which money moves."""
        return f"2026-03-{self.rng.randint(1, 28):02}"

    def share(self, amount):
        """Return all of an amount, or some of it."""
        part = (amount / self.rng.randint(2, 3)).quantize(CENT)
        return self.rng.choice([amount, max(part, CENT)])

    # === CLAIMS ===

    def new_claims(self):
        """Claims of January or February come in, processed or valuated."""
        for _number in range(self.rng.randint(1, 4)):
            lines = [Line(self.rng) for _number in range(self.rng.randint(1, 3))]
            day = self.rng.choice(["2026-01-10", "2026-02-10"])
            claim = self.case._claim(
                f"{self.name}-C{len(self.lines)}",
                *[line.vals() for line in lines],
                product_id=self.product.id,
                health_facility_id=self.rng.choice(
                    [self.case.facility_a, self.case.facility_b]
                ).id,
                date_from=day,
                date_to=day,
                status=self.rng.choice(["8", "16"]),
            )
            self.lines[claim] = lines

    def _some_line(self):
        claim = self.rng.choice(list(self.lines))
        place = self.rng.randrange(len(self.lines[claim]))
        return self.lines[claim][place], claim.line_ids[place]

    def correct(self):
        """openIMIS corrects a claim, billed or not."""
        line, record = self._some_line()
        line.correct(self.rng)
        record.write(line.vals())

    def correct_by_import(self):
        """A correction comes by Odoo's own import of a file."""
        line, record = self._some_line()
        name = self.rng.choice(AMOUNTS)
        line.given[name] = Decimal(self.rng.randint(0, 500)) / 100
        result = record.load([".id", name], [[str(record.id), str(line.given[name])]])
        self.case.assertFalse(result["messages"])

    def to_zero_and_back(self):
        """A claim is corrected to zero, is looked at by a closing, and comes back."""
        claim = self.rng.choice(list(self.lines))
        before = [dict(line.given) for line in self.lines[claim]]
        for line, record in zip(self.lines[claim], claim.line_ids, strict=True):
            line.given["remunerated_amount"] = Decimal(0)
            record.write(line.vals())
        self.run_closing()
        self.check()
        for line, record, given in zip(
            self.lines[claim], claim.line_ids, before, strict=True
        ):
            line.given = {"remunerated_amount": None, **given}
            record.write(line.vals())

    # === BILLS ===

    def run_closing(self):
        """A closing is run, for the first time or once more."""
        self.rng.choice(list(self.closings)).action_generate()

    def post(self):
        """A bill is validated."""
        self.pick(self.bills("draft")).action_post()

    def post_several(self):
        """The drafts are validated from the list; those suspended wait."""
        drafts = self.bills("draft")
        if not drafts:
            return
        suspended = drafts.filtered(lambda bill: self.rng.random() < 0.2)
        suspended.openimis_bill_suspend()
        mine = drafts.with_user(self.case.accountant)
        if suspended == drafts:
            self.refused(mine.action_validate_moves_with_confirmation)
        else:
            action = mine.action_validate_moves_with_confirmation()
            if suspended:
                action = action["params"].get("next")
            if self.hashed:  # Odoo asks first
                wizard = self.env[action["res_model"]].browse(action["res_id"])
                wizard = wizard.with_user(self.case.accountant)
                wizard.force_hash = True
                wizard.validate_move()
        self.case.assertEqual(drafts.filtered(lambda m: m.state == "draft"), suspended)
        self.check()
        suspended.openimis_bill_resume()

    def delete(self):
        """A bill nobody paid is deleted, as openIMIS or as Odoo does."""
        bill = self.pick(self.unpaid())
        if bill and bill.state == "draft" and self.rng.random() < 0.5:
            bill.with_user(self.case.accountant).unlink()
        else:
            bill.with_user(self.case.accountant).openimis_bill_delete()

    def delete_drafts(self):
        """All drafts of a closing are deleted; not beside validated bills."""
        if self.rng.random() < 0.5:
            closing = self.rng.choice(list(self.closings))
            states = closing.move_ids.mapped("state")
            if "posted" in states:
                self.refused(closing.action_undo)
            elif "draft" in states:
                closing.action_undo()

    def cancel(self):
        """A draft is cancelled, and perhaps taken back."""
        for bill in self.pick(self.bills("draft")):
            bill.button_cancel()
            self.check()
            if self.rng.random() < 0.5:
                bill.button_draft()

    def amend(self):
        """A bill nobody paid is replaced by a draft."""
        if bill := self.pick(self.unpaid()):
            bill.with_user(self.case.accountant).openimis_bill_amend()

    def reset(self):
        """A validated bill nobody paid goes back to draft; secured entries stay."""
        if bill := self.pick(self.unpaid("posted")):
            mine = bill.with_user(self.case.accountant)
            self.case.assertEqual(bool(bill.inalterable_hash), self.hashed)
            if self.hashed:
                self.refused(mine.button_draft)
            else:
                mine.button_draft()
                self.check()
                if self.rng.random() < 0.5:
                    mine.action_post()

    def _reversal(self, bill):
        return (
            self.env["account.move.reversal"]
            .with_user(self.case.accountant)
            .with_context(active_model="account.move", active_ids=bill.ids)
            .create({"journal_id": bill.journal_id.id, "date": "2026-03-20"})
        )

    def credit(self):
        """Odoo's own credit note over all of a bill; it is billed again, or not."""
        for bill in self.pick(self.unpaid("posted")):
            if not bill.amount_total:
                continue
            self._reversal(bill).refund_moves()
            bill.reversal_move_ids.with_user(self.case.accountant).action_post()
            self.case.assertEqual(bill.openimis_status, "3")
            # what was credited for good stays billed, by a bill that counts no more
            bill.with_user(self.case.accountant).action_bill_again()

    def credit_in_part(self):
        """Odoo's own credit note over some of a bill."""
        for bill in self.pick(self.owing()):
            amount = self.share(self.due(bill))
            if amount >= self.due(bill):
                continue
            self._reversal(bill).refund_moves()
            note = bill.reversal_move_ids.filtered(lambda move: move.state == "draft")
            note.invoice_line_ids = [
                Command.clear(),
                Command.create({"name": "Less", "price_unit": amount, "tax_ids": []}),
            ]
            note.with_user(self.case.accountant).action_post()
            lines = (note | bill).line_ids.filtered_domain(
                [("display_type", "=", "payment_term")]
            )
            if not note.line_ids.filtered("reconciled"):
                lines.with_user(self.case.accountant).reconcile()
            self.settled.setdefault(bill, {})[note] = (amount, None)

    def reverse_and_create(self):
        """Odoo's button that would lead out of openIMIS changes nothing."""
        if bill := self.pick(self.bills("posted")):
            self.refused(self._reversal(bill).modify_moves)

    def refused(self, deed):
        """Do what must be refused in words."""
        with self.case.assertRaises(UserError), self.env.cr.savepoint():
            deed()

    # === WHAT MUST HOLD ===

    def check(self):
        """Compare bills, claims and books with what the deeds must have led to."""
        self._check_claims()
        self._check_bills()
        self._check_books()

    def _check_claims(self):
        found = self.found()
        claims = [claim for (_bill, claim), _net in found]
        shown = [
            (bill.openimis_code, bill.openimis_status, bill.payment_state)
            for bill in self.bills()
        ]
        self.case.assertEqual(len(claims), len(set(claims)), f"billed twice: {shown}")
        for (bill, claim), net in found:
            origin = (bill.openimis_replaces_id, claim)
            expected = self.billed.get(
                (bill, claim), self.billed.get(origin, self.worth(claim))
            )
            self.case.assertEqual(net, expected, "worth")
            self.billed[bill, claim] = net
        billed = {c for c in self.lines if c.billing_state == "billed"}
        self.case.assertEqual(billed, set(claims), "claims say so")

    def _check_bills(self):
        nets = {}
        for (bill, _claim), net in self.found():
            nets[bill] = nets.get(bill, 0) + net
        for bill in self.bills():
            self.case.assertEqual(decimal(bill.amount_untaxed), nets.get(bill, 0))
        for bill in self.bills("posted"):
            due = self.due(bill)
            self.case.assertEqual(decimal(bill.amount_residual), due, "open")
            days = [day for _sum, day in self.settled.get(bill, {}).values() if day]
            paid = bill.openimis_status in ("2", "7")
            if not bill.openimis_suspended:
                self.case.assertEqual(paid, not due, "paid")
            self.case.assertEqual(
                str(bill.openimis_date_payed or ""),
                max(days, default="") if paid else "",
                "day of payment",
            )

    def _check_books(self):
        posted = self.bills("posted")
        owed = sum(map(decimal, posted.mapped("amount_total")), Decimal(0))
        notes = sum(
            amount
            for bill in posted
            for amount, day in self.settled.get(bill, {}).values()
            if not day
        )
        money = sum(self.money.values(), Decimal(0))
        self.case.assertEqual(self._balance("liability_payable"), money + notes - owed)
        self.case.assertEqual(
            self._balance("expense", self.charges), sum(self.fees.values(), Decimal(0))
        )
        payments = {p for p in self.money if p._name == "account.payment"}
        self.case.assertEqual(
            set(
                self.env["account.payment"].search(
                    [
                        ("company_id", "=", self.company.id),
                        ("openimis_is_payment", "=", True),
                        ("openimis_status", "=", "1"),
                    ]
                )
            ),
            payments,
            "payments that stand",
        )

    def _balance(self, kind, account=None):
        """Return the balance of the posted items of accounts of a kind, or of one."""
        domain = [
            ("company_id", "=", self.company.id),
            ("account_id.account_type", "=", kind),
            ("parent_state", "=", "posted"),
        ]
        if account:
            domain.append(("account_id", "=", account.id))
        [(balance,)] = self.env["account.move.line"]._read_group(
            domain, [], ["balance:sum"]
        )
        return decimal(balance or 0.0)

    def check_chain(self):
        """Compare the hash chain of secured entries with the entries."""
        results = self.company._check_hash_integrity()["results"]
        bad = [row for row in results if row["status"] == "corrupted"]
        self.case.assertFalse(bad, "hash chain")
