from odoo import api, models


class OpenimisConverterClaim(models.AbstractModel):
    """What FHIR does not tell is not billed, nor what openIMIS' own bill pays."""

    _inherit = "openimis.converter.claim"

    @api.model
    def _calculate(self, run, sources, calculation):
        booked = self.env["openimis.remote.bill"]._booked_claims(sources)
        for claim, move in booked.items():
            text = self.env._(
                "Paid by openIMIS' own bill %s, which is booked here",
                move.openimis_code or move.name,
            )
            calculation.leave_out(claim.id, "remote_bill", text)
        sources = sources.filtered(lambda claim: claim not in booked)
        untold = sources.filtered("amounts_untold")
        super()._calculate(run, sources - untold, calculation)
        if not untold:
            return
        terms = run._claim_terms(calculation)
        for claim in untold._read_for_valuation(terms):
            # whatever else keeps it from being billed is the better reason
            reason = self._refusal(run, claim, terms) or (
                "untold",
                self.env._(
                    "FHIR does not tell all amounts: pull claims by GraphQL, or "
                    "compare the lines with openIMIS and untick «Amounts Not Told in "
                    "Full»"
                ),
            )
            calculation.leave_out(claim.id, *reason)
