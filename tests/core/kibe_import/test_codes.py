"""One fixture for every code of section 3 that the samples do not show."""

import dataclasses
import io
import pathlib
import re
import zipfile

import openpyxl
import pytest

from .kit import (
    FILES,
    MESSAGES,
    OPTIONS,
    REFERENCE,
    V1_CODES,
    Delivery,
    datetime,
    make_group,
    reference,
    run,
    store,
)

CHILD, PARENT, CONTRACT, DATA, PLAN = FILES


def edit(file, row, column, value):
    return lambda d: d.set(file, row, column, value)


def raw(name, content):
    def change(delivery):
        delivery.raw[name] = content(delivery) if callable(content) else content

    return change


def replace(file, old, new):
    """Change the encoded text of a CSV file."""

    def change(delivery):
        delivery.raw[f"{file}.csv"] = delivery.csv(file).replace(old, new)

    return change


def mapping(name, old, new):
    def change(delivery):
        setattr(delivery, name, getattr(delivery, name).replace(old, new))

    return change


def chain(*changes):
    def change(delivery):
        for each in changes:
            each(delivery)

    return change


def again(code=None, row=2, **values):
    """Add a copy of a planning row with other cells (columns count from 1)."""

    def change(delivery):
        cells = list(delivery.rows[PLAN][row - 1])
        for column, value in values.items():
            cells[int(column[1:]) - 1] = value
        delivery.add(PLAN, *cells)

    return change


FOUND = "Nur : Journée"
PARENT3 = ("1200", "Muster", "Eva", "Rue 1", "", "1920", "", "", "", "", "", "", "", "")

# code, change of the sample, further codes that come with it
CASES = [
    # 3.1 container
    ("Z05", raw("ENFANTS.CSV", b"x"), ()),
    # 3.2 CSV
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
    # 3.3 XML
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
    # 3.4 values
    ("V01", edit(CHILD, 2, 1, ""), ("T01", "P03")),
    ("V03", edit(CHILD, 2, 1, "10000.0"), ()),
    ("V05", edit(CHILD, 2, 5, "05.02.20"), ()),
    ("V07", edit(CHILD, 2, 5, "02.01.1021"), ()),
    ("V09", edit(DATA, 2, 12, "???"), ()),
    ("V10", edit(DATA, 2, 7, "mary at mail"), ()),
    # 3.5 enfants
    (
        "E01",
        lambda d: d.add(CHILD, "10000", "Mory", "Melodie", *d.rows[CHILD][1][3:]),
        (),
    ),
    ("E02", lambda d: d.add(CHILD, *d.rows[CHILD][1]), ()),
    ("E04", edit(CHILD, 2, 6, "Klingon"), ()),
    ("E06", edit(CHILD, 2, 8, "77"), ()),
    ("E08", edit(CHILD, 3, 5, "05.02.2099"), ()),
    ("E10", edit(CHILD, 3, 16, "7777"), ()),
    ("E11", edit(CHILD, 3, 16, "1110"), ()),
    ("E13", edit(CHILD, 3, 11, "Départ"), ()),
    ("E16", edit(CHILD, 3, 15, "CH-1000"), ()),
    ("E17", edit(CHILD, 3, 15, "F-74500"), ()),
    # 3.6 intervenants
    (
        "I01",
        lambda d: d.add(
            PARENT, *d.rows[PARENT][2][:3], "Rue 9", *d.rows[PARENT][2][4:]
        ),
        (),
    ),
    ("I03", edit(PARENT, 3, 17, "5'000,50"), ()),
    ("I05", edit(PARENT, 3, 17, "999999"), ()),
    ("I06", edit(PARENT, 3, 18, "100"), ()),
    ("I07", edit(PARENT, 3, 10, "Muster"), ()),
    ("I08", edit(PARENT, 3, 8, "51251"), ()),
    ("I12", edit(PARENT, 2, 9, "1001"), ()),
    ("I13", lambda d: d.add(PARENT, "1110", "Winter", "Etienne", "", "", "1000"), ()),
    ("I14", edit(PARENT, 3, 17, "60000"), ()),
    # 3.7 contrats, intervenantsdata
    ("T02", edit(CONTRACT, 2, 2, "1110"), ()),
    ("T03", chain(edit(CONTRACT, 2, 5, ""), edit(CONTRACT, 2, 6, "")), ()),
    ("T04", lambda d: d.add(CONTRACT, "10000", "1001", "", "1004", "Autre"), ()),
    ("T05", edit(CONTRACT, 2, 4, "1002"), ()),
    (
        "T06",
        lambda d: d.add(
            PARENT, "1003", "Aide financière", "", "R", "", "1920", *[""] * 10, "100"
        ),
        (),
    ),
    ("T07", edit(CONTRACT, 2, 4, ""), ()),
    ("D01", lambda d: d.add(DATA, "8888", "Madame"), ()),
    ("D03", edit(DATA, 2, 2, "Monsieur"), ()),
    ("D05", edit(DATA, 2, 8, "compliqué"), ()),
    ("D09", lambda d: d.add(DATA, "1001", "Madame"), ()),
    # 3.8 prestations
    ("P02", lambda d: (mapping("groups", '"NUR1"', '"NUR9"')(d)), ()),
    ("P03", edit(PLAN, 2, 2, "55555"), ()),
    ("P05", edit(PLAN, 2, 5, ""), ()),
    ("P07", edit(PLAN, 2, 6, "25:00:00"), ()),
    ("P09", edit(PLAN, 3, 9, "Repas"), ()),
    (
        "P11",
        chain(edit(PLAN, 2, 9, FOUND), edit(PLAN, 2, 6, ""), edit(PLAN, 2, 7, "")),
        (),
    ),
    ("P14", edit(PLAN, 4, 7, "18:15:00"), ()),
    ("P18", edit(PLAN, 6, 8, "me"), ()),
    ("P19", again(row=2), ()),
    ("P20", again(row=2, c4="01.06.2021", c5="31.12.2021"), ()),
    (
        "P21",
        chain(
            edit(PLAN, 4, 9, FOUND),
            edit(PLAN, 4, 6, "08:00"),
            edit(PLAN, 4, 7, "08:30"),
        ),
        (),
    ),
    ("P22", chain(edit(PLAN, 4, 9, FOUND), edit(PLAN, 4, 6, "06:00")), ()),
    (
        "P30",
        lambda d: [row.__setitem__(4, "31.12.9999") for row in d.rows[PLAN][1:]],
        (),
    ),
]


