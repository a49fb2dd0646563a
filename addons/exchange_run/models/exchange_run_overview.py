from odoo import api, fields, models
from odoo.tools import SQL

from .exchange_run_mixin import STATES


class ExchangeRunOverview(models.Model):
    """All jobs of all kinds, as one list."""

    _name = "exchange.run.overview"
    _description = "Job"
    _auto = False
    _order = "create_date desc, id desc"

    name = fields.Char(readonly=True)
    kind = fields.Selection(selection="_selection_kind", readonly=True)
    run_id = fields.Many2oneReference(string="Job", model_field="kind", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    user_id = fields.Many2one("res.users", string="Responsible", readonly=True)
    state = fields.Selection(STATES, readonly=True)
    dry_run = fields.Boolean(readonly=True)
    create_date = fields.Datetime(string="Created", readonly=True)
    date_start = fields.Datetime(string="Started", readonly=True)
    date_end = fields.Datetime(string="Ended", readonly=True)
    duration = fields.Float(string="Minutes", readonly=True, aggregator="avg")

    @api.model
    def _selection_kind(self):
        names = self.env["exchange.chunk"]._run_models()
        # sudo: the name of a model is no secret, and translated where it is kept
        ir_model = self.env["ir.model"].sudo()
        return [(name, ir_model._get(name).name) for name in names]

    @property
    def _table_query(self):
        """Unite the tables of the job models that the user may read."""
        names = self.env.user.exchange_readable_models()
        parts = [self._select_runs(number, name) for number, name in enumerate(names)]
        return SQL(" UNION ALL ").join(parts or [self._select_none()])

    def _select_runs(self, number, model_name):
        """Select the jobs of one model; ids are spread so that none meet."""
        return SQL(
            """
            SELECT id * 100 + %(number)s AS id, id AS run_id, %(kind)s AS kind, name,
                   company_id, user_id, state, dry_run, create_date, date_start,
                   date_end, EXTRACT(EPOCH FROM date_end - date_start) / 60 AS duration
              FROM %(table)s
            """,
            number=number,
            kind=model_name,
            table=SQL.identifier(self.env[model_name]._table),
        )

    def _select_none(self):
        return SQL(
            """
            SELECT NULL::int AS id, NULL::int AS run_id, NULL AS kind, NULL AS name,
                   NULL::int AS company_id, NULL::int AS user_id, NULL AS state,
                   FALSE AS dry_run, NULL::timestamp AS create_date,
                   NULL::timestamp AS date_start, NULL::timestamp AS date_end,
                   0.0 AS duration
             WHERE FALSE
            """
        )

    def action_open_run(self):
        """Open the job itself.

        :return: a window action on the job's own model
        """
        self.ensure_one()
        return self.env[self.kind].browse(self.run_id).get_formview_action()
