"""The MDG file (*Maître D*): layout as data, bytes, file names (spec 4)."""

import re
import string
import unicodedata
from dataclasses import asdict, dataclass, field
from datetime import datetime
from decimal import Decimal

from ...exchange_run.core.text import without_accents
from .exceptions import CodedError

ENCODINGS = ("cp1252", "iso-8859-1", "utf-8", "utf-8-sig", "cp850")
DATE_FORMATS = ("%Y%m%d", "%Y-%m-%d", "%d/%m/%Y", "%d%m%Y")
TMP, CSV = ".tmp", ".csv"
LOST = "\ufffd"  # stands for a character until it is written as `?`
LONGEST_NAME = 200  # bytes; folders take 255, and the name grows by what is tried again
WIDEST_TOKEN = 60  # characters that a token of a name is padded to
KNOWN = 10_000  # cells of a column that are kept, to be written again as they are
DEFAULT_PATTERN = "MDG_{vendor}_{date:%Y%m%d}{time:%H%M%S}_{seq:02d}.csv"

# What a column of kind `field` can show: name -> value of a charge.
FIELDS = {
    "external_id": lambda charge, language: charge.external_id,
    "service_date": lambda charge, language: charge.day,
    "total": lambda charge, language: charge.total,
    "amount": lambda charge, language: charge.amount,
    "discount": lambda charge, language: charge.discount,
    "id": lambda charge, language: charge.id,
    "service_code": lambda charge, language: charge.service_code,
    "quantity": lambda charge, language: charge.quantity,
    "unit_price": lambda charge, language: charge.unit_price,
    "description": lambda charge, language: charge.description(language),
}
# What a column of kind `parameter` can show: attributes of the residence.
PARAMETERS = (
    "vendor_id",
    "mdg_transaction_type",
    "mdg_col09",
    "mdg_col11",
    "mdg_col14",
    "mdg_col15v",
    "mdg_col15p",
)

_TOKENS = frozenset(("vendor", "code", "date", "time", "seq", "run"))
_FORBIDDEN = re.compile(r'[/\\:*?"<>|\x00-\x1f]')
_BLANK = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_FORMULA = re.compile(r"[\s=+@]+")


class MdgError(CodedError):
    """A layout, a name pattern or a value the file cannot carry."""


