import json
from ast import literal_eval
from contextlib import suppress
from itertools import pairwise

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL, format_amount, format_date, format_time

MONTHS_SHOWN = 12
#: how many jobs are shown with their progress
RUNNING_SHOWN = 5
JOBS = "exchange_run.exchange_job_action"


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
    tour = fields.Char(help="The tour that shows the app's main job.")
    tour_title = fields.Char(
        translate=True, help="What somebody can do after the tour, as users say it."
    )
    tour_group_id = fields.Many2one(
        "res.groups", string="Tour Offered To", help="Who may do what the tour shows."
    )
    tour_offered = fields.Char(
        compute="_compute_tour_offered", search="_search_tour_offered"
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

    @api.depends("tour", "tour_group_id")
    @api.depends_context("uid")
    def _compute_tour_offered(self):
        for card in self:
            group = card.tour_group_id
            offered = not group or group in self.env.user.all_group_ids
            card.tour_offered = offered and card.tour

    @api.model
    def _search_tour_offered(self, operator, value):
        if operator != "not in" or any(value):
            return NotImplemented
        groups = self.env.user.all_group_ids.ids
        return [("tour", "!=", False), ("tour_group_id", "in", [False, *groups])]

    @api.model
    def _card_makers(self):
        """Return what works out the cards; an app adds its own.

        :return: {code of a card: method without arguments that returns its figures
            (see :meth:`_figure`) and its bars (see :meth:`_monthly`)}
        """
        return {
            "jobs_running": self._card_jobs_running,
            "jobs": self._card_jobs,
            "jobs_tonight": self._card_jobs_tonight,
        }

    # === WHAT MAKERS NEED ===

    @api.model
    def _figures(
        self, action, base, rows, measure=None, shown=None, bars=None, **context
    ):
        """Return figures that open parts of one list, and bars: by one query.

        :param str action: external identifier of the list's window action
        :param base: domain of all that is counted, beyond the list's own
        :param rows: [(what is counted, domain beyond `base`, tone: `danger`,
            `warning` or nothing)]; zero is never coloured. A row may end with a
            measure and a function of its own
        :param str measure: stored amount that is summed up as well
        :param shown: function of (number, sum) that returns what a figure shows, such
            as an amount with its currency; None: the number
        :param bars: (domain beyond `base`, date, measure) of the last twelve months
        :param context: further values of the list's context
        :return: (figures, bars) for the client; none where the user may not read
        """
        window = self.env["ir.actions.actions"]._for_xml_id(action)
        if not self.env[window["res_model"]].has_access("read"):
            return [], []
        base = Domain(literal_eval((window["domain"] or "[]").strip())) & Domain(base)
        rows = [row if len(row) > 3 else (*row, measure, shown) for row in rows]
        parts = [(Domain(part), summed) for _label, part, _tone, summed, _show in rows]
        months = self._months() if bars else []
        if bars:
            within, date, amount = bars
            parts += [
                (
                    Domain(within) & Domain(date, ">=", first) & Domain(date, "<", end),
                    amount,
                )
                for first, end in months
            ]
        tallies = self._tally(window["res_model"], base, parts)
        figures = [
            {
                "label": label,
                "value": show(count, amount) if show else count,
                "tone": tone if count else "",
                "action": self._window(window, label, base & Domain(part), context),
                "count": count,
                "amount": amount,
                "measure": summed,
            }
            for (label, part, tone, summed, show), (count, amount) in zip(
                rows, tallies, strict=False
            )
        ]
        sums = [amount for _count, amount in tallies[len(rows) :]]
        return figures, self._bars(months, sums)

    @api.model
    def _tally(self, model, base, parts):
        """Count parts of some records and sum them up, all by one query.

        :param str model: of the records
        :param base: domain of all of them
        :param parts: [(domain of a part, stored field to sum up or None)]
        :return: [(number, sum)] in the order of `parts`
        """
        records = self.env[model]
        # what no part counts is not read
        query = records._search(Domain(base) & Domain.OR(part for part, _sum in parts))
        columns = []
        for part, measure in parts:
            domain = Domain(part).optimize_full(records)
            where = domain._to_sql(records, query.table, query)
            columns.append(SQL("COUNT(*) FILTER (WHERE %s)", where))
            field = measure and records._field_to_sql(query.table, measure, query)
            columns.append(
                SQL("COALESCE(SUM(%s) FILTER (WHERE %s), 0)", field, where)
                if measure
                else SQL("0")
            )
        [row] = self.env.execute_query(query.select(*columns))
        return list(zip(row[::2], row[1::2], strict=True))

    @api.model
    def _window(self, window, name, domain, context):
        """Return the action that opens a part of a list, under a name of its own."""
        own = literal_eval((window["context"] or "{}").strip())
        kept = {k: v for k, v in own.items() if not k.startswith("search_default_")}
        # an address of its own would show the whole list when the page is loaded again
        return {
            **{key: value for key, value in window.items() if key != "path"},
            "name": name,
            "domain": json.loads(json.dumps(list(domain), default=str)),
            "context": {**kept, **context},
        }

    @api.model
    def _amount(self, amount, currency=None):
        """Return an amount as the user reads it.

        :param currency: the company's when None
        :rtype: str
        """
        return format_amount(self.env, amount, currency or self.env.company.currency_id)

    @api.model
    def _months(self):
        """Return (first day, first day of the next) of the months of bars."""
        first = fields.Date.start_of(fields.Date.context_today(self), "month")
        starts = [
            fields.Date.subtract(first, months=back)
            for back in range(MONTHS_SHOWN - 1, -2, -1)
        ]
        return list(pairwise(starts))

    @api.model
    def _bars(self, months, sums):
        """Return bars as Odoo's dashboards draw them; none when all are zero."""
        if not any(sums):
            return []
        return [
            {
                "label": format_date(self.env, first, date_format="MMM"),
                "value": value,
                "type": "future" if first == months[-1][0] else "past",
            }
            for (first, _end), value in zip(months, sums, strict=True)
        ]

    @api.model
    def _monthly(self, model, domain, date, measure):
        """Return the last twelve months of a sum, as bars.

        :param str model: whose records are summed
        :param domain: of these
        :param str date: field that says the month
        :param str measure: stored amount
        :return: bars, this month last; nothing when the user may not read
        """
        if not self.env[model].has_access("read"):
            return []
        months = self._months()
        parts = [
            (Domain(date, ">=", first) & Domain(date, "<", end), measure)
            for first, end in months
        ]
        recent = Domain(domain) & Domain(date, ">=", months[0][0])
        tallies = self._tally(model, recent, parts)
        return self._bars(months, [amount for _count, amount in tallies])

    # === THE ENGINE'S OWN ===

    def _card_jobs_running(self):
        """Return what is being worked on, and how far each of the latest is."""
        running = Domain("state", "=", "running")
        figures, _bars = self._figures(JOBS, [], [(self.env._("Running"), running, "")])
        if not figures or not figures[0]["count"]:
            return figures, []
        figures[0]["live"] = True
        jobs = self.env["exchange.job"].search(running, limit=RUNNING_SHOWN)
        window = self.env["ir.actions.actions"]._for_xml_id(JOBS)
        for model, group in jobs.grouped("res_model").items():
            if model not in self.env:
                continue
            runs = self.env[model].browse(group.mapped("res_id"))
            # sudo: who may read a job may see how far it is
            far = {run.id: run.progress_percent for run in runs.sudo().exists()}
            figures += [
                {
                    "label": job.name,
                    "value": f"{far.get(job.res_id, 0):.0f} %",
                    "progress": round(far.get(job.res_id, 0)),
                    "action": self._window(window, job.name, [("id", "=", job.id)], {}),
                }
                for job in group
            ]
        return figures, []

    def _card_jobs(self):
        """Return what came to grief in a week, and what was done."""
        now = fields.Datetime.now()
        week = Domain("date_end", ">=", fields.Datetime.subtract(now, days=7))
        figures, _bars = self._figures(
            JOBS,
            week,
            [
                (self.env._("Failed"), [("state", "=", "failed")], "danger"),
                (self.env._("Done in part"), [("state", "=", "partial")], "warning"),
                (self.env._("Done"), [("state", "=", "done")], ""),
            ],
        )
        return figures, []

    def _card_jobs_tonight(self):
        """Return what begins by itself within a day, and when; each opens its jobs."""
        if not self.env["exchange.job"].has_access("read"):
            return [], []
        window = self.env["ir.actions.actions"]._for_xml_id(JOBS)
        now = fields.Datetime.now()
        soon = fields.Datetime.add(now, days=1)
        planned = sorted(
            (when, label, model)
            for label, when, model in self._jobs_planned()
            if when and when <= soon
        )
        if not planned:
            label = self.env._("Nothing is planned")
            return [
                {
                    "label": label,
                    "value": "",
                    "action": self._window(window, label, [], {}),
                }
            ], []
        return [
            {
                "label": label,
                "value": format_time(self.env, max(when, now), time_format="short"),
                "action": self._window(window, label, [("res_model", "=", model)], {}),
            }
            for when, label, model in planned
        ], []

    @api.model
    def _jobs_planned(self):
        """Return what begins by itself; an app adds what its own settings say.

        :return: [(what it is called, when it begins, model of its jobs)]
        """
        models = self.env.user.exchange_readable_models()
        # sudo: when a job begins is no secret to who may read the jobs of its kind
        crons = self.env["ir.cron"].sudo()
        found = crons.search(
            [
                ("model_id.model", "in", models),
                ("interval_type", "in", ("hours", "days", "weeks", "months")),
            ]
        )
        return [(x.cron_name, x.nextcall, x.model_id.model) for x in found]
