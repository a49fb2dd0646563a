from odoo import fields, models


class DaycareGroup(models.Model):
    """Where the revenue of a group goes."""

    _inherit = "daycare.group"

    income_account_id = fields.Many2one(
        "account.account",
        check_company=True,
        domain="[('account_type', 'in', ('income', 'income_other'))]",
        groups="daycare.group_daycare_billing",
        help="Empty: the account of the care product.",
    )
    analytic_distribution = fields.Json(
        string="Analytic", groups="daycare.group_daycare_billing"
    )
    analytic_precision = fields.Integer(
        compute="_compute_analytic_precision", groups="daycare.group_daycare_billing"
    )

    def _compute_analytic_precision(self):
        precision = self.env["decimal.precision"].precision_get("Percentage Analytic")
        self.analytic_precision = precision
