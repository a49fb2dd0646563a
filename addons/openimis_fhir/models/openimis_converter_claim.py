from odoo import api, models


class OpenimisConverterClaim(models.AbstractModel):
    """What FHIR does not tell is not billed."""

    _inherit = "openimis.converter.claim"

    @api.model
    def _calculate(self, run, sources, calculation):
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
