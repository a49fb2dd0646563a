"""Shapes of key and secret (spec 3.2): a hint, never a refusal."""

import pytest
from sofi_primmo_core import credentials

KEY, SECRET = "AAAA0000BBBB1111CCCC", "s" * 40


@pytest.mark.parametrize(
    ("key", "secret", "expected"),
    [
        (KEY, SECRET, []),
        (None, None, []),
        ("", "", []),
        (KEY.lower(), SECRET, ["key"]),
        (KEY[:-1], SECRET, ["key"]),
        (f"{KEY}A", SECRET, ["key"]),
        (f"{KEY}\n", SECRET, ["key"]),
        ("AAAA0000BBBB1111CCC-", SECRET, ["key"]),
        ("AAAA0000BBBB1111CCCÉ", SECRET, ["key"]),
        (KEY, SECRET[:-1], ["secret"]),
        (KEY, f"{SECRET} ", ["secret"]),
        ("COMPANY1_API_ACCESS_KEY", "API_SECRET", ["key", "secret"]),
    ],
)
def test_odd(key, secret, expected):
    assert credentials.odd(key, secret) == expected
