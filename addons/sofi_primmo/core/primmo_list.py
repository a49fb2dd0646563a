"""Primmo's lists: which columns mean what, and how their values are read."""

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from ...exchange_run.core.workbook import CellError
from . import convention
from . import nam as nam_module
from .exceptions import CodedError
from .matching import near
from .table_file import text

# What printed lists write at the end of a group, of a page or of all.
_TOTAL = re.compile(
    r"((SOUS|GRAND|SUB)[- ]?)?TOTA(L|UX|LS|LES)\b"
    # A building may be called Total Confort.
    r"(?! *(?!(GENERAL|PARTIEL|GLOBAL|CUMULE|DES|POUR|PAR|FOR|PER)\b)[A-Z]{3})"
    r"|(NOMBRE|NB(RE)?\.?) (DES? |TOTAL"
    r"|D.(UNITE|IMMEUBLE|APPARTEMENT|OCCUPANT|ENREGISTREMENT))"
    r"|PAGE +[0-9]+|(IMPRIME|EDITE|GENERE|PRODUIT) LE\b|DATE D.IMPRESSION\b"
    r"|PRINTED ON\b|FIN D(U|E LA) (RAPPORT|LISTE)\b|END OF (REPORT|LIST)\b"
)


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """A value of a list.

    :ivar str name: field of the record
    :ivar tuple aliases: headings that mean it, compared without case and accents
    :ivar str type: `text`, `boolean`, `date`, `sex`, `language`, `amount`, `nam`,
        `expiry` or `code`
    :ivar bool required: a row without it is refused
    """

    name: str
    aliases: tuple
    type: str = "text"
    required: bool = False


@dataclass(slots=True)
class Row:
    """A row that was read.

    :ivar int number: as in the file
    :ivar dict values: field -> value
    :ivar list errors: (field, code, value as written)
    :ivar bool left_out: it is no record, see `is_no_record`
    """

    number: int
    values: dict = field(default_factory=dict)
    errors: list = field(default_factory=list)
    left_out: bool = False


_UNIT = ("Unité", "Logement", "Appartement", "App.", "Unit")
_OCCUPANT = ("Type d'occupant", "Type occupant", "Occupant type")

KINDS = {
    "building": (
        FieldSpec("name", ("Immeuble", "Nom", "Building", "Name"), required=True),
        FieldSpec("building_class", ("Classe", "Class")),
    ),
    "unit": (
        FieldSpec(
            "number",
            (_UNIT[0], "Numéro", *_UNIT[1:]),
            "code",
            True,
        ),
        FieldSpec("building", ("Immeuble", "Building")),
    ),
    "occupant_type": (FieldSpec("name", (*_OCCUPANT, "Description"), required=True),),
    "tenant": (
        FieldSpec(
            "external_id",
            (
                "Numéro",
                "Numéro du locataire",
                "No locataire",
                "N° locataire",
                "Id",
                "ID externe",
            ),
            "code",
            True,
        ),
        FieldSpec(
            "last_name", ("Nom", "Nom de famille", "Last name", "Name"), required=True
        ),
        FieldSpec("birth_name", ("Nom à la naissance", "Nom de fille", "Birth name")),
        FieldSpec("first_name", ("Prénom", "First name"), required=True),
        FieldSpec("sex", ("Sexe", "Sex", "Genre"), "sex"),
        FieldSpec(
            "birth_date",
            ("Date de naissance", "Naissance", "Né le", "Birth date"),
            "date",
        ),
        FieldSpec("language", ("Langue", "Language"), "language"),
        FieldSpec("accepted", ("Accepté", "Accepted"), "boolean"),
        FieldSpec(
            "entry_date",
            ("Date de prise de possession", "Date de possession", "Possession"),
            "date",
        ),
        FieldSpec("departure_date", ("Date de départ", "Départ", "Departure"), "date"),
        FieldSpec("nam", ("NAM", "Numéro d'assurance maladie"), "nam"),
        FieldSpec(
            "nam_expiry", ("Expiration NAM", "Expiration", "NAM expiry"), "expiry"
        ),
        FieldSpec("unit", _UNIT, "code"),
        FieldSpec("building", ("Immeuble", "Building")),
        FieldSpec("occupant_type", _OCCUPANT),
    ),
    "service": (
        FieldSpec("code", ("Code", "Code de service", "Service code"), "code", True),
        FieldSpec("description", ("Description", "Nom", "Service"), required=True),
        FieldSpec("monthly_price", ("Prix", "Prix mensuel", "Price"), "amount", True),
    ),
}


def guess(kind, header, remembered=None):
    """Say which heading gives which field.

    :param str kind: key of `KINDS`
    :param list header: headings of the file
    :param dict remembered: field -> heading of an earlier file, taken first
    :return: field -> heading
    :rtype: dict
    """
    by_near = {near(heading): heading for heading in reversed(header)}
    found = {}
    for spec in KINDS[kind]:
        names = [(remembered or {}).get(spec.name, ""), *spec.aliases, spec.name]
        for name in names:
            heading = by_near.get(near(name))
            if name and heading and heading not in found.values():
                found[spec.name] = heading
                break
    return found


