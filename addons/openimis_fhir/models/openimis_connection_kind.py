from odoo import api, fields, models

from ..core import const
from ..core.transport import NOT_THIS_WAY


class OpenimisConnectionKind(models.Model):
    """One kind of record of a connection: pull it or not, and known up to when."""

    _name = "openimis.connection.kind"
    _description = "What to Pull from openIMIS"
    _inherit = ["exchange.engine.mixin"]
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
    way = fields.Selection(
        [("graphql", "GraphQL"), ("fhir", "FHIR")],
        "Read By",
        readonly=True,
        copy=False,
        engine=True,
        help="Transport that worked last, where the connection leaves the choice.",
    )
    test_result = fields.Char("Last Test", readonly=True, copy=False, engine=True)
    unreadable_count = fields.Integer(
        "Unreadable",
        readonly=True,
        copy=False,
        engine=True,
        help="Entries openIMIS fails on.",
    )
    lacking_count = fields.Integer(
        "Not Listed",
        readonly=True,
        copy=False,
        engine=True,
        help="Entries of the whole list that come on none of its pages.",
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
            "payer": self.env._("Payers"),
            "officer": self.env._("Enrolment Officers"),
            "payment_plan": self.env._("Payment Plans"),
            "insuree": self.env._("Insurees"),
            "family": self.env._("Families"),
            "policy": self.env._("Policies"),
            "premium": self.env._("Premiums"),
            "relative_index": self.env._("Relative Indexes"),
            "batch_run": self.env._("Batch Runs"),
            "claim": self.env._("Claims"),
            "bill": self.env._("Bills"),
        }
        return [(kind, labels[kind]) for kind in const.KINDS]

    def _label(self):
        return dict(self._selection_kind())[self.kind]

    def _test(self, transport):
        """Ask for the kind by the transport, and note in words what came of it.

        :return: whether it can be read
        :raises ExchangeError: what concerns every kind, such as a refused password
        """
        self.ensure_one()
        if self.kind not in transport.kinds:
            return self._note_test(self.env._("FHIR does not tell it."))
        try:
            count = transport.count(self.kind)
        except NOT_THIS_WAY as error:
            return self._note_test(self.connection_id._explain(error))
        way = self._note_way(transport)
        if count is None:
            return self._note_test(
                self.env._("cannot be counted, %(way)s", way=way), True
            )
        return self._note_test(
            self.env._("%(count)s found, %(way)s", count=count, way=way), True
        )

    def _note_test(self, text, good=False):
        # sudo: what a test found is not the tester's to write
        self.sudo().test_result = text
        return good

    def _note_way(self, transport):
        """Remember by which transport the kind is read; return its name."""
        name = self.connection_id.transport
        if name == "mixed":
            name = transport.ways[self.kind]
            # sudo: as above
            self.sudo().way = name
        return dict(self._fields["way"]._description_selection(self.env))[name]

    def _compute_record_count(self):
        groups = self.env["openimis.remote.record"]._read_group(
            [("connection_id", "in", self.connection_id.ids), ("deleted", "=", False)],
            ["connection_id", "kind"],
            ["__count"],
        )
        counts = {(connection.id, kind): count for connection, kind, count in groups}
        for line in self:
            line.record_count = counts.get((line.connection_id.id, line.kind), 0)
