"""Files and JSON damaged at random, reproducible by their number."""

import copy
import io
import zipfile

NASTY = (
    b"",
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xed\xa0\x80",
    b"\\ud800",
    b"\\u0000",
    b'"',
    b";",
    b",",
    b"\t",
    b"\r",
    b"\n\n",
    b"=1+1",
    b"#REF!",
    b"NaN",
    b"1e309",
    b"-1",
    b"0,5",
    b"99999999999999999999",
    b"31.02.2020",
    b"0000-00-00",
    b"&amp;",
    b"<!DOCTYPE x>",
    b"]]>",
    "é".encode(),
    "²".encode(),
    b"x" * 300,
)
VALUES = (
    None,
    "",
    "x",
    "\0",
    "\ud800",
    "²",
    "1e999999999",
    "2026-99-99",
    "0001-01-01",
    "A" * 5000,
    7,
    -1,
    10**40,
    1e300,
    True,
    [],
    {},
    [[]],
    [None],
    {"value": "x"},
    {"value": None},
)


def scramble(rng, raw, times, nasty=NASTY):
    """Return bytes with some of them changed, cut out, put in or doubled.

    :param nasty: bytes of which some are put in
    """
    content = bytearray(raw)
    for _time in range(times):
        at = rng.randrange(len(content) + 1)
        change = rng.randrange(4)
        if change == 0 and at < len(content):
            content[at] = rng.randrange(256)
        elif change == 1:
            del content[at : at + rng.randint(1, 40)]
        elif change == 2:
            content[at:at] = rng.choice(nasty)
        else:
            content[at:at] = content[at : at + rng.randint(1, 60)]
    return bytes(content)


def scramble_archive(rng, raw, times, nasty=NASTY):
    """Return an archive one member of which is scrambled: it still unpacks."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    victim = rng.choice(sorted(members))
    members[victim] = scramble(rng, members[victim], times, nasty)
    return zipped(members)


def zipped(members):
    """Return an archive of members by their names."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def places(value, path=()):
    """Yield all paths into a JSON value."""
    items = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, inner in items:
        yield (*path, key)
        yield from places(inner, (*path, key))


def damaged(rng, value):
    """Return a copy of a JSON value with one to three places replaced or removed."""
    value = copy.deepcopy(value)
    for _time in range(rng.randint(1, 3)):
        known = list(places(value))
        if not known:
            return value
        *path, last = rng.choice(known)
        target = value
        for key in path:
            target = target[key]
        if rng.random() < 0.3 and isinstance(target, dict):
            del target[last]
        else:
            target[last] = copy.deepcopy(rng.choice(VALUES))
    return value
