from odoo import api, models


class OpenimisConverterCommission(models.AbstractModel):
    """Commission: one bill per enrolment officer. openimis.md section 3.3.

    A premium earns its commission once, in the period it was paid in.
    """

    _name = "openimis.converter.commission"
    _description = "openIMIS Commissions to Bills"
    _inherit = ["openimis.converter.plan"]
    _source_model = "openimis.premium"
    _payable_type = "commission"
    _code_prefix = "PP"
    _date_field = "date_paid"
    _marks_source = False

    @api.model
    def _group_key(self, batch, source):
        return (source.officer_id.id,)

    @api.model
    def _third_party(self, run, key):
        officer = self.env["openimis.officer"].browse(key[0])
        return officer.partner_id, officer, officer.location_id

    @api.model
    def _candidate_partner(self, source, terms):
        return source.officer_id.partner_id.id or None

    @api.model
    def _source_refusal(self, run, source):
        if source.policy_id.status == "1":
            return "wrong_status", self.env._("The policy is idle")
        if not source.officer_id:
            return "no_third_party", self.env._("No enrolment officer")
        return None

    @api.model
    def _bases(self, source):
        return [(source, source.amount)]

    @api.model
    def _payee(self, run, source, plan):
        return source.officer_id.id

    @api.model
    def _granularity(self, run):
        return run.commission_granularity
