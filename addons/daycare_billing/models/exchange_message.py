from odoo import models


class ExchangeMessage(models.Model):
    """A finding about a credited invoice lets its months be billed again."""

    _inherit = "exchange.message"

    def action_bill_again(self):
        """Let what a credited invoice billed be billed again.

        :return: a window action on the run that billed it
        :raises UserError: see `account.move.action_bill_again`
        """
        self.ensure_one()
        return self.env[self.res_model].browse(self.res_id).action_bill_again()

    def action_transliterate(self):
        """Write names and addresses as a QR-bill carries them.

        :return: whatever `daycare.billing.run.action_transliterate` returns
        :raises UserError: see there
        """
        self.ensure_one()
        return self.env[self.run_model].browse(self.run_id).action_transliterate()
