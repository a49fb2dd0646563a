"""Deliveries damaged at random, reproducible by their number."""

import random

from tests.fuzz.damage import scramble, scramble_archive, zipped

from .kit import FILES, SAMPLES, Delivery

NASTY = [
    *(
        b"",
        b";",
        b'"',
        b"'",
        b"\0",
        b"\xff\xfe",
        b"=1+1",
        b"#REF!",
        b"?",
        b"***",
        b"-1",
    ),
    *(b"99999999999999999999", b"31.02.2020", b"0,5", b"24:00:00", b"\x80\x99"),
    *("é".encode(), b"<!DOCTYPE x>", b"&amp;", b"]]>", b"\r", b"\n\n", b"10000"),
    *(b"1001", b"1e309", b"NaN", b"x" * 300),
]


def mutated(number):
    """Return a damaged upload.

    :param int number: the same number gives the same bytes
    :return: bytes
    """
    rng = random.Random(number)
    return rng.choice([_archive_bytes, _member_bytes, _cells, _cells, _workbook])(rng)


def _archive_bytes(rng):
    return scramble(rng, Delivery().zip(), rng.randint(1, 8), NASTY)


def _member_bytes(rng):
    delivery = Delivery()
    members = delivery.members()
    for _time in range(rng.randint(1, 3)):
        name = rng.choice(sorted(members))
        members[name] = scramble(rng, members[name], rng.randint(1, 12), NASTY)
    if rng.random() < 0.2:
        members.pop(rng.choice(sorted(members)))
    return zipped(members)


def _cells(rng):
    delivery = Delivery()
    for _time in range(rng.randint(1, 6)):
        name = rng.choice(FILES)
        rows = delivery.rows[name]
        change = rng.randrange(5)
        row = rng.choice(rows) if rows else []
        if change == 0 and row:
            row[rng.randrange(len(row))] = rng.choice(NASTY).decode(
                "windows-1252", "ignore"
            )
        elif change == 1 and row:
            row[rng.randrange(len(row))] = rng.choice(rng.choice(rows) or [""])
        elif change == 2 and len(rows) > 1:
            rows.append(list(rng.choice(rows[1:])))
        elif change == 3 and len(rows) > 1:
            rows.pop(rng.randrange(len(rows)))
        elif row:
            row.insert(rng.randrange(len(row) + 1), "")
    members = delivery.members()
    if rng.random() < 0.3:
        name = rng.choice(["groups.xml", "slots.xml"])
        members[name] = scramble(rng, members[name], rng.randint(1, 3), NASTY)
    return zipped(members)


def _workbook(rng):
    name = rng.choice(
        ["kibe_sample.xls", "kibe_sample.xlsx", "kibe_sample_workbook.zip"]
    )
    raw = (SAMPLES / name).read_bytes()
    if name.endswith(".xls") or rng.random() < 0.3:
        return scramble(rng, raw, rng.randint(1, 20), NASTY)
    return scramble_archive(rng, raw, rng.randint(1, 6), NASTY)
