import json
from decimal import Decimal

from psycopg2 import IntegrityError

from odoo import fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tools import split_every

from ..core.operation import ENTITIES, Action
from ..discreet_log import discreet_log
from .kibe_import_line import MODELS

BATCH = 500
WRITTEN = (Action.CREATED, Action.UPDATED, Action.ATTACHED, Action.DELETED)
REFERENCES = {
    "child": ("daycare.child", "child_id"),
    "guardian": ("daycare.guardian", "guardian_id"),
    "debtor": ("daycare.guardian", "debtor_id"),
}
LINE_COLUMNS = (
    "import_id company_id sequence entity action action_overwrite key label file row"
    " res_model res_id before after create_uid write_uid create_date write_date"
).split()
# Follows from the billing data pages, which are written by themselves.
DERIVED = {"is_debtor"}
# Pages made by an import say so.
ORIGIN = {"income", "billing_data", "sector"}


class KibeImportApply(models.AbstractModel):
    """How a plan is kept as lines, cut into batches and applied."""

    _name = "kibe.import.apply"
    _description = "How a Kibé Import Writes"

    # === LINES ===

    def _store_lines(self, plans, watch):
        """Keep one line for each record of the plan: what the counters count.

        Rows go straight into the table: they are the import's own log, and a plan
        may have a hundred thousand of them.

        :param plans: list of one Plan, or of the two plans of a test
        :param Watch watch: follows the work
        """
        self.env.flush_all()
        # The log belongs to this import only, and a new plan replaces the old one.
        self.env.cr.execute(
            "DELETE FROM kibe_import_line WHERE import_id = %s", [self.id]
        )
        pairs = watch.each(_pairs(plans))
        now = fields.Datetime.now()
        rows = (self._line_row(now, *pair) for pair in enumerate(pairs))
        query = f"INSERT INTO kibe_import_line ({', '.join(LINE_COLUMNS)}) VALUES %s"
        for batch in split_every(5000, rows):
            self.env.cr.execute_values(query, list(batch), page_size=1000)
        self.env["kibe.import.line"].invalidate_model()

    def _line_row(self, now, number, pair):
        """Return the columns of the line of a record."""
        first, second = pair
        main = second or first
        uid = self.env.uid
        return (
            self.id,
            self.company_id.id,
            number,
            main.entity,
            first and first.action,
            second and second.action,
            " / ".join(main.key),
            main.label,
            main.file,
            main.row,
            MODELS[main.entity],
            main.record_id,
            _dump(_before(main)),
            _dump(_after(main)),
            uid,
            uid,
            now,
            now,
        )

    # === CHUNKS ===

    def _payloads(self, plan):
        """Cut a plan into batches, in the order in which records need each other.

        :param Plan plan: what to apply
        :return: iterator of JSON-serialisable payloads, made one after the other
        """
        batches = {}
        for number, operation in enumerate(plan.operations):
            if operation.action in WRITTEN:
                key = (operation.entity, operation.action)
                batches.setdefault(key, []).append((number, operation))
        for (entity, action), numbered in sorted(batches.items(), key=_need):
            for batch in split_every(BATCH, numbered):
                items = [_item(*pair) for pair in batch]
                yield {
                    "entity": entity,
                    "action": action,
                    "items": items,
                    "units": len(items),
                }

    def _execute(self, payload):
        """Apply one batch.

        :param dict payload: entity, action and items of `_payloads`
        """
        # sudo: the right to import is the right to write these records, incomes
        # included, without the right to read or edit them elsewhere.
        model = self.env[MODELS[payload["entity"]]].sudo()
        model = model.with_company(self.company_id).with_context(
            tracking_disable=True,
            mail_create_nolog=True,
            mail_create_nosubscribe=True,
            mail_notrack=True,
            active_test=False,
        )
        items = payload["items"]
        self._publish_progress(text=self._step_text(payload))
        ids = self._resolve(items)
        getattr(self, f"_apply_{payload['action']}")(
            model, payload["entity"], items, ids
        )

    def _step_text(self, payload):
        labels = self._counter_labels()
        return f"{labels[payload['entity']]} – {labels[payload['action']]}"

    def _resolve(self, items):
        """Return {(model, Kibé id): record id} of everything the items refer to."""
        wanted = {}
        for item in items:
            for name, (model, _field) in REFERENCES.items():
                if name in item["values"]:
                    wanted.setdefault(model, set()).add(item["values"][name])
        ids = {}
        for model, keys in wanted.items():
            stored = {key for key in keys if key.startswith("#")}
            ids.update({(model, key): int(key[1:]) for key in stored})
            # sudo: only ids leave; whom the delivery names is found in any case
            records = self.env[model].sudo()._by_kibe_id(keys - stored, self.company_id)
            ids.update({(model, key): record.id for key, record in records.items()})
        return ids

    def _vals(self, entity, item, ids):
        """Return the values to write, references turned into ids."""
        vals = {}
        for name, value in item["values"].items():
            if name in DERIVED:
                continue
            if name in REFERENCES:
                model, field = REFERENCES[name]
                vals[field] = ids[model, value]
            else:
                vals[name] = value
        if entity in ORIGIN:
            vals["origin"] = "kibe"
        if item.get("lines"):
            vals["line_ids"] = [Command.create(line) for line in item["lines"]]
        return vals

    def _apply_created(self, model, entity, items, ids):
        vals_list = [self._vals(entity, item, ids) for item in items]
        if entity in ("guardian", "child"):
            for vals in vals_list:
                vals["company_id"] = self.company_id.id
        records = self._create_batch(model, vals_list, items)
        self._note_records(items, records.ids)

    def _create_batch(self, model, vals_list, items):
        """Create records at once.

        :raises UserError: names the file and the row to blame
        """
        pairs = list(zip(vals_list, items, strict=True))
        return self._at_once(
            lambda: model.create(vals_list),
            [(item, lambda vals=vals: model.create([vals])) for vals, item in pairs],
        )

    def _apply_updated(self, model, entity, items, ids):
        writes = [
            (
                item,
                lambda item=item: model.browse(item["id"]).write(
                    self._vals(entity, item, ids)
                ),
            )
            for item in items
        ]
        self._at_once(lambda: [write() for _item, write in writes], writes)

    def _at_once(self, work, singles):
        """Do a batch; when it fails, one by one, to find out which row is to blame.

        :param work: does the whole batch
        :param singles: list of (item, function that does this item)
        :return: what `work` returns
        :raises UserError: names the file and the row
        """
        try:
            with discreet_log(), self.env.cr.savepoint():
                return work()
        except (UserError, ValidationError, IntegrityError) as error:
            for item, single in singles:
                self._blame(item, single)
            raise UserError(self._database_text(error)) from error

    def _blame(self, item, work):
        """Do the work of one record; its failure names the row it comes from."""
        try:
            with discreet_log(), self.env.cr.savepoint():
                work()
        except (UserError, ValidationError, IntegrityError) as error:
            raise UserError(
                self.env._(
                    "%(file)s, row %(row)s (%(label)s): %(why)s Correct the row; "
                    "nothing was imported.",
                    file=item["file"],
                    row=item["row"],
                    label=item["label"],
                    why=self._database_text(error),
                )
            ) from error

    def _database_text(self, error):
        if not isinstance(error, IntegrityError):
            return str(error)
        # what the constraint itself says, without the values of the row
        models = {self.env[name]._table: name for name in MODELS.values()}
        model = self.env[models.get(error.diag.table_name, "base")]
        return model._sql_error_to_message(error).partition("\nDETAIL:")[0]

    def _apply_attached(self, model, entity, items, ids):
        """Give contacts their Kibé id; a bare contact gets its file."""
        bare = [item for item in items if item["attach"][0] == "res.partner"]
        vals_list = [
            {
                **self._vals(entity, item, ids),
                "partner_id": item["attach"][1],
                "company_id": self.company_id.id,
            }
            for item in bare
        ]
        self._note_records(bare, self._create_batch(model, vals_list, bare).ids)
        known = [item for item in items if item["attach"][0] != "res.partner"]
        for item in known:
            model.browse(item["attach"][1]).write(self._vals(entity, item, ids))
        self._note_records(known, [item["attach"][1] for item in known])

    def _apply_deleted(self, model, entity, items, ids):
        model.browse([item["id"] for item in items]).unlink()

    def _note_records(self, items, record_ids):
        """Write the ids of new records into their lines, for the undo."""
        if not items:
            return
        # One statement for the batch: the lines are this import's own log.
        self.env.cr.execute(
            """
            UPDATE kibe_import_line line SET res_id = data.record
              FROM unnest(%s, %s) AS data (sequence, record)
             WHERE line.import_id = %s AND line.sequence = data.sequence
            """,
            [[item["line"] for item in items], list(record_ids), self.id],
        )


