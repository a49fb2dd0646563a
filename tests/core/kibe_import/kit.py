"""Deliveries to order, and the lists and groups of the sample configuration."""

import copy
import csv
import datetime
import functools
import io
import json
import sys
import zipfile
from pathlib import Path

from babel.messages.pofile import read_po

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests_core_loader import ADDONS, load_core  # noqa: E402

load_core("kibe_import")
load_core("daycare")

from daycare_core.text import label_index  # noqa: E402
from kibe_import_core import (  # noqa: E402, F401
    analysis,
    cells,
    const,
    mapping,
    reference,
    report,
    slots,
    table,
    text,
)
from kibe_import_core.issue import Issues  # noqa: E402, F401
from kibe_import_core.messages import MESSAGES, heading  # noqa: E402, F401
from kibe_import_core.messages import render as render_in  # noqa: E402
from kibe_import_core.wording import Language, Text  # noqa: E402, F401

SAMPLES = ADDONS / "kibe_import" / "tests" / "samples"
EXPECTED = json.loads((SAMPLES / "expected_preview.json").read_text(encoding="utf-8"))
V1_CODES = {code for codes in EXPECTED["v1"]["issues"].values() for code in codes}
FILES = ("enfants", "intervenants", "contrats", "intervenantsdata", "prestations")
OPTIONS = reference.Options(datetime.date(2021, 1, 1), datetime.date(2026, 1, 15))
SWITZERLAND, FRANCE = 43, 75


@functools.cache
def language(code):
    """Return a `Language` with the addon's translations, if it has any."""
    file = ADDONS / "kibe_import" / "i18n" / f"{code[:2]}.po"
    if not file.exists():
        return Language(code)
    with file.open("rb") as handle:
        catalog = {entry.id: entry.string for entry in read_po(handle)}
    return Language(code, lambda source: catalog.get(source) or source)


def render(issue, code):
    """Return the text of an issue in the language of a locale code."""
    return render_in(issue, language(code))


def typed(text):
    """Return a text with plain blanks where it has nonbreaking ones."""
    return text.replace("\u00a0", " ")


def _rows(name):
    content = (SAMPLES / "data" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(content), delimiter=";"))


def _minutes(clock):
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


def make_group(code, grid, **values):
    """Return a group; `grid` is a list of (number, "hh:mm", "hh:mm")."""
    found = tuple(slots.Slot(n, _minutes(a), _minutes(b), n) for n, a, b in grid)
    return slots.Group(code, code, 1, slots=found, **values)


def _index(rows):
    """Return labels as the lists of the daycare fold them, then as the import does."""
    return {text.fold(label): value for label, value in label_index(rows).items()}


def _languages():
    languages = list(enumerate(_rows("languages_combo.csv"), 1))
    ids = {row["code_iso639_1"]: number for number, row in languages}
    rows = [
        ([row[key]], number)
        for key in ("label_fr", "label_de", "label_en", "code_iso639_1")
        for number, row in languages
    ]
    rows += [
        ([row["code_iso639_2"]], ids.get(row["code_iso639_1"], False))
        for row in _rows("languages_combo_iso639_2.csv")
    ]
    return _index(rows)


def _labels(name, key):
    return _index([([row["label"]], row[key]) for row in _rows(name)])


def _combo(entries):
    index = {}
    for number, (code, label) in enumerate(entries, 1):
        index[code] = index[text.fold(label)] = number
    return index


def make_reference():
    """Return the lists and groups the expectations assume."""
    config = json.loads((SAMPLES / "odoo_config.json").read_text(encoding="utf-8"))
    return reference.Reference(
        genders=_labels("gender_labels.csv", "gender"),
        civil=_labels("civil_status.csv", "key"),
        languages=_languages(),
        statuses=_combo(config["combo_child_status"]),
        authorities=_combo(config["combo_parental_authority"]),
        localities={
            r["npa"]: (r["locality"], SWITZERLAND)
            for r in _rows("localities_sample.csv")
        },
        countries={"CH": SWITZERLAND, "FR": FRANCE},
        groups={g["code"]: make_group(g["code"], g["slots"]) for g in config["groups"]},
    )


REFERENCE = make_reference()


