import json
from datetime import date, timedelta

from odoo import models
from odoo.fields import Command

from ..core.exceptions import UnreadableResource
from .openimis_writer import number

#: openIMIS' name of a weight of capitation -> ours
WEIGHTS = {
    "weight_population": "weight_population",
    "weight_number_families": "weight_nb_families",
    "weight_insured_population": "weight_insured_population",
    "weight_number_insured_families": "weight_nb_insured_families",
    "weight_number_visits": "weight_nb_visits",
    "weight_adjusted_amount": "weight_adjusted_amount",
}
CARE_TYPES = ("B", "I", "O")


class OpenimisWriter(models.AbstractModel):
    """Payers, officers, families, payment plans and relative indexes (GraphQL only)."""

    _inherit = "openimis.writer"  # pylint: disable=consider-merging-classes-inherited

    def _refs_location_of(self, connection, records):
        uuids = [record.location_uuid for record in records]
        return self._by_uuid(connection, "openimis.location", uuids)

    # === PAYERS AND OFFICERS ===

    def _refs_payer(self, connection, records):
        return self._refs_location_of(connection, records)

    def _vals_payer(self, refs, record):
        return {
            "openimis_uuid": record.uuid,
            "code": record.code,
            "name": record.name or record.code,
            "type": record.type or "O",
            "location_id": refs[record.location_uuid].id
            if record.location_uuid in refs
            else False,
            "phone": record.phone,
            "email": record.email,
        }

    def _update_payer(self, pull, copy, vals):
        # the code is ours: openIMIS has none, and somebody may have given a better one
        copy.write({name: v for name, v in vals.items() if name != "code"})

    def _refs_officer(self, connection, records):
        return self._refs_location_of(connection, records)

    def _vals_officer(self, refs, record):
        return {
            "openimis_uuid": record.uuid,
            "code": record.code,
            "last_name": record.last_name,
            "other_names": record.other_names,
            "location_id": refs[record.location_uuid].id
            if record.location_uuid in refs
            else False,
            "works_to": record.works_to,
            "phone": record.phone,
            "email": record.email,
        }

    def _after_officer(self, pull, refs, written):
        """Contacts of officers known by their code so far get their name."""
        for _record, _digest, officer in written:
            partner = officer.partner_id
            if partner.name == officer.code and officer.name != officer.code:
                partner.name = officer.name

    # === FAMILIES ===

    def _refs_family(self, connection, records):
        return {
            "location": self._refs_location_of(connection, records),
            "head": self._by_uuid(
                connection, "openimis.insuree", [r.head_uuid for r in records]
            ),
        }

    def _lacks_family(self, kinds, refs, record):
        lacking = record.head_uuid and record.head_uuid not in refs["head"]
        return ["insuree"] if lacking and "insuree" in kinds else []

    def _vals_family(self, refs, record):
        vals = {
            "openimis_uuid": record.uuid,
            "code": record.code,
            "poverty": record.poverty,
        }
        if record.location_uuid in refs["location"]:
            vals["location_id"] = refs["location"][record.location_uuid].id
        if record.head_uuid in refs["head"]:
            vals["head_id"] = refs["head"][record.head_uuid].id
        return vals

    # === PAYMENT PLANS ===

    def _refs_payment_plan(self, connection, records):
        products = [record.product_uuid for record in records]
        return self._by_uuid(connection, "openimis.product", products)

    def _vals_payment_plan(self, refs, record):
        product = self._need(refs, record.product_uuid, "paymentPlan.benefitPlan")
        return {
            "openimis_uuid": record.uuid,
            "openimis_version": record.version or 0,
            "code": record.code,
            "name": record.name,
            "product_id": product.id,
            "calculation": record.calculation,
            "calculation_uuid": record.calculation_uuid,
            "periodicity": record.periodicity,
            "date_from": record.date_from,
            "date_to": record.date_to,
            "rate": number(record.rate or 0),
            "lump_sum": number(record.lump_sum or 0),
            "payment_origin": record.payment_origin,
            "parameters": json.loads(record.parameters) if record.parameters else False,
        }

    def _after_payment_plan(self, pull, refs, written):
        """A plan also holds its product's weights, levels and months.

        Where a product has several plans, the months of that for claims count.
        """
        in_order = sorted(written, key=lambda item: item[0].calculation == "claim")
        for record, _digest, plan in in_order:
            product = plan.product_id
            if record.weights:
                product.write(
                    {WEIGHTS[name]: number(value) for name, value in record.weights}
                )
            if record.share_contribution is not None:
                product.share_contribution = number(record.share_contribution)
            if record.distribution:
                care_type = record.care_type
                self._set_distribution(
                    product,
                    care_type if care_type in CARE_TYPES else "B",
                    record.distribution,
                )
            if record.calculation == "capitation":
                self._set_levels(product, record.levels)

    def _set_levels(self, product, levels):
        known = {(row.level, row.sub_level or None): row for row in product.level_ids}
        product.write(
            {
                "level_ids": [
                    Command.create({"level": level, "sub_level": sub_level})
                    for level, sub_level in levels
                    if (level, sub_level) not in known
                ]
                + [
                    Command.delete(row.id)
                    for key, row in known.items()
                    if key not in levels
                ]
            }
        )

    # === RELATIVE INDEXES ===

    def _refs_relative_index(self, connection, records):
        products = [record.product_uuid for record in records]
        return self._by_uuid(connection, "openimis.product", products)

    def _vals_relative_index(self, refs, record):
        """An index as openIMIS keeps it, with four decimals.

        :raises UnreadableResource: one that was rounded to nothing, which would make
            claims worth nothing
        """
        if not record.index:
            raise UnreadableResource(
                "relativeIndex.relIndex",
                self.env._(
                    "openIMIS keeps 0.0000, an index rounded to nothing; the closing "
                    "computes its own"
                ),
            )
        product = self._need(refs, record.product_uuid, "relativeIndex.product")
        date_from, date_to = _period(record)
        return {
            "openimis_uuid": record.uuid,
            "product_id": product.id,
            "type": str(record.type),
            "care_type": record.care_type,
            "date_from": date_from,
            "date_to": date_to,
            "rel_index": number(record.index),
        }

    def _create_copies(self, pull, kind, Model, vals_list):
        if kind != "relative_index":
            return super()._create_copies(pull, kind, Model, vals_list)
        return Model.concat(*(self._own_or_new(Model, vals) for vals in vals_list))

    def _own_or_new(self, Model, vals):
        """The index a closing made of the same period, which is kept as it is."""
        keys = ("company_id", "product_id", "care_type", "date_from", "date_to")
        own = Model.search([(key, "=", vals[key]) for key in keys], limit=1)
        if own:
            own.openimis_uuid = vals["openimis_uuid"]
        return own or Model.create([vals])

    def _update_relative_index(self, pull, copy, vals):
        """Once written an index is kept: bills were made with it."""


def _period(record):
    """First and last day of the period of an index."""
    months = 12 // record.type if record.type in (1, 2, 4, 12) else 1
    last = record.period * months
    start = date(record.year, last - months + 1, 1)
    following = date(record.year + last // 12, last % 12 + 1, 1)
    return start, following - timedelta(days=1)
