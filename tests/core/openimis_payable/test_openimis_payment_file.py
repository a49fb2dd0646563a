"""Result files of banks and mobile-money operators."""

from datetime import date
from decimal import Decimal as D

import pytest

from tests_core_loader import load_core

load_core("openimis_payable")
from openimis_payable_core.payment_file import (  # noqa: E402
    MAX_BYTES,
    PaymentFileError,
    read_payment_file,
    unread_columns,
)

HEAD = b"code,amount,status,date,code_ext\n"


def read(*lines, head=HEAD):
    return read_payment_file(head + b"\n".join(lines))


def test_a_line():
    [result], errors = read(b"IV-1 IV-2,1200.50,accepted,2026-02-03,P1")
    assert not errors
    assert result.codes == ("IV-1", "IV-2")
    assert (result.amount, result.accepted) == (D("1200.50"), True)
    assert (result.date, result.code_ext, result.row) == (date(2026, 2, 3), "P1", 2)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1200", "1200"),
        ("1 200.50", "1200.50"),
        ("1'200.50", "1200.50"),
        ("0.005", "0.005"),
        ('"12,5"', "12.5"),
        ('"1,234,567"', "1234567"),
        ('"1,234,567.89"', "1234567.89"),
        ('"1.234.567,89"', "1234567.89"),
        ('"45,000.00"', "45000"),
        ('"45 000,125"', "45000.125"),
        ("45\u202f000", "45000"),
        ("1234.567", "1234.567"),
        ("0.500", "0.5"),
    ],
)
def test_amounts(text, amount):
    [result], errors = read(f"A,{text},paid,,".encode())
    assert not errors
    assert result.amount == D(amount)


@pytest.mark.parametrize("text", ['"45,000"', "45.000", "1.234", '"999,999"'])
def test_thousands_or_decimals_is_for_the_user_to_say(text):
    line = f"A,{text},paid,,".encode()
    results, [error] = read(line)
    assert not results
    assert (error.code, error.value) == ("ambiguous_amount", text.strip('"'))
    point, comma = (read_payment_file(HEAD + line, mark)[0] for mark in ".,")
    small, large = sorted([point[0].amount, comma[0].amount])
    assert large == small * 1000


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("1,2,3", None),
        ("12,34,567", None),
        ("1.234,567.8", None),
        ("1 23", None),
        ("1,5", "."),
        ("1.5", ","),
        ("1'234,567.8", None),
        ("١٢", None),
        ("1e5", None),
        ("5.", None),
        (".5", None),
    ],
)
def test_what_is_grouped_wrongly_is_no_amount(text, mark):
    _results, [error] = read_payment_file(HEAD + f'A,"{text}",paid,,'.encode(), mark)
    assert error.code == "bad_amount"


@pytest.mark.parametrize("text", ["", "0", "0.00"])
def test_nothing_is_accepted_by_no_amount(text):
    results, [error] = read(f"A,{text},accepted,,".encode())
    assert not results
    assert (error.code, error.row, error.column) == ("no_amount", 2, "amount")


def test_a_rejection_needs_no_amount():
    [result], errors = read(b"A,,rejected,,")
    assert not errors
    assert result.amount is None


def test_rows_are_numbered_as_in_the_file():
    head = b"code,amount,status,label\n"
    body = b'\nA,1,paid,"two\nlines"\n\nB,1,paid,x\n'
    results, _errors = read_payment_file(head + body)
    assert [(result.codes, result.row) for result in results] == [
        (("A",), 3),
        (("B",), 6),
    ]


def test_cells_beyond_the_heading_shift_the_others():
    _results, [error] = read(b"A,paid,45,000", head=b"code,status,amount\n")
    assert error.code == "too_many_cells"


def test_columns_stand_there_once():
    with pytest.raises(PaymentFileError) as caught:
        read(b"A,1,2,paid", head=b"code,amount,amount,status\n")
    error = caught.value
    assert (error.code, error.row, error.column) == ("column_twice", 1, "amount")


