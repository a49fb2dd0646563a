"""Bank files: read to the cent, whoever wrote them, or refused with a reason."""

import importlib.util
from decimal import Decimal

import pytest

from tests_core_loader import ADDONS, load_core

load_core("account_billing_bank")
from account_billing_bank_core import camt as reader  # noqa: E402

_spec = importlib.util.spec_from_file_location(
    "camt_writer", ADDONS / "account_billing_bank/tests/camt_writer.py"
)
writer = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(writer)
camt, collected, detail = writer.camt, writer.collected, writer.detail
entry, statement = writer.entry, writer.statement

QRR = "210000000003139471430009017"


def lines(raw):
    [found] = reader.read(raw)
    return found.transactions


def code(raw):
    with pytest.raises(reader.CamtError) as caught:
        reader.read(raw)
    return caught.value.code


@pytest.mark.parametrize("kind", ["053", "054"])
@pytest.mark.parametrize("version", ["02", "04", "08"])
def test_every_version_reads_alike(kind, version):
    booking = collected(
        detail(
            "100.00", QRR, bank="T1", name="Mory Mary", iban="CH5604835012345678009"
        ),
        detail("20.05", "RF18539007547034", bank="T2"),
        bank="E1",
    )
    [found] = reader.read(camt(statement(booking), kind=kind, version=version))
    assert (found.account, found.currency) == (writer.IBAN, "CHF")
    first, second = found.transactions
    assert (first.amount, first.reference) == (Decimal("100.00"), QRR)
    assert (first.partner_name, first.partner_account) == (
        "Mory Mary",
        "CH5604835012345678009",
    )
    assert (second.amount, second.entry) == (Decimal("20.05"), "E1")
    assert first.key != second.key and not first.end_to_end


def test_each_account_of_a_file_stays_apart():
    other = statement(entry("5", bank="E2"), iban="CH5604835012345678009", name="B")
    found = reader.read(camt(statement(entry("7", bank="E1")), other))
    assert [(s.account, [t.amount for t in s.transactions]) for s in found] == [
        (writer.IBAN, [Decimal(7)]),
        ("CH5604835012345678009", [Decimal(5)]),
    ]


def test_a_booking_is_known_again_in_another_message():
    booking = collected(detail("10", QRR, bank="T1"), detail("7", bank="T2"), bank="E1")
    notified = lines(camt(statement(booking, name="N"), kind="054"))
    stated = lines(camt(statement(booking, name="S", opening=0), kind="053"))
    assert [t.key for t in notified] == [t.key for t in stated]


def test_two_payments_that_look_alike_stay_two():
    same = detail("10", QRR)
    booking = collected(same, same, bank="E1")
    keys = [t.key for t in lines(camt(statement(booking, booking, entry("10"))))]
    assert len(set(keys)) == len(keys) == 5


def test_charges_are_a_line_of_their_own():
    booking = entry("98.50", detail("100", QRR, charges="1.50"), bank="E1")
    paid, charges = lines(camt(statement(booking)))
    assert (paid.amount, charges.amount) == (Decimal(100), Decimal("-1.50"))
    assert (paid.note, charges.note) == ("", "charges")


def test_charges_booked_apart_change_nothing():
    booking = entry("100", detail("100", QRR, charges="1.50"), bank="E1")
    assert [t.amount for t in lines(camt(statement(booking)))] == [Decimal(100)]


def test_details_that_do_not_add_up_are_one_total():
    booking = entry("100", detail("60", QRR), detail("30"), bank="E1")
    [total] = lines(camt(statement(booking)))
    assert (total.amount, total.note, total.details) == (Decimal(100), "total", 2)
    assert not total.reference


def test_a_payment_in_other_money_is_worth_what_was_booked():
    abroad = detail("90", QRR, currency="EUR")
    [line] = lines(camt(statement(entry("99.10", abroad, bank="E1"))))
    assert (line.amount, line.reference) == (Decimal("99.10"), QRR)
    both = entry("199.10", abroad, detail("100"), bank="E2")
    [total] = lines(camt(statement(both)))
    assert total.note == "total"


def test_what_comes_back_says_so():
    back = detail("40", QRR, reason="AC04")
    taken, returned = lines(
        camt(
            statement(
                entry("-40", detail("40", QRR), bank="E1", reversal=True),
                entry("40", back, bank="E2"),
            )
        )
    )
    assert (taken.amount, taken.is_return) == (Decimal(-40), True)
    assert (returned.is_return, returned.return_reason) == (True, "AC04")


@pytest.mark.parametrize("version", ["04", "08"])
def test_what_is_announced_is_not_booked(version):
    waiting = entry("5", bank="E1", status="PDNG")
    raw = camt(statement(waiting, entry("6", bank="E2")), version=version)
    [found] = reader.read(raw)
    assert [t.amount for t in found.transactions] == [Decimal(6)]
    assert found.skipped == [Decimal(5)]


def test_balances_are_the_bank_s():
    [found] = reader.read(camt(statement(entry("-3"), opening="-1.50"), kind="053"))
    assert (found.opening, found.closing) == (Decimal("-1.50"), Decimal("-4.50"))


@pytest.mark.parametrize(
    "amount",
    ["1e3", "1E-2", "-5", "+5", "NaN", "INF", "1,50", "1'000.00", "", "٣", "1.", ".5",
     "0x10", "1 000", "99999999999999", "1.1234567"],
)  # fmt: skip
def test_amounts_are_plain_decimals(amount):
    booking = {**entry("1"), "amount": amount}
    assert code(camt(statement(booking))) == "amount"


BOMB = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "10000000">%s]>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"><x>%s</x></Document>"""
LAUGHS = b"".join(
    b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10 if n else b"lol")
    for n in range(10)
)


@pytest.mark.parametrize(
    "raw",
    [
        BOMB % (b"", b"&a;"),
        BOMB % (LAUGHS, b"&l9;"),
        BOMB % (b'<!ENTITY f SYSTEM "file:///etc/passwd">', b"&f;"),
        camt(statement(entry("1")))[:-40],
        b"\x00" * 10,
        b"",
        b"<" * 5000,
        b"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.054.001.08'>"
        + b"<a>" * 100_000,
    ],
)
def test_hostile_or_damaged_files_are_refused(raw):
    assert code(raw) == "no_xml"


def test_a_file_that_is_too_large_is_not_parsed(monkeypatch):
    monkeypatch.setattr(reader, "LARGEST", 1000)
    assert code(camt(statement(entry("1"))) + b" " * 1000) == "too_large"


def test_other_messages_are_refused():
    assert code(camt(statement(entry("1")), kind="052")) == "intraday"
    assert code(b"<Document xmlns='urn:x'/>") == "no_camt"
    assert code(b"<Document/>") == "no_camt"
    other = camt(statement(entry("1", currency="EUR"), currency="CHF"))
    assert code(other) == "currency"
    assert code(camt(statement(entry("1"), iban=""))) == "account"
    assert code(camt(statement(entry("1", day="0021-04-01")))) == "date"
    assert code(camt(statement({**entry("1"), "side": "X"}))) == "direction"
