"""Reading, building and transporting FHIR R4 and openIMIS records, without Odoo."""
