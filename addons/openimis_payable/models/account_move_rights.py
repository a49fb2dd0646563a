from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import float_compare

from .rights import require_right

#: what users change on a bill; the rest Odoo writes on its own
GUARDED = {
    "currency_id",
    "date",
    "invoice_date",
    "invoice_date_due",
    "invoice_line_ids",
    "invoice_payment_term_id",
    "journal_id",
    "line_ids",
    "narration",
    "openimis_code",
    "openimis_code_ext",
    "openimis_code_rcp",
    "openimis_date_from",
    "openimis_date_to",
    "openimis_line_ids",
    "openimis_location_id",
    "openimis_note",
    "openimis_sender",
    "openimis_subject",
    "openimis_terms",
    "openimis_type",
    "partner_bank_id",
    "partner_id",
    "payment_reference",
    "ref",
    "state",
}


class AccountMove(models.Model):
    """openIMIS' rights on bills, and what may be validated."""

    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    @api.model_create_multi
    def create(self, vals_list):
        """Create moves; bills need right 156102."""
        if any(vals.get("openimis_type") for vals in vals_list):
            require_right(self.env, "156102")
        return super().create(vals_list)

    def write(self, vals):
        """Change moves; bills need right 156103, cancelling them 156104."""
        bills = GUARDED.intersection(vals) and self.filtered("openimis_type")
        if bills:
            cancels = vals.get("state") == "cancel"
            require_right(self.env, "156104" if cancels else "156103")
        return super().write(vals)

    def unlink(self):
        """Delete moves; bills need right 156104."""
        if self.filtered("openimis_type"):
            require_right(self.env, "156104")
        return super().unlink()

    def _post(self, soft=True):
        for move in self.filtered("openimis_type"):
            move._check_openimis_postable()
        posted = super()._post(soft)
        bills = posted.filtered("openimis_type")
        bills._openimis_add_event("1", self.env._("Bill validated"))
        return posted

    def _check_openimis_postable(self):
        """Refuse to validate a bill that is suspended or disagrees with its lines.

        :raises UserError: naming the bill and what to do
        """
        if self.openimis_suspended:
            raise UserError(
                self.env._("Bill %s is suspended. Resume it first.", self.display_name)
            )
        lines = self.openimis_line_ids
        net = sum(lines.mapped("amount_net"))
        rounding = self.currency_id.rounding
        if lines and float_compare(
            self.amount_untaxed, net, precision_rounding=rounding
        ):
            raise UserError(
                self.env._(
                    "Bill %(bill)s: its invoice lines add up to %(invoice)s, its "
                    "payable lines to %(payable)s. Change the payable lines instead; "
                    "the invoice lines follow.",
                    bill=self.display_name,
                    invoice=self.amount_untaxed,
                    payable=self.currency_id.round(net),
                )
            )