def choose_heading(kind, rows, remembered=None):
    """Return the number of the row that has most of a list's headings.

    Printed lists have a title, a date and a blank line above them.

    :param str kind: key of `KINDS`
    :param list rows: (row number, texts) of the first rows
    :param dict remembered: see `guess`
    :rtype: int
    """
    return max(rows, key=lambda row: len(guess(kind, row[1], remembered)))[0]


def unused(header, mapping):
    """Return the headings of a file that give no field."""
    used = set(mapping.values())
    return [h for h in dict.fromkeys(header) if h and h not in used]


def unknown(header, mapping):
    """Return the chosen headings that the file does not have."""
    return [heading for heading in mapping.values() if heading not in header]


def is_no_record(header, cells):
    """Tell whether a row of a printed list is a total, a page or a repeated heading.

    :param list header: headings of the list
    :param list cells: values of the row
    :rtype: bool
    """
    texts = [text(value) for value in cells]
    filled = [value for value in texts if value]
    if not filled:
        return False
    if sum(map(str.__eq__, texts, header)) >= max(2, len(filled)):
        return True
    return bool(_TOTAL.match(nam_module.plain(filled[0]).strip()))


def missing(kind, mapping):
    """Return the required fields that no heading gives."""
    return [s.name for s in KINDS[kind] if s.required and s.name not in mapping]


def convert(kind, table, mapping):
    """Read the rows of a list.

    :param str kind: key of `KINDS`
    :param Table table: as read from the file
    :param dict mapping: field -> heading
    :return: iterator of `Row`
    """
    position = {heading: at for at, heading in reversed(list(enumerate(table.header)))}
    columns = [
        (spec, position[mapping[spec.name]])
        for spec in KINDS[kind]
        if mapping.get(spec.name) in position
    ]
    for number, cells in table.rows:
        row = Row(number, left_out=is_no_record(table.header, cells))
        if row.left_out:
            yield row
            continue
        for spec, at in columns:
            _convert_cell(spec, cells[at], row)
        yield row


def _convert_cell(spec, value, row):
    written = text(value)
    if isinstance(value, CellError):
        row.errors.append((spec.name, "cell_error", written))
        return
    if not written and spec.required:
        row.errors.append((spec.name, "required", ""))
        return
    try:
        row.values[spec.name] = _READERS[spec.type](value, written) if written else None
    except CodedError as error:
        row.errors.append((spec.name, error.code, written))
    if not written and spec.type == "boolean":
        row.values[spec.name] = False


def _amount(value, written):
    """Read a price as lists write it: 1 234,50 $."""
    cleaned = re.sub(r"[\s$\u00a0\u202f]", "", written).replace(",", ".")
    try:
        amount = Decimal(cleaned)
    except InvalidOperation:
        raise CodedError("amount_unknown") from None
    if not amount.is_finite() or abs(amount) >= 10**9:
        raise CodedError("amount_unknown")
    return amount


def _expiry(value, written):
    """Read an expiry as YYYY-MM, also from MM/YYYY, YYYY/MM or a date."""
    if found := re.fullmatch(r"([0-9]{4})[-/](0[1-9]|1[0-2])", written):
        return "-".join(found.groups())
    if found := re.fullmatch(r"(0?[1-9]|1[0-2])[-/]([0-9]{4})", written):
        return f"{found[2]}-{int(found[1]):02d}"
    try:
        return f"{_day(value, written):%Y-%m}"
    except CodedError:
        raise CodedError("expiry_unknown") from None


def _day(value, written):
    """Read a date from a date cell, or as it is written (19380407 as a number, too)."""
    return convention.day(value if isinstance(value, date) else written)


_READERS = {
    "text": lambda value, written: written,
    "code": lambda value, written: written,
    "boolean": lambda value, written: convention.boolean(written),
    "date": _day,
    "sex": lambda value, written: convention.sex(written),
    "language": lambda value, written: convention.language(written),
    "amount": _amount,
    "nam": lambda value, written: nam_module.normalize(written),
    "expiry": _expiry,
}


def to_json(value):
    """Return a value that was read as JSON can keep it."""
    return value if value is None or isinstance(value, bool | str) else str(value)


def from_json(kind, values):
    """Return the values of a row that `to_json` made.

    :param str kind: key of `KINDS`
    :param dict values: field -> JSON value
    """
    types = {spec.name: spec.type for spec in KINDS[kind]}
    back = {"date": convention.day, "amount": Decimal}
    return {
        name: back[types[name]](value) if value and types[name] in back else value
        for name, value in values.items()
    }
