from odoo import models
from odoo.tools import split_every

from ..core.text import storable

BATCH = 100


class ExchangeRunMixin(models.AbstractModel):
    """How a job's plan is kept as chunks."""

    _inherit = "exchange.run.mixin"  # pylint: disable=consider-merging-classes-inherited

    def _make_plan(self):
        """Replace the plan: findings, counters and chunks."""
        self.ensure_one()
        self._publish_progress(cancel_requested=False)
        # sudo: chunks are the engine's own bookkeeping, no user has rights on them
        Chunk = self.env["exchange.chunk"].sudo()
        total = 0
        with self._engine_writes():
            self._clear_plan()
            # The plan may be a generator: it works as it is read.
            for batch in split_every(BATCH, enumerate(self._plan())):
                vals_list = [self._prepare_chunk_vals(*item) for item in batch]
                chunks = Chunk.create(vals_list)
                total += sum(chunks.mapped("units"))
                # A plan may have 100,000 chunks: none of them is needed again soon.
                chunks.invalidate_recordset()
        self._publish_progress(done=0, total=total, text=None)
        self._set_state("planned")

    def _clear_plan(self):
        # sudo: see _make_plan
        job = self.sudo().job_id
        if job.state not in ("draft", "running"):
            self._begin_job()
            job = self.sudo().job_id
        own = self._own_rows()
        findings = self.env["exchange.message"].sudo()
        findings.search([*own, ("job_id", "=", job.id)]).unlink()
        findings.search(own).active = False  # they stay in the history
        self.env["exchange.chunk"].sudo().search(self._own_rows()).unlink()
        with self._engine_writes():
            self.write({"counters": {}, "date_start": False, "date_end": False})

    def _prepare_chunk_vals(self, sequence, payload):
        return {
            "run_model": self._name,
            "run_id": self.id,
            "sequence": sequence,
            "units": payload.get("units", 1),
            "payload": storable(payload),
        }

    def _has_fatal_findings(self):
        """Tell whether the plan found something that forbids to go on."""
        # sudo: see _log_many
        Message = self.env["exchange.message"].sudo()
        fatal = [*self._own_rows(), ("severity", "=", "fatal")]
        return bool(Message.search_count(fatal, limit=1))

    # === CHUNKS ===

    def _own_rows(self):
        """Return the domain of the technical rows of these jobs."""
        return [("run_model", "=", self._name), ("run_id", "in", self.ids)]

    def _chunks(self, state, after=-1, limit=None):
        # sudo: see _make_plan
        Chunk = self.env["exchange.chunk"].sudo()
        wanted = [("state", "=", state), ("sequence", ">", after)]
        return Chunk.search([*self._own_rows(), *wanted], limit=limit)

    def _next_chunk(self, after=-1):
        """Return the first chunk that is left.

        :param int after: sequence of the one done just now; those before it are not
            searched through again, so that masses of chunks take linear time
        """
        return self._chunks("todo", after, limit=1)

    def _reset_failed_chunks(self):
        self._chunks("failed").state = "todo"

    def _chunk_counts(self):
        """Return {state: (number of chunks, units)} of this job."""
        # sudo: see _make_plan
        Chunk = self.env["exchange.chunk"].sudo()
        groups = Chunk._read_group(
            self._own_rows(), ["state"], ["__count", "units:sum"]
        )
        return {state: (count, units) for state, count, units in groups}

    def _units_done(self):
        counts = self._chunk_counts()
        return sum(counts.get(state, (0, 0))[1] for state in ("done", "failed"))
