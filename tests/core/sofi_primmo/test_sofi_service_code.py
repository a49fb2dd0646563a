"""Service codes: spec 5.1 and 5.2."""

from collections import Counter

import pytest
from sofi_primmo_core import service_code
from sofi_primmo_core.service_code import ServiceCodeError, parse

VALID = [
    ("200010", "sac", 1, 7, None),
    ("200120", "sac", 2, 7, None),
    ("200730", "sac", 3, 7, None),
    ("219990", "sac", 9, 7, None),
    ("201515", "sac", 1, 1, None),
    ("201535", "sac", 1, 3, None),
    ("201575", "sac", 1, 7, None),
    ("200201", "sac", None, None, None),
    ("200291", "sac", None, None, None),
    ("200309", "sac", 1, None, None),
    ("200399", "sac", 1, None, None),
    ("200423", "sac", None, None, 15),
    ("200453", "sac", None, None, 30),
    ("200473", "sac", None, None, 45),
    ("200483", "sac", None, None, 60),
    ("100110", "sac_bail", 1, 7, None),
    ("100130", "sac_bail", 3, 7, None),
    ("100215", "sac_bail", 1, 1, None),
    ("100235", "sac_bail", 1, 3, None),
    ("100375", "sac_bail", 1, 7, None),
    ("100401", "sac_bail", None, None, None),
    ("100509", "sac_bail", 1, None, None),
    ("100623", "sac_bail", None, None, 15),
    ("100683", "sac_bail", None, None, 60),
    ("116990", "sac_bail", 9, 7, None),
    ("117000", "bail", None, None, None),
    ("117123", "bail", None, None, None),
    ("119999", "bail", None, None, None),
]
INVALID = [
    ("201500", "zero_frequency"),
    ("201505", "zero_frequency"),
    ("201585", "weekly_gt_7"),
    ("201595", "weekly_gt_7"),
    ("116905", "zero_frequency"),
    ("200413", "duration"),
    ("200433", "duration"),
    ("200493", "duration"),
    ("200442", "frequency_code"),
    ("200444", "frequency_code"),
    ("200446", "frequency_code"),
    ("200447", "frequency_code"),
    ("200448", "frequency_code"),
    ("099910", "prefix"),
    ("120010", "prefix"),
    ("199910", "prefix"),
    ("220010", "prefix"),
    ("300010", "prefix"),
    ("20001", "format"),
    ("2000100", "format"),
    ("20A010", "format"),
    ("200-10", "format"),
    # Not in the table, but the same rule: text, ASCII digits, no trimming.
    ("", "format"),
    (None, "format"),
    (200120, "format"),
    (" 200120", "format"),
    ("200120\n", "format"),
    ("２００１２０", "format"),
    ("٢٠٠١٢٠", "format"),
]


@pytest.mark.parametrize(("code", "family", "frq", "frh", "duration"), VALID)
def test_valid(code, family, frq, frh, duration):
    found = parse(code)
    assert (found.type, found.frq, found.frh, found.duration) == (
        family,
        frq,
        frh,
        duration,
    )
    assert found.text == code
    assert service_code.is_six_digits(code)


@pytest.mark.parametrize(("code", "error"), INVALID)
def test_invalid(code, error):
    with pytest.raises(ServiceCodeError) as caught:
        parse(code)
    assert caught.value.code == error
    assert service_code.is_six_digits(code) == (error != "format")


def _outcome(code):
    try:
        return str(parse(code).type)
    except ServiceCodeError as error:
        return error.code


def test_walk_over_all_codes():
    counts = Counter(_outcome(f"{number:06d}") for number in range(1_000_000))
    assert counts == {
        "sac": 8_000,
        "sac_bail": 6_800,
        "bail": 3_000,
        "prefix": 960_000,
        "frequency_code": 18_500,
        "duration": 2_220,
        "zero_frequency": 740,
        "weekly_gt_7": 740,
    }


def test_two_ways_to_say_once_a_day_are_not_merged():
    assert parse("200010") != parse("200075")
    assert (parse("200010").frq, parse("200010").frh) == (1, 7)
    assert (parse("200075").frq, parse("200075").frh) == (1, 7)
