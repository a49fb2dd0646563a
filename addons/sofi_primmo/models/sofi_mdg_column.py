from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..core.mdg import Column

# How each field of a charge is written: type of the core's column.
FIELD_TYPES = {
    "external_id": "identifier",
    "service_date": "date",
    "total": "decimal",
    "amount": "decimal",
    "discount": "decimal",
    "id": "identifier",
    "service_code": "identifier",
    "quantity": "decimal",
    "unit_price": "decimal",
    "description": "text",
}


class SofiMdgColumn(models.Model):
    """One column of an MDG layout."""

    _name = "sofi.mdg.column"
    _inherit = ["exchange.shared.mixin"]
    _shared_in = "layout_id"
    _description = "MDG Column"
    _order = "layout_id, sequence, id"
    _rec_name = "label"

    layout_id = fields.Many2one(
        "sofi.mdg.layout", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer(string="Position", default=10)
    label = fields.Char(required=True, help="As Hopem names the column, such as 15V.")
    kind = fields.Selection(
        [
            ("field", "Of the charge"),
            ("parameter", "Of the residence"),
            ("constant", "Always the same"),
            ("empty", "Empty"),
        ],
        string="Content",
        required=True,
        default="field",
    )
    field = fields.Selection(
        [
            ("external_id", "External ID of the resident"),
            ("service_date", "Service date"),
            ("total", "Total amount, before discount"),
            ("amount", "Charge amount"),
            ("discount", "Discount"),
            ("id", "SOFI charge number"),
            ("service_code", "Service code"),
            ("quantity", "Quantity"),
            ("unit_price", "Unit price"),
            ("description", "Description"),
        ],
        string="Charge Field",
    )
    parameter = fields.Selection(
        [
            ("vendor_id", "VendorId"),
            ("mdg_transaction_type", "Transaction type"),
            ("mdg_col09", "MdgFormatCol09"),
            ("mdg_col11", "MdgFormatCol11"),
            ("mdg_col14", "MdgFormatCol14"),
            ("mdg_col15v", "MdgFormatCol15V"),
            ("mdg_col15p", "MdgFormatCol15P"),
        ],
    )
    constant = fields.Char()
    width = fields.Integer(
        help="Most characters, 0 for no limit. A text is cut; a number or identifier "
        "that is too long keeps the charge out of the file.",
    )
    line_kind = fields.Char(
        help="Only on lines of this kind, such as V or P. Empty: on every line."
    )
    negate = fields.Boolean(string="Opposite Sign")

    @api.constrains("kind", "field", "parameter")
    def _check_source(self):
        for column in self:
            if column.kind in ("field", "parameter") and not column[column.kind]:
                raise ValidationError(
                    self.env._(
                        "Say what the column %(label)s contains.", label=column.label
                    )
                )

    @api.constrains("line_kind")
    def _check_line_kind(self):
        for column in self.filtered("line_kind"):
            if column.line_kind not in column.layout_id._kinds():
                raise ValidationError(
                    self.env._(
                        "The column %(label)s would never be written: the layout has "
                        "no lines of the kind %(kind)s.",
                        label=column.label,
                        kind=column.line_kind,
                    )
                )

    def _to_core(self):
        """Return the column as the writer of the file takes it."""
        self.ensure_one()
        source = "" if self.kind == "empty" else self[self.kind] or ""
        return Column(
            kind=self.kind,
            source=source,
            type=FIELD_TYPES[source] if self.kind == "field" else "text",
            width=self.width,
            line_kind=self.line_kind or "",
            negate=self.negate,
        )
