"""Official directory of Swiss towns (AMTOVZ, swisstopo): a CSV file, or its ZIP.

The directory is open data. A town has a postcode of four digits and two additional
digits; 00 marks the main town of a postcode. A town that lies in several communes
comes in several rows.
"""

from dataclasses import dataclass, field, replace

from ...exchange_run.core import csv_file, zip_file

MAX_BYTES = 20_000_000
MAX_MEMBERS = 20
MAX_ROWS = 100_000  # ten times as many as there are
COLUMNS = {
    "name": "ortschaftsname",
    "npa": "plz",
    "suffix": "zusatzziffer",
    "canton": "kantonskürzel",
}
#: A column that older editions lack.
COMMUNE = "gemeindename"
# Spellings of the postcode column over the editions of the directory.
ALIASES = {"plz4": "plz"}
LIECHTENSTEIN = ("FL", "LI", "")


class DirectoryError(Exception):
    """The file as a whole cannot be used.

    :ivar code: ``archive``, ``size``, ``encoding``, ``columns`` or ``empty``
    :ivar value: what was found
    """

    def __init__(self, code, value=""):
        super().__init__(code)
        self.code = code
        self.value = value


@dataclass(frozen=True, slots=True)
class Town:
    """One town of the directory; ``canton`` is empty in Liechtenstein.

    ``commune`` is empty where it is called as the town; of a town that lies in several,
    it is the one of the first row.
    """

    npa: str
    suffix: str
    name: str
    canton: str
    country: str
    main: bool = False
    commune: str = ""


@dataclass(slots=True)
class Directory:
    """What was read: towns, and rows refused as ``(row, column, value)``."""

    towns: list = field(default_factory=list)
    errors: list = field(default_factory=list)


def read(content):
    """Read the directory.

    :param bytes content: the CSV file, or the ZIP that holds it
    :return Directory: towns in the order of the file, each once, one main town for
        each postcode; rows that cannot be used
    :raises DirectoryError: when the whole file cannot be used
    """
    text = _decode(_unpack(content))
    rows = csv_file.records(text, csv_file.separator(text))
    directory = Directory()
    towns = {}
    try:
        _line, header = next(rows, (1, []))
        positions = _positions(header)
        for number, row in rows:
            if number > MAX_ROWS:
                raise DirectoryError("size", f"{number}…")
            if any(cell.strip() for cell in row):
                _read_row(row, number, positions, towns, directory.errors)
    except csv_file.OpenQuote as error:
        raise DirectoryError("encoding", str(error)) from error
    if not towns:
        raise DirectoryError("empty")
    directory.towns = _mark_main(list(towns.values()))
    return directory


def _unpack(content):
    if len(content) > MAX_BYTES:
        raise DirectoryError("size", f"{len(content)}")
    if not content.startswith(zip_file.MAGIC):
        return content
    try:
        limits = zip_file.Limits(MAX_MEMBERS, MAX_BYTES, MAX_BYTES * MAX_MEMBERS)
        archive = zip_file.Archive(content, limits)
        names = [m for m in archive.members if m.filename.lower().endswith(".csv")]
        if len(names) != 1:
            found = ", ".join(m.filename for m in archive.members)
            raise DirectoryError("archive", found)
        return archive.content(names[0])
    except zip_file.ZipError as error:
        code = "size" if error.code == "too_large" else "archive"
        raise DirectoryError(code, error.name or error.code) from error


def _decode(content):
    try:
        text, _encoding = csv_file.decode(content)
    except csv_file.NotText:
        raise DirectoryError("encoding") from None
    if "\ufffd" in text:
        raise DirectoryError("encoding")
    return text


def _positions(header):
    """Return the position of each wanted column, by the names of the header."""
    labels = [cell.strip().casefold() for cell in header]
    labels = [ALIASES.get(label, label) for label in labels]
    missing = [name for name in COLUMNS.values() if name not in labels]
    if missing:
        raise DirectoryError("columns", ", ".join(missing))
    positions = {key: labels.index(name) for key, name in COLUMNS.items()}
    if COMMUNE in labels:
        positions["commune"] = labels.index(COMMUNE)
    return positions


def _read_row(row, number, positions, towns, errors):
    """Add the town of a row, or the reason why it cannot be used."""
    cells = {
        key: row[position].strip() if position < len(row) else ""
        for key, position in positions.items()
    }
    npa, canton = cells["npa"], cells["canton"].upper()
    suffix = cells["suffix"].zfill(2)
    commune = cells.get("commune", "")
    wrong = _wrong_cell(npa, suffix, cells["name"], canton, commune)
    if wrong:
        errors.append((number, *wrong))
        return
    abroad = canton in LIECHTENSTEIN
    town = Town(
        npa,
        suffix,
        cells["name"],
        "" if abroad else canton,
        "LI" if abroad else "CH",
        commune="" if commune == cells["name"] else commune,
    )
    towns.setdefault((npa, suffix, cells["name"]), town)


def _wrong_cell(npa, suffix, name, canton, commune):
    """Return column and value of the first cell that cannot be used, or ``None``."""
    if not (len(npa) == 4 and npa.isascii() and npa.isdigit()):
        return "PLZ", npa
    if not (len(suffix) == 2 and suffix.isascii() and suffix.isdigit()):
        return "Zusatzziffer", suffix
    if not name or len(name) > 100 or not name.isprintable():
        return "Ortschaftsname", name[:60]
    if canton and not (len(canton) == 2 and canton.isascii() and canton.isalpha()):
        return "Kantonskürzel", canton[:60]
    if len(commune) > 100 or not commune.isprintable():
        return "Gemeindename", commune[:60]
    return None


def _mark_main(towns):
    """Mark the main town of each postcode: the lowest additional digits."""
    first = {}
    for position, town in enumerate(towns):
        best = first.get(town.npa)
        if best is None or town.suffix < towns[best].suffix:
            first[town.npa] = position
    for position in first.values():
        towns[position] = replace(towns[position], main=True)
    return towns
