from odoo import api, fields, models, tools
from odoo.exceptions import UserError


class AccountBillingSourceMixin(models.AbstractModel):
    """A document that is billed once: a claim, a charge, a month of care.

    What it was billed for stays as long as a bill bills it: the bill does not follow.
    :attr:`_billing_free` names the fields that no bill is made of.
    """

    _name = "account.billing.source.mixin"
    _description = "Document to Bill"
    _inherit = ["exchange.engine.mixin"]

    _billing_free = ("active", "billing_excluded")

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

    def write(self, vals):
        """Change documents.

        :raises UserError: a bill was made of what would change
        """
        self._check_billing_fixed(vals)
        return super().write(vals)

    @api.model
    @tools.ormcache()
    def _billing_fixed_names(self):
        """Return the names of the fields that bills are made of."""
        ours = self.env["exchange.engine.mixin"]._engine_addons()
        return {
            name
            for name, field in self._fields.items()
            if field.store
            and field.type != "one2many"
            and ours.issuperset(field._modules)
            and name not in self._billing_free
        }

    def _check_billing_fixed(self, vals):
        names = self._billing_fixed_names() & vals.keys()
        if not names or self._is_engine_writing():
            return
        self.check_access("write")  # who may not write is told nothing of bills
        for document in self._billed_now():
            changed = sorted(
                name for name in names if not document._engine_is_same(name, vals[name])
            )
            if changed:
                labels = [
                    self._fields[name]._description_string(self.env) for name in changed
                ]
                raise UserError(
                    self.env._(
                        "%(document)s has been billed, and its bill does not follow: "
                        "%(fields)s must stay. Delete or amend the bill first.",
                        document=document.display_name,
                        fields=", ".join(f"“{label}”" for label in labels),
                    )
                )

    def _billed_now(self):
        """Return those that a bill bills, whether or not the user may see it."""
        # sudo: a source is billed even if the user may not see the bill; one that a
        # second converter billed does not show it itself
        links = self.env["account.billing.link"].sudo()
        billed = [("res_model", "=", self._name), ("res_id", "in", self.ids)]
        found = links.search_fetch([*billed, ("state", "=", "active")], ["res_id"])
        return self.browse(sorted(set(found.mapped("res_id"))))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_billed(self):
        if self._billed_now():
            raise UserError(
                self.env._("A document that has been billed cannot be deleted.")
            )

    def action_open_billing_move(self):
        """Open the invoice or bill of this document.

        :return: a window action
        """
        self.ensure_one()
        return self.billing_move_id.get_formview_action()
