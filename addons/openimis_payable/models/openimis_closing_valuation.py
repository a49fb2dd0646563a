from collections import defaultdict
from decimal import Decimal

from odoo import models

from odoo.addons.exchange_run.core.money import HUNDRED, exact

from ..core.contribution import Premium, allocated_contribution, relative_index
from ..core.payable import Calculation
from ..core.periods import relative_periods
from .openimis_closing_terms import index_key

INDEX_DIGITS = Decimal("1e-10")
TYPE_OF_PERIOD = {"M": "12", "Q": "4", "Y": "1"}


class OpenimisClosing(models.Model):
    """Relative indexes of the periods a closing ends. openimis.md section 4."""

    _inherit = "openimis.closing"  # pylint: disable=consider-merging-classes-inherited

    def _valuate_periods(self):
        """Work out the indexes that are not stored yet; keep them on the closing."""
        self.valuation = []
        unused = self._unused_indexes()
        known = {index._key() for index in self._stored_indexes() - unused}
        terms = self._claim_terms(Calculation())
        entries = []
        for product in self._scope():
            for start, end in relative_periods(
                self.date_from, self.date_to, product.period_rel_prices
            ):
                entries += self._period_entries(product, start, end, known, terms)
        self.valuation = entries

    def _period_entries(self, product, start, end, known, terms):
        """Return the entries of one product and period, one per kind of care."""
        bases = self._relative_bases(product, start, end, terms)
        cares = [care for care in bases if (product.id, care, start, end) not in known]
        if not cares:
            return []
        allocated = allocated_contribution(product._premiums(start, end), start, end)
        return [
            entry
            for care in cares
            if (entry := self._index_entry(product, care, start, end, allocated, bases))
        ]

    def _index_entry(self, product, care, start, end, allocated, bases):
        """Return one index with its working values, or None without distribution."""
        distribution = product._distribution(care, end.month)
        if distribution is None:
            self._log(
                "warning",
                self.env._(
                    "Product %(product)s has no distribution for month %(month)s: its "
                    "relative prices cannot be valuated.",
                    product=product.display_name,
                    month=end.month,
                ),
                code="no_distribution",
                record=product,
            )
            return None
        weight = exact(product.relative_weight)
        index = relative_index(allocated, bases[care], distribution, weight)
        return {
            "product": product.id,
            "care_type": care,
            "type": TYPE_OF_PERIOD[product.period_rel_prices],
            "date_from": start.isoformat(),
            "date_to": end.isoformat(),
            "allocated": str(allocated),
            "distribution": str(distribution),
            "weight": str(weight),
            "base": str(bases[care]),
            "rel_index": str(index.quantize(INDEX_DIGITS)),
        }

    def _relative_bases(self, product, start, end, terms):
        """Return {care type: amount at relative prices} of a product's period."""
        claims = self.env["openimis.claim"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("status", "in", ("8", "16")),
                ("billing_date", ">=", start),
                ("billing_date", "<=", end),
                ("line_ids.price_origin", "=", "R"),
                "|",
                ("product_id", "=", product.id),
                ("line_ids.product_id", "=", product.id),
            ]
        )
        bases = defaultdict(Decimal)
        for claim in claims._read_for_valuation(terms):
            care = claim.index_key(terms.products[product.id])[1]
            for line in claim.lines:
                if line.product == product.id and line.values.origin == "R":
                    bases[care] += line.values.effective
        return {care: base for care, base in bases.items() if base}

    def _store_indexes(self):
        """Write the batch run and the indexes that the bills are about to use."""
        if self.batch_run_id and not self.valuation:
            return
        # sudo: the closing valuates; the clerk who closes need not be allowed to
        # edit what comes from openIMIS
        BatchRun = self.env["openimis.batch.run"].sudo()
        if not self.batch_run_id:
            self.batch_run_id = BatchRun.create(self._prepare_batch_run_vals())
        entries = self._valuated()
        keys = {index_key(entry) for entry in entries}
        self._unused_indexes().filtered(lambda index: index._key() in keys).unlink()
        self.env["openimis.relative.index"].sudo().create(
            [self._prepare_index_vals(entry) for entry in entries]
        )
        self.valuation = []

    def _stored_indexes(self):
        return self.env["openimis.relative.index"].search(
            [("company_id", "=", self.company_id.id)]
        )

    def _forget_results(self):
        """Delete what closings without any document left had worked out for them."""
        for closing in self:
            moves = self.env["account.move"].search_count(
                [("openimis_closing_id", "=", closing.id)], limit=1
            )
            if moves:
                continue
            closing._unused_indexes().filtered(
                lambda index, run=closing.batch_run_id: index.batch_run_id == run
            ).unlink()
            closing._unbilled_capitation().unlink()

    def _unused_indexes(self):
        """Return the indexes that closings worked out and no bill rests on any more.

        They are worked out anew: premiums and claims may have been corrected since.

        :return: `openimis.relative.index` records, as superuser
        """
        # sudo: an index is in use also where the user may not see the claims
        ours = self.env["openimis.closing"].sudo()
        runs = ours.search([("company_id", "=", self.company_id.id)]).batch_run_id
        indexes = self._stored_indexes().sudo()
        return indexes.filtered(lambda index: index.batch_run_id in runs)._unused()

    def _prepare_batch_run_vals(self):
        return {
            "company_id": self.company_id.id,
            "location_id": self.location_id.id,
            "date_from": self.date_from,
            "date_to": self.date_to,
        }

    def _prepare_index_vals(self, entry):
        return {
            "company_id": self.company_id.id,
            "product_id": entry["product"],
            "batch_run_id": self.batch_run_id.id,
            "type": entry["type"],
            "care_type": entry["care_type"],
            "date_from": entry["date_from"],
            "date_to": entry["date_to"],
            "allocated": float(entry["allocated"]),
            "distribution": float(entry["distribution"]),
            "weight": float(entry["weight"]),
            "base_amount": float(entry["base"]),
            "rel_index": float(entry["rel_index"]),
        }


class OpenimisProduct(models.Model):
    """Premiums and distribution of a product, for its relative index."""

    _inherit = "openimis.product"  # pylint: disable=consider-merging-classes-inherited

    def _premiums(self, start, end):
        """Return the premiums that may belong to a period, as plain values.

        Section 3.2 (3): policy not idle, paid and effective by the end, not expired
        before the start.

        :return: list of `core.contribution.Premium`
        """
        premiums = self.env["openimis.premium"].search_fetch(
            [
                ("product_id", "=", self.id),
                ("company_id", "=", self.company_id.id),
                ("date_paid", "<=", end),
                ("policy_id.status", "!=", "1"),
                ("policy_id.date_effective", "<=", end),
                ("policy_id.date_expiry", ">=", start),
                ("is_photo_fee", "=", False),
            ],
            ["amount", "date_paid", "policy_id"],
        )
        premiums.policy_id.fetch(["date_effective", "date_expiry"])
        return [
            Premium(
                amount=exact(premium.amount),
                paid=premium.date_paid,
                effective=premium.policy_id.date_effective,
                expiry=premium.policy_id.date_expiry,
            )
            for premium in premiums
        ]

    def _distribution(self, care, month):
        """Return the percent of the contribution for a month and kind of care.

        :return: Decimal; 100 where the product has no distribution at all, None where
            it has one, but not for this month
        """
        if not self.distribution_ids:
            return HUNDRED
        for row in self.distribution_ids:
            if (row.care_type, row.month) == (care, month):
                return exact(row.percentage)
        return None