@pytest.mark.parametrize(
    ("code", "change", "more"), CASES, ids=[case[0] for case in CASES]
)
def test_code_of_a_changed_sample(code, change, more):
    delivery = Delivery()
    change(delivery)
    result = run(delivery)
    assert code in result.codes
    assert result.new_codes <= {code, *more}, result.new_codes


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
    result = run(make())
    assert code in result.codes
    assert result.new_codes <= {code, *more}, result.new_codes


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


# === GROUPS WITH HOURS, MODULES, NO SLOTS ===


def lists(**groups):
    return dataclasses.replace(REFERENCE, groups={**REFERENCE.groups, **groups})


GRID = [
    (s.number, f"{s.begin // 60}:{s.begin % 60}", f"{s.end // 60}:{s.end % 60}")
    for s in REFERENCE.groups["NUR1"].slots
]
HALVES = ((1, 2, 3), (4, 5, 6))


@pytest.mark.parametrize(
    ("code", "group", "change"),
    [
        ("P15", make_group("NUR1", [], mode="hours"), None),
        (
            "P16",
            make_group("NUR1", [], mode="hours"),
            chain(edit(PLAN, 2, 6, ""), edit(PLAN, 2, 7, "")),
        ),
        ("P29", make_group("NUR1", []), None),
        (
            "P24",
            make_group("NUR1", GRID, modules=HALVES),
            mapping("slots", '"1,2,3"', '"2,3"'),
        ),
        (
            "P25",
            make_group("NUR1", GRID, modules=HALVES, policy="strict"),
            mapping("slots", '"1,2,3"', '"2,3"'),
        ),
    ],
)
def test_code_of_a_group(code, group, change):
    delivery = Delivery()
    if change:
        change(delivery)
    result = run(delivery, lists=lists(NUR1=group))
    assert code in result.codes
    assert result.new_codes <= {code, "P15", "P14"}


# === AGAINST A BASE ===


@pytest.fixture
def base():
    return store(run("kibe_sample.zip"))


def test_existing_record_is_skipped(base):
    result = run("kibe_sample.zip", base)
    assert result.counters["guardian"] == {"skipped": 4}
    assert result.codes <= V1_CODES


def test_difference_is_named_not_written(base):
    result = run(Delivery().set(CHILD, 3, 2, "Winter"), base)
    issue = result.first("S02")
    assert (issue.file, issue.row, issue.column) == ("enfants.csv", 3, "e nom")
    assert result.counters["child"] == {"skipped": 2}


