from odoo import api, fields, models

from .primmo_import import MODELS


class PrimmoImportColumn(models.Model):
    """Which heading of a list gives which field."""

    _name = "primmo.import.column"
    _description = "Column of a Primmo List"
    _rec_name = "field_name"

    import_id = fields.Many2one("primmo.import", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="import_id.company_id")
    field_name = fields.Char(required=True, readonly=True)
    label = fields.Char(string="Field", compute="_compute_label")
    required = fields.Boolean(readonly=True)
    heading = fields.Char(help="Heading in the file; empty when the list lacks it.")
    choices = fields.Json(related="import_id.headings")

    @api.depends("field_name", "import_id.kind")
    def _compute_label(self):
        for column in self:
            model = self.env.get(MODELS.get(column.import_id.kind))
            known = model is not None and column.field_name in model._fields
            column.label = column.import_id._label(column.field_name) if known else ""
