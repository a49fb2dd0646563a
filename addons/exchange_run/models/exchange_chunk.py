from psycopg2.errors import SerializationFailure

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

GC_BATCH = 10_000
KEEP_DAYS_PARAMETER = "exchange_run.keep_days"
#: Models of the rows that belong to a job and go with it.
ROWS = ("exchange.message", "exchange.chunk", "exchange.progress", "exchange.worker")


class ExchangeChunk(models.Model):
    """A piece of a job's work.

    Its state changes in the same transaction as its effects, so that a server killed
    anywhere neither repeats nor forgets it. Nothing but the database knows of it; so
    several workers, on any number of servers, share the chunks of one job where its
    kind allows it.
    """

    _name = "exchange.chunk"
    _description = "Job Chunk"
    _order = "sequence, id"
    _rec_name = "sequence"

    run_model = fields.Char(required=True)
    run_id = fields.Many2oneReference(
        string="Job", model_field="run_model", required=True
    )
    sequence = fields.Integer(required=True)
    units = fields.Integer(default=1)
    payload = fields.Json(
        groups=fields.NO_ACCESS,
        help="What is to be done: rows of files, with all that stands in them.",
    )
    state = fields.Selection(
        [("todo", "To Do"), ("done", "Done"), ("failed", "Failed")],
        default="todo",
        required=True,
    )
    counters = fields.Json(
        help="What it counted, of a job that several workers share, until it ends."
    )

    _run_idx = models.Index("(run_model, run_id, state, sequence)")

    @api.model
    def _cron_work(self):
        """Work on queued jobs and on those whose worker died: one lane of several.

        After each job it looks anew: who came meanwhile may be more urgent. What
        another lane works on is passed over; only when there is nothing else to do,
        the lane helps with it.
        """
        seen, helped = set(), set()
        while True:
            if run := self._most_urgent_job(seen):
                seen.add((run._name, run.id))
                run._work_in_background()
            elif run := self._most_urgent_job(helped):
                helped.add((run._name, run.id))
                run._help_in_background(seen)
            else:
                return
            # commit: what the next look sees; a lane whose time is over leaves the rest
            if not run._commit():
                run._wake_worker()
                return

    @api.model
    def _most_urgent_job(self, seen):
        """Return the job to work on next, or None.

        :param set seen: (model, id) of the jobs this lane has tried already
        """
        # sudo: the engine's own bookkeeping
        Progress = self.env["exchange.progress"].sudo()
        waiting = []
        for name in self._run_models():
            runs = self.env[name].search([("state", "=", "running")])
            runs = runs.filtered(lambda run: (run._name, run.id) not in seen)
            urgencies = Progress._urgencies(runs) if runs else {}
            waiting += ((urgencies.get(r.id, (False, 0)), r.id, r) for r in runs)
        return min(waiting, key=lambda item: item[:2])[2] if waiting else None

    @api.model
    def _claim(self, run, after=-1, chunk_id=None, wait=False):
        """Lock the first chunk of a job that is left and that no other worker is at.

        The lock lasts as long as the transaction, which should begin with this call;
        it is gone with the connection of a worker that is killed.

        :param run: the job
        :param int after: sequence of a chunk; those before it are passed over
        :param int chunk_id: the only chunk wanted, where it is one
        :param bool wait: also for one that a worker is at, until that one is done
        :return: the chunk, or none
        """
        only = SQL("AND id = %s", chunk_id) if chunk_id else SQL()
        query = SQL(
            """
            SELECT id FROM exchange_chunk
             WHERE run_model = %s AND run_id = %s AND state = 'todo' AND sequence > %s
                   %s
             ORDER BY sequence LIMIT 1 FOR NO KEY UPDATE %s
            """,
            run._name,
            run.id,
            after,
            only,
            SQL() if wait else SQL("SKIP LOCKED"),
        )
        while True:
            try:
                self.env.cr.execute(query, log_exceptions=False)
                return self.browse(row[0] for row in self.env.cr.fetchall())
            except SerializationFailure:
                # Done by another worker between two looks. rollback: look anew
                self.env.cr.rollback()

    @api.model
    def _counted(self, runs):
        """Return what chunks have counted that is not yet among their job's counters.

        :param runs: jobs of one model
        :return: {run id: {entity: {action: number}}}
        """
        query = SQL(
            """
            SELECT c.run_id, e.key, a.key, SUM(a.value::numeric)::bigint
              FROM exchange_chunk c,
                   jsonb_each(c.counters) e, jsonb_each_text(e.value) a
             WHERE c.run_model = %s AND c.run_id = ANY(%s) AND c.counters IS NOT NULL
             GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
            """,
            runs._name,
            runs.ids,
        )
        found = {}
        for run_id, entity, action, number in self.env.execute_query(query):
            found.setdefault(run_id, {}).setdefault(entity, {})[action] = number
        return found

    @api.model
    def _forget_counted(self, run):
        """Forget what the chunks of a job have counted: the job itself knows it now."""
        self.env.execute_query(
            SQL(
                """
                UPDATE exchange_chunk SET counters = NULL
                 WHERE run_model = %s AND run_id = %s AND counters IS NOT NULL
                RETURNING id
                """,
                run._name,
                run.id,
            )
        )
        self.invalidate_model(["counters"], flush=False)

    @api.model
    def _lanes(self, active=(True,)):
        """Return the scheduled actions that work on jobs.

        :param active: which of them: those in use, those not in use, or both
        """
        # sudo: any user of a job may wake the lanes, nobody may edit them
        Cron = self.env["ir.cron"].sudo()
        mine = [("model_id.model", "=", self._name), ("active", "in", active)]
        return Cron.search(mine, order="id")

    @api.model
    def _set_lanes(self, number):
        """Say how many jobs are worked on at the same time.

        :param int number: of lanes, at least one
        """
        lanes = self._lanes(active=(True, False))
        for missing in range(len(lanes) + 1, number + 1):
            lanes |= lanes.create(
                {
                    "name": self.env._("Jobs: lane %(number)s", number=missing),
                    "model_id": self.env["ir.model"]._get_id(self._name),
                    "state": "code",
                    "code": "model._cron_work()",
                    "interval_number": 1,
                    "interval_type": "minutes",
                }
            )
        lanes[:number].active = True
        lanes[number:].active = False

    @api.model
    def _run_models(self):
        """Return the names of the installed job models, in a stable order."""
        names = self.env.registry.descendants(["exchange.run.mixin"], "_inherit")
        return sorted(name for name in names if not self.env[name]._abstract)

    @api.autovacuum
    def _gc_finished(self):
        """Delete chunks of jobs done long ago; their messages stay.

        Those of other jobs tell what is done when somebody resumes them.

        :return: how many were deleted, and whether more may be left
        """
        days = self._keep_days()
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=days)
        done = [("state", "=", "done"), ("date_end", "<", limit)]
        ended = [self.env[name].search(done) for name in self._run_models()]
        chunks = self.search(
            Domain.OR(Domain(runs._own_rows()) for runs in ended), limit=GC_BATCH
        )
        chunks.unlink()
        return len(chunks), len(chunks) == GC_BATCH

    @api.model
    def _keep_days(self):
        """Return for how many days what is only technical is kept."""
        # sudo: the retention time is a technical parameter
        parameters = self.env["ir.config_parameter"].sudo()
        return int(parameters.get_param(KEEP_DAYS_PARAMETER, 30))

    @api.autovacuum
    def _gc_uninstalled(self):
        """Delete what is left of jobs whose addon was uninstalled.

        :return: how many rows were deleted, and whether more may be left
        """
        total, most = 0, 0
        for model in (*ROWS, "exchange.job"):
            name = "res_model" if model == "exchange.job" else "run_model"
            foreign = [(name, "not in", self._run_models())]
            rows = self.env[model].with_context(active_test=False)
            rows = rows.search(foreign, limit=GC_BATCH)
            rows.unlink()
            total, most = total + len(rows), max(most, len(rows))
        return total, most == GC_BATCH
