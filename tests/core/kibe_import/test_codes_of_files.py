"""Fixtures of the codes of sections 3.1 to 3.4: containers, CSV, XML, values."""

import dataclasses
import io
import zipfile

import openpyxl
import pytest

from .changes import (
    CHILD,
    CONTRACT,
    DATA,
    PARENT,
    PLAN,
    assert_codes,
    edit,
    mapping,
    raw,
    replace,
)
from .kit import (
    FILES,
    REFERENCE,
    Delivery,
    run,
)

CASES = [
    ("Z05", raw("ENFANTS.CSV", b"x"), ()),
    ("C02", lambda d: d.drop(CONTRACT, 2), ()),
    ("C04", raw("prestations.csv", b"a;b;c\r\n1;2;3\r\n"), ()),
    ("C06", lambda d: [row.append("") for row in d.rows[CHILD]], ()),
    (
        "C08",
        raw(
            "enfants.csv",
            lambda d: "\ufeff".encode() + d.csv(CHILD).decode("cp1252").encode(),
        ),
        (),
    ),
    ("C10", edit(PARENT, 2, 7, "L’Œuvre"), ()),
    ("C13", raw("contrats.csv", b"enfant ID\r\n10000\r\n"), ()),
    ("C15", lambda d: d.rows[PLAN][2].append("x"), ()),
    ("C17", raw("contrats.csv", b"a;b\0;c\r\n"), ()),
    ("C18", replace(PLAN, b"\r\n100;10000", b"\r\n\r\n100;10000"), ()),
    ("C20", edit(CHILD, 2, 2, "x" * 65), ()),
    ("C22", edit(CHILD, 2, 2, "Mo\x07ry"), ()),
    (
        "C23",
        lambda d: d.rows[DATA][0].__setitem__(slice(2, 4), d.rows[DATA][0][3:1:-1]),
        (),
    ),
    (
        "C24",
        raw("enfants.csv", lambda d: d.csv(CHILD).decode("cp1252").encode("cp850")),
        (),
    ),
    (
        "X03",
        raw("groups.xml", lambda d: d.groups.replace("Grand", "Précoce").encode()),
        (),
    ),
    (
        "X05",
        mapping(
            "groups", 'StructureKibeId="100" GroupKibeId="Grand"', 'GroupKibeId="Grand"'
        ),
        (),
    ),
    (
        "X07",
        mapping(
            "groups",
            "</Groups>",
            ' <Group GroupSaiId="NUR1" StructureKibeId="100" GroupKibeId="Nurserie"/>'
            "</Groups>",
        ),
        (),
    ),
    ("X08", mapping("groups", '"GRA1"', '"GRA9"'), ()),
    ("X09", mapping("slots", '"1,2,3"', '"1;2;3"'), ()),
    ("X10", raw("slots.xml", b"<Slots/>"), ("P09",)),
    ("X11", mapping("groups", "</Groups>", "<Other/></Groups>"), ()),
    ("X13", mapping("groups", "<?xml", "  <?xml"), ()),
    ("X14", edit(PLAN, 3, 3, "NURSERIE"), ()),
    ("V01", edit(CHILD, 2, 1, ""), ("T01", "P03")),
    ("V03", edit(CHILD, 2, 1, "10000.0"), ()),
    ("V05", edit(CHILD, 2, 5, "05.02.20"), ()),
    ("V07", edit(CHILD, 2, 5, "02.01.1021"), ()),
    ("V12", edit(DATA, 2, 12, "???"), ()),
    ("V10", edit(DATA, 2, 7, "mary at mail"), ()),
]


@pytest.mark.parametrize(
    ("code", "change", "more"), CASES, ids=[case[0] for case in CASES]
)
def test_code_of_a_changed_sample(code, change, more):
    delivery = Delivery()
    change(delivery)
    assert_codes(delivery, code, more)


def zipped(members):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def workbook(change=None, drop=None):
    """The sample as a workbook in a ZIP, with its XML beside it."""
    delivery, stream = Delivery(), io.BytesIO()
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name in FILES:
        if name == drop:
            continue
        sheet = book.create_sheet(name)
        for row in delivery.rows[name]:
            sheet.append(row)
    if change:
        change(book)
    book.save(stream)
    members = delivery.members()
    return zipped(
        {
            "Export.xlsx": stream.getvalue(),
            "groups.xml": members["groups.xml"],
            "slots.xml": members["slots.xml"],
        }
    )


def encrypted():
    """The sample with the encryption flag of every member set."""
    content = bytearray(Delivery().zip())
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(magic)
        while at >= 0:
            content[at + offset] |= 1
            at = content.find(magic, at + 4)
    return bytes(content)


def damaged():
    content = bytearray(Delivery().zip())
    at = content.find(b"enfants.csv") + len("enfants.csv") + 10
    content[at : at + 40] = b"\0" * 40
    return bytes(content)


CONTAINERS = [
    ("Z02", lambda: damaged(), ()),
    ("Z02", lambda: Delivery().zip()[:-60], ()),
    ("Z03", encrypted, ()),
    (
        "Z07",
        lambda: zipped({f"Kibé/{n}": c for n, c in Delivery().members().items()}),
        (),
    ),
    (
        "Z09",
        lambda: zipped({**Delivery().members(), "enfants.csv": b";" * (3 * 1024**2)}),
        (),
    ),
    ("Z09", lambda: zipped({f"f{n}.txt": b"" for n in range(201)}), ()),
    ("Z09", lambda: b"PK\x03\x04" + bytes(20 * 1024**2), ()),
    ("Z10", lambda: zipped({"inner.zip": Delivery().zip()}), ()),
    ("Z08", lambda: zipped({**Delivery().members(), "/etc/passwd": b"x"}), ()),
    ("Z08", lambda: zipped({**Delivery().members(), "C:/evil.csv": b"x"}), ()),
    ("Z11", workbook, ()),
    ("Z12", lambda: workbook(drop="contrats"), ("Z12",)),
    (
        "C19",
        lambda: workbook(lambda b: b["enfants"].__setitem__("B2", "=1/0")),
        ("Z11",),
    ),
    ("C19", lambda: workbook(lambda b: b["enfants"].__setitem__("B2", True)), ("Z11",)),
]


@pytest.mark.parametrize(("code", "make", "more"), CONTAINERS)
def test_code_of_a_container(code, make, more):
    assert_codes(make(), code, more)


def test_symbolic_link_is_refused():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        info = zipfile.ZipInfo("enfants.csv")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    assert run(stream.getvalue()).codes == {"Z08"}


def test_backslash_path_is_refused():
    raw = zipped({**Delivery().members(), "..XXevil.csv": b"x"}).replace(
        b"..XX", b"..\\\\"[:4]
    )
    assert run(raw).codes == {"Z08"}


def test_workbook_without_mapping():
    result = run("kibe_sample.xlsx")
    assert "Z13" in result.codes
    assert result.found.issues.fatal


def test_more_rows_than_allowed():
    result = run("kibe_sample.zip", lists=dataclasses.replace(REFERENCE, max_rows=4))
    assert result.first("C21").file == "prestations.csv"
    assert result.new_codes == {"C21"}
