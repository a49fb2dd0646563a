"""How much an old workbook (`.xls`) holds, before a library reads all of it."""

import io
import struct

from xlrd.compdoc import CompDoc

#: Records with one cell, of every version of the format: row and column come first.
ONE_CELL = frozenset(
    (1, 2, 3, 4, 5, 6, 0x201, 0x202, 0x203, 0x204, 0x205, 0x206, 0x406, 0xD6, 0xFD)
) | {0x27E}
#: Records with the cells of a row from one column to another, which comes last.
MANY_CELLS = frozenset((0xBD, 0xBE))
SHARED_TEXTS = 0xFC
BEGIN = frozenset((0x09, 0x209, 0x409, 0x809))
HEAD = struct.Struct("<HH")
NUMBER = struct.Struct("<H")
COUNT = struct.Struct("<I")


def cells(raw, enough):
    """Count cells and shared texts; a row counts as far as its last cell.

    :param bytes raw: the workbook
    :param int enough: stop here
    :return: the number, which is above `enough` when there are more
    :raises Exception: whatever a damaged file makes the library stumble upon
    """
    document = CompDoc(raw, logfile=io.StringIO())
    total = 0
    for name in ("Workbook", "Book"):
        content, begin, size = document.locate_named_stream(name)
        if content:
            total += _cells_of(content, begin, begin + size, enough - total)
    return total


def _cells_of(content, position, end, enough):
    end = min(end, len(content))
    total, widths = 0, {}
    while position + HEAD.size <= end and total <= enough:
        kind, length = HEAD.unpack_from(content, position)
        body = position + HEAD.size
        position = body + length
        if position > end:
            break
        if kind in BEGIN:
            widths = {}
        elif kind == SHARED_TEXTS and length >= 8:
            total += COUNT.unpack_from(content, body + 4)[0]
        elif (kind in ONE_CELL and length >= 4) or (kind in MANY_CELLS and length >= 6):
            row, column = HEAD.unpack_from(content, body)
            if kind in MANY_CELLS:
                [column] = NUMBER.unpack_from(content, position - NUMBER.size)
            known = widths.get(row, 0)
            if column >= known:
                widths[row] = column + 1
                total += column + 1 - known
    return total
