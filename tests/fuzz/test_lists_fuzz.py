"""Damaged lists and payment files are read or refused in words, whatever they hold.

400 of each kind by default; `LISTS_FUZZ=10000` asks for more, `LISTS_FUZZ_FROM` says
where to begin. What is read can be kept: the database takes every text of it.
"""

import io
import json
import os
import random
import time

import pytest
from openpyxl import Workbook

from tests.core.tests_core_loader import ADDONS, load_core

from .damage import scramble, scramble_archive

load_core("sofi_primmo")
load_core("openimis_payable")

from openimis_payable_core.payment_file import (  # noqa: E402
    PaymentFileError,
    read_payment_file,
    unread_columns,
)
from sofi_primmo_core import primmo_list, table_file  # noqa: E402

COUNT = int(os.environ.get("LISTS_FUZZ", "400"))
START = int(os.environ.get("LISTS_FUZZ_FROM", "0"))
LONGEST = 5  # seconds, a hundred times what the slowest takes
HEADER = ("Numéro", "Nom", "Prénom", "Sexe", "Date de naissance", "NAM", "Unité")
ROWS = (
    ("T1", "Tremblay", "Jean", "M", "1938-04-07", "TREJ38040719", "101"),
    ("T2", "Gagné", "Émilie", "F", "07/05/1940", "", "102"),
    ("T3", "O'Neil", "Ann", "F", "1951-12-31", "ONEA51623111", "007"),
)
PAYMENTS = (
    "code;amount;status;date;code_ext;fees;reason\n"
    "IV-1;1 200,50;paid;2026-11-21;B1;1,5;\n"
    "IV-2 IV-3;45000;accepted;21.11.2026;B2;;\n"
    "IV-4;;failed;;B3;;Compte clos\n"
)


def csv_list():
    rows = [HEADER, *ROWS]
    return "\n".join(";".join(row) for row in rows).encode("cp1252")


def xlsx_list():
    book = Workbook()
    for row in (HEADER, *ROWS):
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def xls_list():
    return (ADDONS / "kibe_import/tests/samples/kibe_sample.xls").read_bytes()


LISTS = {"csv": csv_list, "xlsx": xlsx_list, "xls": xls_list}


def broken(kind, raw, number):
    """Return a file damaged as its number says."""
    rng = random.Random(f"{kind} {number}")
    times = rng.choice((1, 1, 2, 4, 8, 20))
    if kind == "xlsx" and rng.random() < 0.8:
        return scramble_archive(rng, raw, times)
    return scramble(rng, raw, times)


def numbers(kind, raw):
    """Yield each damaged file with what names it, as long as none takes long."""
    for number in range(START, START + COUNT):
        begin = time.monotonic()
        yield broken(kind, raw, number), f"{kind} {number}"
        assert time.monotonic() - begin < LONGEST, f"{kind} {number} hangs"


@pytest.mark.parametrize("kind", LISTS)
def test_damaged_lists_are_read_or_refused(kind):
    read = refused = 0
    for raw, name in numbers(kind, LISTS[kind]()):
        try:
            table = table_file.read(
                raw,
                f"list.{kind}",
                lambda rows: primmo_list.choose_heading("tenant", rows),
            )
            mapping = primmo_list.guess("tenant", table.header)
            for row in primmo_list.convert("tenant", table, mapping):
                values = {k: primmo_list.to_json(v) for k, v in row.values.items()}
                primmo_list.from_json("tenant", values)
                json.dumps([values, row.errors], ensure_ascii=False).encode()
            read += 1
        except table_file.TableFileError as error:
            assert error.code, name
            refused += 1
        except Exception as error:
            pytest.fail(f"{name}: {error!r}")
    assert read and refused


def test_damaged_payment_files_are_read_or_refused():
    read = refused = 0
    for raw, name in numbers("payments", PAYMENTS.encode()):
        try:
            results, errors = read_payment_file(raw)
            unread_columns(raw)
        except PaymentFileError as error:
            assert error.code, name
            refused += 1
            continue
        except Exception as error:
            pytest.fail(f"{name}: {error!r}")
        read += 1
        for result in results:
            texts = (*result.codes, result.code_ext, result.label, result.reason)
            assert "\0" not in "".join(texts).encode().decode(), name
        assert all(error.code for error in errors), name
    assert read and refused
