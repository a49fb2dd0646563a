import json
from ast import literal_eval
from contextlib import suppress

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import format_amount, format_date

MONTHS_SHOWN = 12


class ExchangeCard(models.Model):
    """A card of an app's start page: figures, each of which opens its list, and bars.

    The record says where the card stands and who sees it. What it shows is worked out
    by the app, with the rights of who looks: see :meth:`_card_makers`.
    """

    _name = "exchange.card"
    _description = "Start Page Card"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Which card of the app this is.")
    app = fields.Char(required=True, help="On whose start page the card stands.")
    sequence = fields.Integer(default=10)
    group_ids = fields.Many2many(
        "res.groups", string="Shown To", help="Empty: to all who open the page."
    )
    figures = fields.Json(compute="_compute_content")
    graph = fields.Text(compute="_compute_content")

    _code_unique = models.Constraint("UNIQUE (code)", "A card is there once.")

    @api.depends_context("uid", "allowed_company_ids", "lang")
    def _compute_content(self):
        makers = self._card_makers()
        for card in self:
            figures, bars = [], []
            # who may not read what a card tells of sees none of it
            with suppress(AccessError):
                if card.code in makers:
                    figures, bars = makers[card.code]()
            card.figures = [figure for figure in figures if figure]
            # the shape that Odoo's own dashboards draw
            series = [{"key": card.name, "values": bars}]
            card.graph = json.dumps(series) if bars else False

    @api.model
    def _card_makers(self):
        """Return what works out the cards; an app adds its own.

        :return: {code of a card: method without arguments that returns its figures
            (see :meth:`_figure`) and its bars (see :meth:`_monthly`)}
        """
        return {"jobs": self._card_jobs}

    # === WHAT MAKERS NEED ===

    @api.model
    def _figure(self, label, value, action, domain=(), tone="", **context):
        """Return a figure that opens the list it counts.

        :param str label: what is counted
        :param value: a number, or a text such as an amount with its currency
        :param str action: external identifier of the list's window action
        :param domain: of what is counted, beyond the list's own
        :param str tone: `danger`, `warning`, or nothing; zero is never coloured
        :param context: further values of the list's context
        :return: dict for the client, None where the user may not read the list
        """
        window = self.env["ir.actions.actions"]._for_xml_id(action)
        if not self.env[window["res_model"]].has_access("read"):
            return None
        counted = Domain(literal_eval((window["domain"] or "[]").strip())) & Domain(
            domain
        )
        own = literal_eval((window["context"] or "{}").strip())
        kept = {k: v for k, v in own.items() if not k.startswith("search_default_")}
        # an address of its own would show the whole list when the page is loaded again
        window.pop("path", None)
        window.update(
            name=label,
            domain=json.loads(json.dumps(list(counted), default=str)),
            context={**kept, **context},
        )
        return {
            "label": label,
            "value": value,
            "tone": tone if value else "",
            "action": window,
        }

    @api.model
    def _amount(self, amount, currency=None):
        """Return an amount as the user reads it.

        :param currency: the company's when None
        :rtype: str
        """
        return format_amount(self.env, amount, currency or self.env.company.currency_id)

    @api.model
    def _monthly(self, model, domain, date, measure):
        """Return the last twelve months of a sum, as bars.

        :param str model: whose records are summed
        :param domain: of these
        :param str date: field that says the month
        :param str measure: such as `amount_total:sum`
        :return: [{label, value, type}], this month last; nothing when all are zero
        """
        if not self.env[model].has_access("read"):
            return []
        today = fields.Date.context_today(self)
        first = fields.Date.start_of(today, "month")
        months = [
            fields.Date.subtract(first, months=back)
            for back in range(MONTHS_SHOWN - 1, -1, -1)
        ]
        since = Domain(domain) & Domain(date, ">=", months[0])
        rows = self.env[model]._read_group(since, [f"{date}:month"], [measure])
        sums = {fields.Date.to_date(month): value for month, value in rows}
        if not any(sums.values()):
            return []
        return [
            {
                "label": format_date(self.env, month, date_format="MMM yy"),
                "value": sums.get(month) or 0,
                "type": "past" if month < first else "future",
            }
            for month in months
        ]

    # === THE ENGINE'S OWN ===

    def _card_jobs(self):
        """Return what is being worked on, and what came to grief in a week."""
        action = "exchange_run.exchange_job_action"
        week = fields.Datetime.subtract(fields.Datetime.now(), days=7)
        failed = [("state", "in", ("failed", "partial")), ("date_end", ">=", week)]
        running = [("state", "=", "running")]
        ended = [("state", "=", "done"), ("date_end", ">=", week)]
        jobs = self.env["exchange.job"]
        return [
            self._figure(
                self.env._("Running"), jobs.search_count(running), action, running
            ),
            self._figure(
                self.env._("Failed or in part, last 7 days"),
                jobs.search_count(failed),
                action,
                failed,
                "danger",
            ),
            self._figure(
                self.env._("Done, last 7 days"), jobs.search_count(ended), action, ended
            ),
        ], []
