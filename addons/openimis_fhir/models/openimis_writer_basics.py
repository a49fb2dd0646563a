from collections import defaultdict

from odoo import models
from odoo.fields import Command

from .openimis_writer import number, today

GENDER = {"male": "M", "female": "F", "other": "O"}
LEVELS = ("R", "D", "W", "V")


class OpenimisWriter(models.AbstractModel):
    """Locations, facilities, products, insurees and batch runs."""

    _inherit = "openimis.writer"  # pylint: disable=consider-merging-classes-inherited

    # === LOCATIONS ===

    def _store(self, pull, kind, prepared, existing):
        """Locations level by level, so that parents exist before their children."""
        if kind != "location":
            return super()._store(pull, kind, prepared, existing)
        written = []
        for level in LEVELS:
            layer = [item for item in prepared if item[0].level == level]
            known = {record.uuid: copy for record, _digest, copy in written}
            for record, _digest, vals in layer:
                if record.parent_uuid in known:
                    vals["parent_id"] = known[record.parent_uuid].id
            written += super()._store(pull, kind, layer, existing)
        return [
            # without its parent it is not finished: the next pass sees it as changed
            (record, digest if copy.parent_id or not record.parent_uuid else "", copy)
            for record, digest, copy in written
        ]

    def _refs_location(self, connection, records):
        parents = [record.parent_uuid for record in records]
        return self._by_uuid(connection, "openimis.location", parents)

    def _vals_location(self, refs, record):
        vals = {
            "openimis_uuid": record.uuid,
            "code": record.code,
            "name": record.name or record.code,
            "type": record.level,
        }
        if record.parent_uuid in refs:
            vals["parent_id"] = refs[record.parent_uuid].id
        people = {
            "male_population": record.male,
            "female_population": record.female,
            "other_population": record.other,
            "families": record.families,
        }
        return vals | {name: n for name, n in people.items() if n is not None}

    # === HEALTH FACILITIES ===

    def _refs_facility(self, connection, records):
        return {
            "uuid": self._by_uuid(
                connection, "openimis.location", [r.location_uuid for r in records]
            ),
            "district": self._districts(connection, records),
        }

    def _districts(self, connection, records):
        """{(region or None, district): location} of names that mean one district.

        FHIR names a facility's district and its region, and names repeat.
        """
        names = {r.district for r in records if r.district and not r.location_uuid}
        found = self.env["openimis.location"].search(
            [
                ("company_id", "=", connection.company_id.id),
                ("type", "=", "D"),
                ("name", "in", list(names)),
            ]
        )
        meant = defaultdict(list)
        for district in found:
            meant[district.parent_id.name, district.name].append(district)
            meant[None, district.name].append(district)
        return {key: same[0] for key, same in meant.items() if len(same) == 1}

    def _without_shared(self, pull, changed, existing):
        """Leave contacts of all companies apart that another company works with.

        One without company and UUID may be the facility of the same code, made by hand;
        then it is completed, and told. Where another company pulls or has its area, its
        data would be replaced by those of ours: the facility gets a contact of its own.

        :return: {uuid: contact} to be updated
        """
        kept = dict(existing)
        # sudo: whether others work with a contact is asked across companies
        others = (
            self.env["openimis.connection"]
            .sudo()
            .search_count([("company_id", "!=", pull.company_id.id)], limit=1)
        )
        for record, _digest, _row in changed:
            contact = existing.get(record.uuid)
            if not contact or contact.openimis_uuid or contact.company_id:
                continue
            names = {"name": contact.name, "code": record.code}
            area = contact.sudo().openimis_location_id.company_id
            if others or area - pull.company_id:
                del kept[record.uuid]
                text = self.env._(
                    "The contact %(name)s with the code %(code)s belongs to all "
                    "companies, and another one works with openIMIS too. It was left "
                    "as it is, and the facility got a contact of its own. If both are "
                    "the same, give the contact a company and merge them.",
                    **names,
                )
            else:
                text = self.env._(
                    "The contact %(name)s with the code %(code)s was taken for the "
                    "facility of openIMIS and completed.",
                    **names,
                )
            pull._log("warning", text, code="facility.shared")
        return kept

    def _vals_facility(self, refs, record):
        location = refs["uuid"].get(record.location_uuid) or refs["district"].get(
            (record.region or None, record.district)
        )
        vals = {
            "openimis_uuid": record.uuid,
            "openimis_is_facility": True,
            "openimis_code": record.code,
            "ref": record.code,
            "name": record.name or record.code,
            "is_company": True,
            "supplier_rank": 1,
            "openimis_legal_form": record.legal_form,
            "openimis_level": record.level,
            "openimis_sub_level": record.sub_level,
            "openimis_care_type": record.care_type,
            "openimis_account_code": record.acc_code,
            "openimis_status": record.status,
            "openimis_location_id": location.id if location else None,
            "street": record.street,
            "city": record.district,
            "phone": record.phone,
            "email": record.email,
        }
        # what this transport does not tell must not wipe what another one told
        return {name: value for name, value in vals.items() if value is not None}

    def _after_facility(self, pull, refs, written):
        """The villages a facility serves, where the transport tells them."""
        told = [
            (record, copy)
            for record, _digest, copy in written
            if record.catchments is not None
        ]
        villages = self._by_uuid(
            pull.connection_id,
            "openimis.location",
            [uuid for record, _copy in told for uuid, _percent in record.catchments],
        )
        Catchment = self.env["openimis.catchment"]
        served = Catchment.search(
            [
                ("partner_id", "in", [copy.id for _record, copy in told]),
                ("company_id", "=", pull.company_id.id),
            ]
        ).grouped("partner_id")
        new = []
        for record, copy in told:
            left = served.get(copy, Catchment)
            for uuid, percent in record.catchments:
                if uuid not in villages:
                    continue
                village = villages[uuid]
                known = left.filtered(lambda row, v=village: row.location_id == v)
                left -= known
                vals = {"percentage": number(percent)}
                if known:
                    known.write(vals)
                else:
                    vals |= {"partner_id": copy.id, "location_id": village.id}
                    new.append(vals)
            left.unlink()
        Catchment.create(new)

    # === PRODUCTS ===

    def _refs_product(self, connection, records):
        uuids = [record.location_uuid for record in records]
        return self._by_uuid(connection, "openimis.location", uuids)

    def _vals_product(self, refs, record):
        location = refs.get(record.location_uuid)
        vals = {
            "openimis_uuid": record.uuid,
            "code": record.code,
            "name": record.name or record.code,
            "date_from": record.date_from,
            "date_to": record.date_to,
            "lump_sum": None if record.lump_sum is None else number(record.lump_sum),
            "location_id": location.id if location else None,
            "account_remuneration_code": record.acc_code_remuneration,
            "account_premium_code": record.acc_code_premiums,
            "share_contribution": None
            if record.share_contribution is None
            else number(record.share_contribution),
            "ceiling_interpretation": record.ceiling_interpretation,
        }
        return {name: value for name, value in vals.items() if value is not None}

    def _after_product(self, pull, refs, written):
        """Percents of the contribution for each month and kind of care."""
        for record, _digest, product in written:
            for care_type, months in record.distribution or ():
                self._set_distribution(product, care_type, months)

    def _set_distribution(self, product, care_type, months):
        known = {
            row.month: row
            for row in product.distribution_ids
            if row.care_type == care_type
        }
        new = []
        for month, percent in enumerate(months, start=1):
            if month in known:
                known[month].percentage = number(percent)
            else:
                vals = {"care_type": care_type, "month": month}
                new.append(Command.create({**vals, "percentage": number(percent)}))
        if new:
            product.write({"distribution_ids": new})

    # === INSUREES AND FAMILIES ===

    def _refs_insuree(self, connection, records):
        families = self._by_uuid(
            connection, "openimis.family", [record.family_uuid for record in records]
        )
        locations = self._by_uuid(
            connection,
            "openimis.location",
            [record.location_uuid for record in records],
        )
        missing = {r.family_uuid: r for r in records if r.family_uuid not in families}
        missing |= {r.family_uuid: r for r in records if r.is_head}
        new = [
            {
                "company_id": connection.company_id.id,
                "openimis_uuid": uuid,
                "code": record.chf_id if record.is_head else uuid,
                "location_id": locations[record.location_uuid].id
                if record.location_uuid in locations
                else False,
            }
            for uuid, record in missing.items()
            if uuid and uuid not in families
        ]
        created = self.env["openimis.family"].create(new)
        return {
            "family": families | {family.openimis_uuid: family for family in created}
        }

    def _vals_insuree(self, refs, record):
        family = refs["family"].get(record.family_uuid)
        return {
            "openimis_uuid": record.uuid,
            "chf_id": record.chf_id,
            "last_name": record.last_name or record.chf_id,
            "other_names": record.other_names,
            "birth_date": record.birth_date,
            "gender": GENDER.get(record.gender, False),
            "is_head": record.is_head,
            "family_id": family.id if family else False,
        }

    def _after_insuree(self, pull, refs, written):
        """A family is called by the number of its head."""
        for record, _digest, insuree in written:
            family = insuree.family_id
            if record.is_head and family and family.head_id != insuree:
                family.write({"head_id": insuree.id, "code": record.chf_id})

    # === BATCH RUNS ===

    def _refs_batch_run(self, connection, records):
        locations = [record.location_uuid for record in records]
        return self._by_uuid(connection, "openimis.location", locations)

    def _vals_batch_run(self, refs, record):
        location = refs.get(record.location_uuid)
        return {
            "openimis_uuid": record.uuid,
            "run_year": record.year,
            "run_month": record.month,
            "run_date": record.run_date or today(),
            "location_id": location.id if location else False,
        }
