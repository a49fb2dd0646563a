from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from odoo import api, models
from odoo.fields import Domain

from odoo.addons.daycare.core.pages import in_force
from odoo.addons.exchange_run.core.clock import to_minutes

from ..core import absences, siblings
from ..core.calculation import Child
from ..core.incomes import IncomePage
from ..core.money import exact
from ..core.planning import Month, Page, is_reserved, presence

#: An absence that began so many days before a month may still be credited in it: 50
#: days of a child who comes once a week.
ABSENT_BEFORE = timedelta(days=366)


@dataclass(slots=True)
class Snapshot:
    """What the price of some children depends on, read once for any number of months.

    `children` maps ids to `core.calculation.Child`, `households` groups the ids,
    `debtors` maps ids to (date from, guardian id) in order; `services`, `subsidies` and
    `shares` map ids to the records of these models.
    """

    children: dict
    households: list
    debtors: dict
    services: dict
    subsidies: dict
    shares: dict

    def debtor(self, child_id, day):
        """Return the guardian id that pays on a day, or None (6.3).

        The last page begun, else the first page of the child.
        """
        return in_force(self.debtors.get(child_id, ()), day)

    def subsidies_of(self, child_id, month):
        """Return the `core.subsidies.Subsidy` list in force on some day of a month."""
        return [
            subsidy._rule()
            for subsidy in self.subsidies.get(child_id, ())
            if subsidy._covers(month.first, month.last)
        ]

    def shares_of(self, child_id, month):
        """Return the `core.shares.Share` list of a month."""
        return [
            share._rule()
            for share in self.shares.get(child_id, ())
            if share._covers(month.first)
        ]


def _exact_hour(hour):
    """Return a stored hour, in which a minute is a fraction without end, exactly."""
    return Decimal(to_minutes(hour)) / 60


