from odoo import api, models

from odoo.addons.exchange_run.core.money import exact, round_to

from ..core.payable import Payable


class OpenimisConverterCash(models.AbstractModel):
    """Cash payment to insurees: per head of family, or one bill for the period.

    openimis.md section 3.5. The head is paid for all dependants.
    """

    _name = "openimis.converter.cash"
    _description = "openIMIS Cash Payments to Bills"
    _inherit = ["openimis.converter.plan"]
    _source_model = "openimis.policy"
    _payable_type = "cash"
    _code_prefix = "UC"
    _date_field = "date_effective"

    @api.model
    def _group_key(self, batch, source):
        terms = batch.worth(source).terms
        return (terms["run"].cash_granularity, terms["payees"][source.id])

    @api.model
    def _third_party(self, run, key):
        if key[0] == "period":
            partner = self.env["res.partner"].browse(key[1])
            return partner, partner, run.location_id
        head = self.env["openimis.insuree"].browse(key[1])
        # the preview writes nothing: the contact is made when the bill is
        partner = head._ensure_partners() if run.state == "running" else head.partner_id
        return partner, head, head.location_id

    @api.model
    def _group_label(self, batch, key, sources):
        return self._third_party(batch.run, key)[1].display_name

    @api.model
    def _candidate_partner(self, source, terms):
        if terms and terms["run"].cash_granularity == "period":
            return terms["payees"].get(source.id)
        return source.family_id.head_id.partner_id.id or None

    @api.model
    def _source_refusal(self, run, source):
        if source.status not in ("2", "8"):
            return "wrong_status", self.env._("The policy is not active")
        return None

    @api.model
    def _bases(self, source):
        return [(source, source.value)]

    @api.model
    def _payee(self, run, source, plan):
        if run.cash_granularity == "period":
            return plan.partner
        return source.family_id.head_id.id

    @api.model
    def _granularity(self, run):
        return "policy"

    @api.model
    def _payable(self, run, source, record, base, plan, terms):
        net = round_to(exact(plan.lump_sum), terms["quantum"])
        location = source.location_id.id or None
        return Payable(
            source=source.id,
            code=source.code or plan.code,
            description=source.family_id.head_id.display_name,
            unit_price=net,
            net=net,
            location=location,
            details=self._details(source, plan),
            explanation=(
                self.env._("plan %s", plan.code),
                self.env._("lump sum %s", run._figure(net)),
                self.env._("net %s", run._figure(net)),
            ),
            **terms["products"][source.product_id.id].accounting(location),
        )
