from odoo import api, fields, models
from odoo.fields import Domain

from ..core.notes import with_local_note


class DaycareDossierMixin(models.AbstractModel):
    """What the files of children and guardians share: their two identifiers.

    The record id, shown as «DossierId», increments by itself; the id of the Kibé
    software stays in a field of its own and is unique in the company (kibe 0).
    """

    _name = "daycare.dossier.mixin"
    _description = "Daycare File"
    _inherit = ["exchange.engine.mixin"]

    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    kibe_id = fields.Char(
        string="Kibé ID",
        copy=False,
        index="btree_not_null",
        help="Identifier of the file in Kibé; digits.",
    )
    dossier_id = fields.Integer(
        string="DossierId",
        compute="_compute_dossier_id",
        search="_search_dossier_id",
        help="Number of the file in this database.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Create files; their notes fetch nothing from elsewhere."""
        return super().create([with_local_note(vals) for vals in vals_list])

    def write(self, vals):
        """Write files; one whose pages name records of its company stays there.

        :raises UserError: a page would name a record of another company
        """
        result = super().write(with_local_note(vals))
        if "company_id" in vals:
            # sudo: only companies are compared, on whatever page
            for pages in self.sudo()._pages():
                pages._check_company()
        return result

    def _pages(self):
        """Return what stands in the files and names other records, by model."""
        return []

    def _compute_dossier_id(self):
        for dossier in self:
            dossier.dossier_id = dossier._origin.id

    @api.model
    def _search_dossier_id(self, operator, value):
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        if operator == "in":
            return Domain("id", "in", [int(v) for v in value if _is_number(v)])
        return Domain("id", operator, int(value)) if _is_number(value) else Domain.FALSE

    @api.model
    def _by_kibe_id(self, kibe_ids, company):
        """Return the files that carry the given Kibé ids, archived ones included.

        :param kibe_ids: iterable of Kibé ids (text)
        :param company: the company whose name space it is
        :return dict: Kibé id → record
        """
        records = self.with_context(active_test=False).search(
            [("company_id", "=", company.id), ("kibe_id", "in", list(kibe_ids))]
        )
        return {record.kibe_id: record for record in records}

    @api.onchange("zip")
    def _onchange_zip(self):
        """Fill town and country from a Swiss postcode (kibe 1.9)."""
        if self.zip and self.zip != self._origin.zip:
            self.update(self.env["daycare.locality"]._address_vals(self.zip))


def _is_number(value):
    return isinstance(value, int) or (isinstance(value, str) and value.isdecimal())
