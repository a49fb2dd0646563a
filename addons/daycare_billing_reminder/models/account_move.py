from odoo import fields, models


class AccountMove(models.Model):
    """Which invoices of the daycare a debtor is reminded of."""

    _inherit = "account.move"

    daycare_is_reminder_fee = fields.Boolean(
        "Invoice of a Reminder's Fee", copy=False, readonly=True, engine=True
    )

    def _daycare_is_from_run(self):
        """Tell whether a monthly run made this invoice."""
        self.ensure_one()
        return self.billing_run_model == "daycare.billing.run"

    def _daycare_reminder_reason(self):
        """Say why a debtor is not reminded of an invoice.

        :return: `fee`, `not_sent`, `came_back`, empty where the debtor is
        :rtype: str
        """
        if self.daycare_is_reminder_fee:
            return "fee"
        if self.daycare_to_print or self.daycare_mail_failure:
            return "came_back"
        return "" if self.is_move_sent else "not_sent"
