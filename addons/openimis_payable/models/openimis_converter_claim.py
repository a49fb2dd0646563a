from odoo import api, models

from ..core.money import exact
from ..core.payable import Payable
from ..core.valuation import header_disagrees

BILLABLE_STATUS = ("8", "16")


class OpenimisConverterClaim(models.AbstractModel):
    """Fee for service: one bill per health facility. openimis.md section 3.1."""

    _name = "openimis.converter.claim"
    _description = "openIMIS Claims to Bills"
    _inherit = ["openimis.converter"]
    _source_model = "openimis.claim"
    _payable_type = "claim"
    _source_fields = ("billing_move_id", "code", "health_facility_id", "location_id")
    _code_prefix = "IV"

    @api.model
    def _calculate(self, run, sources, calculation):
        terms = run._claim_terms(calculation)
        for claim in sources._read_for_valuation(terms):
            reason = self._refusal(run, claim, terms)
            if reason:
                calculation.leave_out(claim.id, *reason)
            else:
                calculation.add(claim.id, self._claim_payables(run, claim, terms))

    # === WHY NOT ===

    @api.model
    def _refusal(self, run, claim, terms):
        """Return (code, text) of the first reason not to bill a claim, or None."""
        return (
            self._refused_by_state(claim)
            or self._refused_by_scope(run, claim, terms)
            or self._refused_by_lines(run, claim, terms)
        )

    @api.model
    def _refused_by_state(self, claim):
        if claim.never_bill:
            return "never_bill", self.env._("Marked as never to be billed")
        if claim.status not in BILLABLE_STATUS:
            labels = dict(
                self.env["openimis.claim"]
                ._fields["status"]
                ._description_selection(self.env)
            )
            return "wrong_status", self.env._(
                "Status %(number)s (%(label)s): only processed and valuated claims "
                "are paid",
                number=claim.status,
                label=labels[claim.status],
            )
        if not claim.date:
            return "no_date", self.env._("No date: give the date of processing")
        if not claim.facility:
            return "no_third_party", self.env._("No health facility")
        if not claim.lines:
            return "no_lines", self.env._("No items or services")
        return None

    @api.model
    def _refused_by_scope(self, run, claim, terms):
        products = {line.product for line in claim.lines}
        if None in products:
            return "no_product", self.env._("No insurance product")
        if not products <= terms.scope:
            return "other_scope", self.env._(
                "Product outside this closing: %s",
                run._product_names(sorted(products - terms.scope)),
            )
        if terms.partners and claim.facility not in terms.partners:
            return "other_scope", self.env._("Health facility not chosen")
        covered = {(claim.level, claim.sub_level), (claim.level, None)}
        if any(covered & terms.products[p].capitation_levels for p in products):
            return "capitation", self.env._(
                "The level of the facility is paid by capitation"
            )
        return None

    @api.model
    def _refused_by_lines(self, run, claim, terms):
        for line in claim.lines:
            if line.has_no_price:
                return "no_price", self.env._("No price on %s", line.code)
            if claim.status == "8" and line.values.needs_origin:
                # a claim that openIMIS processed, but did not valuate, holds a
                # relative price somewhere
                return "no_origin", self.env._(
                    "Nobody says whether the price of %s is relative: enter the "
                    "origin of its price",
                    line.code,
                )
            if line.values.needs_index and line.index_key not in terms.indexes:
                return "no_index", self.env._(
                    "%s has a relative price whose index is not known yet: close the "
                    "whole period of the product",
                    line.code,
                )
        for product in {line.product for line in claim.lines}:
            if terms.products[product].account_of(claim.facility) is None:
                return "no_account", terms.products[product].problem
        return self._refused_by_header(run, claim, terms)

    @api.model
    def _refused_by_header(self, run, claim, terms):
        if run.header_policy == "lines":
            return None
        result = claim.valuate(terms)
        paid = claim.remunerated or (not result.indexed and claim.valuated)
        if self._disagrees(claim, claim.claimed, result.claimed, terms):
            name, header, lines = self.env._("claimed"), claim.claimed, result.claimed
        elif self._disagrees(claim, exact(paid), result.net, terms):
            name, header, lines = self.env._("remunerated"), paid, result.net
        else:
            return None
        return "header_mismatch", self.env._(
            "The claim says %(header)s %(name)s, its lines %(lines)s",
            header=header,
            name=name,
            lines=lines,
        )

    @api.model
    def _disagrees(self, claim, header, amount, terms):
        return header_disagrees(header, amount, len(claim.lines), terms.quantum)

    # === HOW MUCH ===

    @api.model
    def _claim_payables(self, run, claim, terms):
        nets = claim.valuate(terms).line_nets
        pairs = list(zip(claim.lines, nets, strict=True))
        if run.claim_granularity == "item":
            return [self._item_payable(claim, *pair, terms) for pair in pairs]
        by_product = {}
        for line, net in pairs:
            by_product.setdefault(line.product, []).append((line, net))
        return [
            self._product_payable(claim, product, group, terms)
            for product, group in by_product.items()
        ]

    @api.model
    def _product_payable(self, claim, product, pairs, terms):
        """Return one claim's payable for one product: claimed, net, discount."""
        claimed = sum(line.claimed(terms.quantum) for line, _net in pairs)
        net = sum(amount for _line, amount in pairs)
        return Payable(
            source=claim.id,
            claim=claim.id,
            code=claim.code,
            description=claim.description,
            unit_price=claimed,
            discount=claimed - net,
            net=net,
            location=claim.location,
            details={"claim_details": [line.details(net) for line, net in pairs]}
            if terms.details
            else None,
            explanation=self._explain(pairs, claimed, net, terms),
            **terms.products[product].accounting(claim.location, claim.facility),
        )

    @api.model
    def _item_payable(self, claim, line, net, terms):
        """Return the payable of one item or service."""
        claimed = line.claimed(terms.quantum)
        return Payable(
            source=claim.id,
            claim=claim.id,
            code=f"{claim.code}/{line.code}",
            description=line.name or line.code,
            quantity=line.values.qty_provided,
            unit_price=line.values.price_asked,
            discount=claimed - net,
            net=net,
            location=claim.location,
            details={"claim": claim.code, **line.details(net)}
            if terms.details
            else None,
            explanation=self._explain([(line, net)], claimed, net, terms),
            **terms.products[line.product].accounting(claim.location, claim.facility),
        )

    @api.model
    def _explain(self, pairs, claimed, net, terms):
        """Return input, working values and result as short texts."""
        working = "; ".join(line.working(net, terms) for line, net in pairs)
        return (
            terms.texts.claimed % claimed,
            working,
            terms.texts.net % {"net": net, "discount": claimed - net},
        )

    # === WHAT CLAIMS SHOW AFTERWARDS ===

    @api.model
    def _source_vals(self, run):
        return {"batch_run_id": run.batch_run_id.id or None}

    @api.model
    def _add_payable_lines(self, run, created, message):
        result = super()._add_payable_lines(run, created, message)
        # sudo: the closing marks the claims it valuates; the clerk who closes need
        # not be allowed to edit claims
        claims = self.env["openimis.claim"].sudo()
        claims = claims.union(*(claims for _move, _key, claims in created))
        claims.fetch(["status"])
        if processed := claims.filtered(lambda claim: claim.status == "8"):
            calculation = self._calculation(run, processed)
            processed._write_valuation(calculation, run._claim_terms(calculation))
        return result
