from contextlib import contextmanager
from contextvars import ContextVar

from odoo import api, models

from ..core.text import storable

#: Of which job, and where, the chunk being done counts; none: in the job itself.
_chunk_counters = ContextVar("exchange_chunk_counters", default=(None, None))


def _copy(counters):
    return {entity: dict(row) for entity, row in (counters or {}).items()}


def _add_up(counters, more):
    """Add counters to others, in place, and return them."""
    for entity, row in more.items():
        sums = counters.setdefault(entity, {})
        for action, number in row.items():
            sums[action] = sums.get(action, 0) + number
    return counters


class ExchangeRunMixin(models.AbstractModel):
    """What a job tells: counters, findings, files."""

    _inherit = "exchange.run.mixin"  # pylint: disable=consider-merging-classes-inherited

    # === COUNTERS ===

    @api.depends("counters")
    def _compute_counters_html(self):
        for run in self:
            run.counters_html = self.env["ir.qweb"]._render(
                "exchange_run.counters", run._counters_table()
            )

    def _counters_table(self):
        """Return the counters as a table; see :meth:`_table_of`."""
        self.ensure_one()
        return self._table_of(self._counters_now())

    @api.model
    def _table_of(self, counters):
        """Return counters as a table, in the words of this model.

        :param dict counters: {entity: {action: number}}
        :return: dict with `actions`, a list of (key, label), and `rows`, a list of
            (label, {action: number})
        """
        labels = self._counter_labels()
        counted = dict.fromkeys(action for row in counters.values() for action in row)
        # PostgreSQL keeps no order of the keys: the labels have one.
        known = [action for action in labels if action in counted]
        actions = [*known, *(action for action in counted if action not in labels)]
        return {
            "actions": [(action, labels.get(action, action)) for action in actions],
            "rows": [
                (labels.get(entity) or self._entity_label(entity), row)
                for entity, row in counters.items()
            ],
        }

    def _entity_label(self, entity):
        """Return the name of the model `entity`, or `entity` itself if it is none."""
        # sudo: the name of a model is no secret
        return self.env["ir.model"].sudo()._get(entity).name or entity

    def _counter_labels(self):
        """Return {entity or action: label} in the language of the user.

        The actions are the columns of the table of counters, in this order.
        """
        return {
            "create": self.env._("Created"),
            "update": self.env._("Updated"),
            "unchanged": self.env._("Unchanged"),
            "skip": self.env._("Left out"),
            "delete": self.env._("Deleted"),
            "failed": self.env._("Failed"),
        }

    def _count(self, entity, action, number=1):
        """Add to the counter of an entity and action."""
        self.ensure_one()
        counts = {entity: {action: number}}
        job, counted = _chunk_counters.get()
        if job == (self._name, self.id):
            _add_up(counted, counts)
            return
        with self._engine_writes():
            self.counters = _add_up(_copy(self.counters), counts)

    @contextmanager
    def _counting_apart(self):
        """Yield the counters of the block, which are not those of the job.

        Several workers would wait for each other to write into one row.
        """
        counted = {}
        token = _chunk_counters.set(((self._name, self.id), counted))
        try:
            yield counted
        finally:
            _chunk_counters.reset(token)

    def _counters_now(self):
        """Return the counters, with those of chunks that are done meanwhile."""
        self.ensure_one()
        # sudo: only numbers leave, of a job the user may read
        counted = self.env["exchange.chunk"].sudo()._counted(self)
        return _add_up(_copy(self.counters), counted.get(self.id, {}))

    def _gather_counters(self):
        """Make the counters of the chunks those of the job. No other worker is left."""
        # sudo: chunks are the engine's own bookkeeping, no user has rights on them
        Chunk = self.env["exchange.chunk"].sudo()
        Chunk.flush_model(["counters"])
        if not Chunk._counted(self):
            return
        with self._engine_writes():
            self.counters = self._counters_now()
        Chunk._forget_counted(self)

    # === FINDINGS ===

    @api.depends("exchange_message_ids.severity")
    def _compute_message_counts(self):
        # sudo: only numbers leave, and only for jobs the user may read
        groups = (
            self.env["exchange.message"]
            .sudo()
            ._read_group(
                self._own_rows(),
                ["run_id", "severity"],
                ["__count"],
            )
        )
        counts = {(run_id, severity): count for run_id, severity, count in groups}
        for run in self:
            run.message_error_count = sum(
                counts.get((run.id, severity), 0)
                for severity in ("fatal", "blocked", "error")
            )
            run.message_warning_count = counts.get((run.id, "warning"), 0)

    def _log(self, severity, text, **where):
        """Add one finding.

        :param str severity: fatal, blocked, error, warning or info
        :param str text: what a clerk reads, in the user's language
        :param where: any of code, advice, file, row, column, value and record (a
            recordset of one, linked)
        """
        self._log_many([{"severity": severity, "text": text, **where}])

    def _log_many(self, findings):
        """Add findings in one batch.

        :param findings: list of dicts with the arguments of :meth:`_log`
        """
        self.ensure_one()
        # sudo: findings are written by jobs only, nobody may alter them afterwards
        self.env["exchange.message"].sudo().create(
            [self._prepare_message_vals(finding) for finding in findings]
        )

    def _prepare_message_vals(self, finding):
        vals = dict(
            finding,
            run_model=self._name,
            run_id=self.id,
            company_id=self.company_id.id,
        )
        record = vals.pop("record", None)
        if record:
            vals.update(res_model=record._name, res_id=record.id)
        return storable(vals)

    def action_view_messages(self):
        """Open the findings of this job.

        :return: a window action
        """
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Findings of %(name)s", name=self.name),
            "res_model": "exchange.message",
            "view_mode": "list,form",
            "domain": [("run_model", "=", self._name), ("run_id", "=", self.id)],
            "context": {"create": False, "edit": False},
        }

    def action_download_messages(self):
        """Download the findings as a CSV file.

        :return: a URL action
        """
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/exchange_run/{self._name}/{self.id}/findings.csv",
            "target": "download",
        }

    # === FILES ===

    def _attach(self, name, raw, mimetype):
        """Keep a file with the job.

        :param str name: file name
        :param bytes raw: content, may be empty
        :param str mimetype: media type
        :return: the `ir.attachment`
        """
        self.ensure_one()
        return self.env["ir.attachment"].create(
            {
                "name": name,
                "raw": raw,
                "mimetype": mimetype,
                "res_model": self._name,
                "res_id": self.id,
            }
        )
