from odoo import api, models
from odoo.fields import Domain

from ..core.outgoing import Facility
from .openimis_fhir_resource import aware, record_ids


class OpenimisFhirOrganization(models.AbstractModel):
    """Health facilities, other third parties of bills and the insurer itself."""

    _name = "openimis.fhir.organization"
    _description = "FHIR Organization"
    _inherit = "openimis.fhir.resource"

    _resource = "Organization"
    _model = "res.partner"
    _rights = ("156101", "111102")

    @api.model
    def _base_domain(self):
        companies = self.env.user.company_ids
        served = Domain("openimis_is_facility", "=", True)
        served |= Domain("id", "in", companies.partner_id.ids)
        # officers and payers; insurees are persons and are not served here
        for model in ("openimis.officer", "openimis.payer"):
            partners = self.env[model]._search([("partner_id", "!=", False)])
            served |= Domain("id", "in", partners.subselect("partner_id"))
        return served

    @api.model
    def _id_domain(self, ids):
        plain = Domain("id", "in", record_ids(ids, "partner-")) & Domain(
            "openimis_uuid", "=", False
        )
        return Domain("openimis_uuid", "in", ids) | plain

    @api.model
    def _by_identifier(self, criterion):
        return self._identifier_domain(criterion, "openimis_code", "organization-code")

    @api.model
    def _by_type(self, criterion):
        facility = Domain("openimis_is_facility", "=", True)
        known = {"prov": facility, "other": ~facility}
        return Domain.OR(known.get(code, Domain.FALSE) for code in criterion.value)

    @api.model
    def _resources(self, records):
        records.fetch(
            ["name", "openimis_uuid", "openimis_code", "openimis_location_id"]
        )
        builder = self._builder()
        return [builder.organization(self._facility(partner)) for partner in records]

    def _facility(self, partner):
        # sudo: a facility that companies share tells where it is, though its district
        # is kept by one of them
        location = partner.openimis_location_id.sudo()
        return Facility(
            id=self._partner_id(partner),
            code=partner.openimis_code or partner.ref or "",
            name=partner.name or "",
            kind="prov" if partner.openimis_is_facility else "other",
            active=partner.active,
            legal_form=partner.openimis_legal_form or None,
            level=partner.openimis_level or None,
            care_type=partner.openimis_care_type or None,
            account_code=partner.openimis_account_code or None,
            street=partner.street or None,
            city=partner.city or None,
            district=location.name or None,
            region=location.parent_id.name or None,
            phone=partner.phone or None,
            email=partner.email or None,
            updated=aware(partner.write_date),
        )
