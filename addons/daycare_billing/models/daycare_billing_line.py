from odoo import api, fields, models
from odoo.fields import Domain

KINDS = [
    ("care", "Care"),
    ("subsidy", "Subsidy"),
    ("service", "Service"),
    ("correction", "Correction"),
]


class DaycareBillingLine(models.Model):
    """What one debtor owes for one child, month and kind, and how it was calculated.

    The line keeps everything as it was when it was calculated: placements are rebuilt
    by every import, tariffs and incomes change. Nothing but the child, the month, the
    kind and the key decides whether something was billed before (kibe 6.3).
    """

    _name = "daycare.billing.line"
    _description = "Daycare Billing Line"
    _inherit = ["account.billing.source.mixin"]
    _order = "month DESC, child_id, id"
    _check_company_auto = True

    run_id = fields.Many2one(
        "daycare.billing.run",
        string="Billing Run",
        required=True,
        ondelete="restrict",
        index=True,
    )
    company_id = fields.Many2one("res.company", required=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    child_id = fields.Many2one(
        "daycare.child", required=True, ondelete="restrict", index=True
    )
    month = fields.Date(
        required=True, index=True, help="First day of the service month."
    )
    kind = fields.Selection(KINDS, required=True)
    key = fields.Char(
        required=True, help="Tells apart several lines of a child, month and kind."
    )
    due_key = fields.Char(
        required=True, help="What is due: corrections carry that of what they correct."
    )
    group_id = fields.Many2one("daycare.group", ondelete="restrict", index=True)
    debtor_id = fields.Many2one(
        "daycare.guardian", required=True, ondelete="restrict", index=True
    )
    tariff_id = fields.Many2one("daycare.tariff", ondelete="set null")
    service_id = fields.Many2one("daycare.child.service", ondelete="set null")
    product_id = fields.Many2one("product.product", ondelete="restrict")
    days = fields.Float(digits=(8, 2), help="Full days the line stands for.")
    amount = fields.Monetary()
    at_maximum = fields.Boolean(
        string="Maximum Price", help="The income is confidential or missing."
    )
    positions = fields.Json(help="Quantity, unit price and amount of each position.")
    steps = fields.Json(help="How the amount was calculated, step by step.")
    explanation = fields.Html(compute="_compute_explanation", sanitize=False)
    settled = fields.Boolean(
        readonly=True,
        copy=False,
        help="The lines of the debtor in this run add up to zero.",
    )
    # The choices of the mixin, here so that they are translated for this model, too.
    billing_state = fields.Selection(
        selection_add=[
            ("to_bill", "To Bill"),
            ("billed", "Billed"),
            ("settled", "Settled without Invoice"),
            ("excluded", "Excluded"),
        ]
    )
    move_state = fields.Selection(
        related="billing_move_id.state", string="Invoice Status"
    )

    _due_uniq = models.UniqueIndex(
        "(company_id, child_id, month, kind, key)",
        "This month of the child has already been calculated in another run.",
    )

    @api.depends("child_id", "month", "kind")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for line in self:
            line.display_name = self.env._(
                "%(child)s · %(month)s · %(kind)s",
                child=line.child_id.display_name or "",
                month=line.month and f"{line.month:%m.%Y}",
                kind=kinds.get(line.kind, ""),
            )

    @api.depends("settled")
    def _compute_billing_state(self):
        result = super()._compute_billing_state()
        for line in self:
            if line.settled and line.billing_state == "to_bill":
                line.billing_state = "settled"
        return result

    @api.depends("steps", "positions")
    @api.depends_context("lang")
    def _compute_explanation(self):
        explainer = self.env["daycare.billing.explainer"]
        for line in self:
            line.explanation = explainer._as_html(line.steps or [])

    @api.model
    def _invoiced_domain(self):
        """Return the domain of what debtors know of: posted, or settled without."""
        posted = Domain("billing_move_id.state", "=", "posted")
        return posted | Domain("billing_state", "=", "settled")

    @api.model
    def _existing(self, child_ids, months):
        """Return what was calculated before for some children and months.

        :return: dict (child id, month, due key) -> lines
        """
        lines = self.search_fetch(
            [("child_id", "in", child_ids), ("month", "in", months)],
            ["child_id", "month", "due_key", "amount", "days", "group_id"],
        )
        found = {}
        for line in lines:
            key = line.child_id.id, line.month, line.due_key
            found[key] = found.get(key, self.browse()) | line
        return found

    def action_explain(self):
        """Show the calculation in a dialogue.

        :return: a window action
        """
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }
