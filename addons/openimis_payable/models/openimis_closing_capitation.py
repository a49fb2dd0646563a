from collections import defaultdict
from decimal import Decimal

from odoo import models
from odoo.fields import Domain

from odoo.addons.exchange_run.core.money import HUNDRED, exact

from ..core.capitation import INDICATORS, capitate
from ..core.claim import NO_TERMS
from ..core.contribution import allocated_contribution
from .openimis_product import CAPITATION_WEIGHTS


class OpenimisClosing(models.Model):
    """Share out the capitation pots of the period. openimis.md section 3.2."""

    _inherit = "openimis.closing"  # pylint: disable=consider-merging-classes-inherited

    def _share_out_capitation(self):
        """Work out the capitation rows of every product in scope, unless billed."""
        for product in self._scope().filtered("capitation_weight"):
            if not self._pays_capitation(product):
                # rows of a preview before the plan ended must not be billed
                rows = self._unbilled_capitation()
                rows.sudo().filtered(
                    lambda row, p=product: row.product_id == p
                ).unlink()
            elif self._may_share_out(product):
                self._replace_capitation(product)

    def _pays_capitation(self, product):
        """Tell whether a product and its plans are in force and pay in this closing."""
        period = (self.date_from, self.date_to)
        plans = product.payment_plan_ids.filtered(
            lambda plan: plan.calculation == "capitation"
        )
        paying = any(plan._plain().pays(*period) for plan in plans)
        return product._is_valid(*period) and (paying or not plans)

    def _may_share_out(self, product):
        """Tell whether nothing of the product was paid by capitation in the period."""
        billed = self.env["openimis.capitation"].search(
            Domain("product_id", "=", product.id)
            & Domain("billing_state", "=", "billed")
            & Domain("date_from", "<=", self.date_to)
            & Domain("date_to", ">=", self.date_from)
        )
        other = billed.filtered(
            lambda row: (row.date_from, row.date_to) != (self.date_from, self.date_to)
        )
        if other:
            self._log(
                "warning",
                self.env._(
                    "Capitation of %(product)s is billed from %(start)s to %(end)s "
                    "already: that overlaps with this closing.",
                    product=product.display_name,
                    start=other[0].date_from,
                    end=other[0].date_to,
                ),
                code="capitation_overlap",
                record=product,
            )
        return not billed

    def _replace_capitation(self, product):
        """Work out the rows of one product anew."""
        # sudo: the rows are the closing's own result, nobody edits them
        Capitation = self.env["openimis.capitation"].sudo()
        Capitation.search(
            [
                ("product_id", "=", product.id),
                ("date_from", "<=", self.date_to),
                ("date_to", ">=", self.date_from),
                ("billing_state", "!=", "billed"),
            ]
        ).unlink()
        facilities = product._capitation_facilities()
        figures = product._indicators(facilities, self.date_from, self.date_to)
        premiums = product._premiums(self.date_from, self.date_to)
        allocated = allocated_contribution(premiums, self.date_from, self.date_to)
        weights = {
            indicator: exact(product[weight])
            for indicator, weight in zip(INDICATORS, CAPITATION_WEIGHTS, strict=True)
        }
        share = exact(product.share_contribution)
        quantum = exact(self.currency_id.rounding)
        parts = defaultdict(list)
        for part in capitate(allocated, share, weights, figures, quantum):
            total = sum(f.get(part.indicator, 0) for f in figures.values())
            parts[part.facility].append(_part_as_json(part, total))
        Capitation.create(
            [
                self._prepare_capitation_vals(product, facility, rows, allocated)
                for facility, rows in parts.items()
            ]
        )

    def _unbilled_capitation(self):
        """Return the rows of this period whose pot nobody was paid from."""
        rows = self.env["openimis.capitation"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("date_from", "=", self.date_from),
                ("date_to", "=", self.date_to),
            ]
        )
        billed = rows.filtered(lambda row: row.billing_state == "billed").product_id
        return rows.filtered(lambda row: row.product_id not in billed)

    def _prepare_capitation_vals(self, product, facility, parts, allocated):
        return {
            "company_id": self.company_id.id,
            "product_id": product.id,
            "health_facility_id": facility,
            "date_from": self.date_from,
            "date_to": self.date_to,
            "allocated": float(allocated),
            "share_contribution": product.share_contribution,
            "parts": parts,
            "amount": float(sum(exact(part["amount"]) for part in parts)),
        }


class OpenimisProduct(models.Model):
    """Indicators of the facilities that a product pays by capitation."""

    _inherit = "openimis.product"  # pylint: disable=consider-merging-classes-inherited

    def _capitation_facilities(self):
        """Return the health facilities of the levels the product covers."""
        domain = Domain("openimis_is_facility", "=", True)
        domain &= Domain("company_id", "in", [False, self.company_id.id])
        domain &= Domain("openimis_status", "in", [False, "AC"])
        levels = [
            Domain("openimis_level", "=", row.level)
            & (
                Domain("openimis_sub_level", "=", row.sub_level)
                if row.sub_level
                else Domain.TRUE
            )
            for row in self.level_ids
        ]
        if levels:
            domain &= Domain.OR(levels)
        return self.env["res.partner"].search(domain, order="id")

    def _indicators(self, facilities, start, end):
        """Return the six indicators of each facility.

        :return: dict {facility id: {indicator: Decimal}}
        """
        figures = {facility.id: defaultdict(Decimal) for facility in facilities}
        insured, families = self._insured_by_village(start, end)
        catchments = self.env["openimis.catchment"].search(
            [("partner_id", "in", facilities.ids)]
        )
        for catchment in catchments:
            village, share = (
                catchment.location_id,
                exact(catchment.percentage) / HUNDRED,
            )
            figure = figures[catchment.partner_id.id]
            figure["population"] += village.population * share
            figure["nb_families"] += village.families * share
            figure["insured_population"] += insured.get(village.id, 0) * share
            figure["nb_insured_families"] += families.get(village.id, 0) * share
        self._add_visits(figures, start, end)
        return figures

    def _insured_by_village(self, start, end):
        """Return ({village: insured persons}, {village: insured families})."""
        policies = self.env["openimis.policy"].search_fetch(
            [
                ("product_id", "=", self.id),
                ("status", "!=", "1"),
                ("date_effective", "<=", end),
                ("date_expiry", ">=", start),
            ],
            ["family_id"],
        )
        families = policies.family_id
        persons = self.env["openimis.insuree"]._read_group(
            [("family_id", "in", families.ids)], ["location_id"], ["__count"]
        )
        counts = defaultdict(int)
        for family in families:
            counts[family.location_id.id] += 1
        return {village.id: count for village, count in persons}, counts

    def _add_visits(self, figures, start, end):
        """Add the number of claims and their adjusted amount to the figures."""
        claims = self.env["openimis.claim"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("status", "in", ("8", "16")),
                ("billing_date", ">=", start),
                ("billing_date", "<=", end),
                ("health_facility_id", "in", list(figures)),
                "|",
                ("product_id", "=", self.id),
                ("line_ids.product_id", "=", self.id),
            ]
        )
        for claim in claims._read_for_valuation(NO_TERMS):
            lines = [line for line in claim.lines if line.product == self.id]
            if lines:
                figure = figures[claim.facility]
                figure["nb_visits"] += 1
                figure["adjusted_amount"] += sum(x.values.effective for x in lines)


class OpenimisCapitation(models.Model):
    """How the share of a health facility in a pot is shown."""

    _inherit = "openimis.capitation"

    def _indicator_labels(self):
        """Return {indicator: label in the user's language}."""
        return {
            "population": self.env._("Population"),
            "nb_families": self.env._("Families"),
            "insured_population": self.env._("Insured population"),
            "nb_insured_families": self.env._("Insured families"),
            "nb_visits": self.env._("Visits"),
            "adjusted_amount": self.env._("Adjusted amount"),
        }


def _part_as_json(part, total):
    return {
        "indicator": part.indicator,
        "quantity": f"{part.quantity:f}",
        "sum": f"{total:f}",
        "weight": f"{part.weight:f}",
        "unit_price": f"{part.unit_price:.8f}",
        "discount_rate": f"{part.discount_rate:f}",
        "amount": f"{part.amount:f}",
    }
