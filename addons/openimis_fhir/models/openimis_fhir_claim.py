from odoo import api, models
from odoo.fields import Domain

from odoo.addons.exchange_run.core.money import exact

from ..core.fhir_search import BadSearch
from ..core.outgoing import ClaimItem, ClaimOut, Party
from .openimis_fhir_resource import aware, record_ids


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
    def _by_created(self, criterion):
        """By the day that is told: handed in, else visited, else entered here."""
        domain, before = Domain.FALSE, Domain.TRUE
        for field in ("date_claimed", "date_from", "create_date"):
            domain |= before & self._date_domain(field, criterion)
            before &= Domain(field, "=", False)
        return domain

    @api.model
    def _by_identifier(self, criterion):
        return self._identifier_domain(criterion, "code", "claim-code")

    @api.model
    def _by_patient(self, criterion):
        found = Domain("insuree_id", "any", self._patient_domain(criterion))
        if "insuree-unknown" in criterion.value:
            found |= Domain("insuree_id", "=", False)
        return found

    @api.model
    def _by_provider(self, criterion):
        return self._partner_domain("health_facility_id", criterion)

    @api.model
    def _by_status(self, criterion):
        known = {"active": "!=", "cancelled": "="}
        unknown = [code for code in criterion.value if code not in known]
        if unknown:
            raise BadSearch("status", unknown[0])
        return Domain.OR(Domain("status", known[c], "1") for c in criterion.value)

    @api.model
    def _by_use(self, criterion):
        # all of openIMIS are claims; R4 also knows preauthorization, predetermination
        return Domain.TRUE if "claim" in criterion.value else Domain.FALSE

    @api.model
    def _resources(self, records):
        builder = self._builder()
        return [builder.claim(self._claim(claim)) for claim in records]

    @staticmethod
    def _claim_id(claim):
        """FHIR id of a claim, None without one."""
        return (claim.openimis_uuid or f"claim-{claim.id}") if claim else None

    def _claim(self, claim):
        insuree = claim.insuree_id
        patient = insuree.openimis_uuid or f"insuree-{insuree.id or 'unknown'}"
        provider = self._party(claim.health_facility_id)
        return ClaimOut(
            id=self._claim_id(claim),
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
