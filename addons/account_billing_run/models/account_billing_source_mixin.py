from odoo import api, fields, models
from odoo.exceptions import UserError


class AccountBillingSourceMixin(models.AbstractModel):
    """A document that is billed once: a claim, a charge, a month of care."""

    _name = "account.billing.source.mixin"
    _description = "Document to Bill"
    _inherit = ["exchange.engine.mixin"]

    billing_state = fields.Selection(
        [("to_bill", "To Bill"), ("billed", "Billed"), ("excluded", "Excluded")],
        string="Billing",
        compute="_compute_billing_state",
        store=True,
        index=True,
    )
    billing_excluded = fields.Boolean(
        string="Never Bill", copy=False, help="Leave this document out of billing runs."
    )
    billing_move_id = fields.Many2one(
        "account.move",
        string="Billed By",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        engine=True,
    )
    billing_link_ids = fields.One2many(
        "account.billing.link", "res_id", string="Billing History", readonly=True
    )

    @api.depends("billing_move_id", "billing_excluded")
    def _compute_billing_state(self):
        for source in self:
            if source.billing_move_id:
                source.billing_state = "billed"
            else:
                source.billing_state = (
                    "excluded" if source.billing_excluded else "to_bill"
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_billed(self):
        # sudo: a source is billed even if the user may not see the bill; one that a
        # second converter billed does not show it itself
        links = self.env["account.billing.link"].sudo()
        billed = [("res_model", "=", self._name), ("res_id", "in", self.ids)]
        if links.search_count([*billed, ("state", "=", "active")], limit=1):
            raise UserError(
                self.env._("A document that has been billed cannot be deleted.")
            )

    def action_open_billing_move(self):
        """Open the invoice or bill of this document.

        :return: a window action
        """
        self.ensure_one()
        return self.billing_move_id.get_formview_action()
