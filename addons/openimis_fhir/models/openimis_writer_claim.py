from odoo import models
from odoo.fields import Command

from odoo.addons.account_billing_run.bulk import insert_rows
from odoo.addons.openimis_payable.models.openimis_claim import CLAIM_STATUS
from odoo.addons.openimis_payable.models.openimis_claim_line import (
    AMOUNTS,
    with_given_flags,
)

from ..core.exceptions import UnreadableResource
from ..mass_create import columns, create_in_mass
from .openimis_writer import number

VISITS = ("E", "R", "O")
ORIGINS = ("P", "O", "R")
STATUSES = dict(CLAIM_STATUS)
MONEY = ("claimed", "approved", "valuated", "remunerated")
LINE_MONEY = (
    "qty_provided",
    "price_asked",
    "qty_approved",
    "price_approved",
    "price_adjusted",
    "price_valuated",
)
UNTOLD = "claim.untold"
# in the order in which they decide the period, see `openimis.claim.billing_date`
BILLING_DATES = ("date_processed", "date_to", "date_from", "date_claimed")


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

    def _lacks_claim(self, kinds, refs, record):
        """Kinds of which is not here yet what decides product, person or run."""
        pointed = {
            "policy": record.coverage_uuid,
            "insuree": record.patient_uuid,
            "product": record.product_code,
            "batch_run": record.batch_run_uuid,
        }
        return [
            kind
            for kind, key in pointed.items()
            if key and kind in kinds and key not in refs[kind]
        ]

    def _vals_claim(self, refs, record):
        facility = self._need(refs["facility"], record.facility_uuid, "Claim.provider")
        if str(record.status) not in STATUSES:
            raise UnreadableResource("Claim.status", record.status)
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
            "amounts_untold": record.untold,
            **{name: number(getattr(record, name)) for name in MONEY},
        }
        vals["line_ids"] = [
            Command.create(self._vals_claim_line(line)) for line in record.lines
        ]
        return vals

    def _create_copies(self, pull, kind, Model, vals_list):
        """New claims go in without their lines, which follow in one statement."""
        if kind != "claim":
            return super()._create_copies(pull, kind, Model, vals_list)
        lines = [vals.pop("line_ids") for vals in vals_list]
        self._complete_claims(vals_list)
        currency = pull.company_id.currency_id
        claims = create_in_mass(Model, vals_list, currency)
        self._insert_claim_lines(
            claims,
            [
                {"claim_id": claim_id, "company_id": pull.company_id.id, **vals}
                for claim_id, commands in zip(claims.ids, lines, strict=True)
                for _create, _zero, vals in commands
            ],
            currency,
        )
        return claims

    def _complete_claims(self, vals_list):
        """Give new claims what the ORM would compute; a test compares the two."""
        facilities = self.env["res.partner"].browse(
            {vals["health_facility_id"] for vals in vals_list}
        )
        locations = {
            facility.id: facility.openimis_location_id.id for facility in facilities
        }
        for vals in vals_list:
            vals["location_id"] = locations[vals["health_facility_id"]]
            vals["billing_date"] = next(
                filter(None, map(vals.get, BILLING_DATES)), None
            )
            vals["billing_state"] = "to_bill"

    def _insert_claim_lines(self, claims, lines, currency):
        Line = self.env["openimis.claim.line"]
        Line.check_access("create")
        given = dict.fromkeys((*LINE_MONEY, *AMOUNTS))
        rows = [with_given_flags({**given, **vals}) for vals in lines]
        insert_rows(Line, columns(Line, rows, currency))
        claims.invalidate_recordset(["line_ids"])

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
            # unknown is unknown: a relative price is worth another amount
            "price_origin": line.price_origin
            if line.price_origin in ORIGINS
            else False,
            "rejection_reason": line.rejection_reason,
            "status": "2" if line.rejection_reason else "1",
        }
        for name in LINE_MONEY:
            value = getattr(line, name)
            if value is not None:
                # zero is an amount, None is none: only the former is given
                vals[name] = float(value)
        return vals

    def _after_claim(self, pull, refs, written):
        """Say once a pull that FHIR does not tell what every line is worth."""
        told = pull.exchange_message_ids.filtered(lambda m: m.code == UNTOLD)
        if told or not any(record.untold for record, _digest, _claim in written):
            return
        pull._log(
            "warning",
            self.env._(
                "FHIR does not tell all amounts of some claims: openIMIS shows prices "
                "and quantities of zero as those asked for, the origin of one price a "
                "claim only, and no day of processing. They are marked «Amounts Not "
                "Told in Full» and are not billed until somebody has compared them. By "
                "GraphQL they come whole."
            ),
            code=UNTOLD,
        )

    def _update_claim(self, pull, claim, vals):
        """Lines keep their identity by number: bills may point at them."""
        before = self._claim_value(claim)
        lines = {line.sequence: line for line in claim.line_ids}
        commands = []
        for _create, _zero, line_vals in vals["line_ids"]:
            line = lines.pop(line_vals["sequence"], None)
            if line:
                line.write({**dict.fromkeys(LINE_MONEY), **line_vals})
            else:
                commands.append(Command.create(line_vals))
        commands += [Command.delete(line.id) for line in lines.values()]
        if not vals["date_processed"]:
            del vals["date_processed"]  # FHIR does not tell it: it wipes nothing
        claim.write({**vals, "line_ids": commands})
        if claim.billing_move_id:
            after = self._claim_value(claim)
            if claim.currency_id.compare_amounts(before, after):
                Proposal = self.env["openimis.bill.proposal"]
                Proposal._propose_adjustment(pull, claim, before, after)
                pull._count("claim", "proposal")

    def _claim_value(self, claim):
        """What the claim's accepted lines are worth at their last stage (section 4)."""
        return float(claim._worth()[claim.id])
