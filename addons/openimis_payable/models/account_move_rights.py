from contextlib import nullcontext

from odoo import SUPERUSER_ID, api, fields, models, tools
from odoo.exceptions import UserError
from odoo.tools import float_compare

from odoo.addons.account_billing_run.models.results import is_odoo_working, obeying

from .rights import guarded_fields, making_bills, not_being_made, require_right

#: mixins whose fields talk about a bill, or number it, and are no part of it
BESIDE = ("mail.thread", "mail.activity.mixin", "portal.mixin", "sequence.mixin")
#: what bookkeeping, sending and messages keep on a bill, each with rights of its own
UNGUARDED = {
    "attachment_ids",
    "checked",
    "inalterable_hash",
    "invoice_pdf_report_file",
    "invoice_pdf_report_id",
    "is_move_sent",
    "made_sequence_gap",
    "message_main_attachment_id",
    "openimis_event_ids",
    "secure_sequence_number",
    "sending_data",
}
#: fields with another right than 156103
RIGHTS = {"matched_payment_ids": "156202"}
#: what cancelling a bill writes: right 156104 is enough for it
CANCELLING = {"auto_post": "no", "state": "cancel"}
#: what a second person approves: who gets how much
APPROVED = {
    "currency_id",
    "fiscal_position_id",
    "invoice_cash_rounding_id",
    "invoice_currency_rate",
    "invoice_line_ids",
    "invoice_payment_term_id",
    "line_ids",
    "move_type",
    "openimis_line_ids",
    "partner_bank_id",
    "partner_id",
}

#: what each kind of credit note takes back
TAKES_BACK = {"in_refund": "in_invoice", "out_refund": "out_invoice"}


