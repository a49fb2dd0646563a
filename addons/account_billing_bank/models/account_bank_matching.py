import dataclasses
from contextlib import contextmanager
from contextvars import ContextVar

from odoo import models
from odoo.exceptions import AccessError, UserError

#: What the program matches now: the lines whose matching takes another one apart, by
#: id. None while somebody works at the screen.
_taken_apart = ContextVar("account_billing_bank_taken_apart", default=None)


@contextmanager
def _matching(apart):
    token = _taken_apart.set(apart)
    try:
        yield
    finally:
        _taken_apart.reset(token)


@dataclasses.dataclass(slots=True)
class Decision:
    """What a bank line pays, and what is to be said of it.

    :ivar list items: tuples (journal item, what of it is paid, always positive)
    :ivar str finding: one of `FINDINGS`, empty where all is as expected
    :ivar move: the document that the line names
    :ivar other: the line that this one takes back
    :ivar release: items to be taken off what they settle before
    :ivar payments: payments that come back by the line
    """

    items: list = dataclasses.field(default_factory=list)
    finding: str = ""
    difference: float = 0.0
    move: object = None
    other: object = None
    release: object = None
    partner: object = None
    payments: object = None


class AccountBankStatementLine(models.Model):
    """Lines are matched by exact references, and by nothing that resembles one.

    OCA's matches whatever contains the text of a line, be it one letter, and two
    payments of one invoice both with that invoice.
    """

    _inherit = "account.bank.statement.line"

    # === OCA'S HOOKS ===

    def _retrieve_partner(self):
        """Leave imported lines to their references and exact account numbers."""
        lines = self.filtered(lambda line: not line.billing_is_imported)
        return super(AccountBankStatementLine, lines)._retrieve_partner()

    def _auto_reconcile(self):
        result = None
        for company, lines in self.grouped("company_id").items():
            back = lines.filtered(lambda line: line.billing_is_return)
            # what comes back may have come with the same file
            for part in filter(None, (lines - back, back)):
                with _matching({}):
                    lines = part.with_company(company)
                    result = super(AccountBankStatementLine, lines)._auto_reconcile()
        return result

    def _do_auto_reconcile(self, reconcile_if_possible=True):
        if reconcile_if_possible:
            return super()._do_auto_reconcile()
        with _matching(
            None
        ):  # a line is only looked at, maybe while others are matched
            return super()._do_auto_reconcile(False)

    def _do_auto_reconcile_invoices(self):
        """Return the lines without and with a match, the latter with their data."""
        done, left, named = self.browse(), {}, self._billing_named()
        apart = _taken_apart.get()
        for line in self:
            decision = line._billing_decide(named, left)
            if apart is not None:
                line._billing_note(decision)
            if not decision.items:
                continue
            if not decision.release:
                line._billing_fill(decision)
            elif apart is None:
                continue  # nothing is taken apart because somebody looks
            else:
                # open again once it is, see `reconcile_bank_line`
                apart[line.id] = decision
            done |= line
        return self - done, done

    def reconcile_bank_line(self):
        """Match the line as it is shown; the program goes on where one is refused."""
        apart = _taken_apart.get()
        if apart is None:
            return super().reconcile_bank_line()
        try:
            with self.env.cr.savepoint():
                if decision := apart.get(self.id):
                    self._billing_take_apart(decision)
                    self._billing_fill(decision)
                return super().reconcile_bank_line()
        except (AccessError, UserError) as error:
            self.env.invalidate_all()
            with self._engine_writes():
                self.write(
                    {
                        "billing_finding": "refused",
                        "billing_refusal": " ".join(str(error).split())[:500],
                        "reconcile_data": False,
                    }
                )
        return False

    # === DECIDING ===

    def _billing_references(self):
        """Return the structured reference of a line, as its file or its text has it."""
        return _squeezed(self.billing_reference or self.payment_ref or "")

    def _billing_named(self):
        """Return the invoices and credit notes that these lines name.

        :return: dict {(company id, reference): `account.move` records}
        """
        wanted = {line._billing_references() for line in self} - {""}
        found = {}
        for company in self.company_id:
            spellings = {s for ref in wanted for s in _spellings(ref)}
            moves = self.env["account.move"].search(
                [
                    ("company_id", "=", company.id),
                    ("move_type", "in", ("out_invoice", "out_refund")),
                    ("payment_reference", "in", list(spellings)),
                ]
            )
            for move in moves:
                key = (company.id, _squeezed(move.payment_reference))
                found[key] = found.get(key, moves.browse()) | move
        return found

    def _billing_decide(self, named, left):
        """Say what this line pays.

        :param dict named: of `_billing_named`
        :param dict left: what lines before this one leave open of journal items;
            written by this method
        :rtype: Decision
        """
        self.ensure_one()
        reference = self._billing_references()
        moves = named.get((self.company_id.id, reference), self.env["account.move"])
        posted = moves.filtered(lambda move: move.state == "posted")
        if self.billing_note:
            return Decision(finding=self.billing_note)
        if self.billing_details > 1:
            return Decision(finding="total")
        if not moves:
            given = self.billing_reference or self.billing_end_to_end
            return Decision(finding="unknown" if given else "none")
        if len(posted) > 1:
            return Decision(finding="several")
        move = posted or moves[:1]
        if not posted:
            return Decision(finding="draft", move=move)
        if self.amount < 0 or self.billing_is_return:
            return self._billing_decide_reversal(move)
        if move.move_type == "out_refund":
            return Decision(finding="credit_note", move=move)
        if move.currency_id != self.currency_id or self.foreign_currency_id:
            return Decision(finding="currency", move=move)
        return self._billing_pay(move, left)

    def _billing_pay(self, move, left):
        """Return how this line pays an invoice, its instalments in their order."""
        currency, rest, items = self.currency_id, abs(self.amount), []
        owed = move.line_ids.filtered(
            lambda item: item.display_type == "payment_term" and not item.reconciled
        ).sorted(lambda item: (item.date_maturity or item.date, item.id))
        self._billing_leave_promised(move, owed, left)
        for item in owed:
            still = left.get(item, abs(item.amount_residual_currency))
            part = min(rest, still)
            if currency.is_zero(part):
                continue
            items.append((item, part))
            rest = currency.round(rest - part)
            left[item] = currency.round(still - part)
        decision = Decision(items, move=move, partner=move.partner_id)
        if not items:
            credited = move.payment_state == "reversed"
            decision.finding = "credited" if credited else "paid"
            decision.difference = rest
        elif not currency.is_zero(rest):
            decision.finding, decision.difference = "more", rest
        else:
            short = sum(left.get(i, abs(i.amount_residual_currency)) for i in owed)
            if not currency.is_zero(short):
                decision.finding, decision.difference = "less", short
        return decision

    def _billing_leave_promised(self, move, owed, left):
        """Leave what was paid elsewhere, at the counter maybe, to the lines of there.

        Where Odoo keeps account of payments on their way, those without an entry are
        booked by the bank's own line: until then the invoice looks open.

        :param move: the invoice
        :param owed: its open items, in their order
        :param dict left: see `_billing_decide`; written by this method
        """
        # sudo: what was paid is a fact, whoever reads the bank's file
        payments = move.sudo().matched_payment_ids.filtered(
            lambda payment: (
                not payment.move_id
                and payment.state in ("in_process", "paid")
                and payment.journal_id != self.journal_id
                and payment.currency_id == move.currency_id
            )
        )
        promised = sum(payments.mapped("amount"))
        for item in owed.filtered(lambda item: item not in left):
            part = min(promised, abs(item.amount_residual_currency))
            left[item] = self.currency_id.round(
                abs(item.amount_residual_currency) - part
            )
            promised -= part

    def _billing_decide_reversal(self, move):
        """Say which line this one takes back: the only one that fits, or none."""
        others = self.search(
            [
                ("journal_id", "=", self.journal_id.id),
                ("billing_reference", "=", self.billing_reference),
                ("billing_is_imported", "=", True),
                ("billing_is_return", "=", False),
                ("amount", "=", -self.amount),
                ("date", "<=", self.date),
            ]
        )
        # sudo: which lines were taken back already, whoever asks
        gone = self.sudo().search([("billing_other_id", "in", others.ids)])
        others -= gone.filtered("is_reconciled").billing_other_id - self
        settled = others.filtered("is_reconciled")
        if not self.billing_reference or len(others) != 1 or not settled:
            return Decision(finding="reversal", move=move)
        items = settled.line_ids.filtered(
            lambda item: item.account_type == "asset_receivable"
        )
        total = sum(abs(item.amount_currency) for item in items)
        if self.currency_id.compare_amounts(total, abs(self.amount)):
            return Decision(finding="reversal", move=move)
        return Decision(
            [(item, abs(item.amount_currency)) for item in items],
            finding="reversed",
            move=move,
            other=settled,
            release=items,
            partner=move.partner_id,
        )

    # === DOING ===

    def _billing_note(self, decision):
        """Keep what is found of a line, unless somebody has matched it."""
        none = self.browse()
        with self._engine_writes():
            vals = {
                "billing_finding": decision.finding or False,
                "billing_difference": decision.difference,
                "billing_move_id": decision.move.id if decision.move else False,
                "billing_other_id": (decision.other or none).id,
                "billing_refusal": False,
            }
            changed = {
                name: value
                for name, value in vals.items()
                if not self._engine_is_same(name, value)
            }
            if changed:
                self.write(changed)
        if decision.partner and self.partner_id != decision.partner:
            self.partner_id = decision.partner

    def _billing_take_apart(self, decision):
        """Take off what it settles what this line takes back."""
        decision.release.remove_move_reconcile()

    def _billing_fill(self, decision):
        """Show on the line what it pays, for OCA's to book it."""
        liquidity, _suspense, _others = self._seek_for_lines()
        number, data = 1, []
        for item in liquidity:
            number, lines = self._get_reconcile_line(
                item, "liquidity", reconcile_auxiliary_id=number, move=True
            )
            data += lines
        sign = 1 if self.amount > 0 else -1
        for item, amount in decision.items:
            number, lines = self._get_reconcile_line(
                item,
                "other",
                is_counterpart=True,
                max_amount=sign * amount,
                reconcile_auxiliary_id=number,
                move=True,
            )
            data += lines
        self.reconcile_data_info = self._recompute_suspense_line(
            data, number, self.manual_reference
        )


def _spellings(reference):
    """Return the ways in which a reference may be written in a document."""
    spaced = [reference]
    for size in (4, 5):
        start = len(reference) % size if size == 5 else 0
        blocks = [reference[:start]] if start else []
        blocks += [reference[i : i + size] for i in range(start, len(reference), size)]
        spaced.append(" ".join(blocks))
    return spaced


def _squeezed(reference):
    return "".join((reference or "").split()).upper()
