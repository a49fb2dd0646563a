from odoo import api, models, tools
from odoo.exceptions import AccessError, UserError
from odoo.tools.misc import format_amount

from odoo.addons.account_billing_run.models.results import is_odoo_working

from .rights import guarded_fields, not_being_made, settling_bills

#: what the ledger keeps of its own on an item, whoever changes the bill
UNGUARDED = {
    "analytic_line_ids",
    "full_reconcile_id",
    "is_imported",
    "matched_credit_ids",
    "matched_debit_ids",
    "matching_number",
    "no_followup",
    "reconcile_model_id",
    "reconciled",
}


class AccountMoveLine(models.Model):
    """Journal items of openIMIS bills: their account, and who may touch or settle them.

    A bill is the same bill whether it is changed in its form, in Journal Items or by
    a program; it is paid by what is reconciled with it, wherever that is done.
    """

    _inherit = "account.move.line"

    def _compute_account_id(self):
        result = super()._compute_account_id()
        owed = self.filtered(
            lambda line: line.display_type == "payment_term"
            and line.move_id.openimis_type
            and line.move_id.is_purchase_document()
        )
        for company, lines in owed.grouped("company_id").items():
            accounts = lines.move_id.partner_id._openimis_payable_accounts(company)
            for line in lines:
                line.account_id = accounts.get(
                    line.move_id.partner_id.id, line.account_id
                )
        return result

    # === RIGHTS ===

    @api.model_create_multi
    def create(self, vals_list):
        """Create items; those of bills need right 156102 or 156103."""
        lines = super().create(vals_list)
        lines._openimis_require_of_bills("156102", "156103")
        return lines

    def write(self, vals):
        """Change items; those of bills need right 156103, of their payments 156203.

        What bookkeepers note on the items of a payment is theirs; where the money came
        from is not.
        """
        if self._openimis_guarded().intersection(vals):
            self._openimis_require_of_bills("156103")
        if "account_id" in vals and not (self.env.su or is_odoo_working()):
            posted = self.filtered(lambda line: line.parent_state == "posted")
            if entries := posted.move_id._openimis_payment_entries():
                entries._openimis_require("156203")
        result = super().write(vals)
        if "move_id" in vals:
            self._openimis_require_of_bills("156103")
        return result

    def unlink(self):
        """Delete items; those of bills need right 156103, or 156104 with the bill."""
        self._openimis_require_of_bills("156103", "156104")
        return super().unlink()

    @api.model
    @tools.ormcache()
    def _openimis_guarded(self):
        """Return the names of all fields that make up an item of a bill."""
        return guarded_fields(self, (), UNGUARDED)

    def _openimis_require_of_bills(self, *codes):
        """Refuse to touch items of openIMIS bills without one of these rights."""
        if self.env.su:
            return
        if bills := not_being_made(self.move_id.filtered("openimis_type")):
            bills._openimis_require(*codes)
            bills._openimis_note_changed()

    # === SETTLEMENT ===

    @api.model
    def _reconcile_plan(self, reconciliation_plan):
        # what reconciling writes on the items comes with the right to settle them,
        # which is asked for below
        with settling_bills():
            return super()._reconcile_plan(reconciliation_plan)

    @api.model
    def _reconcile_plan_with_sync(self, plan_list, all_amls):
        bills = all_amls.move_id.filtered("openimis_type")
        if not bills:
            return super()._reconcile_plan_with_sync(plan_list, all_amls)
        bills._openimis_check_settlement(all_amls.move_id - bills)
        known = {bill: bill._openimis_settling_moves() for bill in bills}
        result = super()._reconcile_plan_with_sync(plan_list, all_amls)
        # sudo: whoever settles bills lets them show how, and writes nothing else
        for bill, before in known.items():
            mine = bill.sudo()
            mine._openimis_note_settled(mine._openimis_settling_moves() - before)
        bills.sudo()._openimis_note_at_the_bank()
        return result


class AccountPartialReconcile(models.Model):
    """What settled a bill is taken off it by those only who may."""

    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        """Match items; nobody matches those of bills but by settling them."""
        partials = super().create(vals_list)
        partials._openimis_check_by_settling()
        return partials

    def write(self, vals):
        """Change what matches items; nobody changes what settles bills."""
        self._openimis_check_by_settling()
        result = super().write(vals)
        self._openimis_check_by_settling()
        return result

    def _openimis_check_by_settling(self):
        """Refuse to settle bills beside their payments.

        :raises AccessError: naming the bill
        """
        if self.env.su:
            return
        lines = self.debit_move_id | self.credit_move_id
        for bill in not_being_made(lines.move_id.filtered("openimis_type")):
            raise AccessError(
                self.env._(
                    "Bill %s is settled where payments are registered or matched, not "
                    "by writing what matches its items.",
                    bill._openimis_label(),
                )
            )

    def unlink(self):
        """Undo reconciliations; those of bills need right 156203, 156204 or 156104."""
        lines = self.debit_move_id | self.credit_move_id
        bills = lines.move_id.filtered("openimis_type")
        taken_off = {}
        for bill in bills if not self.env.su else ():
            moves = (self._openimis_with(bill) & lines).move_id - bill
            notes = moves.filtered(lambda move: move._openimis_is_note())
            if notes:
                bill._openimis_require("156104")
            if moves - notes:
                bill._openimis_require("156203", "156204")
            taken_off[bill] = moves
        result = super().unlink()
        for bill, moves in taken_off.items():
            bill._openimis_note_taken_off(moves)
            # sudo: as where it was settled
            bill.sudo()._openimis_note_at_the_bank()
        return result

    def _openimis_with(self, bill):
        """Return the items that these partials match with those of a bill."""
        mine = self.filtered(
            lambda partial: bill
            in (partial.debit_move_id.move_id | partial.credit_move_id.move_id)
        )
        return mine.debit_move_id | mine.credit_move_id


