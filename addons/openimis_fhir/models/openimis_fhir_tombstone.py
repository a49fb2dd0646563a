from odoo import api, fields, models


class OpenimisFhirTombstone(models.Model):
    """A bill that was served once and exists no longer."""

    _name = "openimis.fhir.tombstone"
    _description = "Deleted Bill"
    _order = "id desc"
    _rec_name = "code"

    company_id = fields.Many2one("res.company", required=True, index=True)
    uuid = fields.Char("openIMIS UUID", required=True, index=True)
    code = fields.Char()
    version = fields.Integer()
    date = fields.Datetime(required=True, default=fields.Datetime.now)

    @api.model
    def _bury(self, moves):
        """Remember bills that are about to be deleted."""
        # sudo: whoever may delete a bill leaves a trace, whatever other rights he has
        self.sudo().create(
            [
                {
                    "company_id": move.company_id.id,
                    "uuid": move.openimis_uuid,
                    "code": move.openimis_code,
                    "version": move.openimis_fhir_version + 1,
                }
                for move in moves
                if move.openimis_type and move.openimis_uuid
            ]
        )
