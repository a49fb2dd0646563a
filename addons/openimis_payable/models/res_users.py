from odoo import fields, models
from odoo.fields import Domain


class ResUsers(models.Model):
    """The areas whose openIMIS records a user sees and works on."""

    _inherit = "res.users"

    openimis_location_ids = fields.Many2many(
        "openimis.location",
        string="openIMIS Areas",
        help="The user sees openIMIS documents of these areas and below only; all "
        "areas when empty. The ledger is whole for whoever keeps it.",
    )

    def _get_invalidation_fields(self):
        # record rules read the areas, and what they gave is kept
        return super()._get_invalidation_fields() | {"openimis_location_ids"}

    def _openimis_area_domain(self, path, *everybodys):
        """Domain of a model's records in the areas of the user, for record rules.

        :param str path: the field that leads to the record's `openimis.location`;
            False where nothing leads there: then only who sees all areas sees any
        :param tuple everybodys: conditions of records that no area restricts
        :return: domain; all records for a user without areas
        """
        areas = self.openimis_location_ids
        if not areas:
            return Domain.TRUE
        inside = Domain(path, "child_of", areas.ids) if path else Domain.FALSE
        return Domain.OR([inside, *(Domain(*condition) for condition in everybodys)])
