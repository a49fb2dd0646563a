from odoo import api, fields, models

from ..core import const


class OpenimisConnectionKind(models.Model):
    """One kind of record of a connection: pull it or not, and known up to when."""

    _name = "openimis.connection.kind"
    _description = "What to Pull from openIMIS"
    _order = "connection_id, sequence, id"
    _rec_name = "kind"

    connection_id = fields.Many2one(
        "openimis.connection", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="connection_id.company_id", store=True)
    sequence = fields.Integer()
    kind = fields.Selection(selection="_selection_kind", required=True)
    enabled = fields.Boolean("Pull", default=True)
    date_since = fields.Datetime(
        "Known Up To",
        copy=False,
        help="Changes after this moment are asked for next time. Empty: everything.",
    )
    unreadable_count = fields.Integer(
        "Unreadable", readonly=True, copy=False, help="Entries openIMIS fails on."
    )
    record_count = fields.Integer("Records Known", compute="_compute_record_count")

    _kind_uniq = models.UniqueIndex(
        "(connection_id, kind)", "Each kind is listed once per connection."
    )

    def write(self, vals):
        """Insurees switched on: claims are asked for once more, to find theirs."""
        if vals.get("enabled"):
            persons = self.filtered(lambda k: k.kind == "insuree" and not k.enabled)
            claims = persons.connection_id.kind_ids.filtered(
                lambda line: line.kind == "claim"
            )
            claims.date_since = False
        return super().write(vals)

    @api.model
    def _selection_kind(self):
        labels = {
            "location": self.env._("Locations"),
            "facility": self.env._("Health Facilities"),
            "product": self.env._("Products"),
            "insuree": self.env._("Insurees"),
            "policy": self.env._("Policies"),
            "premium": self.env._("Premiums"),
            "batch_run": self.env._("Batch Runs"),
            "claim": self.env._("Claims"),
            "bill": self.env._("Bills"),
        }
        return [(kind, labels[kind]) for kind in const.KINDS]

    def _compute_record_count(self):
        groups = self.env["openimis.remote.record"]._read_group(
            [("connection_id", "in", self.connection_id.ids), ("deleted", "=", False)],
            ["connection_id", "kind"],
            ["__count"],
        )
        counts = {(connection.id, kind): count for connection, kind, count in groups}
        for line in self:
            line.record_count = counts.get((line.connection_id.id, line.kind), 0)
