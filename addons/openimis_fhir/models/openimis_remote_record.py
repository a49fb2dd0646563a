from odoo import fields, models

from .openimis_connection_kind import OpenimisConnectionKind


class OpenimisRemoteRecord(models.Model):
    """What is known of a record of openIMIS: its key, its version, its copy here.

    The unique index is what makes a pull idempotent: whatever happens in between,
    one openIMIS record has one row, and one row one copy.
    """

    _name = "openimis.remote.record"
    _description = "Record Known from openIMIS"
    _order = "id"
    _rec_name = "uuid"

    connection_id = fields.Many2one(
        "openimis.connection", required=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="connection_id.company_id", store=True, index=True
    )
    kind = fields.Selection(
        selection=lambda self: OpenimisConnectionKind._selection_kind(self),
        required=True,
    )
    uuid = fields.Char("openIMIS UUID", required=True)
    fingerprint = fields.Char(
        required=True, help="Digest of the content, which stands in for a version."
    )
    version = fields.Integer(help="openIMIS' own version, where it is told.")
    res_id = fields.Integer("Record", required=True)
    deleted = fields.Boolean("Gone from openIMIS")
    pull_id = fields.Many2one("openimis.pull", "Last Seen by", ondelete="set null")

    _key_uniq = models.UniqueIndex(
        "(connection_id, kind, uuid)", "This openIMIS record is known already."
    )
