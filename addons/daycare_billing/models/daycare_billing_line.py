from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.exchange_run.core.money import ZERO

from ..core.documents import Document, families
from ..core.money import exact

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
    kind and the key decides whether something was billed before (kibe 6.3). So nobody
    but the calculation writes it.
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
        engine=True,
    )
    company_id = fields.Many2one("res.company", required=True, index=True, engine=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    child_id = fields.Many2one(
        "daycare.child", required=True, ondelete="restrict", index=True, engine=True
    )
    month = fields.Date(
        required=True, index=True, help="First day of the service month.", engine=True
    )
    kind = fields.Selection(KINDS, required=True, engine=True)
    key = fields.Char(
        required=True,
        help="Tells apart several lines of a child, month and kind.",
        engine=True,
    )
    due_key = fields.Char(
        required=True,
        help="What is due: corrections carry that of what they correct.",
        engine=True,
    )
    group_id = fields.Many2one(
        "daycare.group", ondelete="restrict", index=True, engine=True
    )
    commune = fields.Char(
        compute="_compute_commune",
        store=True,
        precompute=True,
        readonly=False,  # corrections are given the commune of what they correct
        help="Where the child lived when the month was calculated.",
        engine=True,
    )
    debtor_id = fields.Many2one(
        "daycare.guardian", required=True, ondelete="restrict", index=True, engine=True
    )
    tariff_id = fields.Many2one("daycare.tariff", ondelete="set null", engine=True)
    service_id = fields.Many2one(
        "daycare.child.service", ondelete="set null", engine=True
    )
    product_id = fields.Many2one("product.product", ondelete="restrict", engine=True)
    days = fields.Float(
        digits=(8, 2), help="Full days the line stands for.", engine=True
    )
    amount = fields.Monetary(engine=True)
    at_maximum = fields.Boolean(
        string="Maximum Price",
        help="The income is confidential or missing.",
        engine=True,
    )
    positions = fields.Json(
        help="Quantity, unit price and amount of each position.", engine=True
    )
    steps = fields.Json(
        help="How the amount was calculated, step by step.", engine=True
    )
    explanation = fields.Html(compute="_compute_explanation", sanitize=False)
    settled = fields.Boolean(
        readonly=True,
        copy=False,
        help="The lines of the debtor in this run add up to zero.",
        engine=True,
    )
    posted_amount = fields.Monetary(
        compute="_compute_posted",
        store=True,
        help="What posted invoices say of the line, less their credit notes.",
        engine=True,
    )
    posted_rounding = fields.Monetary(
        compute="_compute_posted",
        store=True,
        help="The line's part of the 5-centime rounding of these documents.",
        engine=True,
    )
    invoiced_amount = fields.Monetary(
        string="Invoiced",
        compute="_compute_invoiced",
        store=True,
        help="What posted documents say, as edited and credited; or what was settled "
        "without invoice.",
        engine=True,
    )
    invoiced_days = fields.Float(
        digits=(8, 2),
        compute="_compute_invoiced",
        store=True,
        help="Days of the line, unless all of it was credited.",
        engine=True,
    )
    # The choices of the mixin, here so that they are translated for this model, too.
    billing_state = fields.Selection(
        selection_add=[
            ("to_bill", "To Bill"),
            ("billed", "Billed"),
            ("settled", "Settled without Invoice"),
            ("excluded", "Excluded"),
        ],
        engine=True,
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

    @api.depends("child_id")
    def _compute_commune(self):
        """Note the commune once; who moves later has lived there all the same."""
        places = {child: self._place(child) for child in self.child_id}
        communes = self.env["daycare.locality"]._communes(places.values())
        for line in self:
            line.commune = communes.get(places.get(line.child_id)) or False

    @api.model
    def _place(self, child):
        """Return (postcode, town) of a child, or of the main guardian."""
        home = child if child.city else child.main_guardian_id
        return (home.zip or "").strip(), (home.city or "").strip()

    @api.depends("settled")
    def _compute_billing_state(self):
        result = super()._compute_billing_state()
        for line in self:
            if line.settled and line.billing_state == "to_bill":
                line.billing_state = "settled"
        return result

    @api.depends("billing_move_id")
    def _compute_posted(self):
        """Read the posted documents; `account.move` says when they change."""
        amounts, roundings = {}, {}
        for family in self._families().values():
            for line, amount in family.amounts.items():
                amounts[line] = amounts.get(line, ZERO) + amount
            for line, amount in family.roundings.items():
                roundings[line] = roundings.get(line, ZERO) + amount
        for line in self:
            line.posted_amount = float(amounts.get(line.id, ZERO))
            line.posted_rounding = float(roundings.get(line.id, ZERO))

    def _recompute_posted(self):
        """Read the documents again: some were posted, or are not any more."""
        names = ("posted_amount", "posted_rounding")
        for name in names:
            self.env.add_to_compute(self._fields[name], self)
        self.modified(names)

    @api.depends("posted_amount", "settled", "amount", "days")
    def _compute_invoiced(self):
        for line in self:
            line.invoiced_amount = line.amount if line.settled else line.posted_amount
            line.invoiced_days = line.days if line.invoiced_amount else 0.0

    def _families(self):
        """Return the posted documents that concern the lines.

        :return: dict `account.move` of the first document -> `core.documents.Family`
            by ids of lines, of others of the same documents, too
        """
        # sudo, here and below: whose lines these are may not read all invoices
        links = self.env["account.billing.link"].sudo()
        own_links = links.search(
            [("res_model", "=", self._name), ("res_id", "in", self.ids)]
        )
        items = self.env["account.move.line"].sudo()
        linked = items.search_fetch(
            [("daycare_billing_line_id", "in", self.ids)], ["move_id"]
        )
        moves = (own_links.move_id | linked.move_id)._daycare_family()
        roots = {move: move._daycare_root() for move in moves}
        billed = {}
        of_roots = [("move_id", "in", moves.ids), ("res_model", "=", self._name)]
        for link in links.search(of_roots):
            billed.setdefault(link.move_id, {})[link.res_id] = exact(link.amount)
        posted = moves.filtered(lambda move: move.state == "posted")
        documents = [
            self._document(move, roots[move])
            for move in posted.sorted(lambda move: (move != roots[move], move.id))
        ]
        return families(documents, billed)

    @api.model
    def _document(self, move, root):
        sign = -1 if move.move_type == "out_refund" else 1
        document = Document(root, rounding=exact(move._daycare_rounding()))
        for item in move.invoice_line_ids:
            if item.display_type != "product":
                continue
            amount = sign * exact(item.price_subtotal)
            line = item.daycare_billing_line_id.id
            if line:
                document.lines[line] = document.lines.get(line, ZERO) + amount
            else:
                document.other += amount
        return document

    @api.depends("steps", "positions")
    @api.depends_context("lang")
    def _compute_explanation(self):
        explainer = self.env["daycare.billing.explainer"]
        for line in self:
            line.explanation = explainer._as_html(line.steps or [])

    @api.ondelete(at_uninstall=False)
    def _unlink_except_settled(self):
        if any(self.mapped("settled")) and not self._is_engine_writing():
            raise UserError(
                self.env._(
                    "What has been settled cannot be deleted: it would be billed "
                    "again. Discard the calculation of its run."
                )
            )

    @api.model
    def _invoiced_domain(self):
        """Return the domain of what debtors know of: posted, or settled without."""
        return Domain("invoiced_amount", "!=", 0)

    @api.model
    def _existing(self, child_ids, months):
        """Return what was calculated before for some children and months.

        :return: dict (child id, month, due key) -> lines
        """
        lines = self.search_fetch(
            [("child_id", "in", child_ids), ("month", "in", months)],
            [
                "child_id",
                "month",
                "kind",
                "key",
                "due_key",
                "amount",
                "days",
                "group_id",
                "commune",
            ],
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
