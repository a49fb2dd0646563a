from odoo import models

from ..core.exceptions import UnreadableResource
from .openimis_writer import number, today

PAY_TYPES = ("B", "C", "M", "F")
ACTIVE, EXPIRED = 2, 8


class OpenimisWriter(models.AbstractModel):
    """Policies (Coverage) and their premiums (Contract)."""

    _inherit = "openimis.writer"  # pylint: disable=consider-merging-classes-inherited

    # === POLICIES ===

    def _refs_policy(self, connection, records):
        holders = [record.holder_chf_id for record in records]
        families = [record.family_uuid for record in records]
        return {
            "product": self._by(
                connection,
                "openimis.product",
                "code",
                [r.product_code for r in records],
            ),
            "insuree": self._by(connection, "openimis.insuree", "chf_id", holders),
            "family": self._by(connection, "openimis.family", "code", holders),
            "family_uuid": self._by_uuid(connection, "openimis.family", families),
            "officer": self._officers(connection, records),
        }

    def _lacks_policy(self, kinds, refs, record):
        lacking = record.family_uuid and record.family_uuid not in refs["family_uuid"]
        return ["family"] if lacking and "family" in kinds else []

    def _vals_policy(self, refs, record):
        product = self._need(refs["product"], record.product_code, "Coverage.class")
        vals = {
            "openimis_uuid": record.uuid,
            "code": "-".join(filter(None, (record.product_code, record.number))),
            "product_id": product.id,
            "status": str(self._policy_status(record)),
            "date_start": record.date_from,
            "date_effective": record.date_from,
            "date_expiry": record.date_to,
        }
        family = self._policy_family(refs, record)
        if family or not record.exact:
            # without families nobody knows whose it is: what is known stays
            vals["family_id"] = family.id if family else False
        if record.exact:
            officer = refs["officer"].get(record.officer_uuid)
            vals |= {
                "date_effective": record.date_effective,
                "date_enrolled": record.date_enrolled,
                "stage": record.stage if record.stage in ("N", "R") else False,
                "value": number(record.value or 0),
                "officer_id": officer.id if officer else False,
            }
        return vals

    def _policy_family(self, refs, record):
        holder = refs["insuree"].get(record.holder_chf_id)
        return (
            refs["family_uuid"].get(record.family_uuid)
            or (holder and holder.family_id)
            or refs["family"].get(record.holder_chf_id)
        )

    def _policy_status(self, record):
        """FHIR calls active and expired policies alike: the period tells them apart."""
        if record.exact:
            return record.status or ACTIVE
        if record.status == ACTIVE and record.date_to and record.date_to < today():
            return EXPIRED
        return record.status or ACTIVE

    # === PREMIUMS ===

    def _refs_premium(self, connection, records):
        return {
            "policy": self._by_uuid(
                connection, "openimis.policy", [r.policy_uuid for r in records]
            ),
            "officer": self._officers(connection, records),
            "payer": self._by_uuid(
                connection, "openimis.payer", [r.payer_uuid for r in records]
            ),
        }

    def _lacks_premium(self, kinds, refs, record):
        lacking = record.payer_uuid and record.payer_uuid not in refs["payer"]
        return ["payer"] if lacking and "payer" in kinds else []

    def _adopted(self, connection, kind, records):
        """Premiums have no identity in FHIR: one of GraphQL may be known from there."""
        if kind != "premium" or not records:
            return super()._adopted(connection, kind, records)
        Premium = self.env["openimis.premium"].with_context(active_test=False)
        policies = self._by_uuid(
            connection, "openimis.policy", [r.policy_uuid for r in records]
        )
        known = {}
        for premium in Premium.search(
            [("policy_id", "in", [policy.id for policy in policies.values()])]
        ):
            by_fhir = "#" in (premium.openimis_uuid or "#")
            key = _premium_key(premium.policy_id.openimis_uuid, premium, by_fhir)
            known.setdefault(key, []).append(premium)
        adopted = {}
        for record in records:
            # the one's are looked for among the other's
            key = _premium_key(record.policy_uuid, record, "#" not in record.uuid)
            if known.get(key):
                adopted[record.uuid] = known[key].pop()
        return adopted

    def _update_premium(self, pull, copy, vals):
        if "#" in vals["openimis_uuid"] and "#" not in (copy.openimis_uuid or "#"):
            vals = {name: v for name, v in vals.items() if name != "openimis_uuid"}
        copy.write(vals)

    def _officers(self, connection, records):
        """{UUID: officer}; those not known yet are created with the code they have."""
        names = {r.officer_uuid: r.officer_code for r in records if r.officer_uuid}
        known = self._by_uuid(connection, "openimis.officer", names)
        by_code = self._by(connection, "openimis.officer", "code", names.values())
        for uuid, code in names.items():
            if uuid not in known and code in by_code:
                by_code[code].openimis_uuid = uuid
                known[uuid] = by_code[code]
        created = self.env["openimis.officer"].create(
            [
                {
                    "company_id": connection.company_id.id,
                    "openimis_uuid": uuid,
                    "code": code or uuid,
                    "name": code or uuid,
                }
                for uuid, code in names.items()
                if uuid not in known
            ]
        )
        return known | {officer.openimis_uuid: officer for officer in created}

    def _vals_premium(self, refs, record):
        policy = self._need(refs["policy"], record.policy_uuid, "Contract.identifier")
        paid = record.pay_date or record.date_from
        if not paid:
            raise UnreadableResource("premium.payDate", "missing")
        vals = {
            "openimis_uuid": record.uuid,
            "code": record.receipt,
            "policy_id": policy.id,
            "amount": number(record.amount),
            "receipt": record.receipt,
            "pay_type": record.pay_type if record.pay_type in PAY_TYPES else "C",
            "date_paid": paid,
        }
        if "#" not in record.uuid:
            # FHIR calls every payer a beneficiary, and keeps silent about photo fees
            payer = refs["payer"].get(record.payer_uuid)
            vals["payer_id"] = payer.id if payer else False
            vals["is_photo_fee"] = record.is_photo_fee
        return vals

    def _after_premium(self, pull, refs, written):
        """The contract also tells the policy's officer and value."""
        for record, _digest, premium in written:
            policy, vals = premium.policy_id, {}
            officer = refs["officer"].get(record.officer_uuid)
            if officer and policy.officer_id != officer:
                vals["officer_id"] = officer.id
            value = number(record.policy_value)
            if value and policy.currency_id.compare_amounts(policy.value, value):
                vals["value"] = value
            if vals:
                policy.write(vals)


def _premium_key(policy_uuid, premium, by_fhir):
    """What two descriptions of one premium have in common."""
    return policy_uuid, premium.receipt or "", f"{float(premium.amount):.2f}", by_fhir
