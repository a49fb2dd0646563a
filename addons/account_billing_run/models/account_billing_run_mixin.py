from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class AccountBillingRunMixin(models.AbstractModel):
    """A run that previews and creates draft moves, and never bills a source twice."""

    _name = "account.billing.run.mixin"
    _description = "Billing Run"
    _inherit = ["exchange.run.mixin"]

    _exchange_sequence_code = "account.billing.run"
    _exchange_background_from = 5000
    _exchange_shared = True  # a chunk bills its own documents and nothing else

    journal_id = fields.Many2one("account.journal", check_company=True)
    date_from = fields.Date(string="From")
    date_to = fields.Date(string="To")
    invoice_date = fields.Date(
        string="Document Date",
        default=fields.Date.context_today,
        help="Date of the invoices or bills, and of their journal entries.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    line_ids = fields.One2many(
        "account.billing.run.line", "run_id", readonly=True, copy=False
    )
    move_ids = fields.One2many(
        "account.move", "billing_run_id", readonly=True, copy=False
    )
    move_count = fields.Integer(compute="_compute_move_count")
    amount = fields.Monetary(string="Untaxed Amount", compute="_compute_amount")

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        for run in self:
            if run.date_from and run.date_to and run.date_from > run.date_to:
                raise ValidationError(
                    self.env._("The period must begin before it ends.")
                )

    def _compute_move_count(self):
        groups = self.env["account.move"]._read_group(
            [
                ("billing_run_model", "=", self._name),
                ("billing_run_id", "in", self.ids),
            ],
            ["billing_run_id"],
            ["__count"],
        )
        counts = dict(groups)
        for run in self:
            run.move_count = counts.get(run.id, 0)

    @api.depends(
        "line_ids.amount_signed",
        "line_ids.move_id.state",
        "line_ids.move_id.payment_state",
    )
    def _compute_amount(self):
        for run in self:
            lines = run.line_ids.filtered(lambda line: not line._is_undone())
            run.amount = sum(lines.mapped("amount_signed"))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_billed(self):
        # sudo: documents count also where the user may not see them
        if any(run.move_count for run in self.sudo()):
            raise UserError(
                self.env._(
                    "A run with documents cannot be deleted. Delete the drafts first."
                )
            )

    def unlink(self):
        """Delete runs without documents, and their previews."""
        # sudo: preview lines are the run's own bookkeeping
        self.line_ids.sudo().unlink()
        return super().unlink()

    # === HOOKS ===

    def _billing_converters(self):
        """Return the names of the converters this run uses, in order."""
        return []

    def _billing_move_vals(self, converter):
        """Return the values every move of this run has."""
        move_type = self.env[converter]._move_type
        return {
            "move_type": move_type,
            "company_id": self.company_id.id,
            "journal_id": self._billing_journal(move_type).id,
            "invoice_date": self.invoice_date,
            "date": self.invoice_date or fields.Date.context_today(self),
            "billing_run_model": self._name,
            "billing_run_id": self.id,
        }

    def _billing_journal(self, move_type):
        if self.journal_id:
            return self.journal_id
        kind = "purchase" if move_type.startswith("in_") else "sale"
        journal = self.env["account.journal"].search(
            [
                *self.env["account.journal"]._check_company_domain(self.company_id),
                ("type", "=", kind),
            ],
            limit=1,
        )
        if not journal:
            raise UserError(
                self.env._(
                    "%(company)s has no journal for these documents. "
                    "Choose one on the run, or create it.",
                    company=self.company_id.display_name,
                )
            )
        return journal

    def _counter_labels(self):
        return {
            "to_bill": self.env._("To Bill"),
            "billed": self.env._("Billed"),
            "account.move": self.env._("Documents"),
            **super()._counter_labels(),
        }

    # === AFTERWARDS ===

    def action_new_preview(self):
        """Look again for what is to bill; what this run has billed stays."""
        for run in self:
            run._check_state(("planned", "partial", "done", "failed", "cancelled"))
            run._set_state("draft")
        return self.action_plan()

    def action_undo(self):
        """Delete the draft moves of this run, which frees their sources.

        :raises UserError: a move is posted, or a draft is hidden from the user
        """
        for run in self:
            run._check_may_run()
            run._check_state(("partial", "done", "failed", "cancelled"))
            # sudo: documents count also where the user may not see them
            every = run.sudo().move_ids
            if any(move.state == "posted" for move in every):
                raise UserError(
                    self.env._(
                        "Some documents of %(name)s are posted. Reset them to draft "
                        "first, or reverse them one by one.",
                        name=run.display_name,
                    )
                )
            drafts = every.filtered(lambda move: move.state == "draft").sudo(False)
            hidden = drafts - drafts._filtered_access("unlink")
            if hidden:
                raise UserError(
                    self.env._(
                        "%(count)s drafts of %(name)s are not yours to delete. Ask "
                        "somebody who sees them all.",
                        count=len(hidden),
                        name=run.display_name,
                    )
                )
            drafts.unlink()
            run._set_state("cancelled")
        return True

    def action_view_moves(self):
        """Open the invoices or bills of this run.

        :return: a window action
        """
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Documents of %(name)s", name=self.name),
            "res_model": "account.move",
            "view_mode": "list,form,pivot,graph",
            "domain": [
                ("billing_run_model", "=", self._name),
                ("billing_run_id", "=", self.id),
            ],
            "context": {"create": False},
        }
