from odoo import models
from odoo.exceptions import UserError


class OpenimisClosing(models.Model):
    """A closing whose bills are paid in one batch."""

    _inherit = "openimis.closing"

    def action_openimis_pay_in_batch(self):
        """Pay the closing's bills in a batch; see the bills' own method.

        :return: a window action
        :raises UserError: nothing of the closing is to be paid
        """
        bills = self.move_ids.filtered(lambda move: move.move_type == "in_invoice")
        if not bills:
            raise UserError(
                self.env._("%s has no vendor bill: nothing is to be paid.", self.name)
            )
        return bills.filtered("openimis_in_area").action_openimis_pay_in_batch()
