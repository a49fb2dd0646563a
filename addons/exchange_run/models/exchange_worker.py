from odoo import api, fields, models


class ExchangeWorker(models.Model):
    """A worker among several that share a job, and the chunk it is at.

    Written through short transactions of its own. Each worker has a row to itself, so
    that none waits for another; one that was killed leaves its row behind, by which
    the next that comes to the same chunk knows what the chunk has done.
    """

    _name = "exchange.worker"
    _description = "Job Worker"
    _order = "id"

    run_model = fields.Char(required=True)
    run_id = fields.Many2oneReference(
        string="Job", model_field="run_model", required=True
    )
    chunk_id = fields.Integer(index=True)
    date_start = fields.Datetime(string="Started")

    _run_idx = models.Index("(run_model, run_id)")

    @api.model
    def _come(self, run):
        """Note that a worker comes to a job.

        :return: id of its row
        """
        with self.env["exchange.progress"]._short_cursor() as cr:
            cr.execute(
                """
                INSERT INTO exchange_worker (run_model, run_id, date_start)
                VALUES (%s, %s, now() AT TIME ZONE 'UTC')
                RETURNING id
                """,
                [run._name, run.id],
            )
            return cr.fetchone()[0]

    @api.model
    def _take(self, worker_id, chunk):
        """Note what a worker begins with, before it can die of it.

        :param chunk: which it has locked: who else is noted there is dead
        :return: (how many died of the chunk, whether somebody pressed Cancel)
        """
        with self.env["exchange.progress"]._short_cursor() as cr:
            # Lost when the database itself crashes, with all that workers were at.
            cr.execute("SET LOCAL synchronous_commit TO off")
            cr.execute(
                """
                UPDATE exchange_worker SET chunk_id = %(chunk)s WHERE id = %(worker)s
                RETURNING
                    (SELECT count(*) FROM exchange_worker
                      WHERE chunk_id = %(chunk)s AND id != %(worker)s),
                    (SELECT cancel_requested FROM exchange_progress
                      WHERE run_model = %(model)s AND run_id = %(run)s)
                """,
                {
                    "worker": worker_id,
                    "chunk": chunk.id,
                    "model": chunk.run_model,
                    "run": chunk.run_id,
                },
            )
            return cr.fetchone()

    @api.model
    def _go(self, worker_id):
        """Note that a worker leaves, alive."""
        with self.env["exchange.progress"]._short_cursor() as cr:
            cr.execute("DELETE FROM exchange_worker WHERE id = %s", [worker_id])

    @api.model
    def _forget(self, run):
        """Forget who died of what: somebody starts the job anew, or it is over."""
        with self.env["exchange.progress"]._short_cursor() as cr:
            cr.execute(
                "DELETE FROM exchange_worker WHERE run_model = %s AND run_id = %s",
                [run._name, run.id],
            )
