"""The best-fitting slots and the modules (specification sections 2.3, 2.4)."""

import itertools
import random

import pytest

from .kit import REFERENCE, make_group, slots

NUR1 = REFERENCE.groups["NUR1"]


def minutes(clock):
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


@pytest.mark.parametrize(
    ("begin", "end", "numbers", "short"),
    [
        ("07:00", "18:15", (1, 2, 3, 4, 5, 6), False),
        ("06:30", "10:15", (1, 2, 3), False),
        ("13:15", "18:15", (4, 5, 6), False),
        ("08:00", "08:30", (2,), True),
        ("07:10", "08:00", (2,), True),
        ("11:15", "12:15", (), False),
    ],
)
def test_table_of_the_specification(begin, end, numbers, short):
    found = slots.fit(NUR1.slots, minutes(begin), minutes(end))
    assert (found.numbers, found.short) == (numbers, short)


def test_minutes_outside_the_opening():
    assert slots.fit(NUR1.slots, minutes("06:00"), minutes("19:00")).outside == 60
    assert slots.fit(NUR1.slots, minutes("06:30"), minutes("18:30")).outside == 0


def test_short_rule_equals_the_definition():
    """On slots that do not overlap, one pass gives what all subsets would give."""
    rng = random.Random(20210101)
    for _round in range(300):
        cuts = sorted(rng.sample(range(360, 1200, 15), 8))
        grid = [
            slots.Slot(n, a, b) for n, (a, b) in enumerate(itertools.pairwise(cuts), 1)
        ]
        begin, end = sorted(rng.sample(range(300, 1260, 5), 2))
        touched = [slot for slot in grid if slot.overlap(begin, end)]
        if not touched:
            continue
        best = slots._best_subset(touched, begin, end)
        found = slots.fit(tuple(grid), begin, end)
        if best:
            assert found.numbers == tuple(slot.number for slot in best)
        else:
            assert found.short


def test_overlapping_grid_takes_the_whole_day():
    grid = make_group(
        "X", [(1, "7:00", "12:00"), (2, "7:00", "13:30"), (3, "7:00", "18:00")]
    ).slots
    assert slots.fit(grid, minutes("7:00"), minutes("17:45")).numbers == (3,)
    assert slots.fit(grid, minutes("7:00"), minutes("13:00")).numbers == (2,)


HALVES = make_group(
    "NUR1",
    [
        (1, "6:30", "7:30"),
        (2, "7:30", "9:00"),
        (3, "9:00", "11:00"),
        (4, "12:30", "14:30"),
        (5, "14:30", "16:30"),
        (6, "16:30", "18:30"),
    ],
    modules=((1, 2, 3), (4, 5, 6)),
)


@pytest.mark.parametrize(
    ("given", "numbers", "added", "removed", "short"),
    [
        ((1, 2, 3), (1, 2, 3), 0, 0, False),
        ((2, 3), (1, 2, 3), 60, 0, False),
        ((3,), (1, 2, 3), 150, 0, True),
        ((3, 4), (1, 2, 3), 150, 120, True),
        ((1, 2, 3, 4, 5, 6), (1, 2, 3, 4, 5, 6), 0, 0, False),
    ],
)
def test_modules_of_the_specification(given, numbers, added, removed, short):
    found = slots.to_modules(HALVES, given)
    assert (found.numbers, found.added, found.removed, found.short) == (
        numbers,
        added,
        removed,
        short,
    )


def test_expand_takes_every_module_touched():
    group = make_group(
        "X",
        [(1, "7:00", "9:00"), (2, "9:00", "11:00"), (3, "13:00", "18:00")],
        modules=((1, 2), (3,)),
        policy="expand",
    )
    assert slots.to_modules(group, (2, 3)).numbers == (1, 2, 3)


def test_of_slots_touched_alike_the_one_with_least_beside_it_serves():
    """Ten minutes of a long slot and ten of a shorter one, whichever comes first."""
    grid = (slots.Slot(1, 0, 300), slots.Slot(2, 300, 400))
    assert slots.fit(grid, 290, 310) == slots.Fit((2,), True, 0)
    grid = (slots.Slot(1, 0, 100), slots.Slot(2, 100, 400))
    assert slots.fit(grid, 90, 110) == slots.Fit((1,), True, 0)
    grid = (slots.Slot(1, 0, 100), slots.Slot(2, 100, 200))
    assert slots.fit(grid, 90, 110) == slots.Fit((1,), True, 0)
    assert slots.fit(grid, 90, 111) == slots.Fit((2,), True, 0)
