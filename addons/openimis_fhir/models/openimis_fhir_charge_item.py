from dataclasses import replace

from odoo import api, models
from odoo.fields import Domain

from ..core.outgoing import Party
from .openimis_fhir_resource import record_ids


class OpenimisFhirChargeItem(models.AbstractModel):
    """Payable lines as ChargeItem, for readers who want lines without their bill."""

    _name = "openimis.fhir.charge.item"
    _description = "FHIR ChargeItem"
    _inherit = "openimis.fhir.resource"

    _resource = "ChargeItem"
    _model = "openimis.payable.line"

    @api.model
    def _base_domain(self):
        return Domain("move_id.openimis_uuid", "!=", False)

    @api.model
    def _id_domain(self, ids):
        return Domain("id", "in", record_ids(ids))

    @api.model
    def _by_claim(self, criterion):
        return Domain("claim_id", "any", self._claim_domain(criterion))

    @api.model
    def _by_invoice(self, criterion):
        return Domain("move_id.openimis_uuid", "in", criterion.value)

    @api.model
    def _resources(self, records):
        builder = self._builder()
        Invoice = self._server("Invoice")
        moves = records.move_id
        heads = dict(zip(moves.ids, Invoice._heads(moves), strict=True))
        lines = {
            line.id: (move_id, line)
            for move_id, line in Invoice._lines(moves, records.ids)
        }
        subjects = self._subjects(records)
        resources = []
        for record in records:
            move_id, line = lines[str(record.id)]
            line = replace(
                line,
                subject=subjects.get(record.id),
                claim_id=self._server("Claim")._claim_id(record.claim_id),
            )
            resources.append(builder.charge_item(line, heads[move_id]))
        return resources

    def _subjects(self, records):
        """{line id: Patient} of lines that pay a claim; numbers, no names."""
        uuids = {
            record.id: record.claim_id.insuree_id.openimis_uuid for record in records
        }
        return {
            line_id: Party(uuid, kind="Patient", has_uuid=True)
            for line_id, uuid in uuids.items()
            if uuid
        }
