from odoo import fields, models


def _account(label):
    return fields.Many2one("account.account", label, check_company=True)


class ResCompany(models.Model):
    """Accounts used where neither the product nor its code names one."""

    _inherit = "res.company"

    openimis_account_claim_id = _account("Claims Account")
    openimis_account_capitation_id = _account("Capitation Account")
    openimis_account_commission_id = _account("Commissions Account")
    openimis_account_fee_id = _account("Payment Fees Account")
    openimis_account_cash_id = _account("Cash Payments Account")
    openimis_account_contribution_id = _account("Contributions Account")
    openimis_account_bank_fee_id = _account("Payment Charges Account")
    openimis_second_person = fields.Boolean(
        "Approval by a Second Person",
        help="A bill is validated by somebody else than who made it, be it by hand or "
        "by generating the drafts of a closing. Nobody can let Odoo post it by itself.",
    )
    openimis_claim_days = fields.Integer(
        "Days to Pay a Claim",
        help="In how many days from the day it was handed in a claim is to be paid. "
        "Zero: by the due date of its bill.",
    )

    _openimis_claim_days_positive = models.Constraint(
        "CHECK (openimis_claim_days >= 0)", "A term has no days below zero."
    )

    def _openimis_accounts_by_code(self, codes, *domain):
        """Look up the accounts of this company that openIMIS names by code.

        :param codes: iterable of codes; empty ones are left out
        :param domain: leaves of a domain the accounts must fulfil, too
        :return: dict {code: `account.account` id}, without codes of no account
        """
        codes = sorted(filter(None, set(codes)))
        if not codes:
            return {}
        model = self.env["account.account"].with_company(self)
        accounts = model.search(
            [*model._check_company_domain(self), ("code", "in", codes), *domain]
        )
        return {account.code: account.id for account in accounts}
