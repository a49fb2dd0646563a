from odoo import api, models


class CreditControlLine(models.Model):
    """A reminder goes to the debtor of the invoice, by a way that arrives."""

    _inherit = "credit.control.line"

    @api.model
    def _prepare_from_move_line(self, move_line, level, *args):
        vals = super()._prepare_from_move_line(move_line, level, *args)
        move = move_line.move_id
        if not move._daycare_is_from_run():
            return vals
        # the ledger's partner is whoever the debtor belongs to: an employer, a commune
        debtor = move.partner_id
        vals["partner_id"] = debtor.id
        if level.channel == "email" and not debtor._daycare_takes_reminders():
            vals["channel"] = "letter"
        return vals


class ResPartner(models.Model):
    """Debtors whose e-mail arrives."""

    _inherit = "res.partner"

    def _daycare_takes_reminders(self):
        """Tell whether an e-mail to this debtor can be expected to arrive.

        :rtype: bool
        """
        return bool(
            self.email_normalized
            and not self.message_bounce
            and not self.is_blacklisted
        )
