from odoo import models

POLICY = "daycare_billing_reminder.policy_daycare"


class ResCompany(models.Model):
    """Debtors of a daycare are reminded by the levels that come with this addon."""

    _inherit = "res.company"

    def _daycare_prepare_billing(self):
        result = super()._daycare_prepare_billing()
        self._daycare_prepare_reminders()
        return result

    def _daycare_prepare_reminders(self):
        """Let companies without a policy follow the daycare's, on their receivables."""
        policy = self.env.ref(POLICY, raise_if_not_found=False)
        if not policy:
            return
        # sudo: the setup of the daycare is its manager's, who has no right on policies
        policy = policy.sudo()
        for company in self.sudo():
            accounts = (
                self.env["account.account"]
                .sudo()
                .search(
                    [
                        ("company_ids", "in", company.id),
                        ("account_type", "=", "asset_receivable"),
                    ]
                )
            )
            policy.account_ids |= accounts
            if not company.credit_policy_id:
                company.credit_policy_id = policy
