from odoo import models
from odoo.exceptions import AccessError

#: what a file says, and what it is called by
CONTENT = {"datas", "db_datas", "mimetype", "name", "raw", "store_fname", "type", "url"}


class IrAttachment(models.Model):
    """A payment file is what was approved: whoever made it does not change it."""

    _inherit = "ir.attachment"

    def write(self, vals):
        """Change files; those of batches stay as they were written.

        :raises AccessError: naming the file
        """
        if CONTENT.intersection(vals):
            self._check_no_payment_file()
        return super().write(vals)

    def unlink(self):
        """Delete files; those of batches go with their batch."""
        self._check_no_payment_file()
        return super().unlink()

    def _check_no_payment_file(self):
        Order = self.env["account.payment.order"]
        if not self or Order._is_engine_writing():
            return
        # sudo: a payment file is one, also for who does not see its batch
        orders = Order.sudo().search([("payment_file_id", "in", self.ids)])
        for order in orders.filtered("openimis_is_batch"):
            raise AccessError(
                self.env._(
                    "File %(file)s is what batch %(batch)s sends to the bank: nobody "
                    "changes it. Cancel the batch instead.",
                    file=order.payment_file_id.name,
                    batch=order.name,
                )
            )
