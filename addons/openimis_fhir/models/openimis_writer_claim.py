from odoo import models
from odoo.fields import Command

from .openimis_writer import number

VISITS = ("E", "R", "O")
MONEY = ("claimed", "approved", "valuated", "remunerated")
LINE_MONEY = (
    "qty_provided",
    "price_asked",
    "qty_approved",
    "price_approved",
    "price_adjusted",
    "price_valuated",
)
LINE_COLUMNS = (
    "openimis_uuid",
    "sequence",
    "line_type",
    "code",
    "name",
    "price_origin",
    "rejection_reason",
    "status",
    "is_approved",
    "is_remunerated",
    *LINE_MONEY,
)
LINE_DEFAULTS = {"is_remunerated": False}


class OpenimisWriter(models.AbstractModel):
    """Claims with their items and services."""

    _inherit = "openimis.writer"  # pylint: disable=consider-merging-classes-inherited

    def _refs_claim(self, connection, records):
        return {
            "facility": self._by_uuid(
                connection, "res.partner", [r.facility_uuid for r in records]
            ),
            "policy": self._by_uuid(
                connection, "openimis.policy", [r.coverage_uuid for r in records]
            ),
            "insuree": self._by_uuid(
                connection, "openimis.insuree", [r.patient_uuid for r in records]
            ),
            "product": self._by(
                connection,
                "openimis.product",
                "code",
                [r.product_code for r in records],
            ),
            "batch_run": self._by_uuid(
                connection, "openimis.batch.run", [r.batch_run_uuid for r in records]
            ),
        }

    def _vals_claim(self, refs, record):
        facility = self._need(refs["facility"], record.facility_uuid, "Claim.provider")
        policy = refs["policy"].get(record.coverage_uuid)
        product = refs["product"].get(record.product_code)
        insuree = refs["insuree"].get(record.patient_uuid)
        batch_run = refs["batch_run"].get(record.batch_run_uuid)
        vals = {
            "openimis_uuid": record.uuid,
            "openimis_version": record.version or 0,
            "code": record.code,
            "status": str(record.status),
            "health_facility_id": facility.id,
            "insuree_id": insuree.id if insuree else False,
            "policy_id": policy.id if policy else False,
            "product_id": self._claim_product(product, policy),
            "batch_run_id": batch_run.id if batch_run else False,
            "date_from": record.date_from,
            "date_to": record.date_to or record.date_from,
            "date_claimed": record.date_claimed,
            "date_processed": record.date_processed,
            "visit_type": record.visit_type if record.visit_type in VISITS else False,
            "icd_code": record.icd_code,
            "icd_name": record.icd_name,
            **{name: number(getattr(record, name)) for name in MONEY},
        }
        vals["line_ids"] = [
            Command.create(self._vals_claim_line(line)) for line in record.lines
        ]
        return vals

    def _store(self, pull, kind, prepared, existing):
        """New claims go in without their lines, which follow in one statement.

        Line by line the ORM would take half the time of a first load, for a model
        without constraints or computed values of its own; a test compares the rows.
        """
        if kind != "claim":
            return super()._store(pull, kind, prepared, existing)
        lines = {
            record.uuid: vals.pop("line_ids")
            for record, _digest, vals in prepared
            if record.uuid not in existing
        }
        written = super()._store(pull, kind, prepared, existing)
        self._insert_claim_lines(
            [
                (claim, vals)
                for record, _digest, claim in written
                for _create, _zero, vals in lines.get(record.uuid, ())
            ]
        )
        return written

    def _insert_claim_lines(self, lines):
        """Insert (claim, values) in one statement, as `create()` would."""
        if not lines:
            return
        Line = self.env["openimis.claim.line"]
        Line.check_access("create")
        given = dict.fromkeys(LINE_MONEY) | LINE_DEFAULTS
        now = self.env.cr.now()
        rows = [
            (claim.id, claim.company_id.id, self.env.uid, now, self.env.uid, now)
            + tuple(_column(name, {**given, **vals}) for name in LINE_COLUMNS)
            for claim, vals in lines
        ]
        names = ("claim_id", "company_id", "create_uid", "create_date")
        names += ("write_uid", "write_date", *LINE_COLUMNS)
        columns = ", ".join(names)  # constants of this module only
        self.env.cr.execute_values(
            f"INSERT INTO openimis_claim_line ({columns}) VALUES %s", rows
        )
        Line.invalidate_model()
        self.env["openimis.claim"].invalidate_model(["line_ids"])

    def _claim_product(self, product, policy):
        """Id of the claim's product: named by the claim, else its policy's."""
        if product:
            return product.id
        return policy.product_id.id if policy else False

    def _vals_claim_line(self, line):
        vals = {
            "openimis_uuid": line.uuid,
            "sequence": line.sequence,
            "line_type": line.kind,
            "code": line.code or str(line.sequence),
            "name": line.name,
            "price_origin": line.price_origin or "P",
            "rejection_reason": line.rejection_reason,
            "status": "2" if line.rejection_reason else "1",
        }
        for name in LINE_MONEY:
            value = getattr(line, name)
            if value is not None:
                # zero is an amount, None is none: only the former is given
                vals[name] = float(value)
        return vals

    def _update_claim(self, claim, vals):
        """Lines keep their identity by number: bills may point at them."""
        before = self._claim_value(claim)
        lines = {line.sequence: line for line in claim.line_ids}
        commands = []
        for _create, _zero, line_vals in vals["line_ids"]:
            line = lines.pop(line_vals["sequence"], None)
            if line:
                line.write({**dict.fromkeys(LINE_MONEY, 0.0), **line_vals})
            else:
                commands.append(Command.create(line_vals))
        commands += [Command.delete(line.id) for line in lines.values()]
        claim.write({**vals, "line_ids": commands})
        if claim.billing_move_id:
            after = self._claim_value(claim)
            if claim.currency_id.compare_amounts(before, after):
                self.env["openimis.bill.proposal"]._propose_adjustment(
                    claim, before, after
                )

    def _claim_value(self, claim):
        """What the claim's accepted lines are worth at their last stage."""
        total = 0.0
        for line in claim.line_ids:
            if line.status == "1":
                quantity = line.qty_approved if line.is_approved else line.qty_provided
                price = line.price_valuated or line.price_approved or line.price_asked
                total += claim.currency_id.round(quantity * price)
        return claim.currency_id.round(total)


def _column(name, vals):
    """Value of a line's column; the flag tells zero from nothing."""
    if name == "is_approved":
        return vals["qty_approved"] is not None and vals["price_approved"] is not None
    return vals[name]
