from odoo import api, fields, models


class PrimmoImportMapping(models.Model):
    """Headings of an earlier list, so that nobody has to choose them twice."""

    _name = "primmo.import.mapping"
    _description = "Remembered Columns"
    _rec_name = "kind"

    residence_id = fields.Many2one("sofi.residence", required=True, ondelete="cascade")
    company_id = fields.Many2one(
        related="residence_id.company_id", store=True, precompute=True
    )
    kind = fields.Char(required=True)
    headings = fields.Json()

    _kind_uniq = models.Constraint("UNIQUE(residence_id, kind)", "Remembered already.")

    @api.model
    def _recall(self, residence, kind):
        """Return {field: heading} of the last list of this kind."""
        # sudo: what is remembered belongs to nobody
        found = self.sudo().search(
            [("residence_id", "=", residence._origin.id), ("kind", "=", kind)]
        )
        return found.headings or {}

    @api.model
    def _remember(self, residence, kind, headings):
        """Keep the headings for the next list of this kind."""
        # sudo: see _recall
        found = self.sudo().search(
            [("residence_id", "=", residence.id), ("kind", "=", kind)]
        )
        if found:
            found.headings = headings
        else:
            found.create(
                {"residence_id": residence.id, "kind": kind, "headings": headings}
            )
