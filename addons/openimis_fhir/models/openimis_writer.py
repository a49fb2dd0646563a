from datetime import date

from odoo import api, models
from odoo.fields import Domain

from odoo.addons.exchange_run.told import told

from ..core.exceptions import UnreadableResource
from ..core.records import fingerprint, without_person
from ..core.transport import Problem

#: kind -> (field of the copy, attribute of the record) that holds openIMIS' code
CODES = {
    "location": ("code", "code"),
    "facility": ("openimis_code", "code"),
    "product": ("code", "code"),
    "insuree": ("chf_id", "chf_id"),
    "officer": ("code", "code"),
    "payment_plan": ("code", "code"),
    # openIMIS gives payers no code
    "payer": ("name", "name"),
}


class OpenimisWriter(models.AbstractModel):
    """Turn records that were read into Odoo's, each exactly once.

    A kind is written by `_vals_<kind>(refs, record)`, which gives the values, after
    `_refs_<kind>(connection, records)` has looked up in one query per model whatever
    the records point at. `_lacks_<kind>(kinds, refs, record)` names the kinds a record
    waits for; `_after_<kind>` may complete what was written.
    """

    _name = "openimis.writer"
    _description = "Writer of openIMIS Records"

    _models = {
        "location": "openimis.location",
        "facility": "res.partner",
        "product": "openimis.product",
        "payer": "openimis.payer",
        "officer": "openimis.officer",
        "payment_plan": "openimis.payment.plan",
        "insuree": "openimis.insuree",
        "family": "openimis.family",
        "policy": "openimis.policy",
        "premium": "openimis.premium",
        "relative_index": "openimis.relative.index",
        "batch_run": "openimis.batch.run",
        "claim": "openimis.claim",
        "bill": "openimis.remote.bill",
    }

    @api.model
    def _take(self, pull, kind, records):
        """Create or update what is new or changed; count everything.

        :param pull: `openimis.pull` on whose behalf this happens
        :param str kind: key of `_models`
        :param list records: records of `core.records`
        :return: problems of records that could not be written
        :rtype: list[core.transport.Problem]
        """
        records = list({record.uuid: record for record in records}.values())
        if kind == "claim" and "insuree" not in pull.connection_id._kinds():
            # whoever does not want persons keeps no trace of them; once he does, the
            # claims count as changed and find their insuree
            records = [without_person(record) for record in records]
        changed = self._changed(pull, kind, records)
        if pull.dry_run:
            return []
        return self._write_changed(pull, kind, changed)

    def _changed(self, pull, kind, records):
        """Records whose content is not known yet, with their digest and what is known.

        :return: list of (record, digest, known row or None)
        """
        known = self._known(pull.connection_id, kind, [r.uuid for r in records])
        changed, same, older = [], 0, 0
        for record in records:
            row = known.get(record.uuid)
            digest = fingerprint(record)
            if row and row["fingerprint"] == digest and not row["deleted"]:
                same += 1
            elif row and (record.version or 0) < (row["version"] or 0):
                older += 1  # arrived late: what is known is newer
            else:
                changed.append((record, digest, row))
        self._tally(pull, kind, "unchanged", same)
        if older:
            self._tally(pull, kind, "older", older)
        return changed

    def _tally(self, pull, kind, what, number):
        """Count records, but those once only that a pull writes and later completes."""
        if not told(self.env, "openimis_completes"):
            pull._count(kind, what, number)

    def _known(self, connection, kind, uuids):
        rows = self.env["openimis.remote.record"].search_read(
            [
                ("connection_id", "=", connection.id),
                ("kind", "=", kind),
                ("uuid", "in", uuids),
            ],
            ["uuid", "fingerprint", "version", "res_id", "deleted"],
        )
        return {row["uuid"]: row for row in rows}

    def _write_changed(self, pull, kind, changed):
        if not changed:
            return []
        connection = pull.connection_id
        refs = getattr(self, f"_refs_{kind}")(connection, [c[0] for c in changed])
        existing = self._existing(connection, kind, changed)
        if kind == "facility":
            existing = self._without_shared(pull, changed, existing)
        prepared, problems = self._prepare(pull, kind, changed, refs)
        written = self._store(pull, kind, prepared, existing)
        after = getattr(self, f"_after_{kind}", None)
        if after:
            after(pull, refs, written)
        self._remember(pull, kind, written)
        return problems

    def _prepare(self, pull, kind, changed, refs):
        """Values of every record, and the problems of those that have none."""
        prepare = getattr(self, f"_vals_{kind}")
        lacks = getattr(self, f"_lacks_{kind}", lambda *_args: ())
        kinds = pull.connection_id._kinds()
        prepared, problems, late, unfinished, same = [], [], [], [], 0
        for position, (record, digest, row) in enumerate(changed):
            try:
                # what it points at may come later: until then it is not finished
                waiting = ",".join(lacks(kinds, refs, record))
                kept = f"{digest}?{waiting}" if waiting else digest
                if waiting:
                    unfinished.append(record)
                if row and row["fingerprint"] == kept and not row["deleted"]:
                    same += 1
                    continue
                self._check_currency(pull, record)
                prepared.append((record, kept, prepare(refs, record)))
            except UnreadableResource as error:
                name = self._called(record)
                problems.append(Problem(position, "reference", error.detail, name))
                late.append(record)
        if not told(self.env, "openimis_last_try"):
            pull._note_waiting(kind, late)
            pull._note_waiting(kind, unfinished, unfinished=True)
        if same:
            self._tally(pull, kind, "unchanged", same)
        return prepared, problems

    @staticmethod
    def _called(record):
        """How findings call a record."""
        return getattr(record, "code", None) or record.uuid

    def _check_currency(self, pull, record):
        currency = getattr(record, "currency", None)
        expected = pull.company_id.currency_id.name
        if (
            currency
            and currency != expected
            and not hasattr(record, "third_party_uuid")
        ):
            raise UnreadableResource("currency", f"{currency} / {expected}")

    def _existing(self, connection, kind, changed):
        """{uuid: record} of copies here, known by key or brought by another way."""
        Model = self.env[self._models[kind]].with_context(active_test=False)
        by_row = {record.uuid: row["res_id"] for record, _digest, row in changed if row}
        found = Model.browse(by_row.values()).exists()
        alive = {uuid: Model.browse(i) for uuid, i in by_row.items() if i in found._ids}
        missing = [r for r, _digest, _row in changed if r.uuid not in alive]
        uuids = [record.uuid for record in missing]
        alive |= self._by_uuid(connection, self._models[kind], uuids)
        rest = [record for record in missing if record.uuid not in alive]
        return alive | self._adopted(connection, kind, rest)

    def _adopted(self, connection, kind, records):
        """{uuid: record} of copies made by hand or file that have no UUID yet.

        They are known by their code; without this, a second location of the same code
        would be refused by the database, and a second facility be paid.
        """
        if kind not in CODES:
            return {}
        ours, theirs = CODES[kind]
        by_code = {getattr(record, theirs): record.uuid for record in records}
        found = self._by(connection, self._models[kind], ours, by_code)
        return {
            by_code[code]: copy
            for code, copy in found.items()
            if not copy.openimis_uuid and copy.active
        }

    def _store(self, pull, kind, prepared, existing):
        """Create in one batch, write one by one; return [(record, digest, copy)]."""
        Model = self.env[self._models[kind]].with_context(tracking_disable=True)
        new = [item for item in prepared if item[0].uuid not in existing]
        old = [item for item in prepared if item[0].uuid in existing]
        common = {"company_id": pull.company_id.id}
        vals_list = [{**common, **vals} for _record, _digest, vals in new]
        copies = self._create_copies(pull, kind, Model, vals_list)
        written = [
            (record, digest, copy)
            for (record, digest, _vals), copy in zip(new, copies, strict=True)
        ]
        for record, digest, vals in old:
            copy = existing[record.uuid].with_context(tracking_disable=True)
            self._update(pull, kind, copy, vals)
            written.append((record, digest, copy))
        self._tally(pull, kind, "create", len(new))
        self._tally(pull, kind, "update", len(old))
        return written

    def _create_copies(self, pull, kind, Model, vals_list):
        """Create what is new, in the order given."""
        return Model.create(vals_list)

    def _update(self, pull, kind, copy, vals):
        update = getattr(self, f"_update_{kind}", None)
        if update:
            update(pull, copy, vals)
        else:
            copy.write(vals)

    def _remember(self, pull, kind, written):
        """Note digest and copy, in the transaction that wrote the copy."""
        connection = pull.connection_id
        rows = [
            (
                connection.id,
                connection.company_id.id,
                kind,
                record.uuid,
                digest,
                record.version or 0,
                copy.id,
                False,
                pull.id,
            )
            for record, digest, copy in written
        ]
        # one statement for the page; the unique index decides, not a search before
        self.env.cr.execute_values(
            """
            INSERT INTO openimis_remote_record (
                connection_id, company_id, kind, uuid, fingerprint, version, res_id,
                deleted, pull_id
            ) VALUES %s
            ON CONFLICT (connection_id, kind, uuid) DO UPDATE
               SET fingerprint = EXCLUDED.fingerprint, version = EXCLUDED.version,
                   res_id = EXCLUDED.res_id, deleted = FALSE,
                   pull_id = EXCLUDED.pull_id
            """,
            rows,
        )
        self.env["openimis.remote.record"].invalidate_model()

    # === LOOKING UP ===

    def _by_uuid(self, connection, model, uuids):
        """{openIMIS UUID: record} of one model, in one query."""
        return self._by(connection, model, "openimis_uuid", uuids)

    def _by(self, connection, model, field, values):
        values = {value for value in values if value}
        if not values:
            return {}
        Model = self.env[model].with_context(active_test=False)
        company = Domain("company_id", "=", connection.company_id.id)
        if model == "res.partner":
            company |= Domain("company_id", "=", False)
        found = Model.search_fetch(Domain(field, "in", list(values)) & company, [field])
        return {record[field]: record for record in found}

    @staticmethod
    def _need(found, key, path):
        """The record a reference leads to.

        :raises UnreadableResource: when it was not pulled (yet)
        """
        if key not in found:
            raise UnreadableResource(path, key)
        return found[key]


def number(value):
    """Float of an exact amount, for a field; False for None."""
    return False if value is None else float(value)


def today():
    """Today, replaceable in tests."""
    return date.today()
