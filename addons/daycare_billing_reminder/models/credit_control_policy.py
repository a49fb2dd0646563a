from odoo import fields, models

from .res_company import POLICY


class CreditControlPolicy(models.Model):
    """Who owes nothing, had no invoice or is to be left alone is not reminded."""

    _inherit = "credit.control.policy"

    def _get_move_lines_to_process(self, credit_control_run):
        lines = super()._get_move_lines_to_process(credit_control_run)
        ours = lines.filtered(
            lambda line: line.move_id._daycare_is_from_run()
            or line.move_id.daycare_is_reminder_fee
        )
        policy = self.env.ref(POLICY, raise_if_not_found=False)
        others = lines.browse() if self == policy else lines - ours
        return others | ours._daycare_to_remind()


class CreditControlPolicyLevel(models.Model):
    """A level may cost something."""

    _inherit = "credit.control.policy.level"

    daycare_fee = fields.Float(
        "Fee of the Daycare",
        digits="Product Price",
        help="In the currency of the company. It is invoiced, with a QR-bill of its "
        "own, when the reminder is made.",
    )


class AccountMoveLine(models.Model):
    """Journal items of the daycare's invoices that reminders are about."""

    _inherit = "account.move.line"

    def _daycare_to_remind(self):
        """Return those items that their debtors are to be reminded of."""
        due = self.filtered(
            lambda line: line.move_id.move_type == "out_invoice"
            and not line.no_followup
            and not line.move_id._daycare_reminder_reason()
        )
        credit = self.env["account.move.line"]._read_group(
            [
                ("partner_id", "in", due.partner_id.ids),
                ("company_id", "in", due.company_id.ids),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
                ("account_type", "=", "asset_receivable"),
                ("balance", "<", 0),
            ],
            ["company_id", "partner_id"],
            ["amount_residual:sum"],
        )
        left = {(company, partner): total for company, partner, total in credit}
        kept = self.browse()
        # a credit that nobody has set off yet pays the oldest first
        for line in due.sorted(lambda item: (item.date_maturity, item.id)):
            key = (line.company_id, line.partner_id)
            rest = line.company_currency_id.round(
                left.get(key, 0.0) + line.amount_residual
            )
            if rest > 0:
                kept |= line
                left[key] = 0.0
            else:
                left[key] = rest
        return kept
