from itertools import count

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..core import mdg

LINE_ENDS = {"crlf": "\r\n", "lf": "\n", "cr": "\r"}
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}


class SofiMdgLayout(models.Model):
    """Layout of the MDG file (*Maître D*), as data.

    Hopem publishes no description of the file: a layout is a choice, not code.
    """

    _name = "sofi.mdg.layout"
    _inherit = ["exchange.shared.mixin"]
    _shared_by = (("sofi.residence", "layout_id", "company_id"),)
    _description = "MDG Layout"
    _order = "sequence, name"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    column_ids = fields.One2many(
        "sofi.mdg.column", "layout_id", string="Columns", copy=True
    )
    line_kinds = fields.Char(
        help="Lines written for each charge, such as V,P for a sale (vente) and its "
        "payment (paiement). Empty: one line.",
    )
    separator = fields.Selection(
        [("comma", "Comma"), ("semicolon", "Semicolon"), ("tab", "Tab"), ("pipe", "|")],
        required=True,
        default="comma",
    )
    quoting = fields.Selection(
        [("all", "Every field"), ("minimal", "Only where needed")],
        required=True,
        default="all",
    )
    decimal_sign = fields.Selection(
        [(".", "Point"), (",", "Comma")], required=True, default="."
    )
    date_format = fields.Selection(
        [
            ("%Y%m%d", "20251103"),
            ("%Y-%m-%d", "2025-11-03"),
            ("%d/%m/%Y", "03/11/2025"),
            ("%d%m%Y", "03112025"),
        ],
        required=True,
        default="%Y%m%d",
    )
    encoding = fields.Selection(
        [
            ("cp1252", "Windows-1252"),
            ("iso-8859-1", "ISO-8859-1"),
            ("utf-8", "UTF-8"),
            ("utf-8-sig", "UTF-8 with byte order mark"),
            ("cp850", "DOS (cp850)"),
        ],
        required=True,
        default="cp1252",
    )
    line_end = fields.Selection(
        [("crlf", "CR LF (Windows)"), ("lf", "LF"), ("cr", "CR")],
        required=True,
        default="crlf",
    )
    name_pattern = fields.Char(
        string="File Name",
        required=True,
        default=mdg.DEFAULT_PATTERN,
        help="Tokens: {vendor} {code} {date:%Y%m%d} {time:%H%M%S} {seq:02d} {run}. "
        "{seq} or {run} is needed, so that two residences never share a name.",
    )
    preview = fields.Text(compute="_compute_preview", string="First Line")

    _code_uniq = models.Constraint("UNIQUE(code)", "This code is taken already.")

    @api.depends(
        "line_kinds",
        "separator",
        "quoting",
        "decimal_sign",
        "date_format",
        "encoding",
        "line_end",
        "name_pattern",
        "column_ids.sequence",
        "column_ids.kind",
        "column_ids.constant",
        "column_ids.parameter",
        "column_ids.field",
        "column_ids.width",
        "column_ids.line_kind",
        "column_ids.negate",
    )
    @api.depends_context("sofi_residence_id")
    def _compute_preview(self):
        """Show the example charge as the layout would write it now."""
        residence = self.env["sofi.residence"].browse(
            self.env.context.get("sofi_residence_id")
        )
        parameters = residence._mdg_parameters() if residence else EXAMPLE_PARAMETERS
        for layout in self:
            layout.preview = layout._preview(parameters, residence.language or "FR")

    def _preview(self, parameters, language):
        charge = self.env["sofi.charge"]._example()
        if any(
            c.kind in ("field", "parameter") and not c[c.kind] for c in self.column_ids
        ):
            return ""  # a column being typed is not complete yet
        rendered = mdg.render(self._to_core(), parameters, [charge], language)
        if rendered.misfits:
            return self.env._(
                "The example does not fit: %(field)s is too wide.",
                field=rendered.misfits[charge.id],
            )
        return rendered.content.decode(self.encoding)

    @api.constrains("name_pattern")
    def _check_name_pattern(self):
        for layout in self:
            try:
                mdg.check_pattern(layout.name_pattern)
            except mdg.MdgError as error:
                raise ValidationError(
                    self.env._(
                        "The file name %(pattern)s cannot be used: %(reason)s",
                        pattern=layout.name_pattern,
                        reason=self._pattern_reason(error),
                    )
                ) from error

    def _pattern_reason(self, error):
        reasons = {
            "pattern_token": self.env._("unknown token or format %s", error),
            "pattern_unique": self.env._("it must contain {seq} or {run}"),
            "pattern_character": self.env._(
                'it contains one of the characters / \\ : * ? " < > |'
            ),
            "pattern_extension": self.env._("it must end in .csv"),
        }
        return reasons[error.code]

    @api.constrains("column_ids", "line_kinds")
    def _check_columns(self):
        for layout in self:
            if not layout.column_ids:
                raise ValidationError(
                    self.env._("The layout %(name)s needs columns.", name=layout.name)
                )
            layout.column_ids._check_line_kind()

    def _kinds(self):
        """Return the kinds of lines written for each charge, one empty at least."""
        self.ensure_one()
        return [kind.strip() for kind in (self.line_kinds or "").split(",")]

    def copy_data(self, default=None):
        """Give each copy a name and a code of its own."""
        own = default or {}
        return [
            vals
            | {
                "name": own.get("name") or self.env._("%s (copy)", layout.name),
                "code": own.get("code") or self._free_code(layout.code),
            }
            for layout, vals in zip(self, super().copy_data(default), strict=True)
        ]

    def _free_code(self, code):
        """Return a code with a number that no layout has."""
        alike = [("code", "=like", f"{code}_%")]
        layouts = self.with_context(active_test=False).search(alike)
        taken = set(layouts.mapped("code"))
        numbered = (f"{code}_{number}" for number in count(2))
        return next(name for name in numbered if name not in taken)

    def _to_core(self):
        """Return the layout as the writer of the file takes it."""
        self.ensure_one()
        columns = self.column_ids.sorted(lambda c: (c.sequence, c._origin.id or 0))
        return mdg.Layout(
            columns=tuple(column._to_core() for column in columns),
            line_kinds=tuple(self._kinds()),
            separator=SEPARATORS[self.separator],
            quote_all=self.quoting == "all",
            decimal_sign=self.decimal_sign,
            date_format=self.date_format,
            encoding=self.encoding,
            line_end=LINE_ENDS[self.line_end],
            name_pattern=self.name_pattern,
        )


EXAMPLE_PARAMETERS = {
    "vendor_id": "12",
    "mdg_transaction_type": "4",
    "mdg_col09": "Col09",
    "mdg_col11": "Col11",
    "mdg_col14": "Col14",
    "mdg_col15v": "Col15V",
    "mdg_col15p": "Col15P",
}
