from odoo import models
from odoo.fields import Command

from odoo.addons.account_billing_run.bulk import insert_rows
from odoo.addons.openimis_payable.models.openimis_claim import CLAIM_STATUS
from odoo.addons.openimis_payable.models.openimis_claim_line import with_given_flags

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
#: amount of a line as it was read -> where it is kept
LINE_AMOUNTS = {
    **{name: name for name in LINE_MONEY},
    "remunerated": "remunerated_amount",
    "deductable": "deductable_amount",
    "exceed_ceiling": "exceed_ceiling_amount",
    "exceed_ceiling_category": "exceed_ceiling_amount_category",
}
LIMITATIONS = ("F", "C")
CARE_TYPES = ("I", "O")
#: what FHIR tells of a claim and its lines only now and then, if at all
UNTOLD_BY_FHIR = (
    "approved",
    "valuated",
    "remunerated",
    "date_processed",
    "batch_run_id",
    "policy_id",
    "product_id",
    "insuree_id",
)
UNTOLD_OF_LINES = (
    "openimis_uuid",
    "price_origin",
    "product_id",
    "policy_id",
    "limitation",
    "limitation_value",
    "justification",
)
#: of amounts, which have two to six decimals
TOLERANCE = 0.0000005
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
                connection,
                "openimis.policy",
                [uuid for record in records for uuid in _policies(record)],
            ),
            "insuree": self._by_uuid(
                connection, "openimis.insuree", [r.patient_uuid for r in records]
            ),
            "product": self._by(
                connection,
                "openimis.product",
                "code",
                [code for record in records for code in _products(record)],
            ),
            "batch_run": self._by_uuid(
                connection, "openimis.batch.run", [r.batch_run_uuid for r in records]
            ),
        }

    def _lacks_claim(self, kinds, refs, record):
        """Kinds of which is not here yet what decides product, person or run."""
        pointed = {
            "policy": _policies(record),
            "insuree": [record.patient_uuid],
            "product": _products(record),
            "batch_run": [record.batch_run_uuid],
        }
        return [
            kind
            for kind, keys in pointed.items()
            if kind in kinds and any(key and key not in refs[kind] for key in keys)
        ]

    def _vals_claim(self, refs, record):
        facility = self._need(refs["facility"], record.facility_uuid, "Claim.provider")
        if str(record.status) not in STATUSES:
            raise UnreadableResource("Claim.status", record.status)
        policy = refs["policy"].get(next(iter(_policies(record)), None))
        product = refs["product"].get(next(iter(_products(record)), None))
        insuree = refs["insuree"].get(record.patient_uuid)
        batch_run = refs["batch_run"].get(record.batch_run_uuid)
        vals = {
            "openimis_uuid": record.uuid,
            "openimis_version": record.version or 0,
            "active": True,
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
        vals |= self._vals_claim_review(record)
        vals["line_ids"] = [
            Command.create(self._vals_claim_line(refs, line)) for line in record.lines
        ]
        return vals

    def _vals_claim_review(self, record):
        """What only GraphQL tells: FHIR must not wipe it."""
        if record.review_status is None:
            return {}
        care_type = record.care_type
        return {
            "care_type": care_type if care_type in CARE_TYPES else False,
            "review_status": str(record.review_status),
            "feedback_status": str(record.feedback_status or 1),
            "rejection_reason": record.rejection_reason or 0,
            "reinsured": number(record.reinsured),
            "claim_admin": record.claim_admin,
            "explanation": record.explanation,
        }

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
        given = dict.fromkeys(LINE_AMOUNTS.values())
        rows = [with_given_flags({**given, **vals}) for vals in lines]
        insert_rows(Line, columns(Line, rows, currency))
        claims.invalidate_recordset(["line_ids"])

    def _claim_product(self, product, policy):
        """Id of the claim's product: named by the claim, else its policy's."""
        if product:
            return product.id
        return policy.product_id.id if policy else False

    def _vals_claim_line(self, refs, line):
        product = refs["product"].get(line.product_code)
        policy = refs["policy"].get(line.policy_uuid)
        rejected = line.rejected or line.rejection_reason
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
            "status": "2" if rejected else "1",
            "product_id": product.id if product else False,
            "policy_id": policy.id if policy else False,
            "limitation": line.limitation if line.limitation in LIMITATIONS else False,
            "limitation_value": number(line.limitation_value),
            "justification": line.justification,
        }
        for theirs, ours in LINE_AMOUNTS.items():
            value = getattr(line, theirs)
            # zero is an amount, None is none: only the former is given
            vals[ours] = None if value is None else float(value)
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
        """Lines keep their identity by what they are: bills may point at them."""
        before = self._claim_value(claim)
        new_lines = [line_vals for _create, _zero, line_vals in vals["line_ids"]]
        pairs, left = _paired(claim.line_ids, new_lines)
        if "review_status" not in vals:
            vals = self._kept_by_fhir(claim, vals, pairs, left)
        commands = []
        for line, line_vals in pairs:
            if line:
                line.write(line_vals)
            else:
                commands.append(Command.create(line_vals))
        commands += [Command.delete(line.id) for line in left]
        claim.write({**vals, "line_ids": commands})
        if claim.billing_move_id:
            after = self._claim_value(claim)
            if claim.currency_id.compare_amounts(before, after):
                Proposal = self.env["openimis.bill.proposal"]
                billed = Proposal._billed_amount(claim, before)
                Proposal._propose_adjustment(pull, claim, billed, after)
                pull._count("claim", "proposal")

    def _kept_by_fhir(self, claim, vals, pairs, left):
        """Leave out of a claim what FHIR does not tell: it must wipe nothing.

        A claim that GraphQL told in full stays so, as long as nothing FHIR tells of it
        differs.

        :param vals: values of the claim as FHIR tells it
        :param pairs: lines here with theirs, whose untold values are taken out
        :param left: lines here that FHIR does not tell
        :return: the values to write
        """
        vals = {
            name: value
            for name, value in vals.items()
            if name not in UNTOLD_BY_FHIR or value
        }
        same = not left and claim.status == vals["status"]
        for line, line_vals in pairs:
            for name in (*LINE_AMOUNTS.values(), *UNTOLD_OF_LINES):
                untold = (None, False) if name in UNTOLD_OF_LINES else (None,)
                if any(line_vals[name] is value for value in untold):
                    del line_vals[name]
            same = same and bool(line) and _agrees(line, line_vals)
        if same and not claim.amounts_untold:
            vals["amounts_untold"] = False
        return vals

    def _mark_withdrawn(self, pull, rows):
        """Claims that are no more: not billed here, or proposed to be taken back.

        :param rows: `openimis.remote.record` of claims openIMIS no longer has
        """
        if not rows or pull.dry_run:
            return
        claims = self.env["openimis.claim"].browse(rows.mapped("res_id")).exists()
        # sudo: the rows are the exchange's own bookkeeping, nobody edits them by hand
        rows.sudo().deleted = True
        billed = claims.filtered("billing_move_id")
        # one that was never billed must not be; it stays for the record, archived
        (claims - billed).active = False
        Proposal = self.env["openimis.bill.proposal"]
        proposals = Proposal._propose_withdrawn(pull, billed)
        pull._count("claim", "delete", len(claims))
        pull._count("claim", "proposal", len(proposals))

    def _claim_value(self, claim):
        """What the claim's accepted lines are worth at their last stage (section 4)."""
        return float(claim._worth()[claim.id])


