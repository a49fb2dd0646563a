"""CSV files as people and programs save them: encoding, separator, quotes."""

import codecs
import csv
import re

SEPARATORS = (";", ",", "\t", "|")
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
LARGEST_CELL = 1024 * 1024
MOST_CELLS = 16_384  # of a line, as in a spreadsheet
MOST_LINES = 10_000  # of one record, within quotes
#: A line with its end, as old and new systems write it.
LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
# A letter of French as DOS wrote it (code page 850), beside another letter.
_DOS = re.compile(rb"[A-Za-z][\x82\x83\x85\x87\x88\x89\x8a\x8b\x90]|[\x82\x90][a-z]")
_ANSI = re.compile(rb"[A-Za-z][\xc0-\xff]|[\xc0-\xff][A-Za-z]")
_WINDOWS = re.compile(rb"[\x80-\x9f]")


class NotText(ValueError):
    """The bytes are no text at all.

    :param bytes raw: content of the file
    :param int place: of the first byte that is no text
    :ivar int row: line of the file in which it stands
    """

    def __init__(self, raw, place):
        super().__init__(place)
        self.row = raw.count(b"\n", 0, place) + 1


class OpenQuote(ValueError):
    """The quotes of a record do not close, or a cell is endless.

    :param int row: line of the file in which the record begins
    """

    def __init__(self, row):
        super().__init__(row)
        self.row = row


class TooWide(OpenQuote):
    """A record of so many cells or lines that none was meant: no table has them."""


def decode(raw):
    """Return the text of a file and the encoding it really has.

    Nothing is ever read in a wrong encoding silently: what no encoding explains is
    refused.

    :param bytes raw: content of the file
    :return: (text, encoding) with encoding one of `ascii`, `iso-8859-1`,
        `windows-1252`, `cp850`, `utf-8`, `utf-8-sig`, `utf-16`
    :raises NotText: binary content
    """
    if raw.startswith(codecs.BOM_UTF8):
        candidates = ("utf-8-sig",)
    elif raw.startswith(UTF16):
        candidates = ("utf-16",)
    elif b"\0" in raw:
        return _strict(raw, _without_mark(raw)), "utf-16"
    elif raw.isascii():
        candidates = ("ascii",)
    elif _DOS.search(raw) and not _ANSI.search(raw):
        candidates = ("utf-8", "cp850")
    elif _WINDOWS.search(raw):
        candidates = ("utf-8", "windows-1252")
    else:
        candidates = ("utf-8", "iso-8859-1")
    for encoding in candidates[:-1]:
        try:
            return raw.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    return _strict(raw, candidates[-1]), candidates[-1]


def _without_mark(raw):
    """Return which UTF-16 a text without its mark is: every second byte is empty.

    :raises NotText: neither
    """
    for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        high, low = raw[start:400:2], raw[1 - start : 400 : 2]
        if len(high) > 4 and high.count(0) > len(high) // 2 and 0 not in low:
            return encoding
    raise NotText(raw, raw.index(b"\0"))


def _strict(raw, encoding):
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise NotText(raw, error.start) from None


def separator(text, within=1):
    """Return what parts the cells of most of the first lines: titles have none.

    :param str text: of the file
    :param int within: so many lines from the top on are looked at
    """
    found = (match.group() for match in LINE.finditer(text))
    lines = [line for line, _number in zip(found, range(within), strict=False)]
    counts = {s: [line.count(s) for line in lines] for s in SEPARATORS}
    return max(SEPARATORS, key=lambda s: (sum(map(bool, counts[s])), sum(counts[s])))


def records(text, delimiter):
    """Yield (line of the file in which it begins, cells) of each record.

    :param str text: of the file
    :param str delimiter: one character
    :raises OpenQuote: the quotes of a record do not close
    :raises TooWide: it has more cells, or more lines, than any table
    """
    csv.field_size_limit(LARGEST_CELL)
    # Line by line: a copy of the whole text would take four times its room.
    number, share = 1, {}.setdefault  # most cells stand in many rows: kept once

    def lines():
        for read, match in enumerate(LINE.finditer(text), start=1):
            line = match.group()
            if line.count(delimiter) >= MOST_CELLS or read - number > MOST_LINES:
                raise TooWide(number)
            yield line

    reader = csv.reader(lines(), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            yield number, [share(cell, cell) for cell in cells]
            number = reader.line_num + 1
    except csv.Error:
        raise OpenQuote(number) from None