@dataclass(frozen=True, slots=True)
class Column:
    """One field of a line.

    :ivar str kind: `constant`, `parameter`, `field` or `empty`
    :ivar str source: the constant, or the name of the parameter or field
    :ivar str type: `text` (cleaned and cut to width), `identifier` (never cut),
        `decimal` or `date`
    :ivar int width: most characters, 0 for no limit
    :ivar str line_kind: only on lines of this kind, empty for all
    :ivar bool negate: write the number with the opposite sign
    """

    kind: str
    source: str = ""
    type: str = "text"
    width: int = 0
    line_kind: str = ""
    negate: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """How charges become lines.

    :ivar tuple columns: `Column` records in order
    :ivar tuple line_kinds: lines written for a charge, `("",)` for just one
    """

    columns: tuple
    line_kinds: tuple = ("",)
    separator: str = ","
    quote_all: bool = True
    decimal_sign: str = "."
    date_format: str = "%Y%m%d"
    encoding: str = "cp1252"
    line_end: str = "\r\n"
    name_pattern: str = DEFAULT_PATTERN

    def to_dict(self):
        """Return the layout as JSON takes it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values):
        """Return the layout that `to_dict` kept.

        :rtype: Layout
        """
        columns = tuple(Column(**column) for column in values["columns"])
        kinds = tuple(values["line_kinds"])
        return cls(**{**values, "columns": columns, "line_kinds": kinds})


@dataclass(slots=True)
class Rendered:
    """The bytes of a file and what was lost on the way.

    :ivar bytes content: empty when there is no charge: no header, no BOM
    :ivar list lossy: ids of charges with a character the encoding lacks
    :ivar dict misfits: id -> `code field` of charges left out, because a number or an
        identifier is wider than its column (`too_wide`) or cannot be written as it is
        (`unwritable`)
    """

    content: bytes = b""
    lossy: list = field(default_factory=list)
    misfits: dict = field(default_factory=dict)


def render(layout, parameters, charges, language="FR"):
    """Write the file's bytes, charges ordered so that same input gives same bytes.

    :param Layout layout: the columns and the dialect
    :param dict parameters: values of `PARAMETERS`; None is written as empty
    :param charges: iterable of `Charge`
    :param str language: `FR` or `EN`, of the descriptions
    :rtype: Rendered
    """
    writer = _Writer(layout, parameters, language)
    result, lines = Rendered(), []
    for charge in sorted(charges, key=lambda charge: charge.sort_key()):
        try:
            encoded, lost = writer.lines(charge)
        except MdgError as error:
            result.misfits[charge.id] = f"{error.code} {error}"
            continue
        lines.append(encoded)
        if lost:
            result.lossy.append(charge.id)
    result.content = b"".join(lines)
    if lines and layout.encoding == "utf-8-sig":
        result.content = b"\xef\xbb\xbf" + result.content
    return result


def spell(text, encoding):
    """Replace what an encoding lacks by its base letters, else by U+FFFD.

    A letter and its accent written apart, as some systems do, are put together first.

    :rtype: str
    """
    text = unicodedata.normalize("NFC", text)
    return "".join(_spell_char(char, encoding) for char in text)


def clean(text):
    """Return a free text on one line, blanks collapsed, no formula start."""
    text = _BLANK.sub(" ", text).strip()
    return text[_FORMULA.match(text).end() :] if text[:1] in ("=", "+", "@") else text


def vendor_token(text):
    """Reduce a vendor id or company code to what a file name takes (spec 4.1)."""
    return re.sub(r"[^A-Za-z0-9-]", "", text or "")[:20]


def check_pattern(pattern):
    """Check a pattern of file names.

    :param str pattern: with tokens vendor, code, date, time, seq, run
    :raises MdgError: `pattern_token`, `pattern_unique`, `pattern_character` or
        `pattern_extension`
    """
    names = _pattern_names(pattern)
    if names - _TOKENS:
        raise MdgError("pattern_token", ", ".join(sorted(names - _TOKENS)))
    if not names & {"seq", "run"}:
        raise MdgError("pattern_unique")
    # what a format pads with shows with short values only, what it adds with long ones
    for token, number in (("", 1), ("V", 1), ("V" * 20, 10**6)):
        example = {"vendor": token, "code": token, "seq": number, "run": number}
        _checked_name(_fill(pattern, **example, moment=datetime.min))
    if not pattern.lower().endswith(CSV):
        raise MdgError("pattern_extension")


def file_name(pattern, vendor, code, moment, seq, run):
    """Fill in a pattern of file names.

    :param str pattern: checked before by `check_pattern`
    :param str vendor: VendorId or what stands for it
    :param str code: code of the residence
    :param datetime moment: local time of the run
    :param int seq: rank of the residence in the run
    :param int run: number of the run
    :rtype: str
    :raises MdgError: a value makes of it what is no name
    """
    tokens = {"vendor": vendor_token(vendor), "code": vendor_token(code)}
    return _checked_name(_fill(pattern, **tokens, moment=moment, seq=seq, run=run))


def _checked_name(name):
    """Return the name of a file, which stays in its folder.

    :raises MdgError: `pattern_character` or `pattern_token`
    """
    if _FORBIDDEN.search(name) or name.startswith("."):
        raise MdgError("pattern_character")
    if len(name.encode()) > LONGEST_NAME:
        raise MdgError("pattern_token", "…")
    return name


def temporary_name(name):
    """Return the name while the transaction is open: .tmp instead of .csv [S0]."""
    return name[: -len(CSV)] + TMP


class _Writer:
    """Writes the lines of charges in one layout."""

    def __init__(self, layout, parameters, language):
        self._layout = layout
        self._encoding = layout.encoding.removesuffix("-sig")
        self._language = language
        self._kinds = [
            [
                (column, self._fixed(column, parameters), {})
                for column in layout.columns
                if column.line_kind in ("", kind)
            ]
            for kind in layout.line_kinds
        ]

    def lines(self, charge):
        """Write all lines of a charge, line ends included.

        :return: (bytes, True when a character became `?`)
        :rtype: tuple[bytes, bool]
        :raises MdgError: a number or an identifier does not fit
        """
        try:
            return self._join(charge, _as_it_is).encode(self._encoding), False
        except UnicodeEncodeError:
            # Spelt before it is quoted: a base letter may be a quote or a separator.
            text = self._join(charge, lambda text: spell(text, self._encoding))
            return text.replace(LOST, "?").encode(self._encoding), LOST in text

    def _fixed(self, column, parameters):
        """Return the cell that is the same on all lines, None for one of the charge."""
        if column.kind == "field":
            return None
        text = {
            "empty": "",
            "constant": column.source,
            "parameter": _text(parameters.get(column.source)),
        }[column.kind]
        text = _CONTROL.sub(" ", spell(text, self._encoding))
        return self._quote(self._fit(column, text))

    def _join(self, charge, spelt):
        layout = self._layout
        return "".join(
            layout.separator.join(
                self._cell(column, known, charge, spelt) if fixed is None else fixed
                for column, fixed, known in cells
            )
            + layout.line_end
            for cells in self._kinds
        )

    def _cell(self, column, known, charge, spelt):
        """Return a cell; days, prices, texts repeat and are written only once."""
        value = FIELDS[column.source](charge, self._language)
        if spelt is _as_it_is and value in known:
            return known[value]
        cell = self._quote(self._fit(column, self._value(column, value, spelt)))
        if spelt is _as_it_is and len(known) < KNOWN:
            known[value] = cell
        return cell

    def _value(self, column, value, spelt):
        if column.type == "decimal":
            return self._decimal(-value if column.negate else value)
        if column.type == "date":
            return value.strftime(self._layout.date_format)
        if column.type == "text":
            return clean(spelt(value))
        if LOST in value or spelt(value) != value or _CONTROL.search(value):
            # Another identifier would bill somebody else.
            raise MdgError("unwritable", column.source)
        return value

    def _decimal(self, value):
        # `+ 0` turns a negative zero into zero.
        return f"{value + Decimal(0):.2f}".replace(".", self._layout.decimal_sign)

    def _fit(self, column, text):
        if column.type == "date" or not column.width or len(text) <= column.width:
            return text
        if column.type == "text":
            return text[: column.width]
        # A number or an identifier cut short would bill something else.
        raise MdgError("too_wide", column.source)

    def _quote(self, text):
        separators = (self._layout.separator, '"', "\r", "\n")
        if self._layout.quote_all or any(char in text for char in separators):
            return '"' + text.replace('"', '""') + '"'
        return text


def _as_it_is(text):
    return text


def _text(value):
    return "" if value is None or value is False else str(value)


def _spell_char(char, encoding):
    if unicodedata.combining(char):
        return ""  # an accent that no letter has: the letter alone
    for candidate in (char, without_accents(char)):
        try:
            candidate.encode(encoding)
        except UnicodeEncodeError:
            continue
        if candidate:
            return candidate
    return LOST


def _pattern_names(pattern):
    try:
        parsed = list(string.Formatter().parse(pattern))
    except ValueError as error:
        raise MdgError("pattern_token", str(error)) from error
    return {name for _text_part, name, _spec, _conversion in parsed if name is not None}


def _fill(pattern, moment, **tokens):
    """Fill in a pattern; names are looked up, never evaluated."""
    tokens |= {"date": moment, "time": moment}
    parts = []
    for text, name, spec, _conversion in string.Formatter().parse(pattern):
        parts.append(text)
        if name is not None:
            parts.append(_format_token(tokens[name], spec))
    return "".join(parts)


def _format_token(value, spec):
    if max(map(int, re.findall("[0-9]+", spec)), default=0) > WIDEST_TOKEN:
        raise MdgError("pattern_token", spec)  # it would fill the memory
    try:
        return format(value, spec)
    except ValueError as error:
        raise MdgError("pattern_token", spec) from error
