import base64

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import split_every

from ..core import primmo_list, table_file

MODELS = {
    "building": "primmo.building",
    "unit": "primmo.unit",
    "occupant_type": "primmo.occupant.type",
    "tenant": "primmo.tenant",
    "service": "primmo.service",
}
# What recognizes a record of each kind.
KEYS = {
    "building": ("name",),
    "unit": ("number", "building"),
    "occupant_type": ("name",),
    "tenant": ("external_id",),
    "service": ("code",),
}
CHUNK_ROWS = 500
DAYS_PARAMETER = "sofi_primmo.list_days"
DEFAULT_DAYS = 30
OVER = ("done", "cancelled", "partial")


class PrimmoImport(models.Model):
    """Take over one of Primmo's lists: preview with errors by row, then write."""

    _name = "primmo.import"
    _description = "Import of a Primmo List"
    _inherit = ["exchange.run.mixin"]
    _exchange_kind = "primmo.import"
    _exchange_sequence_code = "primmo.import"
    _exchange_transaction = "run"
    _exchange_settled = (
        "dry_run",
        "residence_id",
        "kind",
        "file",
        "heading_row",
        "archive_missing",
        "skip_error_rows",
    )
    _exchange_background_from = 2000

    residence_id = fields.Many2one(
        "sofi.residence", required=True, check_company=True, ondelete="restrict"
    )
    kind = fields.Selection(
        [
            ("building", "Buildings"),
            ("unit", "Units"),
            ("occupant_type", "Occupant Types"),
            ("tenant", "Tenants"),
            ("service", "Services"),
        ],
        string="List",
        required=True,
        default="tenant",
    )
    file = fields.Binary(
        compute="_compute_file",
        inverse="_inverse_file",
        help="CSV, .xls or .xlsx. It is not given back: a list of tenants holds NAMs.",
    )
    list_file = fields.Binary(attachment=True, groups=fields.NO_ACCESS, copy=False)
    file_name = fields.Char()
    has_list = fields.Boolean(compute="_compute_has_list")
    list_deleted_date = fields.Date(
        string="List Deleted On",
        readonly=True,
        copy=False,
        engine=True,
        help="Lists are deleted some time after their import: they are about people.",
    )
    skip_error_rows = fields.Boolean(
        string="Leave Out Rows with Errors",
        help="Without this, one error stops the whole import.",
    )
    archive_missing = fields.Boolean(
        string="Archive Who Is No Longer in the List",
        help="For complete lists only: what this residence has here and the list lacks "
        "is archived. The preview names it.",
    )
    heading_row = fields.Integer(
        string="Row of the Headings",
        help="Found by itself where this is 0; printed lists have a title above it.",
    )
    headings = fields.Json(help="The headings of the file, to choose from.")
    unused_headings = fields.Char(
        string="Headings Without Use",
        compute="_compute_unused_headings",
        help="Nothing of these columns is imported.",
    )
    column_ids = fields.One2many("primmo.import.column", "import_id", string="Columns")

    def _compute_file(self):
        self.file = False

    def _inverse_file(self):
        for run in self.filtered("file"):
            # sudo: who uploads a list need not be allowed to read one
            run.sudo().write({"list_file": run.file, "list_deleted_date": False})
        # What was uploaded must not be read back.
        self.invalidate_recordset(["file", "has_list"])

    @api.depends("list_file")
    def _compute_has_list(self):
        for run in self.sudo().with_context(bin_size=True):  # sudo: only whether
            run.has_list = bool(run.list_file)

    @api.depends("headings", "column_ids.heading")
    def _compute_unused_headings(self):
        for run in self:
            unused = primmo_list.unused(run.headings or [], run._mapping())
            run.unused_headings = ", ".join(unused)

    @api.onchange("residence_id", "kind", "file")
    def _onchange_file(self):
        """Find the headings of another file."""
        self.heading_row = 0
        self._onchange_heading_row()

    @api.onchange("heading_row")
    def _onchange_heading_row(self):
        """Propose which heading gives which field."""
        if (self.file or self.has_list) and self.residence_id and self.kind:
            self._propose_columns()

    def _propose_columns(self):
        """Read the headings and propose what each of them gives."""
        table = self._read_table()
        self.headings = [h for h in dict.fromkeys(table.header) if h]
        self.heading_row = table.heading_row
        guessed = primmo_list.guess(self.kind, table.header, self._remembered())
        self.column_ids = [
            fields.Command.clear(),
            *map(fields.Command.create, self._prepare_columns(guessed)),
        ]

    def _remembered(self):
        return self.env["primmo.import.mapping"]._recall(self.residence_id, self.kind)

    def _prepare_columns(self, guessed):
        return [
            {
                "field_name": spec.name,
                "heading": guessed.get(spec.name),
                "required": spec.required,
            }
            for spec in primmo_list.KINDS[self.kind]
        ]

    def _read_table(self):
        """Return the file's rows.

        :raises UserError: when the file cannot be read
        """
        # sudo: the engine reads the list for whoever may import it
        stored = self.sudo().with_context(bin_size=False).list_file
        content = base64.b64decode(self.file or stored or b"")
        if not content and self.list_deleted_date:
            raise UserError(
                self.env._(
                    "The list was deleted on %s, as lists of people are not kept. "
                    "Upload it again.",
                    self.list_deleted_date,
                )
            )
        try:
            return table_file.read(
                content, self.file_name or "", self._choose_heading, self.heading_row
            )
        except table_file.TableFileError as error:
            raise UserError(self._file_error(error)) from error

    def _choose_heading(self, rows):
        return primmo_list.choose_heading(self.kind, rows, self._remembered())

    def _file_error(self, error):
        name = self.file_name or self.env._("The file")
        texts = {
            "too_large": self.env._("%s is too large: 20 MB at most.", name),
            "too_many": self.env._("%s has too many rows or columns.", name),
            "empty": self.env._("%s is empty, or has no such row of headings.", name),
        }
        unreadable = self.env._(
            "%s cannot be read. Save it as CSV, .xls or .xlsx and try again.", name
        )
        return texts.get(error.code, unreadable)

    # === PREVIEW ===

    def _plan(self):
        """Read all rows, log errors by row, count what would change."""
        if not self.column_ids:
            self._propose_columns()
        mapping, table = self._mapping(), self._read_table()
        wrong = self._log_unknown_columns(table.header, mapping)
        if self._log_missing_columns(mapping) or wrong:
            return []
        rows = self._log_left_out(primmo_list.convert(self.kind, table, mapping))
        good = self._log_row_errors(rows)
        if len(good) < len(rows) and not self.skip_error_rows:
            self._log(
                "fatal",
                self.env._(
                    "Rows with errors: %(count)s. Correct the list, or choose to leave "
                    "them out.",
                    count=len(rows) - len(good),
                ),
                code="rows",
                file=self.file_name,
            )
            return []
        self._compare(good)
        chunks = [
            {"rows": [_to_json(row) for row in batch], "units": len(batch)}
            for batch in split_every(CHUNK_ROWS, good, list)
        ]
        if self.archive_missing and (missing := self._missing_records(rows)):
            chunks.append({"archive": missing.ids, "units": len(missing)})
        return chunks

    def _log_left_out(self, rows):
        """Name totals and the like; return the rows that are records."""
        records, others = [], []
        for row in rows:
            (others if row.left_out else records).append(row)
        self._log_many(
            [
                {
                    "severity": "info",
                    "code": "no_record",
                    "text": self.env._(
                        "This row is a total, a page or a repeated heading, not a "
                        "record, and is left out."
                    ),
                    "file": self.file_name,
                    "row": row.number,
                }
                for row in others
            ]
        )
        return records

    def _log_unknown_columns(self, header, mapping):
        """Refuse headings that the file lacks; name those that nothing uses."""
        unknown = primmo_list.unknown(header, mapping)
        for heading in unknown:
            self._log(
                "fatal",
                self.env._(
                    "The file has no heading “%(heading)s”. It has: %(headings)s.",
                    heading=heading,
                    headings=", ".join(filter(None, header)),
                ),
                code="heading",
                file=self.file_name,
                column=heading,
            )
        if unused := primmo_list.unused(header, mapping):
            self._log(
                "info",
                self.env._(
                    "Nothing is imported of these columns: %s.", ", ".join(unused)
                ),
                code="unused",
                file=self.file_name,
            )
        return unknown

    def _missing_records(self, rows):
        """Return what the list lacks and will be archived; each is named.

        Rows with errors are in the list as well, as long as they can be told apart.
        """
        if any(not row.values.get(KEYS[self.kind][0]) for row in rows):
            self._log(
                "fatal",
                self.env._(
                    "A row has no key: nobody can say who is no longer in the list. "
                    "Correct the list, or do not archive."
                ),
                code="archive",
                file=self.file_name,
            )
            return self.env[MODELS[self.kind]]
        listed = {self._key(row.values) for row in rows}
        missing = self.env[MODELS[self.kind]].browse(
            record.id
            for key, record in self._known().items()
            if record.active and key not in listed
        )
        self._log_many(
            [
                {
                    "severity": "warning",
                    "code": "archive",
                    "text": self.env._("Not in the list any more: will be archived."),
                    "value": record.display_name,
                    "record": record,
                }
                for record in missing
            ]
        )
        if missing:
            self._count(MODELS[self.kind], "archive", len(missing))
        return missing

    def _mapping(self):
        return {c.field_name: c.heading for c in self.column_ids if c.heading}

    def _log_missing_columns(self, mapping):
        labels = [self._label(name) for name in primmo_list.missing(self.kind, mapping)]
        for label in labels:
            self._log(
                "fatal",
                self.env._("No column gives the field %s. Choose its heading.", label),
                code="column",
                file=self.file_name,
                column=label,
            )
        return labels

    def _label(self, name):
        return self.env[MODELS[self.kind]]._fields[name]._description_string(self.env)

    def _log_row_errors(self, rows):
        """Log the errors; return the rows without any, each key once."""
        findings, good, seen = [], [], set()
        texts = self._error_texts()
        for row in rows:
            key = self._key(row.values)
            if not row.errors and key in seen:
                row.errors.append((KEYS[self.kind][0], "twice", str(key[0])))
            seen.add(key)
            if not row.errors:
                good.append(row)
            findings += [
                {
                    "severity": "error",
                    "code": code,
                    "text": texts[code],
                    "file": self.file_name,
                    "row": row.number,
                    "column": self._label(name),
                    # A NAM must not stand in a log.
                    "value": value if name != "nam" else False,
                }
                for name, code, value in row.errors
            ]
        self._log_many(findings)
        if len(good) < len(rows):
            self._count(MODELS[self.kind], "skip", len(rows) - len(good))
        return good

    def _error_texts(self):
        return {
            "required": self.env._("The value is missing."),
            "cell_error": self.env._(
                "The spreadsheet shows an error here, or a formula that was never "
                "computed. Correct the cell."
            ),
            "date_unknown": self.env._("This is no date. Write 1938-04-07."),
            "expiry_unknown": self.env._("This is no expiry. Write 2027-04."),
            "sex_unknown": self.env._("This is no sex. Write M or F."),
            "language_unknown": self.env._("This is no language. Write Fr, En or Au."),
            "boolean_unknown": self.env._("Write Oui or Non."),
            "amount_unknown": self.env._("This is no amount. Write 1234.50."),
            "twice": self.env._("The list has this record twice."),
        }

    # === RETENTION ===

    @api.autovacuum
    def _gc_lists(self):
        """Delete the lists, and what was read of them, some days after their import."""
        # sudo: the retention time is a technical parameter
        parameter = self.env["ir.config_parameter"].sudo()
        days = int(parameter.get_param(DAYS_PARAMETER, DEFAULT_DAYS))
        limit = fields.Datetime.now() - relativedelta(days=days)
        old = [("write_date", "<", limit), ("list_deleted_date", "=", False)]
        self.search(old)._forget_list()

    def _forget_list(self):
        """Delete the file, the rows kept of it and the values named in findings.

        A list that waits is given up with it; one that is being written stays.
        """
        runs = self.sudo().filtered(
            lambda run: run.state != "running"
        )  # sudo: own rows
        domain = runs._own_rows()
        self.env["exchange.chunk"].sudo().search(domain).write({"payload": {}})
        findings = self.env["exchange.message"].sudo().with_context(active_test=False)
        findings.search(domain).write({"value": False})
        runs.filtered(lambda run: run.state not in OVER).write({"state": "cancelled"})
        runs.write({"list_file": False, "list_deleted_date": fields.Date.today()})

    # === WRITE ===

    def _key(self, values):
        return tuple(values.get(name) or False for name in KEYS[self.kind])

    def _known(self):
        """Return {key: record} of what is here already, archived records too."""
        # sudo: who imports a list may change a NAM without being allowed to read it
        Model = self.env[MODELS[self.kind]].sudo().with_context(active_test=False)
        records = Model.search([("residence_id", "=", self.residence_id.id)])
        return {tuple(r[name] or False for name in KEYS[self.kind]): r for r in records}

    def _split(self, rows):
        """Return (values to create, [(record, values to write)], unchanged)."""
        known = self._known()
        create, write, same = [], [], 0
        for values in rows:
            record = known.get(self._key(values))
            if record and self._is_forgotten(record):
                continue
            if not record:
                create.append({"residence_id": self.residence_id.id, **values})
            elif changed := _changed(record, values):
                write.append((record, changed))
            else:
                same += 1
        return create, write, same

    def _is_forgotten(self, record):
        """Tell whether a record was anonymized: no list brings the person back."""
        return self.kind == "tenant" and record.anonymized

    def _log_forgotten(self, rows):
        """Name the rows about people who were anonymized."""
        if self.kind != "tenant":
            return
        known = self._known()
        forgotten = [
            row
            for row in rows
            if (record := known.get(self._key(row.values))) and record.anonymized
        ]
        self._log_many(
            [
                {
                    "severity": "warning",
                    "code": "anonymized",
                    "text": self.env._(
                        "This person left long ago and was anonymized here: the row is "
                        "left out."
                    ),
                    "advice": self.env._(
                        "Take the person out of the list. Who has come back: an "
                        "administrator presses Bring Back on the tenant."
                    ),
                    "file": self.file_name,
                    "row": row.number,
                    "record": known[self._key(row.values)],
                }
                for row in forgotten
            ]
        )
        if forgotten:
            self._count(MODELS[self.kind], "skip", len(forgotten))

    def _compare(self, rows):
        self._log_forgotten(rows)
        create, write, same = self._split([row.values for row in rows])
        model = MODELS[self.kind]
        for action, number in (
            ("create", len(create)),
            ("update", len(write)),
            ("unchanged", same),
        ):
            self._count(model, action, number)

    def _execute(self, payload):
        if "archive" in payload:
            # sudo: see _known
            Model = self.env[MODELS[self.kind]].sudo()
            Model.browse(payload["archive"]).exists().action_archive()
            self._tell_archived(payload["archive"])
            return
        rows = [primmo_list.from_json(self.kind, values) for values in payload["rows"]]
        create, write, _same = self._split(rows)
        # sudo: see _known
        self.env[MODELS[self.kind]].sudo().create(create)
        for record, values in write:
            record.write(values)

    def _tell_archived(self, ids):
        """Let the findings say what was done, no longer what will be."""
        # sudo: own findings, of a job that may run as somebody else
        findings = self.env["exchange.message"].sudo()
        findings.search(
            [
                *self._own_rows(),
                ("code", "=", "archive"),
                ("res_model", "=", MODELS[self.kind]),
                ("res_id", "in", ids),
            ]
        ).write({"text": self.env._("Not in the list any more: was archived.")})

    def _finish(self):
        result = super()._finish()
        self.env["primmo.import.mapping"]._remember(
            self.residence_id, self.kind, self._mapping()
        )
        self.residence_id._check_convention()
        return result

    def _counter_labels(self):
        return {**super()._counter_labels(), "archive": self.env._("Archived")}


def _changed(record, values):
    """Return the values that differ from a record's."""
    changed = {} if record.active else {"active": True}
    for name, value in values.items():
        present = record[name]
        if record._fields[name].type == "monetary":
            if record.currency_id.compare_amounts(present, float(value or 0)):
                changed[name] = float(value or 0)
        elif (present or None) != (value or None):
            changed[name] = value
    return changed


def _to_json(row):
    return {name: primmo_list.to_json(value) for name, value in row.values.items()}