class Delivery:
    """A delivery that starts as the sample and is changed cell by cell.

    Rows are lists of text; row 1 is the header, as in a spreadsheet.
    """

    def __init__(self, sample="kibe_sample.zip"):
        self.raw = {}
        with zipfile.ZipFile(SAMPLES / sample) as archive:
            members = {info.filename: archive.read(info) for info in archive.infolist()}
        self.groups = members["groups.xml"].decode("iso-8859-1")
        self.slots = members["slots.xml"].decode("iso-8859-1")
        self.rows = {
            name: list(
                csv.reader(
                    io.StringIO(
                        members[f"{name}.csv"].decode("iso-8859-1"), newline=""
                    ),
                    delimiter=";",
                )
            )
            for name in FILES
        }

    def copy(self):
        return copy.deepcopy(self)

    def set(self, file, row, column, value):
        """Put a value into a cell; rows and columns count from 1."""
        rows = self.rows[file]
        while len(rows) < row:
            rows.append([""] * len(rows[0]))
        rows[row - 1][column - 1] = value
        return self

    def add(self, file, *values):
        """Add a row, completed by blank cells."""
        width = len(self.rows[file][0])
        self.rows[file].append([*values, *[""] * (width - len(values))])
        return self

    def drop(self, file, row):
        """Take a row away."""
        del self.rows[file][row - 1]
        return self

    def csv(self, name):
        """Return a CSV file as Kibé writes it."""
        stream = io.StringIO()
        csv.writer(stream, delimiter=";", lineterminator="\r\n").writerows(
            self.rows[name]
        )
        return stream.getvalue().encode("windows-1252")

    def members(self):
        """Return the seven files."""
        content = {f"{name}.csv": self.csv(name) for name in FILES}
        content["groups.xml"] = self.groups.encode("iso-8859-1")
        content["slots.xml"] = self.slots.encode("iso-8859-1")
        return {**content, **self.raw}

    def zip(self, **options):
        """Return the archive; members given as None are left out."""
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, **options) as archive:
            for name, content in self.members().items():
                if content is not None:
                    archive.writestr(name, content)
        return stream.getvalue()


class Result:
    """What an analysis said."""

    def __init__(self, found, plan):
        self.found = found
        self.plan = plan
        self.issues = [*found.issues, *plan.issues]
        self.counters = plan.counters()

    @property
    def codes(self):
        return {issue.code for issue in self.issues}

    @property
    def new_codes(self):
        """Codes that the plain sample does not give."""
        return self.codes - V1_CODES

    def first(self, code):
        return next(issue for issue in self.issues if issue.code == code)

    def operations(self, entity, action=None):
        return {
            operation.key: operation
            for operation in self.plan.operations
            if operation.entity == entity and action in (None, operation.action)
        }


def run(raw, base=None, overwrite=False, options=OPTIONS, lists=REFERENCE, **extra):
    """Read, merge and plan an upload.

    :param raw: bytes, a Delivery or the name of a sample
    :return: a Result
    """
    name = "upload.zip"
    if isinstance(raw, Delivery):
        raw = raw.zip()
    elif isinstance(raw, str):
        name, raw = raw, (SAMPLES / raw).read_bytes()
    base = base or reference.Base()
    found = analysis.read(raw, name.rsplit("/", 1)[-1], lists, extra)
    if found.groups is not None:
        analysis.merge(found, base, lists, options)
    return Result(found, analysis.plan(found, base, lists, options, overwrite))


def store(result, origin="kibe"):
    """Return the Base a database would hold after a first import.

    :param Result result: of an import into an empty base
    :param str origin: origin of the sector pages
    """
    base, names = reference.Base(), {}
    for number, operation in enumerate(result.plan.operations, 100):
        values = dict(operation.values)
        values.pop("kibe_id", None)
        first = operation.key[0]
        if operation.entity in ("guardian", "child"):
            names[first] = operation.label
            record = reference.Record(number, operation.label, values)
            getattr(
                base, {"guardian": "guardians", "child": "children"}[operation.entity]
            )[first] = record
        elif operation.entity == "link":
            links = base.links.setdefault(first, {})
            links[operation.key[1]] = reference.Record(number, operation.label, values)
        elif operation.entity == "income":
            page = reference.Page(number, values["date_from"], values)
            base.incomes.setdefault(first, []).append(page)
        elif operation.entity == "billing_data":
            page = reference.Page(number, values["date_from"], values)
            base.billing.setdefault(first, []).append(page)
        else:
            planned = next(
                page
                for page in result.found.merged.planning.pages[first].values()
                if page.date_from == values["date_from"]
                and page.date_to == values["date_to"]
            )
            values = {"key": planned.key, "page": planned, "origin": origin}
            page = reference.Page(number, planned.date_from, values)
            base.sectors.setdefault(first, []).append(page)
    return base
