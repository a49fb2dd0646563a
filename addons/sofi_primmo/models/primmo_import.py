import base64

from odoo import api, fields, models
from odoo.exceptions import UserError

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


class PrimmoImport(models.Model):
    """Take over one of Primmo's lists: preview with errors by row, then write."""

    _name = "primmo.import"
    _description = "Import of a Primmo List"
    _inherit = ["exchange.run.mixin"]
    _exchange_kind = "primmo.import"
    _exchange_sequence_code = "primmo.import"
    _exchange_transaction = "run"

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
        required=True,
        attachment=True,
        help="CSV, .xls or .xlsx, headings in the first row.",
    )
    file_name = fields.Char()
    skip_error_rows = fields.Boolean(
        string="Leave Out Rows with Errors",
        help="Without this, one error stops the whole import.",
    )
    column_ids = fields.One2many("primmo.import.column", "import_id", string="Columns")

    @api.onchange("residence_id", "kind", "file")
    def _onchange_file(self):
        """Propose which heading gives which field."""
        if self.file and self.residence_id and self.kind:
            self.column_ids = [
                fields.Command.clear(),
                *map(fields.Command.create, self._propose_columns()),
            ]

    def _propose_columns(self):
        header = self._read_table().header
        remembered = self.env["primmo.import.mapping"]._recall(
            self.residence_id, self.kind
        )
        guessed = primmo_list.guess(self.kind, header, remembered)
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
        content = base64.b64decode(self.with_context(bin_size=False).file or b"")
        try:
            return table_file.read(content, self.file_name or "")
        except table_file.TableFileError as error:
            raise UserError(self._file_error(error)) from error

    def _file_error(self, error):
        name = self.file_name or self.env._("The file")
        texts = {
            "too_large": self.env._("%s is too large: 20 MB at most.", name),
            "too_many": self.env._("%s has too many rows or columns.", name),
            "empty": self.env._("%s is empty: the first row must have headings.", name),
        }
        unreadable = self.env._(
            "%s cannot be read. Save it as CSV, .xls or .xlsx and try again.", name
        )
        return texts.get(error.code, unreadable)

    # === PREVIEW ===

    def _plan(self):
        """Read all rows, log errors by row, count what would change."""
        if not self.column_ids:
            self.column_ids = [
                fields.Command.create(vals) for vals in self._propose_columns()
            ]
        mapping = self._mapping()
        if self._log_missing_columns(mapping):
            return []
        rows = list(primmo_list.convert(self.kind, self._read_table(), mapping))
        good = self._log_row_errors(rows)
        if len(good) < len(rows) and not self.skip_error_rows:
            self._log(
                "fatal",
                self.env._(
                    "%(count)s rows have errors. Correct the list, or choose to leave "
                    "them out.",
                    count=len(rows) - len(good),
                ),
                code="rows",
                file=self.file_name,
            )
            return []
        self._compare(good)
        return [
            {"rows": [_to_json(row) for row in good[at : at + CHUNK_ROWS]]}
            for at in range(0, len(good), CHUNK_ROWS)
        ]

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
            "date_unknown": self.env._("This is no date. Write 1938-04-07."),
            "expiry_unknown": self.env._("This is no expiry. Write 2027-04."),
            "sex_unknown": self.env._("This is no sex. Write M or F."),
            "language_unknown": self.env._("This is no language. Write Fr, En or Au."),
            "boolean_unknown": self.env._("Write Oui or Non."),
            "amount_unknown": self.env._("This is no amount. Write 1234.50."),
            "twice": self.env._("The list has this record twice."),
        }

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
            if not record:
                create.append({"residence_id": self.residence_id.id, **values})
            elif changed := _changed(record, values):
                write.append((record, changed))
            else:
                same += 1
        return create, write, same

    def _compare(self, rows):
        create, write, same = self._split([row.values for row in rows])
        model = MODELS[self.kind]
        for action, number in (
            ("create", len(create)),
            ("update", len(write)),
            ("unchanged", same),
        ):
            self._count(model, action, number)

    def _execute(self, payload):
        rows = [primmo_list.from_json(self.kind, values) for values in payload["rows"]]
        create, write, _same = self._split(rows)
        # sudo: see _known
        self.env[MODELS[self.kind]].sudo().create(create)
        for record, values in write:
            record.write(values)

    def _finish(self):
        result = super()._finish()
        self.env["primmo.import.mapping"]._remember(
            self.residence_id, self.kind, self._mapping()
        )
        self.residence_id._check_convention()
        return result

    def _counter_labels(self):
        labels = {model: self.env[model]._description for model in MODELS.values()}
        return {**super()._counter_labels(), **labels}


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