class DaycareBillingReader(models.AbstractModel):
    """Records become the plain values that the price rules work on."""

    _name = "daycare.billing.reader"
    _description = "Daycare Billing Reader"

    @api.model
    def _candidates(self, company, first, last):
        """Return the ids of children that may owe something between two dates.

        :return: sorted ids of children with a placement, a service, an extra day or a
            billed month
        """
        during = [("date_from", "<=", last), ("company_id", "=", company.id)]
        sectors = self.env["daycare.sector"]._read_group(
            [*during, ("date_to", ">=", first)], ["child_id"]
        )
        services = self.env["daycare.child.service"]._read_group(
            [*during, "|", ("date_to", "=", False), ("date_to", ">=", first)],
            ["child_id"],
        )
        extra = self.env["daycare.extra.day"]._read_group(
            [
                ("company_id", "=", company.id),
                ("date", ">=", first),
                ("date", "<=", last),
            ],
            ["child_id"],
        )
        billed = self.env["daycare.billing.line"]._read_group(
            [
                ("company_id", "=", company.id),
                ("month", ">=", first),
                ("month", "<=", last),
            ],
            ["child_id"],
        )
        return sorted({child.id for (child,) in [*sectors, *services, *extra, *billed]})

    @api.model
    def _households(self, child_ids):
        """Group children by household.

        :return: list of lists of child ids (6.5)
        """
        parents = self._parents(child_ids)
        return siblings.households({c: parents.get(c, (None, None)) for c in child_ids})

    @api.model
    def _parents(self, child_ids):
        """Return child id -> (main guardian id or None, secondary one or None)."""
        parents = {}
        links = self.env["daycare.child.guardian"].search_fetch(
            [
                ("child_id", "in", child_ids),
                ("role", "!=", "third_party"),
                "|",
                ("is_main", "=", True),
                ("is_secondary", "=", True),
            ],
            ["child_id", "guardian_id", "is_main"],
        )
        for link in links:
            main, secondary = parents.get(link.child_id.id, (None, None))
            if link.is_main:
                main = link.guardian_id.id
            else:
                secondary = link.guardian_id.id
            parents[link.child_id.id] = main, secondary
        return parents

    @api.model
    def _read(self, child_ids, first, last):
        """Read what the months between two dates need, in a fixed number of queries.

        :param child_ids: whole households
        :return: Snapshot
        """
        parents = self._parents(child_ids)
        incomes = self._incomes({g for pair in parents.values() for g in pair if g})
        pages = self._pages(child_ids, first, last)
        extras = self._extras(child_ids, first, last)
        credited = self._credits(child_ids, first, last)
        records = (
            self.env["daycare.child"]
            .with_context(active_test=False)
            .search_fetch([("id", "in", child_ids)], ["birthdate"])
        )
        children = {
            child.id: Child(
                child.id,
                tuple(pages.get(child.id, ())),
                tuple(incomes.get(g, ()) for g in parents.get(child.id, ()) if g),
                child.birthdate or None,
                tuple(extras.get(child.id, ())),
                credited.get(child.id, absences.NOTHING),
            )
            for child in records
        }
        return Snapshot(
            children,
            siblings.households({c: parents.get(c, (None, None)) for c in children}),
            self._debtors(child_ids, parents),
            self._by_child("daycare.child.service", child_ids),
            self._by_child("daycare.subsidy", child_ids),
            self._by_child("daycare.debtor.share", child_ids),
        )

    @api.model
    def _incomes(self, guardian_ids):
        incomes = {}
        pages = self.env["daycare.income"].search_fetch(
            [("guardian_id", "in", list(guardian_ids))],
            ["guardian_id", "date_from", "amount", "basis", "confidential"],
        )
        for page in pages:
            incomes.setdefault(page.guardian_id.id, []).append(
                IncomePage(
                    page.date_from,
                    exact(page.amount),
                    page.basis == "annual",
                    page.confidential,
                )
            )
        return incomes

    @api.model
    def _pages(self, child_ids, first, last):
        sectors = self.env["daycare.sector"].search_fetch(
            [
                ("child_id", "in", child_ids),
                ("date_from", "<=", last),
                ("date_to", ">=", first),
            ],
            ["child_id", "group_id", "date_from", "date_to"],
        )
        weeks = self._weeks(sectors)
        pages = {}
        for sector in sectors:
            pages.setdefault(sector.child_id.id, []).append(
                Page(
                    sector.id,
                    sector.group_id.id,
                    sector.date_from,
                    sector.date_to,
                    weeks.get(sector.id, {}),
                )
            )
        return pages

    @api.model
    def _extras(self, child_ids, first, last):
        """Return child id -> [Page of an extra day]."""
        ExtraDay = self.env["daycare.extra.day"]
        days = ExtraDay.search_fetch(
            ExtraDay._between_domain(first, last) & Domain("child_id", "in", child_ids),
            [
                "child_id",
                "group_id",
                "date",
                "mode",
                "slot_ids",
                "hour_from",
                "hour_to",
            ],
        )
        weights = {s.id: exact(s.weight) for s in days.slot_ids}
        pages, seen = {}, {}
        for day in days:
            week = {day.date.weekday(): self._presence(day, weights, seen)}
            pages.setdefault(day.child_id.id, []).append(
                Page(day.id, day.group_id.id, day.date, day.date, week, extra=True)
            )
        return pages

    @api.model
    def _credits(self, child_ids, first, last):
        """Return child id -> `core.absences.Credits` of the months between two dates.

        An absence may have begun before, and what comes after may make it long enough.
        """
        found = self.env["daycare.absence"]._between(
            first - ABSENT_BEFORE, last + ABSENT_BEFORE, child_ids
        )
        if not found:
            return {}
        begin, end = min(found.mapped("date_from")), max(found.mapped("date_to"))
        rules = {reason: reason._rule() for reason in found.reason_id}
        pages = self._pages(found.child_id.ids, begin, end)
        closed = self.env["daycare.closure"]._closed_days(
            found.company_id[:1], begin, end
        )
        calendar = Month(begin, end, closed)
        return {
            child.id: absences.credits_of(
                [
                    absences.Absence(
                        rules[absence.reason_id],
                        absence.date_from,
                        absence.date_to,
                        absence.certificate,
                    )
                    for absence in own
                ],
                partial(is_reserved, pages.get(child.id, ()), calendar),
            )
            for child, own in found.grouped("child_id").items()
        }

    @api.model
    def _weeks(self, sectors):
        """Return sector id -> {weekday from 0: Presence}."""
        lines = self.env["daycare.sector.line"].search_fetch(
            [("sector_id", "in", sectors.ids)],
            ["sector_id", "day", "mode", "slot_ids", "hour_from", "hour_to"],
        )
        weights = {s.id: exact(s.weight) for s in lines.slot_ids}
        seen, weeks = {}, {}
        for line in lines:
            own = self._presence(line, weights, seen)
            week = weeks.setdefault(line.sector_id.id, {})
            weekday = line.day - 1
            week[weekday] = week[weekday] | own if weekday in week else own
        return weeks

    @api.model
    def _presence(self, line, weights, seen):
        """Return the Presence of a line; equal lines share one through `seen`."""
        if line.mode == "hours":
            key = line.hour_from, line.hour_to
        else:
            key = line.slot_ids._ids
        if key not in seen:
            if line.mode == "hours":
                seen[key] = presence(hours=[tuple(map(_exact_hour, key))])
            else:
                seen[key] = presence([(slot_id, weights[slot_id]) for slot_id in key])
        return seen[key]

    @api.model
    def _debtors(self, child_ids, parents):
        """Return child id -> [(date from, guardian id)]: by default the main parent."""
        debtors = {}
        pages = self.env["daycare.billing.data"].search_fetch(
            [("child_id", "in", child_ids)],
            ["child_id", "date_from", "debtor_id"],
            order="date_from",
        )
        for page in pages:
            debtors.setdefault(page.child_id.id, []).append(
                (page.date_from, page.debtor_id.id)
            )
        for child_id, (main, _secondary) in parents.items():
            if main and child_id not in debtors:
                debtors[child_id] = [(date.min, main)]
        return debtors

    @api.model
    def _by_child(self, model, child_ids):
        records = self.env[model].search([("child_id", "in", child_ids)])
        return {child.id: own for child, own in records.grouped("child_id").items()}
