from odoo import models
from odoo.tools.misc import format_date, formatLang

#: budgets that somebody stands behind
IN_FORCE = ("confirm", "validate")


class OpenimisClosing(models.Model):
    """A preview that says which insurance products would cost more than planned."""

    _inherit = "openimis.closing"

    def _plan(self):
        plan = super()._plan()
        self._warn_over_budget()
        return plan

    def _warn_over_budget(self):
        """Say for which products this closing bills more than their budgets leave."""
        groups = self.env["openimis.closing.line"]._read_group(
            [
                ("closing_id", "=", self.id),
                ("state", "=", "payable"),
                ("type", "!=", "contribution"),
                ("product_id", "!=", False),
            ],
            ["product_id"],
            ["amount_net:sum"],
        )
        amounts = dict(groups)
        budgets = self._budget_lines(amounts)
        self._log_many(
            [
                self._over_budget(line, amounts[line.openimis_product_id])
                for line in budgets
                if self.currency_id.compare_amounts(
                    line.openimis_left, -amounts[line.openimis_product_id]
                )
                > 0
            ]
        )

    def _budget_lines(self, products):
        """Return the budget lines of some products that this closing's bills fall in.

        :param products: iterable of `openimis.product`
        """
        # sudo: who closes a period is told what it means for the budget, and needs no
        # right of bookkeeping for it
        return (
            self.env["crossovered.budget.lines"]
            .sudo()
            .search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("openimis_product_id", "in", [product.id for product in products]),
                    ("crossovered_budget_id.state", "in", IN_FORCE),
                    ("date_from", "<=", self.invoice_date),
                    ("date_to", ">=", self.invoice_date),
                ]
            )
        )

    def _over_budget(self, line, amount):
        """Return the finding about one budget line.

        :param line: `crossovered.budget.lines`
        :param float amount: what the closing bills of its product
        """

        def shown(value):
            return formatLang(self.env, value, currency_obj=self.currency_id)

        return {
            "severity": "warning",
            "code": "over_budget",
            "value": line.openimis_product_id.display_name,
            "text": self.env._(
                "This closing bills %(amount)s of %(product)s: %(over)s more than the "
                "budget %(budget)s leaves until %(date)s (planned %(planned)s, billed "
                "%(billed)s, in draft bills %(committed)s).",
                amount=shown(amount),
                product=line.openimis_product_id.display_name,
                over=shown(amount + line.openimis_left),
                budget=line.crossovered_budget_id.display_name,
                date=format_date(self.env, line.date_to),
                planned=shown(-line.planned_amount),
                billed=shown(-line.practical_amount),
                committed=shown(-line.openimis_committed),
            ),
            "advice": self.env._(
                "Ask for more budget, or leave documents for a later period: the bills "
                "can be generated all the same."
            ),
        }
