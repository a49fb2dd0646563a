from odoo import api, fields, models
from odoo.tools import format_date

from .const import ORIGINS


class DaycareIncome(models.Model):
    """An income page («page revenu») of a guardian, in force from its date on."""

    _name = "daycare.income"
    _description = "Guardian Income"
    _inherit = ["exchange.engine.mixin", "exchange.journal.mixin"]
    _order = "guardian_id, date_from DESC"
    _check_company_auto = True

    guardian_id = fields.Many2one(
        "daycare.guardian",
        required=True,
        ondelete="cascade",
        index=True,
        check_company=True,
        domain="[('role', '!=', 'third_party')]",
    )
    company_id = fields.Many2one(
        related="guardian_id.company_id", store=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_from = fields.Date(
        string="In Force From", required=True, default=fields.Date.context_today
    )
    amount = fields.Monetary(
        help="MONTHSALARY: the income per month or per year, as the basis says."
    )
    basis = fields.Selection(
        [("monthly", "Monthly"), ("annual", "Annual")],
        required=True,
        default="monthly",
    )
    confidential = fields.Boolean(
        help="Income not disclosed: the maximum rate applies and the amount stays 0."
    )
    raw_value = fields.Char(
        string="Delivered Value",
        readonly=True,
        help="Number of the delivered file, e.g. 999999 for a confidential income.",
    )
    origin = fields.Selection(ORIGINS, required=True, default="manual", readonly=True)

    _guardian_date_uniq = models.UniqueIndex(
        "(guardian_id, date_from)",
        "The guardian already has an income page at this date.",
    )
    _amount_positive = models.Constraint(
        "CHECK(amount >= 0)", "An income cannot be negative."
    )
    _confidential_without_amount = models.Constraint(
        "CHECK(NOT confidential OR amount = 0)",
        "A confidential income has no amount.",
    )

    @api.depends("guardian_id", "date_from")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for income in self:
            name = income.guardian_id.display_name or ""
            begin = format_date(self.env, income.date_from)
            income.display_name = f"{name} {begin}".strip()

    @api.onchange("confidential")
    def _onchange_confidential(self):
        if self.confidential:
            self.amount = 0

    @api.model
    def _in_force(self, guardians, date):
        """Return the page in force for each guardian at a date, in one query.

        :param guardians: the guardians
        :param date date: the day, included
        :return dict: guardian id → page; guardians without a page are absent
        """
        pages = self.search(
            [("guardian_id", "in", guardians.ids), ("date_from", "<=", date)],
            order="guardian_id, date_from",
        )
        return {page.guardian_id.id: page for page in pages}
