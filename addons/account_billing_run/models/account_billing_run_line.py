from odoo import api, fields, models


class AccountBillingRunLine(models.Model):
    """One move to be, as the preview shows it, and the move it became."""

    _name = "account.billing.run.line"
    _description = "Billing Run Line"
    _order = "id"
    _rec_name = "label"

    run_model = fields.Char(required=True)
    run_id = fields.Many2oneReference(
        model_field="run_model", required=True, index=True
    )
    company_id = fields.Many2one("res.company", required=True, index=True)
    converter = fields.Char(required=True)
    group_key = fields.Json()
    source_ids = fields.Json(help="Ids of the sources of this group.")
    label = fields.Char()
    partner_id = fields.Many2one("res.partner")
    source_count = fields.Integer(string="Documents")
    currency_id = fields.Many2one("res.currency", required=True)
    amount = fields.Monetary(help="Untaxed, positive on credit notes, too.")
    is_refund = fields.Boolean(help="It becomes a credit note.")
    amount_signed = fields.Monetary(
        string="Untaxed Amount",
        compute="_compute_amount_signed",
        help="Less than nothing on credit notes.",
    )
    move_id = fields.Many2one(
        "account.move", ondelete="set null", index="btree_not_null"
    )
    error = fields.Char(readonly=True)

    _run_idx = models.Index("(run_model, run_id)")

    @api.depends("amount", "is_refund", "move_id.move_type")
    def _compute_amount_signed(self):
        for line in self:
            # sudo: who may see the run need not be allowed to read moves
            move = line.sudo().move_id
            refund = "refund" in move.move_type if move else line.is_refund
            line.amount_signed = -line.amount if refund else line.amount

    def _is_undone(self):
        """Tell whether the move was cancelled or reversed: another bills its sources.

        :return: bool
        """
        # sudo: who may see the run need not be allowed to read moves
        move = self.sudo().move_id
        return move.state == "cancel" or move.payment_state == "reversed"

    def _key(self):
        """Return the group key as the converter made it."""
        self.ensure_one()
        return tuple(self.group_key or ())

    def _sources(self):
        """Return the sources of this group."""
        self.ensure_one()
        model = self.env[self.converter]._source_model
        return self.env[model].browse(self.source_ids or ())
