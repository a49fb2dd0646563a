from odoo import api, fields, models
from odoo.http import request

GC_BATCH = 10_000
KEEP_DAYS_PARAMETER = "exchange_run.journal_days"
KEEP_DAYS = 730
KINDS = [
    ("login", "Login"),
    ("read", "Read"),
    ("group", "Grouped"),
    ("export", "Exported"),
    ("fhir", "Served as FHIR"),
]


class ExchangeAccess(models.Model):
    """Who logged in, and who was shown what is protected.

    Nobody writes, changes or deletes a row; rows end by age, see
    :meth:`_gc_old`. Names and values are not in it: only which records they are of.
    """

    _name = "exchange.access"
    _description = "Access to Protected Data"
    _log_access = False
    _order = "id desc"
    _rec_name = "login"

    date = fields.Datetime(required=True, readonly=True, index=True)
    user_id = fields.Many2one(
        "res.users", readonly=True, index=True, ondelete="set null"
    )
    login = fields.Char(
        readonly=True, help="As it was then: it stays when the user is deleted."
    )
    kind = fields.Selection(KINDS, required=True, readonly=True)
    res_model = fields.Char("Technical Model", readonly=True, index=True)
    model_name = fields.Char("Records", compute="_compute_model_name")
    res_ids = fields.Json("Record Ids", readonly=True)
    count = fields.Integer("Number", readonly=True)
    field_names = fields.Char("Fields", readonly=True)
    address = fields.Char(
        "From", readonly=True, help="Address that the request came from."
    )

    @api.depends("res_model")
    @api.depends_context("lang")
    def _compute_model_name(self):
        # sudo: the name of a model is no secret
        known = self.env["ir.model"].sudo()
        for row in self:
            name = row.res_model
            row.model_name = known._get(name).name if name else False

    @api.model
    def _note(self, kind, records=None, names=()):
        """Write down what the user does now.

        :param str kind: one of KINDS
        :param records: what is shown
        :param names: names of the fields that are shown
        """
        user = self.env.user
        vals = {
            "date": fields.Datetime.now(),
            "user_id": user.id,
            "login": user.login,
            "kind": kind,
            "field_names": ", ".join(names) or False,
            "address": request.httprequest.remote_addr if request else False,
        }
        if records is not None:
            vals |= {
                "res_model": records._name,
                "res_ids": records.ids,
                "count": len(records),
            }
        if not self.env.cr.readonly:
            # sudo: nobody has the right to write into the journal
            self.sudo().create(vals)
            return
        # a request that was meant to read only still leaves its row
        with self.env.registry.cursor() as cr:
            self.with_env(self.env(cr=cr)).sudo().create(vals)

    @api.autovacuum
    def _gc_old(self):
        """Delete rows older than the parameter `exchange_run.journal_days`.

        :return: how many were deleted, and whether more may be left
        """
        # sudo: the retention time is a technical parameter
        parameters = self.env["ir.config_parameter"].sudo()
        days = int(parameters.get_param(KEEP_DAYS_PARAMETER, KEEP_DAYS))
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=days)
        rows = self.search([("date", "<", limit)], limit=GC_BATCH, order="id")
        rows.unlink()
        return len(rows), len(rows) == GC_BATCH


class ExchangeJournalMixin(models.AbstractModel):
    """Records about persons: whoever is shown one leaves a row in the journal.

    A model inherits this mixin, and every way in which a client reads it (forms, lists,
    RPC, groups, exports) is written down by :meth:`ExchangeAccess._note`. What the
    program reads for itself is not.
    """

    _name = "exchange.journal.mixin"
    _description = "Record Whose Reading Is Written Down"

    def _read_format(self, fnames, load="_classic_read"):
        shown = super()._read_format(fnames, load)
        if self and not self.env.su and set(fnames) - {"id", "display_name"}:
            self.env["exchange.access"]._note("read", self, fnames)
        return shown

    def export_data(self, fields_to_export):
        """Export records, and write down who did."""
        exported = super().export_data(fields_to_export)
        self.env["exchange.access"]._note("export", self, fields_to_export)
        return exported

    @api.model
    @api.readonly
    def formatted_read_group(
        self,
        domain,
        groupby=(),
        aggregates=(),
        having=(),
        offset=0,
        limit=None,
        order=None,
    ):
        """Group records, and write down who did: a group may be one person."""
        groups = super().formatted_read_group(
            domain, groupby, aggregates, having, offset, limit, order
        )
        if groupby and not self.env.su:
            self.env["exchange.access"]._note("group", self.browse(), groupby)
        return groups
