from odoo import fields, models


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
    amount = fields.Monetary(string="Untaxed Amount")
    move_id = fields.Many2one(
        "account.move", ondelete="set null", index="btree_not_null"
    )
    error = fields.Char(readonly=True)

    _run_idx = models.Index("(run_model, run_id)")

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
