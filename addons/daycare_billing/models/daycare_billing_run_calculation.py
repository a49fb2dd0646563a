from hashlib import sha256
from itertools import chain, count

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.exchange_run.core.money import ZERO

from ..core.corrections import difference
from ..core.money import exact
from ..core.planning import Month
from ..core.steps import CORRECTION, step

CHUNK_CHILDREN = 250
#: So many children are named in one finding.
NAMED = 5
#: What the amounts of a month and their payers are made of. A test compares it with
#: what a calculation reads.
INPUTS = (
    "daycare.child",
    "daycare.child.guardian",
    "daycare.income",
    "daycare.billing.data",
    "daycare.sector",
    "daycare.sector.line",
    "daycare.slot",
    "daycare.group",
    "daycare.department",
    "daycare.absence",
    "daycare.absence.reason",
    "daycare.extra.day",
    "daycare.closure",
    "daycare.child.service",
    "daycare.subsidy",
    "daycare.debtor.share",
    "daycare.tariff",
    "daycare.tariff.age",
    "daycare.tariff.bracket",
    "daycare.tariff.sibling",
)


class DaycareBillingRun(models.Model):
    """How a month is calculated: what is due today, less what was calculated before."""

    _inherit = "daycare.billing.run"  # pylint: disable=consider-merging-classes-inherited

    # === PLAN ===

    def _plan_calculation(self):
        """Cut the children into chunks that keep households together."""
        self._check_settings()
        months = self._months()
        self._note_inputs(self._digest_of_inputs(months))
        chunks = self._chunks_of_children(months)
        return [{"child_ids": ids, "units": len(ids)} for ids in chunks]

    def _chunks_of_children(self, months):
        """Return lists of ids of children, no household in two of them."""
        reader = self.env["daycare.billing.reader"]
        last = fields.Date.end_of(months[-1], "month")
        children = reader._candidates(self.company_id, months[0], last)
        chunks, current = [], []
        for household in reader._households(children):
            current += household
            if len(current) >= CHUNK_CHILDREN:
                chunks.append(current)
                current = []
        return chunks + ([current] if current else [])

    def _months(self):
        """Return the first days of the months to calculate, the service month last."""
        months = [self.service_month]
        if self.with_corrections:
            begin = fields.Date.subtract(
                self.service_month, months=self.company_id.daycare_correction_months
            )
            former = self.search(
                self._settled_domain()
                & Domain("service_month", ">=", begin)
                & Domain("service_month", "<", self.service_month)
            )
            months = sorted(set(former.mapped("service_month"))) + months
        return months

    def _settled_domain(self):
        """Return the domain of the runs whose month is corrected when data change.

        Those that have invoices, and those that found nothing to invoice: but none
        before the first invoices, which former software has written.
        """
        company = Domain("company_id", "=", self.company_id.id)
        billed = Domain("stage", "in", ("invoiced", "posted"))
        first = self.search(company & billed, order="service_month", limit=1)
        nothing = (
            Domain("stage", "=", "computed")
            & Domain("service_month", ">", first.service_month)
            & ~Domain("billing_line_ids", "any", [("billing_state", "=", "to_bill")])
        )
        return company & (billed | nothing if first else billed)

    # === ONE CHUNK ===

    def _calculate(self, child_ids):
        """Write the lines of some whole households.

        :param child_ids: ids of the children
        """
        months = self._months()
        due, blocked, findings = self._due(child_ids, months)
        self._log_many(findings)
        self._write_lines(child_ids, months, due, blocked)
        self._count("daycare.child", "calculated", len(child_ids))

    def _due(self, child_ids, months):
        """Return what is due with today's data.

        :param child_ids: ids of the children of whole households
        :param months: see `_months`
        :return: dict (child id, month, due key) -> values of a line, set of (child id,
            month) that cannot be calculated, findings of the service month
        """
        last = fields.Date.end_of(months[-1], "month")
        snapshot = self.env["daycare.billing.reader"]._read(child_ids, months[0], last)
        closed = self.env["daycare.closure"]._closed_days(
            self.company_id, months[0], last
        )
        due, blocked, findings = {}, set(), []
        for month in months:
            found = self._add_due(snapshot, Month.of(month, closed), due, blocked)
            findings += found if month == self.service_month else []
        return due, blocked, findings

    def _check_still_true(self):
        """Say whose month would be another one if it were calculated now.

        Between the calculation and the invoices somebody may change a tariff or import
        a delivery; the next month would correct it, and parents would not understand.
        To calculate again takes long, so it is done only where some record is another.
        """
        months = self._months()
        inputs = self._digest_of_inputs(months)
        if inputs == self.inputs:
            return
        changed = self.env["daycare.child"]
        for chunk in self._chunks_of_children(months):
            due, blocked, _findings = self._due(chunk, months)
            missing, _before = self._missing(chunk, months, due, blocked)
            changed |= changed.browse({child_id for child_id, *_key in missing})
        if changed:
            names = changed.sorted("name").mapped("display_name")
            more = ", …" if len(names) > NAMED else ""
            self._log_many(
                [
                    {
                        "severity": "warning",
                        "code": "changed",
                        "text": self.env._(
                            "Data have changed since the calculation "
                            "(%(children)s). «Compute Again» takes them; otherwise "
                            "the next month bills the difference as a correction.",
                            children=", ".join(names[:NAMED]) + more,
                        ),
                        "record": changed if len(changed) == 1 else None,
                    }
                ]
            )
        else:
            self._note_inputs(inputs)

    def _note_inputs(self, digest):
        with self._engine_writes():
            self.inputs = digest

    def _digest_of_inputs(self, months):
        """Return what is another text whenever a month may be another one.

        It is that of all rows that amounts are made of, with the moment they were
        written last, which writing their lists of slots or groups changes, too; and of
        what other runs have calculated of these months.

        :param months: see `_months`
        :return str: some digits
        """
        self.env.flush_all()
        parts = [
            SQL(
                "SELECT %s, count(*), sum(hashtextextended(t::text, 0)) FROM %s t "
                "WHERE company_id = %s",
                model,
                SQL.identifier(self.env[model]._table),
                self.company_id.id,
            )
            for model in INPUTS
        ]
        parts.append(
            SQL(
                "SELECT 'others', count(*), "
                "sum(hashtextextended(concat_ws('/', id, amount), 0)) "
                "FROM daycare_billing_line "
                "WHERE company_id = %s AND month IN %s AND run_id != %s",
                self.company_id.id,
                tuple(months),
                self.id,
            )
        )
        # Straight from the tables: nothing of what is read is shown to anybody.
        rows = sorted(self.env.execute_query(SQL(" UNION ALL ").join(parts)))
        return sha256(repr((months, rows)).encode()).hexdigest()

    # === LESS WHAT WAS CALCULATED BEFORE ===

    def _missing(self, child_ids, months, due, blocked):
        """Return what is due and was not calculated before.

        :return: dict (child id, month, due key) -> amount, positive or negative; dict
            (child id, month, due key) -> lines there are
        """
        existing = self.env["daycare.billing.line"]._existing(child_ids, months)
        before = {k: lines for k, lines in existing.items() if k[:2] not in blocked}
        missing = difference(
            {key: exact(vals["amount"]) for key, vals in due.items()},
            {key: exact(sum(lines.mapped("amount"))) for key, lines in before.items()},
        )
        return missing, before

    def _write_lines(self, child_ids, months, due, blocked):
        """Create the lines for what is due and was not calculated before (6.6)."""
        Line = self.env["daycare.billing.line"]
        missing, before = self._missing(child_ids, months, due, blocked)
        # Another debtor of the same month: it has another due key, but no second line
        # of the month's own is possible.
        taken = {
            (line.child_id.id, line.month, line.kind, line.key)
            for lines in before.values()
            for line in lines
        }
        vals_list = [
            self._correction(key, due.get(key), before.get(key, Line), amount, taken)
            if key in before
            or key[1] != self.service_month
            or (*key[:2], due[key]["kind"], due[key]["key"]) in taken
            else due[key]
            for key, amount in missing.items()
        ]
        communes = {
            (line.child_id.id, line.month): {"commune": line.commune}
            for lines in before.values()
            for line in lines
        }
        days = self._days_left(due, before)
        base = {"run_id": self.id, "company_id": self.company_id.id}
        with self._engine_writes():
            lines = Line.create(
                [
                    {
                        **base,
                        **vals,
                        **communes.get((vals["child_id"], vals["month"]), {}),
                        "days": days.pop(self._days_key(vals), 0.0),
                    }
                    for vals in vals_list
                ]
            )
        self._note_corrections_at_maximum(lines)
        corrections = len(lines.filtered(lambda line: line.kind == "correction"))
        self._count("daycare.billing.line", "calculated", len(lines) - corrections)
        if corrections:
            self._count("daycare.billing.line", "corrected", corrections)

    def _days_left(self, due, before):
        """Return what the lines to come have to add to the days of each group.

        By group and not by payer: who pays as much as before gets no line, though the
        days may have moved there from somebody else's.

        :return: dict (child id, month, group id) -> full days, as float
        """
        left = {}
        for vals in due.values():
            key = self._days_key(vals)
            left[key] = left.get(key, ZERO) + exact(vals.get("days"))
        for (child_id, month, _due_key), lines in before.items():
            for line in lines:
                key = child_id, month, line.group_id.id
                left[key] = left.get(key, ZERO) - exact(line.days)
        return {key: float(days) for key, days in left.items()}

    def _days_key(self, vals):
        return vals["child_id"], vals["month"], vals.get("group_id", False)

    def _correction(self, key, due, before, amount, taken):
        """Return the values of a correction line («rectification»).

        :param taken: set of (child id, month, kind, key) of lines there are; a run that
            is calculated again may correct once more what it has corrected and posted
        """
        child_id, month, due_key = key
        first = f"{self.id}/{due_key}"
        names = chain([first], (f"{first}/{number}" for number in count(2)))
        name = next(n for n in names if (child_id, month, "correction", n) not in taken)
        known = due or {
            "group_id": before[:1].group_id.id,
            "debtor_id": before[:1].debtor_id.id,
            "product_id": before[:1].product_id.id,
            "service_id": before[:1].service_id.id,
        }
        billed = exact(sum(before.mapped("amount")))
        explained = step(CORRECTION, due=billed + amount, billed=billed, amount=amount)
        return {
            **known,
            "child_id": child_id,
            "month": month,
            "kind": "correction",
            "key": name,
            "due_key": due_key,
            "amount": float(amount),
            "positions": [
                {
                    "type": "correction",
                    "quantity": "1",
                    "unit": f"{amount:.2f}",
                    "amount": f"{amount:.2f}",
                }
            ],
            "steps": [*known.get("steps", []), explained.as_json()],
        }