def _agrees(line, vals):
    """Whether what was read of a line is what is known of it."""
    names = ("status", "rejection_reason", *LINE_AMOUNTS.values())
    return all(
        line[name] == vals[name]
        if name not in LINE_AMOUNTS.values()
        else abs(line[name] - vals[name]) < TOLERANCE
        for name in names
        if name in vals
    )


def _policies(record):
    """UUIDs of the policies a claim and its lines name, each once."""
    uuids = [record.coverage_uuid, *(line.policy_uuid for line in record.lines)]
    return list(dict.fromkeys(filter(None, uuids)))


def _products(record):
    """Codes of the products a claim and its lines name, each once."""
    codes = [record.product_code, *(line.product_code for line in record.lines)]
    return list(dict.fromkeys(filter(None, codes)))


def _paired(lines, vals_list):
    """Pair what is here with what was read: the transports number lines otherwise.

    :param lines: `openimis.claim.line` of one claim
    :param list vals_list: values of its lines as they were read
    :return: list of (line or None, values); the lines that are no more
    """
    left, found = list(lines), {}
    for names in (("sequence", "line_type", "code"), ("line_type", "code")):
        for place, vals in enumerate(vals_list):
            if place in found:
                continue
            same = [x for x in left if all(x[name] == vals[name] for name in names)]
            if same:
                found[place] = same[0]
                left.remove(same[0])
    return [(found.get(n), vals) for n, vals in enumerate(vals_list)], left