def _need(batch):
    """Return the place of a batch: a page is gone before another takes its dates."""
    (entity, action), _numbered = batch
    return ENTITIES.index(entity), action is not Action.DELETED


def _pairs(plans):
    """Return (operation 2, operation 3) of each record of one or two plans, in order.

    :param plans: list of one Plan, or of the two plans of a test
    """
    if len(plans) == 1:
        return [(operation, None) for operation in plans[0].operations]
    seconds = {_identity(operation): operation for operation in plans[1].operations}
    both = [(o, seconds.pop(_identity(o), None)) for o in plans[0].operations]
    return both + [(None, operation) for operation in seconds.values()]


def _identity(operation):
    return (operation.entity, operation.key, operation.action is Action.DELETED)


def _before(operation):
    before = dict(operation.before)
    if operation.attach:
        before["attach"] = operation.attach[0]
    if operation.action is Action.DELETED:
        before.update(
            operation.values,
            lines=_line_texts(operation.lines),
            line_vals=[_line_vals(line, operation) for line in operation.lines],
        )
    return before


def _after(operation):
    if operation.action in (Action.DELETED, Action.ERROR):
        return {}
    after = dict(operation.values or operation.skipped)
    if operation.entity == "sector":
        after["lines"] = _line_texts(operation.lines)
    return after


