"""Places taken in a band of the week grid."""

import pytest

from tests_core_loader import load_core

load_core("daycare")

from daycare_core.occupancy import (  # noqa: E402
    Band,
    Cell,
    Presence,
    cell,
    hour_bands,
    peak,
)


def hours(child, begin, end):
    return Presence(child, begin=int(begin * 60), end=int(end * 60))


BAND = Band(key=1, begin=480, end=540, places=2)


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([], 0),
        ([(0, 10)], 1),
        ([(0, 10), (10, 20)], 1),
        ([(0, 11), (10, 20)], 2),
        ([(0, 30), (5, 10), (20, 25)], 2),
        ([(0, 30), (5, 22), (20, 25)], 3),
    ],
)
def test_peak(spans, expected):
    assert peak(spans) == expected
    assert peak(reversed(spans)) == expected


def test_slot_presence_counts_in_its_slots_only():
    presences = [Presence(7, frozenset({1, 2})), Presence(8, frozenset({2}))]
    assert cell(BAND, presences) == Cell(1, 2, (7,))


def test_slots_win_over_the_hours_kept_beside_them():
    presence = Presence(7, frozenset({2}), begin=480, end=540)
    assert cell(BAND, [presence]).taken == 0


def test_child_with_two_presences_takes_one_place():
    presences = [Presence(7, frozenset({1})), Presence(7, frozenset({1}))]
    assert cell(BAND, presences) == Cell(1, 2, (7,))


def test_children_who_follow_one_another_share_a_place():
    presences = [hours(1, 8, 8.5), hours(2, 8.5, 9)]
    assert cell(BAND, presences) == Cell(1, 2, (1, 2))


def test_hours_outside_the_band_do_not_count():
    presences = [hours(1, 7, 8), hours(2, 9, 10)]
    assert cell(BAND, presences) == Cell(0, 2, ())


@pytest.mark.parametrize(
    ("taken", "places", "free", "level"),
    [
        (0, 0, None, "empty"),
        (3, 0, None, "open"),
        (0, 8, 8, "empty"),
        (1, 8, 7, "open"),
        (6, 8, 2, "open"),
        (7, 8, 1, "last"),
        (8, 8, 0, "full"),
        (9, 8, -1, "over"),
        (27, 30, 3, "last"),
        (26, 30, 4, "open"),
    ],
)
def test_level(taken, places, free, level):
    value = Cell(taken, places, ())
    assert value.free == free
    assert value.level == level


def test_hour_bands_cover_what_is_booked():
    bands = hour_bands([hours(1, 7.5, 9), hours(2, 16, 18.25)], 4)
    assert (bands[0].begin, bands[-1].end) == (7 * 60, 19 * 60)
    assert len(bands) == 12
    assert {band.places for band in bands} == {4}


def test_hour_bands_without_booking():
    bands = hour_bands([], 0)
    assert (bands[0].begin, bands[-1].end) == (7 * 60, 18 * 60)


def test_hour_bands_to_midnight():
    assert hour_bands([hours(1, 22, 24)], 0)[-1].end == 24 * 60


def test_a_presence_until_an_hour_begins_with_the_day():
    band = Band(0, 0, 60, 1)
    assert cell(band, [Presence(1, end=1)]).taken == 1