class AccountMove(models.Model):
    """What settles a bill, and what it tells about that."""

    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    def _billing_with_fixed_amounts(self):
        """Bills are worth what their payable lines say, their payments' entries so."""
        bills = self.filtered("openimis_type")
        entries = self._openimis_payment_entries()
        return bills | entries | super()._billing_with_fixed_amounts()

    def _openimis_payment_entries(self):
        """Return those of these moves that are the entries of payments of bills."""
        entries = self.filtered(lambda move: move.move_type == "entry")
        # sudo: what an entry belongs to, whoever asks
        paid = entries.filtered(
            lambda move: move.sudo().origin_payment_id.openimis_is_payment
        )
        if not (others := entries - paid):
            return paid
        payments = self.env["account.payment"].sudo()
        fees = payments.search([("openimis_fee_move_id", "in", others.ids)])
        return paid | others.filtered(lambda m: m.sudo() in fees.openimis_fee_move_id)

    def _openimis_check_by_payment(self):
        """Refuse to take back the entries of payments beside their payments.

        :raises UserError: naming the entry
        """
        if self.env.su or is_odoo_working():
            return
        for entry in self._openimis_payment_entries():
            raise UserError(
                self.env._(
                    "%s is the entry of a payment of openIMIS bills. Reset or cancel "
                    "the payment instead.",
                    entry.display_name,
                )
            )

    def _openimis_is_note(self):
        """Tell whether the move is a credit note or invoice that reverses another."""
        return bool(self.reversed_entry_id) or self.is_invoice()

    def _openimis_settling_moves(self):
        """Return the entries that are reconciled with what these bills owe.

        Differences of exchange, which Odoo adds, are none.
        """
        partials = self.line_ids.matched_debit_ids | self.line_ids.matched_credit_ids
        moves = (partials.debit_move_id | partials.credit_move_id).move_id
        return moves - self - partials.exchange_move_id

    def _openimis_check_settlement(self, others):
        """Refuse to settle bills without the right, or while they are suspended.

        :param others: the moves that the bills are reconciled with
        :raises AccessError: without right 156202, or 156104 for a credit note
        :raises UserError: naming the first suspended bill
        """
        notes = others.filtered(lambda move: move._openimis_is_note())
        if others and others == notes:
            return self._openimis_require("156104")
        self._openimis_require("156202")
        for bill in self.filtered("openimis_suspended"):
            raise UserError(
                self.env._(
                    "Bill %s is suspended. Resume it first.", bill._openimis_label()
                )
            )

    def _openimis_note_settled(self, moves):
        """Let the bill show what it was settled with: payments, and an event each."""
        payments = moves.origin_payment_id
        self.matched_payment_ids |= payments
        payments.filtered(
            lambda payment: not payment.openimis_is_payment
        ).openimis_is_payment = True
        for move in moves:
            payment = move.origin_payment_id
            # a payment that is booked by the bank's line only has told itself
            told = move.statement_line_id and self._openimis_payments_without_entry()
            self._openimis_add_event(
                "1" if move._openimis_is_note() or told else "3",
                self._openimis_settled_text(move),
                payment._openimis_payload() if payment else None,
            )

    def _openimis_payments_without_entry(self):
        """Return the payments of these bills that the bank's line itself will book."""
        return self.matched_payment_ids.filtered(
            lambda payment: (
                not payment.move_id and payment.state in ("in_process", "paid")
            )
        )

    def _openimis_note_at_the_bank(self):
        """Let payments without an entry be where their bills say that they are.

        Odoo knows it of a payment of one bill, whose amount is that of the match.
        """
        for payment in self._openimis_payments_without_entry():
            bills = payment.invoice_ids
            if len(bills) < 2:
                continue
            at_the_bank = all(
                bill.currency_id.is_zero(bill.amount_residual)
                and bill._openimis_settling_moves().statement_line_id
                for bill in bills
            )
            state = "paid" if at_the_bank else "in_process"
            if payment.state != state:
                with payment._engine_writes():
                    payment.state = state

    def _openimis_settled_text(self, move):
        if payment := move.origin_payment_id:
            return self.env._(
                "Payment of %(amount)s registered: %(reference)s",
                amount=format_amount(self.env, payment.amount, payment.currency_id),
                reference=payment.openimis_code_ext or payment.name or "",
            )
        if line := move.statement_line_id:
            return self.env._(
                "Paid by the bank statement, %(date)s: %(label)s",
                date=line.date,
                label=line.payment_ref or move.name or "",
            )
        return self.env._("Settled with %s", move.name or move.display_name)

    def _openimis_note_taken_off(self, moves):
        """Note on the bill what settles it no longer, unless that tells it itself."""
        for move in moves:
            payment = move.origin_payment_id
            if not payment or payment.state in ("in_process", "paid"):
                self._openimis_add_event(
                    "1" if move._openimis_is_note() else "3",
                    self.env._("No longer settled with %s", move.display_name),
                )

    def _reverse_moves(self, default_values_list=None, cancel=False):
        """Reverse moves; bills need right 156104."""
        if bills := self.filtered("openimis_type"):
            bills._openimis_require("156104")
        return super()._reverse_moves(default_values_list, cancel)

    def _billing_correction_hint(self):
        if not self.openimis_type:
            return super()._billing_correction_hint()
        return self.env._(
            "%(bill)s is a bill of openIMIS, which a copy would not be. Use “Amend” on "
            "the bill instead: it is reversed, and a draft with all its lines takes "
            "its place.",
            bill=self._openimis_label(),
        )
