from dataclasses import replace
from decimal import Decimal

from odoo import models
from odoo.tools import SQL

from odoo.addons.account_billing_run.bulk import update_rows
from odoo.addons.exchange_run.core.money import CENT, ZERO, exact

from ..core.claim import NO_TERMS, Claim, Line
from ..core.valuation import ClaimLine

#: amounts of a line in the order of `ClaimLine`
STAGES = (
    "price_adjusted",
    "qty_approved",
    "price_approved",
    "price_valuated",
    "remunerated_amount",
)
#: what is taken off a line
REDUCTIONS = (
    "deductable_amount",
    "exceed_ceiling_amount",
    "exceed_ceiling_amount_category",
)


class OpenimisClaim(models.Model):
    """Claims read for valuation in two queries, and what valuation writes back."""

    _inherit = "openimis.claim"  # pylint: disable=consider-merging-classes-inherited

    def _read_for_valuation(self, terms, ours=True):
        """Read the claims of the set with their lines, as plain values.

        :param terms: `core.claim.Terms`, for the period of relative prices
        :param bool ours: whether what closings wrote counts as given
        :return: list of `core.claim.Claim`, in the order of the set
        """
        claims = {row[0]: self._plain_claim(row, terms) for row in self._header_rows()}
        for row in self._line_rows(ours):
            claim = claims[row[0]]
            claim.lines.append(_plain_line(row, claim, terms))
        return [claims[claim_id] for claim_id in self.ids if claim_id in claims]

    def _worth(self):
        """Return what the lines are worth now, at the last stage that was given.

        Amounts that a closing has written count as not given. Relative prices count at
        the index of the closing whose bill pays the claim, in full where none does.

        :return: dict {claim id: Decimal, rounded}
        """
        quantum = exact(self.company_id.currency_id[:1].rounding) or CENT
        plain = replace(NO_TERMS, quantum=quantum)
        worth = {}
        # sudo: which closing paid decides, also where the user sees no bills
        closings = self.grouped(
            lambda claim: claim.sudo().billing_move_id.openimis_closing_id
        )
        for closing, claims in closings.items():
            terms = closing._billed_terms() if closing else plain
            read = claims._read_for_valuation(terms, ours=False)
            in_full = {line.index_key: Decimal(1) for c in read for line in c.lines}
            terms = replace(terms, indexes={**in_full, **terms.indexes})
            worth.update({claim.id: claim.valuate(terms).net for claim in read})
        return worth

    def _twins(self):
        """Find claims that are there twice: same number, facility and day of visit.

        openIMIS refuses a number that exists, so two with a UUID are two claims. Of
        others the one that is billed counts, else the one with a UUID, else the first.

        :return: dict {claim id: id of the claim that counts in its place}
        """
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT claim.id, MIN(twin.id)
                  FROM openimis_claim claim
                  JOIN openimis_claim twin
                    ON twin.company_id = claim.company_id
                   AND twin.code = claim.code
                   AND twin.health_facility_id = claim.health_facility_id
                   AND COALESCE(twin.date_from, twin.date_to, twin.billing_date)
                       = COALESCE(claim.date_from, claim.date_to, claim.billing_date)
                   AND twin.id != claim.id
                 WHERE claim.id = ANY(%s)
                   AND twin.active
                   AND twin.status IN ('4', '8', '16')
                   AND NOT COALESCE(twin.billing_excluded, false)
                   AND (twin.openimis_uuid IS NULL OR claim.openimis_uuid IS NULL)
                   AND (twin.billing_move_id IS NOT NULL,
                        twin.openimis_uuid IS NOT NULL, -twin.id)
                     > (claim.billing_move_id IS NOT NULL,
                        claim.openimis_uuid IS NOT NULL, -claim.id)
              GROUP BY claim.id
                """,
                self.ids,
            )
        )
        return dict(rows)

    def _header_rows(self):
        self.check_access("read")
        self.flush_model()
        self.env["res.partner"].flush_model()
        return self.env.execute_query(
            SQL(
                """
                SELECT claim.id, claim.code, claim.status, claim.billing_date,
                       claim.health_facility_id, facility.openimis_level,
                       facility.openimis_sub_level, claim.location_id,
                       claim.care_type, claim.date_from, claim.date_to,
                       claim.icd_code, claim.icd_name,
                       claim.claimed, claim.valuated, claim.remunerated,
                       claim.billing_excluded,
                       COALESCE(claim.date_from, claim.date_to, claim.billing_date)
                  FROM openimis_claim claim
             LEFT JOIN res_partner facility ON facility.id = claim.health_facility_id
                 WHERE claim.id = ANY(%s)
                """,
                self.ids,
            )
        )

    def _line_rows(self, ours=True):
        self.env["openimis.claim.line"].flush_model()
        return self.env.execute_query(
            SQL(
                """
                SELECT line.claim_id, line.id, line.code, line.name,
                       COALESCE(line.product_id, claim.product_id),
                       line.qty_provided, line.price_asked, %(given)s,
                       line.price_origin, line.status = '2',
                       line.rejection_reason
                  FROM openimis_claim_line line
                  JOIN openimis_claim claim ON claim.id = line.claim_id
                 WHERE line.claim_id = ANY(%(ids)s)
              ORDER BY line.claim_id, line.sequence, line.id
                """,
                ids=self.ids,
                given=SQL(", ").join(
                    _given(name, ours) for name in STAGES + REDUCTIONS
                ),
            )
        )

    def _plain_claim(self, row, terms):
        """Return a `core.claim.Claim` of one row of :meth:`_header_rows`."""
        (claim_id, code, status, date, facility, level, sub_level, location) = row[:8]
        care, date_from, date_to, icd_code, icd_name = row[8:13]
        stays = bool(date_from and date_to and date_to > date_from)
        return Claim(
            id=claim_id,
            code=code,
            status=status,
            date=date,
            facility=facility,
            level=level,
            sub_level=sub_level,
            location=location,
            in_patient=care == "I" if care else stays,
            description=" ".join(filter(None, (icd_code, icd_name))),
            claimed=exact(row[13]),
            valuated=exact(row[14]),
            remunerated=exact(row[15]),
            never_bill=bool(row[16]),
            visit=row[17],
        )

    def _write_valuation(self, calculation, terms):
        """Write what the closing found on processed claims: they are valuated now.

        What was there before is kept, for :meth:`_take_back_valuation`.

        :param calculation: `core.payable.Calculation` with the claims' net amounts
        :param terms: `core.claim.Terms` the claims were valuated on
        """
        lines, claims = [], []
        for claim in self._read_for_valuation(terms):
            result = claim.valuate(terms)
            for line, net in zip(claim.lines, result.line_nets, strict=True):
                ours = line.values.remunerated is None
                lines.append(
                    {
                        "id": line.id,
                        "remunerated_amount": net,
                        "closing_amount": net if ours else None,
                        "valuated_by_closing": ours,
                    }
                )
            net = calculation.amounts[claim.id]
            before = {"valuated": str(claim.valuated), "net": str(net)}
            before["remunerated"] = str(claim.remunerated)
            claims.append(
                {
                    "id": claim.id,
                    "status": "16",
                    "valuated": net,
                    "remunerated": net,
                    "closing_valuation": before,
                }
            )
        self._write_line_amounts(lines, given=True)
        update_rows(self, claims)

    def _write_line_amounts(self, rows, given):
        lines = self.env["openimis.claim.line"].browse([row["id"] for row in rows])
        update_rows(lines, [{**row, "remunerated_amount_given": given} for row in rows])

    def _take_back_valuation(self):
        """Undo what a closing wrote on claims that no bill bills any more.

        They are processed claims again: corrections count in the next closing. What
        openIMIS has written since stays.
        """
        claims = self.filtered(
            lambda claim: (
                claim.closing_valuation
                and not claim.closing_valuation.get("undone")
                and not claim.billing_move_id
            )
        )
        # what waits to be written must not be lost with what is written past the ORM
        claims.flush_recordset()
        self._write_line_amounts(
            [
                {"id": line.id, "remunerated_amount": None}
                for line in claims._closing_lines()
            ],
            given=False,
        )
        rows = []
        for claim in claims:
            before = claim.closing_valuation
            still = claim.currency_id.compare_amounts(
                claim.remunerated, float(before["net"])
            )
            kept = (claim.valuated, claim.remunerated)
            valuated, remunerated = (
                kept if still else (before["valuated"], before["remunerated"])
            )
            rows.append(
                {
                    "id": claim.id,
                    "status": "8" if claim.status == "16" else claim.status,
                    "valuated": valuated,
                    "remunerated": remunerated,
                    "batch_run_id": None,
                    "closing_valuation": {
                        **before,
                        "undone": True,
                        "batch_run": claim.batch_run_id.id,
                    },
                }
            )
        update_rows(claims, rows)

    def _restore_valuation(self):
        """Write the valuation again: the bill that was taken back stands again."""
        claims = self.filtered(
            lambda claim: (claim.closing_valuation or {}).get("undone")
        )
        claims.flush_recordset()
        self._write_line_amounts(
            [
                {"id": line.id, "remunerated_amount": line.closing_amount}
                for line in claims._closing_lines()
            ],
            given=True,
        )
        update_rows(
            claims,
            [
                {
                    "id": claim.id,
                    "status": "16",
                    "valuated": claim.closing_valuation["net"],
                    "remunerated": claim.closing_valuation["net"],
                    "batch_run_id": claim.closing_valuation["batch_run"] or None,
                    "closing_valuation": {
                        **claim.closing_valuation,
                        "undone": False,
                    },
                }
                for claim in claims
            ],
        )

    def _closing_lines(self):
        """Return the lines whose remuneration a closing wrote, not openIMIS."""
        return self.env["openimis.claim.line"].search(
            [("claim_id", "in", self.ids), ("valuated_by_closing", "=", True)]
        )


def _given(name, ours):
    """Return the SQL of an amount of a line: NULL where nobody gave it.

    :param str name: one of `STAGES` or `REDUCTIONS`
    :param bool ours: whether what closings wrote counts as given
    """
    given = SQL.identifier("line", f"{name}_given")
    if name == "remunerated_amount" and not ours:
        given = SQL("%s AND NOT COALESCE(line.valuated_by_closing, false)", given)
    return SQL(
        "CASE WHEN %s THEN COALESCE(%s, 0) END", given, SQL.identifier("line", name)
    )


def _plain_line(row, claim, terms):
    """Return a `core.claim.Line` of one row of `_line_rows`."""
    amounts = [None if value is None else exact(value) for value in row[5:-3]]
    fixed = 2 + len(STAGES)
    line = Line(
        id=row[1],
        code=row[2],
        name=row[3],
        product=row[4],
        values=ClaimLine(
            *amounts[:fixed],
            reduction=sum(filter(None, amounts[fixed:]), ZERO),
            origin=row[-3] or "",
            rejected=bool(row[-2]),
        ),
        rejection=row[-1] or 0,
    )
    product = terms.products.get(line.product)
    if product and claim.date and line.values.needs_index:
        line.index_key = claim.index_key(product)
    return line
