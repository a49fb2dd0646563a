from odoo import models


class OpenimisClosing(models.Model):
    """A closing whose bills are paid in one batch."""

    _inherit = "openimis.closing"

    def action_openimis_pay_in_batch(self):
        """Pay the closing's bills in a batch; see the bills' own method.

        :return: a window action
        """
        bills = self.move_ids.filtered(lambda move: move.move_type == "in_invoice")
        return bills.filtered("openimis_in_area").action_openimis_pay_in_batch()
