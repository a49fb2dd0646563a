"""Organization and Claim."""

from . import const
from .fhir_elements import concept, filled, identifiers, meta, money, party


class PartyBuilder:
    """Build who is paid and for what; the base of `fhir_build.Builder`."""

    def organization(self, facility):
        """Organization of a health facility, readable as openIMIS' own."""
        extensions = [
            {
                "url": f"{const.IG}/StructureDefinition/{name}",
                "valueCodeableConcept": concept(f"{const.IG}/CodeSystem/{name}", code),
            }
            for name, code in (
                ("organization-legal-form", facility.legal_form),
                ("organization-hf-level", facility.level),
                ("organization-hf-care-type", facility.care_type),
            )
            if code
        ]
        if facility.account_code:
            url = self.definition("organization-account-code")
            extensions.append({"url": url, "valueString": facility.account_code})
        address = {
            "type": "physical",
            "line": [facility.street] if facility.street else None,
            "city": facility.city,
            "district": facility.district,
            "state": facility.region,
        }
        telecom = [("phone", facility.phone), ("email", facility.email)]
        return filled(
            {
                "resourceType": "Organization",
                "id": facility.id,
                "meta": meta(facility.updated),
                "extension": extensions,
                "identifier": identifiers(
                    facility.id, self.organization_code, facility.code
                ),
                "active": facility.active,
                "type": [
                    concept(
                        "http://terminology.hl7.org/CodeSystem/organization-type",
                        facility.kind,
                    )
                ],
                "name": facility.name,
                "telecom": [
                    {"system": system, "value": value}
                    for system, value in telecom
                    if value
                ],
                "address": [filled(address)]
                if any(list(address.values())[1:])
                else None,
            }
        )

    def claim(self, claim):
        """Claim as received, for readers who follow a bill to its claims."""
        period = filled({"start": claim.date_from, "end": claim.date_to})
        coverage = (
            {"reference": f"Coverage/{claim.coverage_id}", "type": "Coverage"}
            if claim.coverage_id
            else {"type": "Coverage", "display": "openIMIS"}
        )
        diagnosis = {
            "sequence": 1,
            "diagnosisCodeableConcept": concept(
                f"{const.IG}/CodeSystem/diagnosis-ICD10-level1",
                claim.icd_code,
                claim.icd_name,
            ),
        }
        return filled(
            {
                "resourceType": "Claim",
                "id": claim.id,
                "meta": meta(claim.updated),
                "identifier": identifiers(claim.id, self.claim_code, claim.code),
                "status": "active" if claim.active else "cancelled",
                "type": concept(
                    f"{const.IG}/CodeSystem/claim-visit-type", claim.visit_type
                ),
                "use": "claim",
                "patient": party(claim.patient),
                "billablePeriod": period,
                "created": claim.created,
                "provider": party(claim.provider),
                "priority": concept(const.PROCESS_PRIORITY, "normal"),
                "diagnosis": [diagnosis] if claim.icd_code else None,
                "insurance": [{"sequence": 1, "focal": True, "coverage": coverage}],
                "item": [
                    {
                        "sequence": item.sequence,
                        "category": {"text": item.kind},
                        "productOrService": {"text": item.code},
                        "quantity": {"value": item.quantity},
                        "unitPrice": money(item.unit_price, claim.currency),
                    }
                    for item in claim.items
                ],
                "total": money(claim.total, claim.currency),
            }
        )
