from odoo import fields, models

from ..core.api_profile import ApiProfile


class SofiApiProfile(models.Model):
    """How one generation of SOFI's interface is spoken to.

    Telemedic publishes no reference: the day it gives one, only a profile changes.
    """

    _name = "sofi.api.profile"
    _inherit = ["exchange.shared.mixin"]
    _shared_by = (("sofi.residence", "profile_id", "company_id"),)
    _description = "SOFI API Profile"
    _order = "name"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    prefix = fields.Char(
        required=True,
        default="/api/v1",
        help="Path between the address of the residence and every endpoint.",
    )
    auth = fields.Selection(
        [
            ("oauth", "OAuth 2 client credentials"),
            ("basic", "Key and secret with every call (Basic)"),
            ("headers", "Key and secret in headers of their own"),
        ],
        string="Authentication",
        required=True,
        default="oauth",
    )
    key_header = fields.Char(default="X-Api-Key")
    secret_header = fields.Char(default="X-Api-Secret")
    archive_mode = fields.Selection(
        [("batch", "Up to 200 charges at a time"), ("single", "One charge at a time")],
        string="Archiving",
        required=True,
        default="batch",
    )
    name_ids = fields.One2many(
        "sofi.api.name",
        "profile_id",
        string="Other Names",
        help="Only what SOFI calls differently from the connector.",
    )

    def _to_core(self):
        """Return the profile as the API client takes it."""
        self.ensure_one()
        return ApiProfile(
            prefix=self.prefix,
            auth=self.auth,
            archive_mode=self.archive_mode,
            key_header=self.key_header or "X-Api-Key",
            secret_header=self.secret_header or "X-Api-Secret",
            names={(name.kind, name.key): name.value for name in self.name_ids},
        )
