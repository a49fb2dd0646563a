"""Days of another time: refused in words at every border that a day comes by."""

import pytest

from tests_core_loader import load_core

for addon in ("exchange_run", "openimis_fhir", "openimis_payable", "sofi_primmo"):
    load_core(addon)

from exchange_run_core.clock import is_of_our_time  # noqa: E402
from openimis_fhir_core.exceptions import UnreadableResource  # noqa: E402
from openimis_fhir_core.fhir_values import to_date  # noqa: E402
from openimis_fhir_core.ledger import LedgerRefused, read_entry  # noqa: E402
from openimis_payable_core.payment_file import (  # noqa: E402
    PaymentFileError,
    read_payment_file,
)
from sofi_primmo_core import period  # noqa: E402
from sofi_primmo_core.convention import day  # noqa: E402
from sofi_primmo_core.exceptions import CodedError, SofiConfigError  # noqa: E402

DAYS = ("0001-01-01", "1899-12-31", "3000-01-01", "9999-12-31")


def payment_file(written):
    raw = f"code;amount;status;date\nA;1.00;accepted;{written}\n".encode()
    results, errors = read_payment_file(raw)
    for error in errors:
        raise error
    return results


def ledger_entry(written):
    lines = [{"account": "1", "debit": "1"}, {"account": "2", "credit": "1"}]
    return read_entry({"date": written, "lines": lines})


DOORS = {
    "openIMIS' answers, and FHIR": (to_date, UnreadableResource),
    "the ledger": (ledger_entry, LedgerRefused),
    "files of payments": (payment_file, PaymentFileError),
    "Primmo's lists": (day, CodedError),
    "SOFI's instants": (lambda d: period.read_instant(f"{d}T12:00:00Z"), ValueError),
    "SOFI's instants, elsewhere": (
        lambda d: period.read_instant(f"{d}T23:59:59-05:00"),
        ValueError,
    ),
    "the period of an export": (
        lambda d: period.read(d, "", "America/Toronto"),
        SofiConfigError,
    ),
}


@pytest.mark.parametrize("written", DAYS)
@pytest.mark.parametrize("door", DOORS)
def test_a_day_of_another_time_is_refused(door, written):
    read, refused = DOORS[door]
    with pytest.raises(refused):
        read(written)


@pytest.mark.parametrize("written", ["1900-01-01", "1938-04-07", "2999-12-31"])
def test_a_day_that_can_be_meant_is_taken(written):
    found = to_date(written)
    assert found.isoformat() == written
    assert [line.date for line in payment_file(written)] == [found]
    assert is_of_our_time(found)
    assert day(written) == found
