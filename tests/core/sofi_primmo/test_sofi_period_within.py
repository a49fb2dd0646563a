"""The days that a person chose, within those that a residence exports."""

import pytest
from sofi_primmo_core import period
from sofi_primmo_core.exceptions import SofiConfigError

ZONE = "America/Toronto"


def read(start, end):
    return period.read(start, end, ZONE)


@pytest.mark.parametrize(
    ("own", "chosen", "expected"),
    [
        (("", ""), ("", ""), ("", "")),
        (("", ""), ("2025-11-01", "2025-11-30"), ("2025-11-01", "2025-11-30")),
        (("2025-11-05", ""), ("2025-11-01", ""), ("2025-11-05", "")),
        (("", "2025-11-20"), ("", "2025-11-30"), ("", "2025-11-20")),
        (
            ("2025-11-05", "2025-11-20"),
            ("2025-11-10", ""),
            ("2025-11-10", "2025-11-20"),
        ),
    ],
)
def test_what_two_periods_have_in_common(own, chosen, expected):
    assert read(*own).within(read(*chosen)) == read(*expected)


def test_nothing_in_common():
    with pytest.raises(SofiConfigError):
        read("2025-11-05", "").within(read("", "2025-11-04"))
