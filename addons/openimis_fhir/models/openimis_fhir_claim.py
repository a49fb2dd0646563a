from odoo import api, models
from odoo.fields import Domain

from ..core.outgoing import ClaimItem, ClaimOut, Party
from .openimis_fhir_resource import aware, exact, record_ids


class OpenimisFhirClaim(models.AbstractModel):
    """Claims, for readers who follow a bill to what it pays."""

    _name = "openimis.fhir.claim"
    _description = "FHIR Claim"
    _inherit = "openimis.fhir.resource"

    _resource = "Claim"
    _model = "openimis.claim"
    _rights = ("156101", "111102")

    @api.model
    def _id_domain(self, ids):
        """By openIMIS' UUID; claims typed here have a number of ours instead."""
        plain = Domain("id", "in", record_ids(ids, "claim-"))
        return Domain("openimis_uuid", "in", ids) | (
            plain & Domain("openimis_uuid", "=", False)
        )

    @api.model
    def _criterion_domain(self, criterion):
        return self._identifier_domain(criterion, "code", "claim-code")

    @api.model
    def _resources(self, records):
        builder = self._builder()
        return [builder.claim(self._claim(claim)) for claim in records]

    def _claim(self, claim):
        insuree = claim.insuree_id
        patient = insuree.openimis_uuid or f"insuree-{insuree.id or 'unknown'}"
        provider = self._party(claim.health_facility_id)
        return ClaimOut(
            id=claim.openimis_uuid or f"claim-{claim.id}",
            code=claim.code,
            created=claim.date_claimed or claim.date_from or claim.create_date.date(),
            currency=claim.currency_id.name,
            total=exact(claim.claimed, claim.currency_id.decimal_places),
            provider=provider or Party("unknown"),
            patient=Party(
                patient, kind="Patient", has_uuid=bool(insuree.openimis_uuid)
            ),
            active=claim.status != "1",
            visit_type=claim.visit_type or "O",
            coverage_id=claim.policy_id.openimis_uuid or None,
            date_from=claim.date_from or None,
            date_to=claim.date_to or None,
            icd_code=claim.icd_code or None,
            icd_name=claim.icd_name or None,
            items=tuple(
                ClaimItem(
                    sequence=number,
                    kind=line.line_type,
                    code=line.code,
                    quantity=exact(line.qty_provided, 4).normalize(),
                    unit_price=exact(line.price_asked, 4),
                )
                for number, line in enumerate(claim.line_ids, start=1)
            ),
            updated=aware(claim.write_date),
        )
