from odoo import fields, models

from odoo.addons.base.models.res_users import check_identity


class ResUsersApikeysDescription(models.TransientModel):
    """Ask what a new key is to open."""

    _inherit = "res.users.apikeys.description"

    openimis_scope = fields.Selection(
        [("all", "Everything (RPC)"), ("fhir", "FHIR of openIMIS only")],
        "Opens",
        default="all",
        required=True,
        help="Give an accounting system that reads FHIR a key that opens FHIR only.",
    )

    @check_identity
    def make_key(self):
        """Make the key.

        :return: a window action that shows it once
        """
        fhir = self.openimis_scope == "fhir"
        self = self.with_context(openimis_fhir_key=fhir)
        return super().make_key()
