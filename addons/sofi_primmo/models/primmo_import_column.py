from odoo import api, fields, models
from odoo.exceptions import UserError

from .primmo_import import MODELS


class PrimmoImportColumn(models.Model):
    """Which heading of a list gives which field."""

    _name = "primmo.import.column"
    _description = "Column of a Primmo List"
    _rec_name = "field_name"

    import_id = fields.Many2one(
        "primmo.import", required=True, index=True, ondelete="cascade"
    )
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

    @api.model_create_multi
    def create(self, vals_list):
        """Create columns of imports that are not previewed yet."""
        columns = super().create(vals_list)
        columns._check_open()
        return columns

    def write(self, vals):
        """Change columns of imports that are not previewed yet."""
        self._check_open()
        return super().write(vals)

    def unlink(self):
        """Delete columns of imports that are not previewed yet."""
        self._check_open()
        return super().unlink()

    def _check_open(self):
        """Make sure that nobody changes what a preview or an import was made with.

        :raises UserError: the import has a plan
        """
        closed = self.import_id.filtered(lambda run: run.state != "draft")
        if closed and not closed._is_engine_writing():
            raise UserError(
                self.env._(
                    "The columns of a list that was previewed are settled. Set the "
                    "import back to draft first, or make a new one."
                )
            )
