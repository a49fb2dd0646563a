from odoo import api, models

from odoo.addons.exchange_run.core.money import HUNDRED, exact, round_to

from ..core.payable import Payable
from ..core.plan import Plan

AS_IS = Plan(id=0, code="", rate=HUNDRED, lump_sum=HUNDRED, periodicity=1)


class OpenimisConverterContribution(models.AbstractModel):
    """Receivables: premiums as customer invoices, one per payer or family."""

    _name = "openimis.converter.contribution"
    _description = "openIMIS Contributions to Invoices"
    _inherit = ["openimis.converter.plan"]
    _source_model = "openimis.premium"
    _move_type = "out_invoice"
    _payable_type = "contribution"
    _code_prefix = "CO"
    _date_field = "date_paid"

    @api.model
    def _group_key(self, batch, source):
        if source.payer_id:
            return ("openimis.payer", source.payer_id.id)
        return ("openimis.insuree", source.policy_id.family_id.head_id.id)

    @api.model
    def _third_party(self, run, key):
        sender = self.env[key[0]].browse(key[1])
        # the preview writes nothing: the contact is made when the invoice is
        partner = (
            sender._ensure_partners() if run.state == "running" else sender.partner_id
        )
        return partner, sender, sender.location_id

    @api.model
    def _group_label(self, batch, key, sources):
        return self._third_party(batch.run, key)[1].display_name

    @api.model
    def _candidate_partner(self, source, terms):
        payer = source.payer_id or source.policy_id.family_id.head_id
        return payer.partner_id.id or None

    @api.model
    def _source_refusal(self, run, source):
        if not (source.payer_id or source.policy_id.family_id.head_id):
            return "no_third_party", self.env._("Neither a payer nor a head of family")
        return None

    @api.model
    def _bases(self, source):
        return [(source, source.amount)]

    @api.model
    def _plans(self, run):
        # a contribution is due as it is: no plan of the product changes its amount
        return {product: [AS_IS] for product in run._scope().ids}

    @api.model
    def _payee(self, run, source, plan):
        return source.payer_id.id or source.policy_id.family_id.head_id.id

    @api.model
    def _granularity(self, run):
        return "policy"

    @api.model
    def _payable(self, run, source, record, base, plan, terms):
        net = round_to(exact(base), terms["quantum"])
        location = source.location_id.id or None
        accounting = terms["products"][source.product_id.id].accounting(location)
        # the product's taxes are those of purchases
        accounting["taxes"] = ()
        return Payable(
            source=source.id,
            code=source.code or source.receipt or str(source.id),
            description=source.policy_id.code or "",
            unit_price=net,
            net=net,
            location=location,
            details={"policy": source.policy_id.code, "receipt": source.receipt or ""},
            explanation=(
                self.env._("premium %s", run._figure(net)),
                "",
                self.env._("net %s", run._figure(net)),
            ),
            **accounting,
        )
