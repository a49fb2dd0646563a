"""Random placements and directories against slow, obvious answers."""

import random

import pytest

from tests_core_loader import load_core

load_core("daycare")
load_core("exchange_run")

from daycare_core.amtovz import read  # noqa: E402
from daycare_core.occupancy import Band, Presence, cell, hour_bands  # noqa: E402
from exchange_run_core.clock import overlapping  # noqa: E402
from exchange_run_core.numbers import ranges  # noqa: E402

SLOTS = [(390, 450), (450, 540), (540, 660), (750, 870), (870, 990), (990, 1110)]


def bands(places):
    return [Band(key, *span, places) for key, span in enumerate(SLOTS, 1)]


def random_presence(generator):
    child = generator.randint(1, 8)
    if generator.random() < 0.5:
        count = generator.randint(1, len(SLOTS))
        return Presence(child, frozenset(generator.sample(range(1, 7), count)))
    begin = generator.randrange(360, 1100, 5)
    return Presence(child, begin=begin, end=generator.randrange(begin + 5, 1201, 5))


def there(band, presence, minute):
    if presence.slots:
        return band.key in presence.slots
    return presence.begin <= minute < presence.end


def slow_taken(band, presences):
    """Count the children there, minute by minute."""
    return max(
        len({p.child for p in presences if there(band, p, minute)})
        for minute in range(band.begin, band.end)
    )


@pytest.mark.parametrize("seed", range(60))
def test_places_taken_equal_the_count_minute_by_minute(seed):
    generator = random.Random(seed)
    presences = [random_presence(generator) for _ in range(generator.randint(0, 14))]
    for band in bands(places=5):
        value = cell(band, presences)
        assert value.taken == slow_taken(band, presences)
        assert value.taken <= len(value.children)
        assert value.free == 5 - value.taken
        generator.shuffle(presences)
        assert cell(band, presences) == value


@pytest.mark.parametrize("seed", range(20))
def test_hour_bands_hold_every_minute_booked(seed):
    generator = random.Random(seed)
    presences = [random_presence(generator) for _ in range(generator.randint(1, 9))]
    booked = [presence for presence in presences if presence.end]
    rows = hour_bands(presences, 0)
    assert [row.end for row in rows[:-1]] == [row.begin for row in rows[1:]]
    for presence in booked:
        assert rows[0].begin <= presence.begin
        assert presence.end <= rows[-1].end
        held = sum(presence.child in cell(row, [presence]).children for row in rows)
        assert held == -(-presence.end // 60) - presence.begin // 60


@pytest.mark.parametrize("seed", range(40))
def test_overlapping_equals_the_count_minute_by_minute(seed):
    generator = random.Random(seed)
    spans = []
    for _ in range(generator.randint(0, 5)):
        begin = generator.randrange(0, 60)
        spans.append((begin, generator.randrange(begin + 1, 80)))
    shared = any(
        sum(begin <= minute < end for begin, end in spans) > 1 for minute in range(80)
    )
    assert overlapping(spans) is shared


@pytest.mark.parametrize("seed", range(40))
def test_ranges_can_be_read_back(seed):
    generator = random.Random(seed)
    numbers = set(generator.sample(range(1, 15), generator.randint(0, 14)))
    back = set()
    for part in filter(None, ranges(numbers).split(", ")):
        first, _dash, last = part.partition("–")
        back |= set(range(int(first), int(last or first) + 1))
    assert back == numbers


@pytest.mark.parametrize("seed", range(20))
def test_every_postcode_has_one_main_town(seed):
    generator = random.Random(seed)
    rows = ["Ortschaftsname;PLZ;Zusatzziffer;Kantonskürzel"]
    for number in range(200):
        npa, suffix = generator.randint(1000, 1030), generator.randint(0, 4)
        rows.append(f"Ort {number % 50};{npa};{suffix:02d};VD")
    towns = read("\n".join(rows).encode()).towns
    assert len({(t.npa, t.suffix, t.name) for t in towns}) == len(towns)
    for npa in {town.npa for town in towns}:
        here = [town for town in towns if town.npa == npa]
        [main] = [town for town in here if town.main]
        assert main.suffix == min(town.suffix for town in here)
