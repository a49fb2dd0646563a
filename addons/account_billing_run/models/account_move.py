from odoo import fields, models


class AccountMove(models.Model):
    """A move that bills sources frees them when it is deleted or cancelled."""

    _inherit = "account.move"

    billing_run_model = fields.Char(readonly=True, copy=False)
    billing_run_id = fields.Many2oneReference(
        model_field="billing_run_model",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    billing_link_ids = fields.One2many(
        "account.billing.link", "move_id", string="Billed Documents", readonly=True
    )
    billing_link_count = fields.Integer(compute="_compute_billing_link_count")

    def _compute_billing_link_count(self):
        # sudo: only the number leaves
        groups = (
            self.env["account.billing.link"]
            .sudo()
            ._read_group(
                [("move_id", "in", self.ids), ("state", "=", "active")],
                ["move_id"],
                ["__count"],
            )
        )
        counts = {move.id: count for move, count in groups}
        for move in self:
            move.billing_link_count = counts.get(move.id, 0)

    def _billing_links(self, state):
        # sudo: links have no rights of their own beyond reading
        return (
            self.env["account.billing.link"]
            .sudo()
            .search([("move_id", "in", self.ids), ("state", "=", state)])
        )

    def unlink(self):
        self._billing_links("active")._release()
        return super().unlink()

    def button_cancel(self):
        result = super().button_cancel()
        cancelled = self.filtered(lambda move: move.state == "cancel")
        cancelled._billing_links("active")._release()
        return result

    def button_draft(self):
        cancelled = self.filtered(lambda move: move.state == "cancel")
        result = super().button_draft()
        # Odoo calls this for every line it writes, mostly with nothing in it.
        if links := cancelled._billing_links("released"):
            links._activate()
        return result

    def action_view_billing_links(self):
        """Open the documents this move bills.

        :return: a window action
        """
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Billed Documents"),
            "res_model": "account.billing.link",
            "view_mode": "list",
            "domain": [("move_id", "=", self.id), ("state", "=", "active")],
            "context": {"create": False},
        }

    def action_view_billing_run(self):
        """Open the run that created this move.

        :return: a window action
        """
        self.ensure_one()
        return (
            self.env[self.billing_run_model]
            .browse(self.billing_run_id)
            .get_formview_action()
        )
