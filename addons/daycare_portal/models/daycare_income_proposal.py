from odoo import api, fields, models
from odoo.exceptions import UserError

STATES = [("sent", "To Review"), ("accepted", "Accepted"), ("refused", "Refused")]


class DaycareIncomeProposal(models.Model):
    """An income that a parent sent; it counts for nothing until somebody accepts it."""

    _name = "daycare.income.proposal"
    _description = "Income Sent by a Parent"
    _inherit = ["exchange.engine.mixin", "exchange.journal.mixin", "mail.thread"]
    _order = "state DESC, id"
    _check_company_auto = True

    guardian_id = fields.Many2one(
        "daycare.guardian",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
        check_company=True,
        engine=True,
    )
    company_id = fields.Many2one(
        related="guardian_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    state = fields.Selection(
        STATES,
        required=True,
        default="sent",
        readonly=True,
        index=True,
        tracking=True,
        engine=True,
    )
    date_from = fields.Date(string="In Force From", required=True, tracking=True)
    amount = fields.Monetary(required=True, tracking=True)
    basis = fields.Selection(
        [("monthly", "Monthly"), ("annual", "Annual")],
        required=True,
        default="annual",
        tracking=True,
    )
    note = fields.Text(string="Remark of the Parent", readonly=True, engine=True)
    file = fields.Binary(string="Document", readonly=True, engine=True)
    file_name = fields.Char(readonly=True, engine=True)
    reason = fields.Char(
        string="Answer", tracking=True, help="Shown to the parent in the portal."
    )
    income_id = fields.Many2one(
        "daycare.income",
        string="Income Page",
        readonly=True,
        ondelete="set null",
        engine=True,
    )

    _amount_positive = models.Constraint(
        "CHECK(amount >= 0)", "An income cannot be negative."
    )

    @api.depends("guardian_id", "create_date")
    def _compute_display_name(self):
        for proposal in self:
            proposal.display_name = proposal.guardian_id.display_name

    def action_accept(self):
        """Write the income page, with what stands here now."""
        self._check_open()
        incomes = self.env["daycare.income"]
        for proposal in self:
            vals = {
                "amount": proposal.amount,
                "basis": proposal.basis,
                "confidential": False,
            }
            page = incomes.search(
                [
                    ("guardian_id", "=", proposal.guardian_id.id),
                    ("date_from", "=", proposal.date_from),
                ]
            )
            if page:
                page.write(vals)
            else:
                page = incomes.create(
                    {
                        **vals,
                        "guardian_id": proposal.guardian_id.id,
                        "date_from": proposal.date_from,
                    }
                )
            with proposal._engine_writes():
                proposal.write({"state": "accepted", "income_id": page.id})

    def action_refuse(self):
        """Refuse what was sent; the parent reads why.

        :raises UserError: without an answer to the parent
        """
        self._check_open()
        for proposal in self:
            if not proposal.reason:
                raise UserError(
                    self.env._(
                        "%(guardian)s: enter under “Answer” what is missing or wrong.",
                        guardian=proposal.guardian_id.display_name,
                    )
                )
        with self._engine_writes():
            self.write({"state": "refused"})

    def _check_open(self):
        self.check_access("write")
        for proposal in self.filtered(lambda p: p.state != "sent"):
            raise UserError(
                self.env._(
                    "%(guardian)s: this has been reviewed already: reload the page.",
                    guardian=proposal.guardian_id.display_name,
                )
            )
