from odoo import api, models


class OpenimisConverterFee(models.AbstractModel):
    """Payment fees: one bill per payer and payment channel. openimis.md section 3.4."""

    _name = "openimis.converter.fee"
    _description = "openIMIS Payment Fees to Bills"
    _inherit = ["openimis.converter.plan"]
    _source_model = "openimis.invoice.payment"
    _payable_type = "fee"
    _code_prefix = "PF"
    _date_field = "date_payment"

    @api.model
    def _group_key(self, batch, source):
        payees = batch.worth(source).terms["payees"]
        return (payees[source.id], source.payment_origin or "")

    @api.model
    def _third_party(self, run, key):
        payer = self.env["openimis.payer"].browse(key[0])
        return payer.partner_id, payer, payer.location_id

    @api.model
    def _group_label(self, batch, key, sources):
        label = super()._group_label(batch, key, sources)
        return f"{label} – {key[1]}" if key[1] else label

    @api.model
    def _candidate_partner(self, source, terms):
        payees = terms.get("payees", {})
        payer = source.payer_id.browse(payees.get(source.id)) or source.payer_id
        return payer.partner_id.id or None

    @api.model
    def _source_refusal(self, run, source):
        if source.status != "1":
            return "wrong_status", self.env._("Only accepted payments cost a fee")
        if not source.premium_ids:
            return "no_lines", self.env._("The payment names no premium")
        return None

    @api.model
    def _bases(self, source):
        return [(premium, premium.amount) for premium in source.premium_ids]

    @api.model
    def _fits(self, source, plan):
        return not plan.origin or plan.origin == source.payment_origin

    @api.model
    def _payee(self, run, source, plan):
        return source.payer_id.id or plan.payer

    @api.model
    def _granularity(self, run):
        return run.fee_granularity
