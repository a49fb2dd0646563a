from odoo import api, models
from odoo.tools import format_date
from odoo.tools.misc import formatLang

from odoo.addons.exchange_run.core.money import exact

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
        twins = sources._twins()
        for claim in sources._read_for_valuation(terms):
            reason = self._refusal(run, claim, terms) or self._twin(claim, twins)
            if reason:
                calculation.leave_out(claim.id, *reason)
            else:
                calculation.add(claim.id, self._claim_payables(run, claim, terms))
                if found := self._header_difference(claim, terms):
                    calculation.differences[claim.id] = found[1] - found[2]

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
    def _twin(self, claim, twins):
        if claim.id not in twins:
            return None
        # sudo: only number and state of the other claim leave
        twin = self.env["openimis.claim"].sudo().browse(twins[claim.id])
        return "duplicate", self.env._(
            "There twice: same number, facility and day of visit as another claim "
            "(%(place)s). Delete one, or mark it as never to be billed.",
            place=twin.billing_move_id.openimis_code
            or twin.openimis_uuid
            or self.env._("entered before"),
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
        for product in products:
            if claim.visit and not terms.products[product].is_valid(claim.visit):
                return "product_expired", self.env._(
                    "The product %(product)s was not valid on %(date)s",
                    product=run._product_names([product]),
                    date=format_date(self.env, claim.visit),
                )
            if not terms.products[product].is_due:
                return "not_due", self.env._(
                    "No fee-for-service plan of %s pays in this period",
                    run._product_names([product]),
                )
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
        found = self._header_difference(claim, terms)
        if not found or run.header_policy == "lines":
            return None
        name, header, lines = found
        names = {
            "claimed": self.env._("claimed"),
            "remunerated": self.env._("remunerated"),
        }
        return "header_mismatch", self.env._(
            "The claim says %(header)s %(name)s, its lines %(lines)s",
            header=formatLang(self.env, float(header), currency_obj=run.currency_id),
            name=names[name],
            lines=formatLang(self.env, float(lines), currency_obj=run.currency_id),
        )

    @api.model
    def _header_difference(self, claim, terms):
        """Return (which, header, lines) of a total that is not that of the lines.

        :return: None where header and lines agree
        """
        result = claim.valuate(terms)
        paid = claim.remunerated or (not result.indexed and claim.valuated)
        if self._disagrees(claim, exact(paid), result.net, terms):
            return "remunerated", exact(paid), result.net
        if self._disagrees(claim, claim.claimed, result.claimed, terms):
            return "claimed", claim.claimed, result.claimed
        return None

    @api.model
    def _disagrees(self, claim, header, amount, terms):
        return header_disagrees(header, amount, len(claim.lines), terms.quantum)

    # === HOW MUCH ===

    @api.model
    def _claim_payables(self, run, claim, terms):
        worth = claim.valuate(terms)
        lines = zip(claim.lines, worth.line_claims, worth.line_nets, strict=True)
        if run.claim_granularity == "item":
            return [self._item_payable(claim, *line, terms) for line in lines]
        by_product = {}
        for line, claimed, net in lines:
            by_product.setdefault(line.product, []).append((line, claimed, net))
        return [
            self._product_payable(claim, product, group, terms)
            for product, group in by_product.items()
        ]

    @api.model
    def _product_payable(self, claim, product, lines, terms):
        """Return one claim's payable for one product: claimed, net, discount."""
        claimed = sum(asked for _line, asked, _net in lines)
        net = sum(paid for _line, _asked, paid in lines)
        pairs = [(line, paid) for line, _asked, paid in lines]
        return Payable(
            source=claim.id,
            claim=claim.id,
            code=claim.code,
            description=claim.description,
            unit_price=claimed,
            discount=claimed - net,
            net=net,
            location=claim.location,
            details={"claim_details": [line.details(net, terms) for line, net in pairs]}
            if terms.details
            else None,
            explanation=self._explain(pairs, claimed, net, terms),
            **terms.products[product].accounting(claim.location, claim.facility),
        )

    @api.model
    def _item_payable(self, claim, line, claimed, net, terms):
        """Return the payable of one item or service."""
        return Payable(
            source=claim.id,
            claim=claim.id,
            code=f"{claim.code}/{line.code}",
            document=claim.code,
            description=line.name or line.code,
            quantity=line.values.qty_provided,
            unit_price=line.values.price_asked,
            discount=claimed - net,
            net=net,
            location=claim.location,
            details={"claim": claim.code, **line.details(net, terms)}
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
            terms.texts.claimed % terms.texts.figure(claimed),
            working,
            terms.texts.net
            % {
                "net": terms.texts.figure(net),
                "discount": terms.texts.figure(claimed - net),
            },
        )

    # === WHAT CLAIMS SHOW AFTERWARDS ===

    @api.model
    def _source_vals(self, batch):
        return {"batch_run_id": batch.run.batch_run_id.id or None}

    @api.model
    def _add_payable_lines(self, batch, created, message):
        result = super()._add_payable_lines(batch, created, message)
        # sudo: the closing marks the claims it valuates; the clerk who closes need
        # not be allowed to edit claims
        claims = self.env["openimis.claim"].sudo()
        claims = claims.union(*(claims for _move, _key, claims in created))
        claims.fetch(["status"])
        if processed := claims.filtered(lambda claim: claim.status == "8"):
            calculation = batch.worth(processed)
            terms = batch.run._claim_terms(calculation)
            processed._write_valuation(calculation, terms)
        return result
