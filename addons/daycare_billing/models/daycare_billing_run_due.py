from odoo import models

from odoo.addons.exchange_run.core.money import CENT, ZERO, plain, round_to

from ..core.calculation import household_month
from ..core.money import exact, measured
from ..core.planning import days_booking
from ..core.shares import divide, percents_of
from ..core.steps import DEBTOR_SHARE, SERVICE, SUBSIDY, step
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
        subsidies = snapshot.subsidies_of(result.child, month)
        shares = snapshot.shares_of(result.child, month)
        lines = self._all_care_lines(common, result, debtor, subsidies, shares, tariffs)
        child = snapshot.children[result.child]
        for service in snapshot.services.get(result.child, ()):
            quantity = self._service_quantity(service, month, result.dates, child)
            if quantity:
                lines += self._service_lines(common, service, quantity, debtor, shares)
        return [line for line in lines if line["amount"]]

    # === CARE ===

    def _all_care_lines(self, common, result, debtor, subsidies, shares, tariffs):
        """Return the lines for the care of a child, group by group.

        :param subsidies: list of `core.subsidies.Subsidy`
        :param shares: list of `core.shares.Share`
        """
        promised = explain(result.items, subsidies)
        lines = []
        for group_id, paid in split(result.items, debtor, subsidies).items():
            items = [item for item in result.items if item.group == group_id]
            own_steps = [s for item in items for s in item.steps]
            care = {
                **common,
                "group_id": group_id,
                "tariff_id": tariffs[group_id].id,
                "at_maximum": result.at_maximum,
            }
            explained = [*result.steps, *own_steps, *promised]
            lines += self._care_lines(care, items, explained, debtor, paid, shares)
        return lines

    def _care_lines(self, common, items, explained, debtor, paid, shares):
        """Return the lines of the debtors and those of third parties, for one group.

        The first of them stands for the days: a child is there once, whoever pays.

        :param paid: dict payer -> amount of `core.subsidies.split`
        :param shares: list of `core.shares.Share`
        """
        total = sum(paid.values(), ZERO)
        left = paid.get(debtor, ZERO)
        subsidy = total - left
        if subsidy:
            summary = step(SUBSIDY, amount=total, subsidy=subsidy, rest=left)
            explained = [*explained, summary]
        divided = self._explained_shares(left, debtor, shares)
        stored = [s.as_json() for s in [*explained, *divided]]
        positions = [self._item_position(item) for item in items]
        if subsidy:
            positions.append(self._remark_position("deduction", -subsidy))
        group = common["group_id"]
        lines = [
            {**part, "key": self._key_of(group, part, debtor)}
            for part in self._debtor_parts(left, positions, debtor, shares)
        ]
        lines += [
            {
                "kind": "subsidy",
                "key": f"{group}/{payer}",
                "debtor_id": payer,
                "amount": float(amount),
                "positions": [self._remark_position("subsidy", amount)],
            }
            for payer, amount in paid.items()
            if payer != debtor
        ]
        days = sum((item.days for item in items), ZERO)
        return [
            {
                "kind": "care",
                **common,
                **line,
                "due_key": f"{line.get('kind', 'care')}/{group}/{line['debtor_id']}",
                "days": float(ZERO if number else days),
                "steps": stored,
            }
            for number, line in enumerate(lines)
        ]

    # === SEVERAL DEBTORS ===

    def _debtor_parts(self, amount, positions, debtor, shares):
        """Return debtor, amount and positions of each who pays a part.

        :param amount: what subsidies leave, or the price of a service
        :param positions: what the amount is made of, for the debtor
        :return: list of dict
        """
        percents = percents_of(debtor, shares)
        parts = divide(amount, debtor, shares)
        others = amount - parts.get(debtor, ZERO)
        shared = [self._remark_position("shared", -others)] if others else []
        return [
            {
                "debtor_id": payer,
                "amount": float(part),
                "positions": positions + shared
                if payer == debtor
                else [
                    {
                        **self._remark_position("share", part),
                        "percent": plain(percents[payer]),
                    }
                ],
            }
            for payer, part in parts.items()
        ]

    def _explained_shares(self, amount, debtor, shares):
        parts = divide(amount, debtor, shares)
        return [
            step(
                DEBTOR_SHARE,
                name=share.name,
                percent=plain(share.percent),
                amount=amount,
                part=parts.get(share.payer, ZERO),
            )
            for share in shares
        ]

    def _key_of(self, own, part, debtor):
        """Return the key of a line: that of before there were shares for the debtor."""
        payer = part["debtor_id"]
        return str(own) if payer == debtor else f"{own}/{payer}"

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

    def _remark_position(self, kind, amount):
        return {
            "type": kind,
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

    def _service_lines(self, common, service, quantity, debtor, shares):
        """Return the lines of the debtors of a service."""
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
        explained = [
            step(
                SERVICE, name=name, quantity=plain(quantity), unit=unit, amount=amount
            ),
            *self._explained_shares(amount, debtor, shares),
        ]
        return [
            {
                **common,
                **part,
                "kind": "service",
                "key": self._key_of(service.id, part, debtor),
                "due_key": f"service/{service.id}/{part['debtor_id']}",
                "service_id": service.id,
                "product_id": service.product_id.id,
                "steps": [own.as_json() for own in explained],
            }
            for part in self._debtor_parts(amount, [position], debtor, shares)
        ]
