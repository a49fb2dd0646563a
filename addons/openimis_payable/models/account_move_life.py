from odoo import api, models
from odoo.exceptions import UserError

from .account_move_service import BILL_FIELDS


class AccountMove(models.Model):
    """A bill's life after it was made: suspend, delete, amend."""

    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    # === SUSPEND ===

    def openimis_bill_suspend(self):
        """Suspend bills: neither validated nor paid until resumed. Right 156103.

        :return: True
        """
        return self._openimis_set_suspended(True, self.env._("Bill suspended"))

    def openimis_bill_resume(self):
        """Resume suspended bills. Right 156103.

        :return: True
        """
        return self._openimis_set_suspended(False, self.env._("Bill resumed"))

    def _openimis_set_suspended(self, suspended, message):
        self._openimis_require("156103")
        self._check_openimis_status("3", "4")
        self.check_access("write")
        with self._engine_writes():
            self.write({"openimis_suspended": suspended})
        self._openimis_add_event("1", message)
        return True

    def _check_openimis_status(self, *statuses):
        """Refuse bills in some of openIMIS' statuses.

        :raises UserError: naming the first such bill
        """
        for bill in self.filtered(lambda bill: bill.openimis_status in statuses):
            raise UserError(
                self.env._(
                    "Bill %s is cancelled or deleted already.", bill._openimis_label()
                )
            )

    # === DELETE ===

    def openimis_bill_delete(self):
        """Delete bills the way openIMIS does: the record stays, marked as deleted.

        Source: service billDelete. Right 156104. A draft is cancelled, a validated
        bill is reversed by a credit note. The documents behind the bill are never
        deleted, and can be billed again.

        :return: True
        :raises AccessError: without the right
        :raises UserError: a payment of the bill stands in the way, or the bill is
            deleted already
        """
        self._openimis_require("156104")
        self._check_openimis_status("4")
        for bill in self:
            if bill._openimis_has_payments():
                raise UserError(
                    self.env._(
                        "Bill %s is paid, at least in part. Refund its payments first.",
                        bill._openimis_label(),
                    )
                )
            # sudo: the right to delete bills implies what deleting one takes
            bill.sudo()._openimis_undo()
            bill.sudo().openimis_deleted = True
            # a new bill of the same period may take the code again
            bill.sudo().openimis_code = f"{bill.openimis_code or bill.id}-DEL{bill.id}"
        self._openimis_add_event("1", self.env._("Bill deleted"))
        return True

    def unlink(self):
        """Delete moves; what a closing worked out goes with its last bill."""
        # sudo: the closing's own results, whoever may delete its drafts
        closings = self.sudo().openimis_closing_id
        result = super().unlink()
        closings.exists()._forget_results()
        return result

    def _openimis_undo(self):
        """Cancel a draft, reverse a validated bill; free the sources."""
        if self.state == "draft":
            self.button_cancel()
        elif self.state == "posted":
            # a second credit note would leave a debt of the third party
            if self.payment_state != "reversed":
                notes = self.reversal_move_ids.filtered(lambda n: n.state == "posted")
                self._openimis_reverse()
                self._openimis_reverse_notes(notes)
            self._billing_links("active")._release()

    def _openimis_reverse(self):
        """Reverse a validated bill by a posted credit note.

        :return: the credit note
        """
        return self._reverse_moves(
            [
                {
                    "ref": self.env._(
                        "Reversal of %s", self.openimis_code or self.name
                    ),
                    "invoice_date": self.invoice_date,
                    "date": self.date,
                }
            ],
            cancel=True,
        )

    def _openimis_reverse_notes(self, notes):
        """Take back credit notes over parts of a bill that is reversed as a whole."""
        if not notes:
            return
        notes._reverse_moves(
            [
                {
                    "ref": self.env._("Reversal of %s", note.name),
                    "invoice_date": note.invoice_date,
                    "date": note.date,
                }
                for note in notes
            ],
            cancel=True,
        )
        self._openimis_add_event(
            "2",
            self.env._(
                "Credit notes over parts of the bill were taken back with it: %s",
                ", ".join(notes.mapped("name")),
            ),
        )

    def button_draft(self):
        """Bring a deleted draft back; refuse what another document replaced.

        :raises UserError: the bill was amended, or reversed when it was deleted
        """
        self._openimis_check_by_payment()
        for bill in self.filtered("openimis_type"):
            if bill._openimis_is_superseded():
                raise UserError(
                    self.env._(
                        "Bill %s was amended or deleted: what it bills is billed "
                        "elsewhere or waits for the next closing.",
                        bill._openimis_label(),
                    )
                )
        result = super().button_draft()
        # sudo: a bill in draft is no deleted one
        self.sudo().filtered("openimis_deleted").openimis_deleted = False
        self.filtered("openimis_type")._openimis_add_event(
            "1", self.env._("Bill reset to draft")
        )
        return result

    def _openimis_is_superseded(self):
        """Tell whether another document took back what this bill owed, for good."""
        reversed_ = self.openimis_deleted and self.state == "posted"
        return bool(self.openimis_replaced_by_id or reversed_)

    @api.depends("openimis_replaced_by_id", "openimis_deleted")
    def _compute_show_reset_to_draft_button(self):
        result = super()._compute_show_reset_to_draft_button()
        for bill in self.filtered("openimis_type"):
            if bill._openimis_is_superseded():
                bill.show_reset_to_draft_button = False
        return result

    def button_cancel(self):
        """Cancel moves, with an event on each bill."""
        self._openimis_check_by_payment()
        result = super().button_cancel()
        self.filtered("openimis_type")._openimis_add_event(
            "1", self.env._("Bill cancelled")
        )
        return result

    def action_switch_move_type(self):
        """Turn a negative bill into a credit note with its payable lines, and back."""
        result = super().action_switch_move_type()
        for bill in self.filtered("openimis_type"):
            lines = bill.openimis_line_ids
            net = bill.currency_id.round(sum(lines.mapped("amount_net")))
            # Odoo turned the invoice lines around, but not if the bill was positive
            if net and not bill.currency_id.compare_amounts(bill.amount_untaxed, -net):
                lines._turn_around()
                # sudo: the discount is that of the lines, which were turned around
                bill.sudo().openimis_amount_discount = sum(lines.mapped("discount"))
        return result

    # === AMEND ===

    def openimis_bill_amend(self, vals=None):
        """Replace a bill by a draft with the same lines, linked both ways.

        Source: service billAmend. Right 156109. The sources go over to the new
        bill; a draft is cancelled, a validated bill is reversed by a credit note.

        :param dict vals: values to change on the replacement, as for
            :meth:`openimis_bill_update`
        :return: the replacement, an `account.move` record in draft
        :raises AccessError: without the right
        :raises UserError: the bill was amended before, is cancelled or is paid; a
            field is not one of the bill's
        """
        self._openimis_require("156109")
        self.ensure_one()
        self._openimis_check_fields(vals or {}, BILL_FIELDS)
        self.check_access("write")
        self._check_openimis_amendable()
        # sudo: the right to amend implies what replacing a bill takes
        bill = self.sudo()
        code = bill.openimis_code
        bill.openimis_code = f"{code or bill.id}-OLD{bill.id}"
        bill.flush_recordset(["openimis_code"])
        replacement = bill._openimis_copy_for_amend(code)
        bill._billing_links("active")._openimis_move_to(replacement)
        bill._openimis_hand_over_run_lines(replacement)
        bill._openimis_undo()
        bill.openimis_replaced_by_id = replacement
        if vals:
            replacement.write(vals)
        self._openimis_add_event(
            "1", self.env._("Amended by bill %s", replacement.openimis_code)
        )
        replacement._openimis_add_event(
            "1", self.env._("Amends bill %s", bill.openimis_code)
        )
        return replacement.sudo(False)

    def action_openimis_amend(self):
        """Amend the bill and open its replacement.

        :return: a window action
        """
        return self.openimis_bill_amend().get_formview_action()

    def _check_openimis_amendable(self):
        paid = self._openimis_has_payments()
        if self.state == "cancel" or self.openimis_replaced_by_id or paid:
            raise UserError(
                self.env._(
                    "Bill %s cannot be amended: it is cancelled, amended already, or "
                    "paid. Refund its payments first if it is paid.",
                    self._openimis_label(),
                )
            )

    def _openimis_copy_for_amend(self, code):
        """Return a draft copy with the payable lines, and invoice lines to match."""
        replacement = self.copy(
            {
                "invoice_date": self.invoice_date,
                "invoice_date_due": self.invoice_date_due,
                "date": self.date,
                "ref": code,
                "openimis_type": self.openimis_type,
                "openimis_closing_id": self.openimis_closing_id.id,
                "openimis_code": code,
                "openimis_code_rcp": self.openimis_code_rcp,
                "openimis_code_ext": self.openimis_code_ext,
                "openimis_subject": self._openimis_reference("openimis_subject"),
                "openimis_sender": self._openimis_reference("openimis_sender"),
                "openimis_date_from": self.openimis_date_from,
                "openimis_date_to": self.openimis_date_to,
                "openimis_terms": self.openimis_terms,
                "openimis_note": self.openimis_note,
                "openimis_location_id": self.openimis_location_id.id,
                "openimis_product_ids": self.openimis_product_ids.ids,
                "openimis_line_policy": self.openimis_line_policy,
                "openimis_amount_discount": self.openimis_amount_discount,
                "openimis_version": self.openimis_version + 1,
                "openimis_replaces_id": self.id,
                "billing_run_model": self.billing_run_model,
                "billing_run_id": self.billing_run_id,
            }
        )
        self.openimis_line_ids.copy({"move_id": replacement.id})
        return replacement

    def _openimis_hand_over_run_lines(self, replacement):
        """Let the closing show the replacement as what it made."""
        lines = self.env["account.billing.run.line"]
        lines.search([("move_id", "=", self.id)]).move_id = replacement

    def _openimis_reference(self, field):
        record = self[field]
        return f"{record._name},{record.id}" if record else False

    def _openimis_in_force(self):
        """Return the last amendment of a bill, or the bill if there is none."""
        self.ensure_one()
        bill = self
        while bill.openimis_replaced_by_id:
            bill = bill.openimis_replaced_by_id
        return bill

    def _openimis_first_version(self):
        """Return the bill that this one and its predecessors amend, or the bill."""
        self.ensure_one()
        bill = self
        while bill.openimis_replaces_id:
            bill = bill.openimis_replaces_id
        return bill

    def _openimis_amendments(self):
        """Return the bills that this one amends or is amended by, and so on."""
        chain = self.browse()
        for link in ("openimis_replaces_id", "openimis_replaced_by_id"):
            bill = self
            while bill := bill[link]:
                chain |= bill
        return chain

    # === DUPLICATES ===

    def _fetch_duplicate_reference(self, matching_states=("draft", "posted")):
        """Take no amendment and no deleted bill for a duplicate.

        They share reference, third party and amount, but only one of them is owed.
        """
        found = super()._fetch_duplicate_reference(matching_states)
        for move in found:
            # sudo: only what may be shown stays, the marks of all must be looked at
            bill = move.sudo()
            if bill.openimis_deleted:
                found[move] = self.browse()
            elif bill.openimis_type:
                deleted = found[move].sudo().filtered("openimis_deleted")
                found[move] -= deleted | bill._openimis_amendments()
        return found


class AccountBillingLink(models.Model):
    """Links follow a bill to its replacement."""

    _inherit = "account.billing.link"

    def _release(self):
        """Free the sources; what the closing wrote on claims goes with its bill."""
        result = super()._release()
        self._openimis_claims()._take_back_valuation()
        return result

    def _activate(self):
        """Take the sources back, with what the closing wrote on claims."""
        result = super()._activate()
        self._openimis_claims()._restore_valuation()
        return result

    def _openimis_claims(self):
        """Return the claims of these links."""
        ids = self.filtered(
            lambda link: link.converter == "openimis.converter.claim"
        ).mapped("res_id")
        # sudo: the bill decides, its user need not be allowed to edit claims
        return self.env["openimis.claim"].sudo().browse(ids).exists()

    def _openimis_move_to(self, move):
        """Let another bill be the one that bills the sources of these links."""
        self.move_id = move
        self._mark_sources(True)