class AccountMove(models.Model):
    """openIMIS' rights on bills, and what may be validated."""

    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    @api.model_create_multi
    def create(self, vals_list):
        """Create moves; bills need right 156102."""
        if any(vals.get("openimis_type") for vals in vals_list):
            require_right(self.env, "156102")
        with making_bills(self.browse()):
            moves = super().create(vals_list)
        if bills := moves.filtered("openimis_type"):
            bills._openimis_require("156102")
        return moves

    def write(self, vals):
        """Change moves; bills need right 156103, cancelling them 156104."""
        bills = self.browse()
        if not self.env.su:
            bills = not_being_made(self.filtered("openimis_type"))
        for right in bills and self._openimis_rights_to_write(vals):
            bills._openimis_require(right)
        bills._check_openimis_approved_payee(vals)
        # the items follow their bill, whose right was asked for
        with making_bills(bills) if bills else nullcontext():
            result = super().write(vals)
        if APPROVED.intersection(vals):
            bills._openimis_note_changed()
        if bills and "openimis_location_id" in vals:
            # nor is a bill moved to an area that is not the user's
            bills._openimis_require("156103")
        return result

    @api.model
    def _openimis_rights_to_write(self, vals):
        """Return the numbers of the rights that writing these values takes."""
        rights = set()
        if vals.get("state") == CANCELLING["state"]:
            rights.add("156104")
            vals = {n: v for n, v in vals.items() if v != CANCELLING.get(n)}
        for name in self._openimis_guarded().intersection(vals):
            rights.add(RIGHTS.get(name, "156103"))
        return sorted(rights)

    @api.model
    @tools.ormcache()
    def _openimis_guarded(self):
        """Return the names of all fields that make up a bill."""
        return guarded_fields(self, BESIDE, UNGUARDED)

    def unlink(self):
        """Delete moves; bills need right 156104."""
        if bills := self.filtered("openimis_type"):
            bills._openimis_require("156104")
        return super().unlink()

    def _post(self, soft=True):
        for move in self.filtered("openimis_type"):
            move._check_openimis_second_person()
            move._check_openimis_postable()
        posted = super()._post(soft)
        bills = posted.filtered("openimis_type")
        with bills._engine_writes():
            bills.openimis_date_validated = fields.Date.context_today(self)
        bills._openimis_add_event("1", self.env._("Bill validated"))
        return posted

    @obeying
    def button_hash(self):
        """Lock moves for good; bills, also those a lock takes along, need 156103.

        A lock takes all documents numbered before with it. *Secure Entries* is for
        advisers, who keep the ledger as one chain, whoever posts.
        """
        if not self.env.su:
            chains = self._get_chains_to_hash(force_hash=True)
            # sudo: bills count that this user may not see
            locked = self.sudo().union(*(chain["moves"].sudo() for chain in chains))
            if bills := locked.filtered("openimis_type"):
                bills.sudo(False)._openimis_require("156103")
        return super().button_hash()

    def _openimis_note_changed(self):
        """Remember who changed what a second person approves, of drafts."""
        if self.env.su or is_odoo_working():
            return
        user = self.env.user
        drafts = self.filtered(
            lambda b: b.state == "draft" and b.openimis_changed_by_id != user
        )
        if drafts:
            # sudo: nobody writes it by hand
            drafts.sudo().openimis_changed_by_id = user

    def _openimis_takes_back(self):
        """Tell whether this credit note only takes back what somebody approved.

        That is: from the partner of a validated document, no more than was left of it.

        :rtype: bool
        """
        # sudo: what was approved counts, also where this user may not see it
        approved = self.sudo().reversed_entry_id
        taken = approved.reversal_move_ids.filtered(
            lambda note: note.state == "posted" and note.id != self.id
        )
        left = approved.amount_total - sum(taken.mapped("amount_total"))
        return (
            approved.state == "posted"
            and TAKES_BACK.get(self.move_type) == approved.move_type
            and approved.openimis_type == self.openimis_type
            and approved.company_id == self.company_id
            and approved.currency_id == self.currency_id
            and approved.partner_id.id == self.partner_id.id
            and 0 <= self.amount_total
            and self.currency_id.compare_amounts(self.amount_total, left) <= 0
        )

    def _check_openimis_approved_payee(self, vals):
        """Refuse another bank account on what a second person has approved.

        :raises UserError: naming the bill and what to do
        """
        if "partner_bank_id" not in vals or is_odoo_working():
            return
        for bill in self:
            if (
                bill.state == "posted"
                and bill.partner_bank_id.id != vals["partner_bank_id"]
                # sudo: a setting
                and bill.company_id.sudo().openimis_second_person
            ):
                raise UserError(
                    self.env._(
                        "Bill %s was approved with its bank account. Reset it to "
                        "draft to choose another one.",
                        bill._openimis_label(),
                    )
                )

    def _openimis_waits_for_second_person(self):
        """Tell whether this user may not validate a bill because he made it.

        :rtype: bool
        """
        if self._openimis_takes_back():
            return False
        if not self.company_id.sudo().openimis_second_person:  # sudo: a setting
            return False
        makers = (self.create_uid.id, self.openimis_changed_by_id.id)
        # what is posted by schedule was approved by nobody
        return self.env.uid in (*makers, SUPERUSER_ID)

    def _check_openimis_second_person(self):
        """Refuse to validate one's own bill where a second person has to.

        :raises UserError: naming the bill and who made it
        """
        if self._openimis_waits_for_second_person():
            raise UserError(
                self.env._(
                    "Bill %(bill)s was made by %(user)s. Somebody else has to validate "
                    "it.",
                    bill=self._openimis_label(),
                    user=self._openimis_makers(),
                )
            )

    def _openimis_makers(self):
        """Return the names of who made a bill, and of who last changed its figures."""
        # sudo: names of colleagues
        makers = self.sudo().create_uid | self.sudo().openimis_changed_by_id
        return ", ".join(makers.mapped("name"))

    def _check_openimis_postable(self):
        """Refuse to validate a bill that is suspended or disagrees with its lines.

        :raises UserError: naming the bill and what to do
        """
        if self.openimis_suspended:
            raise UserError(
                self.env._(
                    "Bill %s is suspended. Resume it first.", self._openimis_label()
                )
            )
        lines = self.openimis_line_ids
        net = sum(lines.mapped("amount_net"))
        self._check_openimis_takes_nothing_back(net)
        rounding = self.currency_id.rounding
        if lines and float_compare(
            self.amount_untaxed, net, precision_rounding=rounding
        ):
            raise UserError(
                self.env._(
                    "Bill %(bill)s: its invoice lines add up to %(invoice)s, its "
                    "payable lines to %(payable)s. Change the payable lines instead; "
                    "the invoice lines follow.",
                    bill=self._openimis_label(),
                    invoice=self.amount_untaxed,
                    payable=self.currency_id.round(net),
                )
            )

    def _check_openimis_takes_nothing_back(self, net):
        """Refuse a credit note over what is owed, and a bill over what is owed back.

        :param net: what the payable lines add up to
        :raises UserError: naming the document
        """
        # sudo: what is billed decides, not whether this user may see it
        billed = sum(self.sudo()._billing_links("active").mapped("amount"))
        is_refund = self.move_type in ("in_refund", "out_refund")
        if (-billed if is_refund else billed) * net < 0:
            raise UserError(
                self.env._(
                    "%(bill)s would take back what is owed. Turn it into the other "
                    "kind of document again.",
                    bill=self._openimis_label(),
                )
            )
