from odoo import models

from odoo.addons.exchange_run.core.money import CENT, ZERO, plain, round_to

from ..core.calculation import household_month
from ..core.money import exact, measured
from ..core.planning import days_booking
from ..core.steps import SERVICE, SUBSIDY, step
from ..core.subsidies import explain, split
from ..core.tariff import CREDIT, EXTRA


class DaycareBillingRun(models.Model):
    """What is due for a month, with today's data, whatever was billed before."""

    _inherit = "daycare.billing.run"  # pylint: disable=consider-merging-classes-inherited

    def _add_due(self, snapshot, month, due, blocked):
        """Add what is due for a month, and the children that cannot be calculated.

        :param due: dict (child id, month, due key) -> values of a line; added to
        :param blocked: set of (child id, month); added to
        :return: list of findings, see `_log_many`
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
                findings += self._uncertified(child_id, snapshot, month)
                if result.error or not debtor:
                    blocked.add((child_id, month.first))
                    continue
                for vals in self._due_lines(snapshot, result, debtor, month, tariffs):
                    due[child_id, month.first, vals["due_key"]] = vals
        return findings

    def _due_lines(self, snapshot, result, debtor, month, tariffs):
        """Return the values of the lines due for one child and month."""
        common = {"child_id": result.child, "month": month.first}
        lines = self._all_care_lines(
            common, result, debtor, snapshot.subsidies_of(result.child, month), tariffs
        )
        child = snapshot.children[result.child]
        lines += [
            self._service_line({**common, "debtor_id": debtor}, service, quantity)
            for service in snapshot.services.get(result.child, ())
            if (quantity := self._service_quantity(service, month, result.dates, child))
        ]
        return [line for line in lines if line["amount"]]

    # === CARE ===

    def _all_care_lines(self, common, result, debtor, subsidies, tariffs):
        """Return the lines for the care of a child, group by group.

        :param subsidies: list of `core.subsidies.Subsidy`
        """
        promised = explain(result.items, subsidies)
        lines = []
        for group_id, shares in split(result.items, debtor, subsidies).items():
            items = [item for item in result.items if item.group == group_id]
            own_steps = [s for item in items for s in item.steps]
            care = {
                **common,
                "group_id": group_id,
                "tariff_id": tariffs[group_id].id,
                "at_maximum": result.at_maximum,
            }
            explained = [*result.steps, *own_steps, *promised]
            lines += self._care_lines(care, items, explained, debtor, shares)
        return lines

    def _care_lines(self, common, items, explained, debtor, shares):
        """Return the line of the debtor and those of third parties, for one group.

        The first of them stands for the days: a child is there once, whoever pays.

        :param shares: dict payer -> amount of `core.subsidies.split`
        """
        total = sum(shares.values(), ZERO)
        paid = total - shares.get(debtor, ZERO)
        if paid:
            summary = step(SUBSIDY, amount=total, subsidy=paid, rest=total - paid)
            explained = [*explained, summary]
        stored = [s.as_json() for s in explained]
        days = sum((item.days for item in items), ZERO)
        lines = []
        for payer, amount in shares.items():
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
                    "days": float(ZERO if lines else days),
                    "amount": float(amount),
                    "positions": positions,
                    "steps": stored,
                }
            )
        return lines

    def _item_position(self, item):
        return {
            "type": item.kind,
            "quantity": plain(item.quantity),
            "unit": f"{item.unit:.2f}",
            "amount": f"{item.amount:.2f}",
            "days": plain(round_to(item.days, CENT)),
            "share": measured(item.share),
            "weekdays": list(item.weekdays),
            "dates": sorted({str(piece.day) for piece in item.pieces})
            if item.kind in (EXTRA, CREDIT)
            else [],
            "slots": [slot for slot, _percent in item.presence.slots],
            "hours": [[measured(a), measured(b)] for a, b in item.presence.hours],
        }

    def _subsidy_position(self, amount, deduction):
        return {
            "type": "deduction" if deduction else "subsidy",
            "quantity": "1",
            "unit": f"{amount:.2f}",
            "amount": f"{amount:.2f}",
        }

    # === SERVICES ===

    def _service_quantity(self, service, month, dates, child):
        """Return how many times a service is due in a month, as Decimal.

        :param dates: the days of the child, without those that are closed and those of
            absences without services
        :param child: `core.calculation.Child`
        """
        if service.frequency == "once":
            times = month.first <= service.date_from <= month.last
        elif service.frequency == "month":
            times = service._covers(month.first, month.last)
        else:
            if service.frequency == "slot":
                booked = days_booking(child.all_pages, month, service._slots())
                dates = [day for day in booked if day not in child.credits.unserved]
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
