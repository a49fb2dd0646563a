from odoo import api, fields, models
from odoo.exceptions import UserError


class AccountMoveReversal(models.TransientModel):
    """Correcting a document that bills others: never by a copy that bills nothing."""

    _inherit = "account.move.reversal"

    billing_no_modify = fields.Boolean(
        compute="_compute_billing_no_modify",
        help="A corrected copy would know nothing of the documents that are billed.",
    )

    @api.depends("move_ids")
    def _compute_billing_no_modify(self):
        for wizard in self:
            wizard.billing_no_modify = any(
                move._billing_correction_hint() for move in wizard.move_ids
            )

    def reverse_moves(self, is_modify=False):
        """Reverse documents; refuse the copy that *Reverse and Create* would make.

        :raises UserError: naming the document and what to do instead
        """
        for move in self.move_ids if is_modify else ():
            if hint := move._billing_correction_hint():
                raise UserError(hint)
        return super().reverse_moves(is_modify=is_modify)