def _line_texts(lines):
    return [
        f"{line.weekday}: {', '.join(map(str, line.numbers)) or _span(line)}"
        for line in lines
    ]


def _span(line):
    hours = (line.hour_from or 0, line.hour_to or 0)
    return "–".join(f"{minutes // 60:02d}:{minutes % 60:02d}" for minutes in hours)


def _item(number, operation):
    """Return an operation as JSON-serialisable data."""
    return {
        "line": number,
        "file": operation.file,
        "row": operation.row,
        "label": operation.label,
        "id": operation.record_id,
        "attach": operation.attach,
        "values": {field: _json(value) for field, value in operation.values.items()},
        "lines": [_line_vals(line, operation) for line in operation.lines]
        if operation.action is Action.CREATED
        else [],
    }


def _line_vals(line, operation):
    slots = {slot.number: slot.id for slot in operation.group.slots}
    vals = {
        "weekday": line.weekday,
        "mode": line.mode,
        "kibe_code": " + ".join(line.codes),
        "slot_ids": [Command.set([slots[number] for number in line.numbers])],
    }
    if line.hour_to:
        vals.update(hour_from=(line.hour_from or 0) / 60, hour_to=line.hour_to / 60)
    return vals


def _json(value):
    if isinstance(value, Decimal):
        return str(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, str):
        return str(value)
    return False if value is None else value


def _dump(values):
    """Return values as the ORM would store them: nothing at all when there are none."""
    shown = {field: _json(value) for field, value in values.items()}
    return json.dumps(shown) if shown else None