def test_main_parent_changes(base):
    delivery = Delivery().set(CHILD, 3, 12, "1002")
    assert "S03" in run(delivery, base, overwrite=True).codes
    assert "S02" in run(delivery, base).codes


def test_role_changes(base):
    result = run(Delivery().set(DATA, 2, 2, "Monsieur"), base, overwrite=True)
    assert result.first("D04").severity == "W"
    assert result.operations("guardian")["1001",].values["role"] == "father"
    assert ("10000", "1001") not in result.operations("link", "updated")


def test_old_second_line_stays(base):
    delivery = Delivery().set(CHILD, 2, 13, "Rue Neuve 3").set(CHILD, 2, 14, "")
    result = run(delivery, base, overwrite=True)
    assert result.first("E20").value == "Route de la gare 1"
    assert "street2" not in result.operations("child")["10000",].values


def test_possible_duplicates(base):
    base.child_twins["testuto", datetime.date(2024, 5, 1)] = "Uto Test"
    base.guardian_twins["eva@mail.ch"] = "Eva Muster"
    delivery = (
        Delivery()
        .add(PARENT, *PARENT3)
        .add(DATA, "1200", "", "", "", "", "eva@mail.ch")
    )
    delivery.add(
        CHILD,
        "20000",
        "Uto",
        "Test",
        "weiblich",
        "01.05.2024",
        "",
        "",
        "",
        "",
        "",
        "",
        "1200",
    )
    codes = [issue.code for issue in run(delivery, base).issues]
    assert codes.count("E19") == 2


def candidate(number, model="res.partner"):
    return reference.Candidate(model, number, f"Contact {number}", {})


def test_contact_is_attached_by_accounting_id():
    base = reference.Base(candidates={"29874": [candidate(7)]})
    result = run("kibe_sample.zip", base)
    assert "I10" in result.codes
    assert result.operations("guardian")["1110",].attach == ("res.partner", 7)
    assert result.counters["guardian"] == {"created": 3, "attached": 1}


def test_several_contacts_block_the_row():
    base = reference.Base(candidates={"29874": [candidate(7), candidate(8)]})
    result = run("kibe_sample.zip", base)
    assert result.first("I11").severity == "R"
    assert result.counters["child"] == {"created": 1, "error": 1}


def test_third_party_stays_when_contrats_forgets_it(base):
    result = run(Delivery().drop(CONTRACT, 2), base, overwrite=True)
    assert "T09" in result.codes
    assert result.counters["billing_data"] == {"unchanged": 2}


def test_child_takes_the_address_of_an_organisation():
    options = dataclasses.replace(OPTIONS, address_mode="2")
    result = run("kibe_sample.zip", options=options)
    assert "T08" in result.codes
    child = result.operations("child")["10000",].values
    assert (child["street"], child["zip"]) == ("Département financier", "1920")


def test_lost_pages(base):
    delivery = Delivery()
    del delivery.rows[PLAN][1:]
    result = run(delivery, base)
    assert result.first("P26").value == "1"
    assert result.plan.losing == ["Melody Mory"]
    assert result.counters["sector"] == {"deleted": 1, "created": 0}


def test_invoiced_month_changes(base):
    base.invoiced["10000"] = {(2021, 3), (2022, 1)}
    delivery = Delivery().drop(PLAN, 5)
    months = [i for i in run(delivery, base).issues if i.code == "P27"]
    assert [dict(i.args)["n"] for i in months] == ["03.2021"]
    assert "P27" not in run("kibe_sample.zip", base).codes


def test_hand_made_page_stays(base):
    manual = store(run("kibe_sample.zip"), origin="manual")
    result = run(Delivery().set(PLAN, 2, 5, "30.11.2021"), manual)
    assert "P28" in result.codes
    assert result.counters["sector"]["deleted"] == 0


def test_e09_and_unknown_postcode_of_a_debtor():
    result = run(Delivery().set(PARENT, 3, 6, ""))
    assert result.first("E15").row == 3


def test_every_code_has_a_fixture():
    """The table of section 3 and these tests speak of the same codes.

    "S01" is the action «skipped» itself; "U01" to "U05" belong to the operator and
    are tested with the model.
    """
    here = pathlib.Path(__file__)
    model = here.parents[3] / "addons" / "kibe_import" / "tests"
    sources = [here, here.with_name("test_samples.py"), *model.glob("test_*.py")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    manifest = (model / "samples" / "bad" / "manifest.json").read_text(encoding="utf-8")
    named = set(re.findall(r'"([A-Z]\d\d)"', text + manifest)) | V1_CODES
    assert set(MESSAGES) - named == set()
