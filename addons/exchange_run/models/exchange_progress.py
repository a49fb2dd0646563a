from odoo import api, fields, models
from odoo.tools import SQL

from ..core.text import storable

#: Units done of a job: of one that several share, no worker knows them all.
DONE = SQL(
    """
    CASE WHEN p.shared THEN (
        SELECT COALESCE(SUM(c.units), 0) FROM exchange_chunk c
         WHERE c.run_model = p.run_model AND c.run_id = p.run_id
           AND c.state IN ('done', 'failed')
    ) ELSE COALESCE(p.done, 0) END
    """
)


class ExchangeProgress(models.Model):
    """How far a job is, and whether somebody asked it to stop.

    Written through short transactions of its own, so that a job in the middle of one
    long transaction still shows progress and still hears the cancel button.
    """

    _name = "exchange.progress"
    _description = "Job Progress"
    _rec_name = "text"

    run_model = fields.Char(required=True)
    run_id = fields.Many2oneReference(
        string="Job", model_field="run_model", required=True
    )
    done = fields.Integer()
    total = fields.Integer()
    text = fields.Char()
    cancel_requested = fields.Boolean()
    attempts = fields.Integer(
        help="How often the worker took the job over since it last got on."
    )
    user_id = fields.Many2one(
        "res.users", string="Started By", help="The job works with their rights."
    )
    night = fields.Boolean(
        help="Nobody waits for the job: a schedule started it, not a person."
    )
    queued = fields.Boolean(help="The job waits for a lane of the scheduler.")
    shared = fields.Boolean(
        help="Several workers share the job: what is done is the sum of its chunks."
    )

    _queue_idx = models.Index("(run_model, run_id) WHERE queued AND NOT night")
    _run_uniq = models.UniqueIndex("(run_model, run_id)")

    @api.model
    def _publish(self, run, **values):
        """Write progress values of `run` where everybody sees them at once.

        :param run: record of a job model
        :param values: any of done, total, text (None for none), cancel_requested,
            attempts, user_id, night, queued, shared
        """
        names = sorted(values)
        query = SQL(
            """
            INSERT INTO exchange_progress (run_model, run_id, %(columns)s)
            VALUES %(row)s
            ON CONFLICT (run_model, run_id) DO UPDATE SET %(updates)s
            """,
            columns=SQL(", ").join(map(SQL.identifier, names)),
            row=(run._name, run.id, *(storable(values[name]) for name in names)),
            updates=SQL(", ").join(
                SQL("%s = EXCLUDED.%s", SQL.identifier(name), SQL.identifier(name))
                for name in names
            ),
        )
        with self._short_cursor() as cr:
            cr.execute(query)

    @api.model
    def _is_cancel_requested(self, run):
        """Tell whether somebody pressed Cancel, as committed at this instant."""
        with self._short_cursor() as cr:
            cr.execute(
                """
                SELECT cancel_requested FROM exchange_progress
                 WHERE run_model = %s AND run_id = %s
                """,
                [run._name, run.id],
            )
            row = cr.fetchone()
        return bool(row and row[0])

    @api.model
    def _read_for(self, runs):
        """Return {run id: (done, total, text)} of the jobs of one model.

        As this transaction sees them: who looks at jobs needs no second connection.
        """
        query = SQL(
            """
            SELECT run_id, %s, total, text FROM exchange_progress p
             WHERE run_model = %s AND run_id = ANY(%s)
            """,
            DONE,
            runs._name,
            runs.ids,
        )
        return {row[0]: row[1:] for row in self.env.execute_query(query)}

    @api.model
    def _count_attempt(self, run):
        """Note that a worker takes the job from the queue, before it can die of it.

        :return: how often that was since the job last got on
        """
        with self._short_cursor() as cr:
            cr.execute(
                """
                INSERT INTO exchange_progress (run_model, run_id, attempts)
                VALUES (%s, %s, 1)
                ON CONFLICT (run_model, run_id)
                DO UPDATE SET attempts = COALESCE(exchange_progress.attempts, 0) + 1,
                              queued = FALSE
                RETURNING attempts
                """,
                [run._name, run.id],
            )
            return cr.fetchone()[0]

    @api.model
    def _urgencies(self, runs):
        """Tell which jobs come first.

        :param runs: jobs of one model
        :return: {run id: key}, the lowest first: jobs that a person waits for before
            those of the night, then those with little left to do
        """
        with self._short_cursor() as cr:
            cr.execute(
                SQL(
                    """
                    SELECT run_id, COALESCE(night, FALSE), COALESCE(total, 0) - %s
                      FROM exchange_progress p
                     WHERE run_model = %s AND run_id = ANY(%s)
                    """,
                    DONE,
                    runs._name,
                    runs.ids,
                )
            )
            return {row[0]: row[1:] for row in cr.fetchall()}

    @api.model
    def _is_more_urgent_waiting(self, run):
        """Tell whether a person waits for a job that no lane works on yet.

        :param run: the job being done; only one of the night gives way
        """
        with self._short_cursor() as cr:
            cr.execute(
                """
                SELECT EXISTS (
                    SELECT 1 FROM exchange_progress
                     WHERE run_model = %s AND run_id = %s AND night
                ) AND EXISTS (
                    SELECT 1 FROM exchange_progress WHERE queued AND NOT night
                )
                """,
                [run._name, run.id],
            )
            return cr.fetchone()[0]

    @api.model
    def _is_other_waiting(self, run, known):
        """Tell whether a job waits for a lane, while this one has workers enough.

        :param run: the job being done, beside others who are at it
        :param known: (model, id) of the jobs that this lane could not take
        """
        with self._short_cursor() as cr:
            cr.execute("SELECT run_model, run_id FROM exchange_progress WHERE queued")
            return not {*cr.fetchall()} <= {(run._name, run.id), *known}

    @api.model
    def _get_runner(self, run):
        """Return the user who started the job, if known."""
        found = self.search([("run_model", "=", run._name), ("run_id", "=", run.id)])
        # Published past the ORM, maybe since it was read.
        found.invalidate_recordset(["user_id"])
        return found.user_id

    def _short_cursor(self):
        return self.env["exchange.transaction"]._own_cursor()
