from odoo import models

from .openimis_writer import number, today

PAY_TYPES = ("B", "C", "M", "F")
ACTIVE, EXPIRED = 2, 8


class OpenimisWriter(models.AbstractModel):
    """Policies (Coverage) and their premiums (Contract)."""

    _inherit = "openimis.writer"  # pylint: disable=consider-merging-classes-inherited

    # === POLICIES ===

    def _refs_policy(self, connection, records):
        holders = [record.holder_chf_id for record in records]
        return {
            "product": self._by(
                connection,
                "openimis.product",
                "code",
                [r.product_code for r in records],
            ),
            "insuree": self._by(connection, "openimis.insuree", "chf_id", holders),
            "family": self._by(connection, "openimis.family", "code", holders),
        }

    def _vals_policy(self, refs, record):
        holder = refs["insuree"].get(record.holder_chf_id)
        family = (
            holder.family_id if holder else refs["family"].get(record.holder_chf_id)
        )
        product = self._need(refs["product"], record.product_code, "Coverage.class")
        return {
            "openimis_uuid": record.uuid,
            "code": "-".join(filter(None, (record.product_code, record.number))),
            "product_id": product.id,
            "family_id": family.id if family else False,
            "status": str(self._policy_status(record)),
            "date_start": record.date_from,
            "date_effective": record.date_from,
            "date_expiry": record.date_to,
        }

    def _policy_status(self, record):
        """FHIR calls active and expired policies alike: the period tells them apart."""
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
        }

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
        return {
            "openimis_uuid": record.uuid,
            "code": record.receipt,
            "policy_id": policy.id,
            "amount": number(record.amount),
            "receipt": record.receipt,
            "pay_type": record.pay_type if record.pay_type in PAY_TYPES else "C",
            "date_paid": record.pay_date or record.date_from or today(),
        }

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
