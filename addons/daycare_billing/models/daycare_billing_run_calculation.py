from odoo import fields, models
from odoo.fields import Domain

from ..core.calculation import (
    ERROR_INCOME,
    ERROR_NO_TARIFF,
    ERROR_TARIFF,
    household_month,
)
from ..core.corrections import difference, split
from ..core.money import CENT, ZERO, exact, plain, round_to
from ..core.planning import Month
from ..core.steps import CORRECTION, SERVICE, SUBSIDY, step

CHUNK_CHILDREN = 250


class DaycareBillingRun(models.Model):
    """How a month is calculated: what is due today, less what was calculated before."""

    _inherit = "daycare.billing.run"  # pylint: disable=consider-merging-classes-inherited

    # === PLAN ===

    def _plan_calculation(self):
        """Cut the children into chunks that keep households together."""
        months = self._months()
        reader = self.env["daycare.billing.reader"]
        last = fields.Date.end_of(months[-1], "month")
        children = reader._candidates(self.company_id, months[0], last)
        self._check_settings()
        chunks, current = [], []
        for household in reader._households(children):
            current += household
            if len(current) >= CHUNK_CHILDREN:
                chunks.append(current)
                current = []
        chunks += [current] if current else []
        return [{"child_ids": ids, "units": len(ids)} for ids in chunks]

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
        snapshot = self.env["daycare.billing.reader"]._read(
            child_ids, months[0], fields.Date.end_of(months[-1], "month")
        )
        closed = self.env["daycare.closure"]._closed_days(
            self.company_id, months[0], fields.Date.end_of(months[-1], "month")
        )
        due, blocked = {}, set()
        for month in months:
            self._add_due(snapshot, Month.of(month, closed), due, blocked)
        self._write_lines(child_ids, months, due, blocked)
        self._check_debtors({vals["debtor_id"] for vals in due.values()})
        self._count("daycare.child", "calculated", len(child_ids))

    def _add_due(self, snapshot, month, due, blocked):
        """Add what is due for a month, and the children that cannot be calculated.

        :param due: dict (child id, month, due key) -> values of a line; added to
        :param blocked: set of (child id, month); added to
        """
        tariffs = self.env["daycare.tariff"]._in_force(self.company_id, month.first)
        rules = {tariff: tariff._rules() for tariff in set(tariffs.values())}
        by_group = {group_id: rules[tariff] for group_id, tariff in tariffs.items()}
        findings = []
        for household in snapshot.households:
            children = [snapshot.children[child_id] for child_id in household]
            results = household_month(children, month, by_group)
            for child_id, result in results.items():
                debtor = snapshot.debtor(child_id, month.first)
                finding = self._finding(result, debtor, snapshot, month)
                if finding:
                    findings.append(finding)
                if result.error or not debtor:
                    blocked.add((child_id, month.first))
                    continue
                for vals in self._due_lines(snapshot, result, debtor, month, tariffs):
                    due[child_id, month.first, vals["due_key"]] = vals
        if month.first == self.service_month:
            self._log_many(findings)

    def _due_lines(self, snapshot, result, debtor, month, tariffs):
        """Return the values of the lines due for one child and month."""
        common = {"child_id": result.child, "month": month.first}
        lines = []
        by_group = {}
        for item in result.items:
            by_group.setdefault(item.group, []).append(item)
        subsidies = [
            subsidy._rule()
            for subsidy in snapshot.subsidies.get(result.child, ())
            if subsidy._covers(month.first)
        ]
        totals = {
            group_id: sum((item.amount for item in items), ZERO)
            for group_id, items in by_group.items()
        }
        shared = split(totals, debtor, subsidies)
        for group_id, items in by_group.items():
            care = {
                **common,
                "group_id": group_id,
                "tariff_id": tariffs[group_id].id,
                "at_maximum": result.at_maximum,
            }
            lines += self._care_lines(
                care, items, result.steps, debtor, shared[group_id]
            )
        lines += [
            self._service_line({**common, "debtor_id": debtor}, service, quantity)
            for service in snapshot.services.get(result.child, ())
            if (quantity := self._service_quantity(service, month, result.dates))
        ]
        return [line for line in lines if line["amount"]]

    # === CARE ===

    def _care_lines(self, common, items, steps, debtor, parts):
        """Return the line of the debtor and those of third parties, for one group.

        :param parts: list of (payer, amount) of `core.corrections.split`
        """
        total = sum((amount for _payer, amount in parts), ZERO)
        explained = [*steps, *(s for item in items for s in item.steps)]
        paid = sum((amount for payer, amount in parts if payer != debtor), ZERO)
        if paid:
            explained.append(
                step(SUBSIDY, amount=total, subsidy=paid, rest=total - paid)
            )
        stored = [s.as_json() for s in explained]
        lines = []
        for payer, amount in self._merged(parts):
            own = payer == debtor
            kind = "care" if own else "subsidy"
            key = str(common["group_id"]) if own else f"{common['group_id']}/{payer}"
            positions = [self._item_position(item) for item in items] if own else []
            if paid:
                positions += [self._subsidy_position(-paid if own else amount, own)]
            lines.append(
                {
                    **common,
                    "kind": kind,
                    "key": key,
                    "due_key": f"{kind}/{common['group_id']}/{payer}",
                    "debtor_id": payer,
                    "days": float(sum(i.days for i in items)) if own else 0.0,
                    "amount": float(amount),
                    "positions": positions,
                    "steps": stored,
                }
            )
        return lines

    def _merged(self, parts):
        """Add up the parts of a payer that appears twice."""
        merged = {}
        for payer, amount in parts:
            merged[payer] = merged.get(payer, ZERO) + amount
        return merged.items()

    def _item_position(self, item):
        return {
            "type": item.tariff.month_method,
            "quantity": plain(item.quantity),
            "unit": f"{item.unit:.2f}",
            "amount": f"{item.amount:.2f}",
            "days": plain(round_to(item.days, CENT)),
            "share": plain(item.share),
            "weekdays": list(item.weekdays),
            "slots": [slot for slot, _percent in item.presence.slots],
            "hours": [[plain(a), plain(b)] for a, b in item.presence.hours],
        }

    def _subsidy_position(self, amount, deduction):
        return {
            "type": "deduction" if deduction else "subsidy",
            "quantity": "1",
            "unit": f"{amount:.2f}",
            "amount": f"{amount:.2f}",
        }

    # === SERVICES ===

    def _service_quantity(self, service, month, dates):
        """Return how many times a service is due in a month, as Decimal."""
        if service.frequency == "once":
            times = month.first <= service.date_from <= month.last
        elif service.frequency == "month":
            times = service._covers(month.first, month.last)
        else:
            times = sum(map(service._covers, dates))
        return exact(service.quantity) * int(times)

    def _service_line(self, common, service, quantity):
        unit = exact(service.price_unit)
        amount = round_to(quantity * unit, CENT)
        name = service.name or service.product_id.name
        position = {
            "type": "service",
            "quantity": plain(quantity),
            "unit": f"{unit:.2f}",
            "amount": f"{amount:.2f}",
            "name": service.name,
        }
        explained = step(
            SERVICE, name=name, quantity=plain(quantity), unit=unit, amount=amount
        )
        return {
            **common,
            "kind": "service",
            "key": str(service.id),
            "due_key": f"service/{service.id}/{common['debtor_id']}",
            "service_id": service.id,
            "product_id": service.product_id.id,
            "amount": float(amount),
            "positions": [position],
            "steps": [explained.as_json()],
        }

    # === LESS WHAT WAS CALCULATED BEFORE ===

    def _write_lines(self, child_ids, months, due, blocked):
        """Create the lines for what is due and was not calculated before (6.6)."""
        Line = self.env["daycare.billing.line"]
        before = Line._existing(child_ids, months)
        before = {key: lines for key, lines in before.items() if key[:2] not in blocked}
        missing = difference(
            {key: exact(vals["amount"]) for key, vals in due.items()},
            {key: exact(sum(lines.mapped("amount"))) for key, lines in before.items()},
        )
        vals_list = [
            self._correction(key, due.get(key), before.get(key, Line), amount)
            if key in before or key[1] != self.service_month
            else due[key]
            for key, amount in missing.items()
        ]
        base = {"run_id": self.id, "company_id": self.company_id.id}
        lines = Line.create([{**base, **vals} for vals in vals_list])
        corrections = len(lines.filtered(lambda line: line.kind == "correction"))
        self._count("daycare.billing.line", "calculated", len(lines) - corrections)
        if corrections:
            self._count("daycare.billing.line", "corrected", corrections)

    def _correction(self, key, due, before, amount):
        """Return the values of a correction line («rectification»)."""
        child_id, month, due_key = key
        known = due or {
            "group_id": before[:1].group_id.id,
            "debtor_id": before[:1].debtor_id.id,
            "product_id": before[:1].product_id.id,
            "service_id": before[:1].service_id.id,
        }
        billed = exact(sum(before.mapped("amount")))
        explained = step(CORRECTION, due=billed + amount, billed=billed, amount=amount)
        days = known.get("days", 0.0) - sum(before.mapped("days"))
        return {
            **known,
            "child_id": child_id,
            "month": month,
            "kind": "correction",
            "key": f"{self.id}/{due_key}",
            "due_key": due_key,
            "days": days,
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

    # === CHECKS ===

    def _finding(self, result, debtor, snapshot, month):
        """Return what somebody should look at, or None."""
        child = self.env["daycare.child"].browse(result.child)
        if result.error:
            text = self._error_texts()[result.error]
            return self._child_finding("error", result.error, text, child)
        if not debtor and (result.items or snapshot.services.get(result.child)):
            text = self.env._(
                "%(child)s: nobody pays. Enter billing data or a main parent."
            )
            return self._child_finding("error", "debtor", text, child)
        if result.capped:
            text = self.env._(
                "%(child)s: placements overlap; what they share is billed once."
            )
            return self._child_finding("warning", "overlap", text, child)
        if result.at_maximum:
            text = self.env._(
                "%(child)s: the maximum price applies, the income is confidential or "
                "missing."
            )
            return self._child_finding("warning", "maximum", text, child)
        if result.dates and not result.items:
            text = self.env._("%(child)s: all reserved days are closed.")
            return self._child_finding("info", "closed", text, child)
        return None

    def _child_finding(self, severity, code, text, child):
        return {
            "severity": severity,
            "code": code,
            "text": text % {"child": child.display_name},
            "record": child,
        }

    def _error_texts(self):
        return {
            ERROR_INCOME: self.env._(
                "%(child)s: no income is in force and the tariff asks for one. Enter "
                "an income page of the main parent."
            ),
            ERROR_TARIFF: self.env._(
                "%(child)s: the tariff is incomplete. Enter its brackets or its "
                "ceiling."
            ),
            ERROR_NO_TARIFF: self.env._(
                "%(child)s: a group has no tariff in force on the first of the month. "
                "Create one, or extend the last."
            ),
        }