def test_a_missing_column_is_that_of_the_heading():
    with pytest.raises(PaymentFileError) as caught:
        read(b"A,1", head=b"code,amount\n")
    error = caught.value
    assert (error.code, error.row, error.column) == ("missing_column", 1, "status")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-02-03", date(2026, 2, 3)),
        ("03.02.2026", date(2026, 2, 3)),
        ("03/02/2026", date(2026, 2, 3)),
    ],
)
def test_dates(text, day):
    [result], _errors = read(f"A,1,paid,{text},".encode())
    assert result.date == day


@pytest.mark.parametrize(
    ("word", "accepted"),
    [
        ("accepted", True),
        ("SUCCESS", True),
        ("payé", True),
        ("failed", False),
        ("0", False),
    ],
)
def test_statuses(word, accepted):
    [result], _errors = read(f"A,1,{word},,".encode())
    assert result.accepted is accepted


def test_semicolons_decimal_comma_and_windows_letters():
    raw = "code;amount;status;label\nA;12,50;accepté;Février\n".encode("cp1252")
    [result], _errors = read_payment_file(raw)
    assert (result.amount, result.label) == (D("12.50"), "Février")


@pytest.mark.parametrize(
    ("line", "code", "column"),
    [
        (b"A,ten,paid,,", "bad_amount", "amount"),
        (b"A,-5,paid,,", "bad_amount", "amount"),
        (b"A,NaN,paid,,", "bad_amount", "amount"),
        (b"A,1,maybe,,", "bad_status", "status"),
        (b"A,1,paid,31.02.2026,", "bad_date", "date"),
        (b",1,paid,,", "no_code", "code"),
    ],
)
def test_bad_cells_are_named_and_the_others_are_read(line, code, column):
    results, [error] = read(b"OK,1,paid,,", line, b"OK,2,paid,,")
    assert [result.amount for result in results] == [1, 2]
    assert (error.code, error.row, error.column) == (code, 3, column)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"code,amount\nA,1\n", "missing_column"),
        (b"x" * (MAX_BYTES + 1), "too_large"),
        (HEAD + b"A\0,1,paid,,\n", "bad_character"),
        (HEAD + b'A,1,paid,,"x\nB,1,paid,,\n', "no_csv"),
    ],
)
def test_files_that_cannot_be_read(raw, code):
    with pytest.raises(PaymentFileError) as caught:
        read_payment_file(raw)
    assert caught.value.code == code


def test_an_amount_with_a_bare_comma_is_no_smaller_one():
    """45,1 in a file with commas: 45, status 1, and the status as reference."""
    results, [error] = read(
        b"A,45,1,paid,P1", head=b"code,amount,status,code_ext,label\n"
    )
    assert not results
    assert (error.code, error.column, error.row) == ("shifted", "code_ext", 2)


def test_columns_that_are_not_read_are_named():
    head = b"Code;amount;status;Currency;;value date\n"
    assert unread_columns(head + b"A;1;paid;EUR;;\n") == ["Currency", "value date"]
    assert not unread_columns(HEAD)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (
            b"code,amount,status," + b",".join(b"c%d" % n for n in range(300_000)),
            "no_csv",
        ),
        (b";" * 2_000_000, "no_csv"),
        (b"code,amount,status\n" + b"a,1,x\n" * 300_000, "too_large"),
        (b"code,amount,status\n" + b"A,1,1\n" * 300_000, "too_large"),
        (b'code,amount,status\n"' + b"\n" * 300_000 + b'",1,1', "no_csv"),
    ],
)
def test_a_file_that_no_bank_sends_is_refused_before_it_is_kept(content, code):
    """Columns, rows and lines are counted while they are read."""
    with pytest.raises(PaymentFileError) as refused:
        read_payment_file(content)
    assert refused.value.code == code
