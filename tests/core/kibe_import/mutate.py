"""Deliveries damaged at random, reproducible by their number."""

import io
import random
import zipfile

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
    return _scramble(rng, Delivery().zip(), rng.randint(1, 8))


def _member_bytes(rng):
    delivery = Delivery()
    members = delivery.members()
    for _time in range(rng.randint(1, 3)):
        name = rng.choice(sorted(members))
        members[name] = _scramble(rng, members[name], rng.randint(1, 12))
    if rng.random() < 0.2:
        members.pop(rng.choice(sorted(members)))
    return _zip(members)


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
        members[name] = _scramble(rng, members[name], rng.randint(1, 3))
    return _zip(members)


def _workbook(rng):
    name = rng.choice(
        ["kibe_sample.xls", "kibe_sample.xlsx", "kibe_sample_workbook.zip"]
    )
    raw = (SAMPLES / name).read_bytes()
    if name.endswith(".xls") or rng.random() < 0.3:
        return _scramble(rng, raw, rng.randint(1, 20))
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    victim = rng.choice(sorted(members))
    members[victim] = _scramble(rng, members[victim], rng.randint(1, 6))
    return _zip(members)


def _scramble(rng, raw, times):
    content = bytearray(raw)
    for _time in range(times):
        at = rng.randrange(len(content) + 1)
        change = rng.randrange(4)
        if change == 0 and at < len(content):
            content[at] = rng.randrange(256)
        elif change == 1:
            del content[at : at + rng.randint(1, 40)]
        elif change == 2:
            content[at:at] = rng.choice(NASTY)
        else:
            content[at:at] = content[at : at + rng.randint(1, 60)]
    return bytes(content)


def _zip(members):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()
