from dataclasses import replace
from decimal import Decimal

from odoo import models
from odoo.tools import SQL

from odoo.addons.account_billing_run.bulk import update_rows

from ..core.claim import NO_TERMS, Claim, Line
from ..core.money import CENT, exact
from ..core.valuation import ZERO, ClaimLine

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

    def _read_for_valuation(self, terms):
        """Read the claims of the set with their lines, as plain values.

        :param terms: `core.claim.Terms`, for the period of relative prices
        :return: list of `core.claim.Claim`, in the order of the set
        """
        claims = {row[0]: self._plain_claim(row, terms) for row in self._header_rows()}
        for row in self._line_rows():
            claim = claims[row[0]]
            claim.lines.append(_plain_line(row, claim, terms))
        return [claims[claim_id] for claim_id in self.ids if claim_id in claims]

    def _worth(self):
        """Return what the lines are worth now, at the last stage that was given.

        Relative prices count in full: their index belongs to a closing.

        :return: dict {claim id: Decimal, rounded}
        """
        quantum = exact(self.company_id.currency_id[:1].rounding) or CENT
        terms = replace(NO_TERMS, indexes={None: Decimal(1)}, quantum=quantum)
        return {
            claim.id: claim.valuate(terms).net
            for claim in self._read_for_valuation(terms)
        }

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
                       claim.billing_excluded
                  FROM openimis_claim claim
             LEFT JOIN res_partner facility ON facility.id = claim.health_facility_id
                 WHERE claim.id = ANY(%s)
                """,
                self.ids,
            )
        )

    def _line_rows(self):
        self.env["openimis.claim.line"].flush_model()
        return self.env.execute_query(
            SQL(
                """
                SELECT line.claim_id, line.id, line.code, line.name,
                       COALESCE(line.product_id, claim.product_id),
                       line.qty_provided, line.price_asked, %(given)s,
                       line.price_origin, line.status = '2'
                  FROM openimis_claim_line line
                  JOIN openimis_claim claim ON claim.id = line.claim_id
                 WHERE line.claim_id = ANY(%(ids)s)
              ORDER BY line.claim_id, line.sequence, line.id
                """,
                ids=self.ids,
                given=SQL(", ").join(map(_given, STAGES + REDUCTIONS)),
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
        )

    def _write_valuation(self, calculation, terms):
        """Write what the closing found on processed claims: they are valuated now.

        :param calculation: `core.payable.Calculation` with the claims' net amounts
        :param terms: `core.claim.Terms` the claims were valuated on
        """
        lines = []
        for claim in self._read_for_valuation(terms):
            result = claim.valuate(terms)
            pairs = zip(claim.lines, result.line_nets, strict=True)
            lines += [{"id": line.id, "remunerated_amount": net} for line, net in pairs]
        update_rows(
            self.env["openimis.claim.line"].browse([line["id"] for line in lines]),
            [{**line, "remunerated_amount_given": True} for line in lines],
        )
        update_rows(
            self,
            [
                {"id": claim_id, "status": "16", "valuated": net, "remunerated": net}
                for claim_id, net in zip(
                    self.ids, map(calculation.amounts.get, self.ids), strict=True
                )
            ],
        )


def _given(name):
    """Return the SQL of an amount of a line: NULL where nobody gave it."""
    return SQL(
        "CASE WHEN %s THEN COALESCE(%s, 0) END",
        SQL.identifier("line", f"{name}_given"),
        SQL.identifier("line", name),
    )


def _plain_line(row, claim, terms):
    """Return a `core.claim.Line` of one row of `_line_rows`."""
    amounts = [None if value is None else exact(value) for value in row[5:-2]]
    fixed = 2 + len(STAGES)
    line = Line(
        id=row[1],
        code=row[2],
        name=row[3],
        product=row[4],
        values=ClaimLine(
            *amounts[:fixed],
            reduction=sum(filter(None, amounts[fixed:]), ZERO),
            origin=row[-2] or "",
            rejected=bool(row[-1]),
        ),
    )
    product = terms.products.get(line.product)
    if product and claim.date and line.values.needs_index:
        line.index_key = claim.index_key(product)
    return line
