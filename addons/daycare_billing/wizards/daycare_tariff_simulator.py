from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Command

from odoo.addons.exchange_run.core.money import ZERO

from ..core.calculation import Child, household_month
from ..core.incomes import IncomePage
from ..core.money import exact
from ..core.planning import Month


class DaycareTariffSimulator(models.TransientModel):
    """Income, siblings and week in; price out, every step shown."""

    _name = "daycare.tariff.simulator"
    _description = "Tariff Simulator"

    tariff_id = fields.Many2one(
        "daycare.tariff",
        required=True,
        ondelete="cascade",
        default=lambda self: self._default_tariff(),
    )
    currency_id = fields.Many2one(related="tariff_id.currency_id")
    month = fields.Date(
        required=True,
        default=lambda self: fields.Date.context_today(self).replace(day=1),
    )
    income_first = fields.Monetary(string="Income of the Main Parent")
    income_second = fields.Monetary(string="Income of the Partner")
    basis = fields.Selection(
        [("monthly", "Monthly"), ("annual", "Annual")], default="monthly", required=True
    )
    income_known = fields.Selection(
        [
            ("known", "Known"),
            ("confidential", "Confidential"),
            ("missing", "Missing"),
        ],
        string="Income Is",
        default="known",
        required=True,
    )
    child_ids = fields.One2many(
        "daycare.tariff.simulator.child",
        "simulator_id",
        string="Children",
        default=lambda self: [Command.create({})],
    )
    amount = fields.Monetary(string="Price a Month", compute="_compute_result")
    explanation = fields.Html(compute="_compute_result", sanitize=False)

    @api.model
    def _default_tariff(self):
        today = fields.Date.context_today(self)
        return self.env["daycare.tariff"].search(
            [
                ("company_id", "=", self.env.company.id),
                ("date_from", "<=", today),
                "|",
                ("date_to", "=", False),
                ("date_to", ">=", today),
            ],
            limit=1,
        )

    @api.depends("tariff_id")
    def _compute_display_name(self):
        for simulator in self:
            simulator.display_name = self.env._("Tariff Simulator")

    @api.depends(
        "tariff_id",
        "month",
        "income_first",
        "income_second",
        "basis",
        "income_known",
        "child_ids.birthdate",
        "child_ids.monday",
        "child_ids.tuesday",
        "child_ids.wednesday",
        "child_ids.thursday",
        "child_ids.friday",
    )
    def _compute_result(self):
        for simulator in self:
            results = simulator._simulate()
            simulator.amount = float(sum((r.amount for r in results), ZERO))
            simulator.explanation = simulator._render(results)

    def _simulate(self):
        """Calculate with the very rules of the monthly run.

        :return: list of `core.calculation.Result`, one a child
        """
        if not self.tariff_id or not self.month:
            return []
        company = self.tariff_id.company_id
        month = Month.of(self.month)
        closed = self.env["daycare.closure"]._closed_days(
            company, month.first, month.last
        )
        children = [
            Child(number, child._pages(month), self._incomes(), child.birthdate or None)
            for number, child in enumerate(self.child_ids, start=1)
        ]
        results = household_month(
            children,
            Month.of(self.month, {None: closed.get(None, set())}),
            {None: self.tariff_id._rules()},
        )
        return list(results.values())

    def _incomes(self):
        if self.income_known == "missing":
            return ()
        if self.income_known == "confidential":
            return ((IncomePage(self.month, confidential=True),),)
        annual = self.basis == "annual"
        first = self.month.replace(day=1)
        amounts = [exact(self.income_first), exact(self.income_second)]
        return tuple(
            (IncomePage(first, amount, annual),)
            for number, amount in enumerate(amounts)
            if amount or not number
        )

    def _render(self, results):
        explainer = self.env["daycare.billing.explainer"]
        parts = []
        for number, result in enumerate(results, start=1):
            stored = [s.as_json() for s in result.steps]
            stored += [s.as_json() for item in result.items for s in item.steps]
            title = self.env._(
                "Child %(number)s: %(amount)s",
                number=number,
                amount=explainer._number(f"{result.amount:.2f}"),
            )
            parts.append(Markup("<h4>%s</h4>") % title)
            parts.append(self._error(result) or explainer._as_html(stored))
        return Markup().join(parts)

    def _error(self, result):
        texts = self.env["daycare.billing.run"]._error_texts()
        if not result.error:
            return None
        child = self.env._("This child")
        return Markup("<p>%s</p>") % (texts[result.error] % {"child": child})

    def _open(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Tariff Simulator"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "current",
        }
