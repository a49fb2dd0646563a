"""Which slots a presence takes (specification sections 2.3 and 2.4)."""

import dataclasses
import functools
import itertools

from ...exchange_run.core.clock import overlapping

MOST_OVERLAPPING = 12
# Thousands of rows share a few schedules: each is fitted once.
remembered = functools.lru_cache(maxsize=10_000)


@dataclasses.dataclass(frozen=True, slots=True)
class Slot:
    """A slot of a group: its number and its minutes `[begin, end)` of the day.

    :ivar weight: ten-thousandths of a whole day
    """

    number: int
    begin: int
    end: int
    id: int = None
    weight: int = 0

    def overlap(self, begin, end):
        """Return the minutes shared with a presence."""
        return max(0, min(self.end, end) - max(self.begin, begin))


@dataclasses.dataclass(frozen=True, slots=True)
class Group:
    """A group as the plan sees it.

    :ivar mode: `slots` or `hours`, of its department
    :ivar slots: tuple of Slot in the order of their numbers
    :ivar modules: tuple of tuples of slot numbers
    :ivar policy: `fit`, `expand` or `strict`
    """

    code: str
    name: str
    id: int = None
    mode: str = "slots"
    slots: tuple = ()
    modules: tuple = ()
    policy: str = "fit"

    def minutes(self, numbers):
        """Return the set of minutes that slots cover."""
        wanted = set(numbers)
        return {
            minute
            for slot in self.slots
            if slot.number in wanted
            for minute in range(slot.begin, slot.end)
        }


@dataclasses.dataclass(frozen=True, slots=True)
class Fit:
    """The answer of a fit.

    :ivar numbers: slot numbers, sorted; empty when the presence meets none (P12)
    :ivar short: the presence is shorter than half of every slot it meets (P21)
    :ivar outside: minutes before the first and after the last slot (P22)
    """

    numbers: tuple
    short: bool = False
    outside: int = 0


@remembered
def fit(slots, begin, end):
    """Find the slots that differ least from a presence.

    Ties: more presence covered, then fewer slots, then the lowest numbers. When no
    slot is covered by half, the one with the longest overlap serves.

    :param tuple slots: the Slots (or modules as Slots) of a group
    :param int begin: start of the presence, minutes of the day
    :param int end: end of the presence
    :return: a Fit
    """
    touched = [slot for slot in slots if slot.overlap(begin, end)]
    if not touched:
        return Fit(())
    opening, closing = min(s.begin for s in slots), max(s.end for s in slots)
    outside = max(0, opening - begin) + max(0, end - closing)
    if overlapping((slot.begin, slot.end) for slot in slots):
        chosen = _best_subset(touched, begin, end)
    else:
        chosen = [s for s in touched if 2 * s.overlap(begin, end) >= s.end - s.begin]
    if chosen:
        return Fit(tuple(sorted(slot.number for slot in chosen)), False, outside)
    nearest = min(
        touched,
        key=lambda slot: (
            -slot.overlap(begin, end),
            slot.end - slot.begin - slot.overlap(begin, end),
            slot.number,
        ),
    )
    return Fit((nearest.number,), True, outside)


def _best_subset(slots, begin, end):
    """Try every set of overlapping slots, twelve at most (4096 sets)."""
    presence = set(range(begin, end))
    covers = [(slot, set(range(slot.begin, slot.end))) for slot in slots]
    covers = covers[:MOST_OVERLAPPING]

    def rank(chosen):
        union = set().union(*(minutes for _slot, minutes in chosen))
        numbers = tuple(sorted(slot.number for slot, _minutes in chosen))
        return (len(presence ^ union), -len(presence & union), len(numbers), numbers)

    subsets = itertools.chain.from_iterable(
        itertools.combinations(covers, size) for size in range(len(covers) + 1)
    )
    return [slot for slot, _minutes in min(subsets, key=rank)]


@dataclasses.dataclass(frozen=True, slots=True)
class ModuleFit:
    """What modules make of a choice of slots (P24, P25).

    :ivar numbers: slots of the modules chosen
    :ivar added: minutes booked beyond the choice
    :ivar removed: minutes of the choice that are not booked
    :ivar strict: the choice is not made of whole modules and the group forbids it
    :ivar short: no module is covered by half
    """

    numbers: tuple
    added: int = 0
    removed: int = 0
    strict: bool = False
    short: bool = False


@remembered
def to_modules(group, numbers, hours=None):
    """Turn a choice of slots into whole modules.

    :param Group group: a group with modules
    :param tuple numbers: the slots chosen
    :param hours: (begin, end) of the row, or None
    :return: a ModuleFit
    """
    wanted = set(numbers)
    touched = [set(module) for module in group.modules if wanted & set(module)]
    if not touched or wanted == set().union(*touched):
        return ModuleFit(tuple(sorted(wanted)))
    if group.policy == "strict":
        return ModuleFit(tuple(sorted(wanted)), strict=True)
    chosen, short = (
        (set().union(*touched), False)
        if group.policy == "expand"
        else _closest_modules(group, wanted, hours)
    )
    before, after = group.minutes(wanted), group.minutes(chosen)
    return ModuleFit(
        tuple(sorted(chosen)),
        len(after - before),
        len(before - after),
        short=short,
    )


def _closest_modules(group, wanted, hours):
    """Run the least-difference rule with modules as units."""
    spans = {slot.number: slot for slot in group.slots}
    units = {
        position: Slot(
            position,
            min(spans[n].begin for n in module),
            max(spans[n].end for n in module),
        )
        for position, module in enumerate(group.modules, 1)
    }
    if hours:
        found = fit(tuple(units.values()), *hours)
    else:
        found = _fit_minutes(group, units, group.minutes(wanted))
    return (
        set().union(*(group.modules[position - 1] for position in found.numbers)),
        found.short,
    )


def _fit_minutes(group, units, presence):
    """The rule for a presence that is a set of minutes, not one stretch."""
    shared = {
        position: len(presence & group.minutes(group.modules[position - 1]))
        for position in units
    }
    length = {p: len(group.minutes(group.modules[p - 1])) for p in units}
    chosen = [p for p in units if shared[p] and 2 * shared[p] >= length[p]]
    if chosen:
        return Fit(tuple(chosen))
    touched = [p for p in units if shared[p]]
    nearest = min(touched, key=lambda p: (-shared[p], length[p] - shared[p], p))
    return Fit((nearest,), True)
