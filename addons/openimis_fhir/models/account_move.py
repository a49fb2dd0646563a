from odoo import api, fields, models
from odoo.tools import SQL


class AccountMove(models.Model):
    """Bills as FHIR resources: a version for each change, a tombstone at the end."""

    _inherit = "account.move"

    openimis_fhir_version = fields.Integer(
        "FHIR Version",
        compute="_compute_openimis_fhir",
        store=True,
        copy=False,
        engine=True,
    )
    openimis_fhir_updated = fields.Datetime(
        "FHIR Last Updated",
        compute="_compute_openimis_fhir",
        store=True,
        copy=False,
        engine=True,
        index="btree_not_null",
        help="When something changed that an accounting system reads, payments "
        "included.",
    )

    @api.depends(
        "openimis_type",
        "openimis_status",
        "openimis_code",
        "openimis_date_from",
        "openimis_date_to",
        "openimis_terms",
        "openimis_note",
        "openimis_replaced_by_id",
        "openimis_sender",
        "partner_id",
        "currency_id",
        "invoice_date",
        "invoice_date_due",
        "amount_untaxed",
        "amount_total",
        "amount_residual",
    )
    def _compute_openimis_fhir(self):
        """Count a version whenever something that is served changes.

        The date of writing would miss payments: they change a bill without writing it.
        """
        now = fields.Datetime.now()
        for move in self:
            served = bool(move.openimis_type)
            version = move._origin.openimis_fhir_version or 0
            move.openimis_fhir_version = version + 1 if served else 0
            move.openimis_fhir_updated = now if served else False

    def _openimis_fhir_touch(self):
        """Count a version of bills whose content changed without being written."""
        if not self:
            return
        self.flush_recordset(["openimis_fhir_version", "openimis_fhir_updated"])
        self.env.cr.execute(
            SQL(
                """
                UPDATE account_move
                   SET openimis_fhir_version = COALESCE(openimis_fhir_version, 0) + 1,
                       openimis_fhir_updated = %s
                 WHERE id = ANY(%s)
                """,
                fields.Datetime.now(),
                self.ids,
            )
        )
        self.invalidate_recordset(["openimis_fhir_version", "openimis_fhir_updated"])

    def unlink(self):
        """Delete moves; those who read them by FHIR are told that they are gone."""
        self.env["openimis.fhir.tombstone"]._bury(self)
        return super().unlink()
