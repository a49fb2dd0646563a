from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

#: What a scheme owes: the bills of its closings, and the credit notes over them.
OWED = ("in_invoice", "in_refund", "in_receipt")


class CrossoveredBudgetLines(models.Model):
    """A budget line of an insurance product: billed, committed by drafts, and left.

    Odoo's budgets know accounts; products of one scheme are often booked on the same.
    Amounts are below zero where money is spent, as everywhere in budgets.
    """

    _inherit = "crossovered.budget.lines"
    _check_company_auto = True

    openimis_product_id = fields.Many2one(
        "openimis.product",
        "Insurance Product",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        help="The line budgets what bills of openIMIS owe for this product, on "
        "whatever account. Planned amounts are below zero.",
    )
    openimis_currency_id = fields.Many2one(related="company_id.currency_id")
    openimis_committed = fields.Monetary(
        "Committed",
        compute="_compute_practical_amount",
        currency_field="openimis_currency_id",
        help="Owed by draft bills, which are not booked yet.",
    )
    openimis_left = fields.Monetary(
        "Left",
        compute="_compute_openimis_left",
        currency_field="openimis_currency_id",
        help="Planned, less what is booked and committed; above zero where more is "
        "spent than planned.",
    )

    def write(self, vals):
        """Change budget lines; not into such as the user may not see.

        :raises AccessError: the line would tell what an insurance product costs
        """
        result = super().write(vals)
        if vals.get("openimis_product_id"):
            # Odoo asks the rules about what was there before
            self.check_access("write")
        return result

    @api.constrains("openimis_product_id", "planned_amount")
    def _check_openimis_sign(self):
        for line in self:
            if line.openimis_product_id and line.planned_amount > 0:
                raise ValidationError(
                    self.env._(
                        "What an insurance product may cost is planned below zero, "
                        "such as -1000. Correct the line of %s.",
                        line.openimis_product_id.display_name,
                    )
                )

    @api.depends("openimis_product_id", "company_id")
    def _compute_practical_amount(self):
        ours = self.filtered("openimis_product_id")
        (self - ours).openimis_committed = 0
        for line in ours:
            line.practical_amount = -line._openimis_owed("posted")
            line.openimis_committed = -line._openimis_owed("draft")
        return super(CrossoveredBudgetLines, self - ours)._compute_practical_amount()

    @api.depends("planned_amount", "practical_amount", "openimis_committed")
    def _compute_openimis_left(self):
        for line in self:
            spent = line.practical_amount + line.openimis_committed
            line.openimis_left = line.planned_amount - spent

    def _openimis_owed(self, state):
        """Return what bills of the line's product and period owe.

        :param str state: of the bills
        :return: amount in the company's currency
        """
        self.ensure_one()
        if not (self.date_from and self.date_to):
            return 0
        domain = Domain(
            [
                ("product_id", "=", self.openimis_product_id.id),
                ("company_id", "=", self.company_id.id),
                ("move_id.move_type", "in", OWED),
                ("move_id.state", "=", state),
                ("move_id.openimis_status", "not in", ("3", "4")),
                ("move_id.invoice_date", ">=", self.date_from),
                ("move_id.invoice_date", "<=", self.date_to),
            ]
        )
        # sudo: a budget tells totals of a product, not whose claims they are
        lines = self.env["openimis.payable.line"].sudo()
        own = self.openimis_currency_id
        owed = 0
        for currency, amount in lines._read_group(
            domain, ["currency_id"], ["amount_owed:sum"]
        ):
            if currency == own:
                owed += amount
                continue
            foreign = domain & Domain("currency_id", "=", currency.id)
            for move, part in lines._read_group(
                foreign, ["move_id"], ["amount_owed:sum"]
            ):
                owed += own.round(part / (move.invoice_currency_rate or 1))
        return own.round(owed)
