"""Search parameters of a FHIR URL -> plain criteria.

Only what the CapabilityStatement names is understood; anything else is refused, so
that a misspelt filter never returns everything.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from urllib.parse import quote, unquote

from .fhir_reference import searched_id
from .fhir_served import SERVED
from .fhir_view import ELEMENTS, SUMMARIES, WHOLE, View, make_view

DEFAULT_COUNT = 50
MAX_COUNT = 500
PREFIXES = ("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb")
VIEW_PARAMETERS = {"_summary", "_elements", "_format", "_pretty"}
#: `_totalMethod` is no parameter of R4, but a popular client sends it
RESULT_PARAMETERS = {
    "_count",
    "_include",
    "_revinclude",
    "_sort",
    "_cursor",
    "_total",
    "_totalMethod",
} | VIEW_PARAMETERS
TOTALS = {"none", "estimate", "accurate"}
COUNT = re.compile(r"[0-9]{1,9}")
NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,9})?(?:[eE]-?[0-9])?")
CURRENCY = re.compile(r"[A-Z]{3}")
CURRENCIES = "urn:iso:std:iso:4217"
OPERATORS = {"gt": ">", "sa": ">", "lt": "<", "eb": "<", "ge": ">=", "le": "<="}
DATE = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?)?)?)?",
    re.ASCII,
)


class BadSearch(ValueError):
    """A parameter that cannot be understood: `parameter` and `value`."""

    def __init__(self, parameter, value):
        super().__init__(f"{parameter}={value}")
        self.parameter = parameter
        self.value = value


@dataclass(frozen=True, slots=True)
class Criterion:
    """What a parameter asks for.

    `operator` is in or not in, for texts starts, contains, exact, for dates and amounts
    a comparison or outside, for every parameter missing (whose value is true or false);
    dates come as half-open ranges. `systems` are the naming systems of the values of a
    token: None where none is told, empty where the value must have none. Of references
    they are the kinds of resource, of amounts the currency.
    """

    parameter: str
    operator: str
    value: object
    systems: tuple = ()

    def pairs(self):
        """List of (system, value) of a token."""
        return list(zip(self.systems, self.value, strict=True))

    def ids(self, kind):
        """Ids of a reference, of what may be of that kind."""
        return [value for told, value in self.pairs() if told in (None, kind)]


@dataclass(frozen=True, slots=True)
class Include:
    """Resources to add: what `parameter` of `source` names, or what names the matches.

    :ivar str source: kind of resource whose reference is followed
    :ivar str parameter: the search parameter of that reference
    :ivar str target: kind of resource that is named
    :ivar bool reverse: whether the sources are added, not the targets
    """

    source: str
    parameter: str
    target: str
    reverse: bool = False


@dataclass(slots=True)
class Search:
    """What is asked of a search: which records, how many, in which order, how much of
    each.

    :ivar tuple order: (parameter, whether descending) …; of equal ones the id decides
    :ivar tuple | None cursor: where the page before ended: the highest id, the value of
        each key of `order`, the last id
    """

    resource: str
    criteria: list = field(default_factory=list)
    count: int = DEFAULT_COUNT
    order: tuple = ()
    by_id_descending: bool = False
    cursor: tuple | None = None
    includes: list = field(default_factory=list)
    view: View = WHOLE


@dataclass(slots=True)
class History:
    """What is asked of a history: from when on, how much, after which entry.

    `cursor` is (moment, 1 living or 0 deleted, id), `since` a naive UTC datetime.
    """

    since: datetime | None = None
    count: int = MAX_COUNT
    cursor: tuple | None = None
    view: View = WHOLE

    @staticmethod
    def mark(moment, alive, record_id):
        """Opaque text of the entry a page ended with."""
        return encode_cursor(int(alive), moment.isoformat(), record_id)


def parse_view(resource, parameters):
    """Understand how much of a resource is asked for, and in which format.

    Other parameters are passed over.

    :param str resource: a key of `fhir_served.SERVED`
    :param parameters: iterable of (name, value)
    :rtype: View
    :raises BadSearch: a value of the wrong form, or an element R4 does not know
    """
    asked = {name: value for name, value in parameters if name in VIEW_PARAMETERS}
    if "json" not in asked.get("_format", "json"):
        raise BadSearch("_format", asked["_format"])
    if asked.get("_pretty", "true") not in ("true", "false"):
        raise BadSearch("_pretty", asked["_pretty"])
    summary = asked.get("_summary", "false")
    if summary not in SUMMARIES:
        raise BadSearch("_summary", summary)
    return make_view(resource, summary, _elements(resource, asked.get("_elements")))


def _elements(resource, text):
    """Names listed in `_elements`, None when the parameter is not there."""
    if text is None:
        return None
    names = text.split(",")
    for name in names:
        # no element of R4, but some clients ask for it with all others
        if name not in ELEMENTS[resource] and name != "resourceType":
            raise BadSearch("_elements", name)
    return names


def parse_history(parameters):
    """Understand the query of `GET Invoice/_history?…`.

    :param parameters: list of (name, value)
    :rtype: History
    :raises BadSearch: unknown parameter or a value of the wrong form
    """
    history = History(view=parse_view("Invoice", parameters))
    for name, value in parameters:
        if name == "_since":
            history.since = date_range(value, name)[0]
        elif name == "_count" and COUNT.fullmatch(value):
            history.count = min(int(value), MAX_COUNT)
        elif name == "_cursor":
            history.cursor = _history_cursor(value)
        elif name not in VIEW_PARAMETERS:
            raise BadSearch(name, value)
    if history.view.count_only:
        history.count = 0
    return history


def _history_cursor(text):
    alive, moment, record_id = decode_cursor(text)
    try:
        return datetime.fromisoformat(moment), int(alive), int(record_id)
    except ValueError:
        raise BadSearch("_cursor", text) from None


def parse_search(resource, parameters):
    """Understand the query of `GET <resource>?…`.

    :param str resource: a key of `fhir_served.SERVED`
    :param parameters: list of (name, value), repeated names allowed (and-ed)
    :rtype: Search
    :raises BadSearch: unknown parameter or a value of the wrong form
    """
    search = Search(resource, view=parse_view(resource, parameters))
    known = SERVED[resource].parameters
    for asked, value in parameters:
        name, _, modifier = asked.partition(":")
        if asked in RESULT_PARAMETERS:
            _result_parameter(search, name, value)
        elif name in known and _takes(known[name], modifier):
            search.criteria += _criteria(name, known[name], value, modifier)
        else:
            raise BadSearch(asked, value)
    for name, value in parameters:
        if name == "_cursor":  # its parts are those of the order
            search.cursor = decode_cursor(value, len(search.order))
    if search.view.count_only:
        search.count = 0
    if search.includes and dict(parameters).get("_summary") == "text":
        raise BadSearch("_summary", "text")  # R4 does not mix them
    return search


def understood(resource, parameters):
    """Parameters of a search that are known here, whatever their values.

    For callers who ask not to be strict (`Prefer: handling=lenient`).

    :param str resource: a key of `fhir_served.SERVED`
    :param parameters: list of (name, value)
    :rtype: list
    """
    known = SERVED[resource].parameters
    kept = []
    for asked, value in parameters:
        name, _, modifier = asked.partition(":")
        if asked in RESULT_PARAMETERS or (
            name in known and _takes(known[name], modifier)
        ):
            kept.append((asked, value))
    return kept


def _takes(parameter, modifier):
    """Whether a parameter can be asked with a modifier, or without one."""
    return modifier in parameter.modifiers if modifier else not parameter.logical


def _result_parameter(search, name, value):
    if name == "_count":
        if not COUNT.fullmatch(value):
            raise BadSearch(name, value)
        search.count = min(int(value), MAX_COUNT)
    elif name == "_sort":
        _order(search, value)
    elif name in ("_include", "_revinclude"):
        search.includes.append(_include(search.resource, name, value))
    elif name == "_total" and value not in TOTALS:
        raise BadSearch(name, value)


def _order(search, value):
    """Keys of `_sort`. After `_id` nothing is left to be sorted."""
    keys = [(key.removeprefix("-"), key.startswith("-")) for key in value.split(",")]
    names = [name for name, _descending in keys]
    if set(names) - set(SERVED[search.resource].sorts) or len(set(names)) < len(names):
        raise BadSearch("_sort", value)
    last = names.index("_id") if "_id" in names else len(names)
    search.order = tuple(keys[:last])
    search.by_id_descending = keys[min(last, len(keys) - 1)][1]


def _include(resource, name, value):
    """`Kind:parameter` or `Kind:parameter:Target`."""
    source, parameter, target, *rest = *value.split(":"), "", ""
    reverse = name == "_revinclude"
    served = SERVED.get(source)
    known = served and served.parameters.get(parameter)
    targets = known.targets if known and (reverse or known.path) else ()
    target = target or (resource if reverse else next(iter(targets), ""))
    allowed = targets if reverse else targets[:1]
    if (
        any(rest)
        or target not in allowed
        or resource != (target if reverse else source)
    ):
        raise BadSearch(name, value)
    return Include(source, parameter, target, reverse)


def _criteria(name, known, value, modifier=""):
    if not value or "\0" in value:
        raise BadSearch(name, value)
    if modifier == "missing":
        if value not in ("true", "false"):
            raise BadSearch(f"{name}:missing", value)
        return [Criterion(name, "missing", value == "true")]
    if known.kind == "date":
        return _date_criteria(name, value, known.days)
    if known.kind == "quantity":
        return _quantity_criteria(name, value)
    if known.kind == "string":
        return [Criterion(name, modifier or "starts", value)]
    parts = [part for part in value.split(",") if part]
    if known.kind == "reference" and not known.logical:
        pairs = [_reference(name, part, known.targets, modifier) for part in parts]
    else:
        pairs = [_token(part) for part in parts]
    systems, values = zip(*pairs, strict=True) if pairs else ((), ())
    if not values or not all(values):
        raise BadSearch(name, value)
    operator = "not in" if modifier == "not" else "in"
    return [Criterion(name, operator, list(values), systems)]


def _token(value):
    """Token `system|code` -> (system, code)."""
    system, separator, code = value.rpartition("|")
    return system if separator else None, code.removeprefix("urn:uuid:")


def _reference(name, value, targets, modifier):
    """Reference `id`, `Kind/id` or URL -> (kind or None, id).

    :raises BadSearch: of a kind the parameter never names
    """
    kind, identifier = searched_id(value)
    if modifier and kind not in (None, modifier) or kind and kind not in targets:
        raise BadSearch(name, value)
    return kind or modifier or None, identifier


def _quantity_criteria(name, value):
    """Amount `[prefix]number[|system|currency]`, compared as R4 says.

    Without prefix as exact as it is written; gt, lt, ge, le, sa, eb exactly.
    """
    prefix = value[:2] if value[:2] in PREFIXES else "eq"
    text, *unit = value.removeprefix(prefix).split("|")
    system, currency = unit if len(unit) == 2 else ("", "")
    if (
        not NUMBER.fullmatch(text)
        or len(unit) not in (0, 2)
        or unit
        and not CURRENCY.fullmatch(currency)
        or system not in ("", CURRENCIES)
    ):
        raise BadSearch(name, value)
    amount, systems = Decimal(text), (currency,) if currency else ()
    if prefix in OPERATORS:
        return [Criterion(name, OPERATORS[prefix], amount, systems)]
    half = Decimal(1).scaleb(amount.as_tuple().exponent) / 2
    if prefix == "ne":
        return [Criterion(name, "outside", (amount - half, amount + half), systems)]
    return [
        Criterion(name, ">=", amount - half, systems),
        Criterion(name, "<", amount + half, systems),
    ]


def _date_criteria(name, value, days=False):
    prefix = value[:2] if value[:2] in PREFIXES else "eq"
    text = value.removeprefix(prefix)
    start, end = date_range(text, name)
    if days and "T" in text:
        start, end = _whole_days(text, prefix)
    if prefix == "eq":
        return [Criterion(name, ">=", start), Criterion(name, "<", end)]
    if prefix == "ne":
        return [Criterion(name, "outside", (start, end))]
    # a day is a range: «after the day» starts at its end
    edge = {"gt": end, "sa": end, "le": end}.get(prefix, start)
    operator = {"gt": ">=", "sa": ">=", "le": "<", "eb": "<"}.get(
        prefix, OPERATORS[prefix]
    )
    return [Criterion(name, operator, edge)]


def _whole_days(text, prefix):
    """Range that stands for a moment where days are compared, which have no zone.

    A day overlaps every moment in it: it is neither strictly before nor after it, and
    «before 23:59» includes the day.
    """
    moment = datetime.fromisoformat(text)
    day = datetime.combine(moment.date(), time.min)
    has_begun = prefix == "lt" and moment.time() > time.min
    until_its_end = prefix in ("le", "sa")
    start = _after(day, timedelta(days=has_begun))
    return start, _after(day, timedelta(days=until_its_end))


def date_range(text, parameter="date"):
    """Half-open range of moments a FHIR date stands for, in UTC.

    `2026` is the whole year, `2026-11-21T10:00:00Z` one second.

    :return: (start, end) as naive UTC datetimes
    :raises BadSearch: when it is no date
    """
    match = DATE.fullmatch(text)
    if not match:
        raise BadSearch(parameter, text)
    year, month, day, clock, _zone = match.groups()
    try:
        if clock:
            moment = datetime.fromisoformat(text)
            if moment.tzinfo:
                moment = moment.astimezone(UTC).replace(tzinfo=None)
            step = timedelta(milliseconds=1) if "." in clock else timedelta(seconds=1)
            return moment, _after(moment, step)
        first = date(int(year), int(month or 1), int(day or 1))
    except (ValueError, OverflowError):
        raise BadSearch(parameter, text) from None
    start = datetime.combine(first, time.min)
    if day:
        return start, _after(start, timedelta(days=1))
    if month:
        return start, _after(start, timedelta(days=32)).replace(day=1)
    return start, _after(start, timedelta(days=366)).replace(month=1, day=1)


def _after(moment, step):
    """A later moment; nothing is later than the last there is."""
    try:
        return moment + step
    except OverflowError:
        return datetime.max


def encode_cursor(*parts):
    """Opaque text of where a page ended: (upper bound, sort values …, last id)."""
    text = "\x1f".join("" if part is None else quote(str(part)) for part in parts)
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_cursor(text, keys=1):
    """Parts of a cursor; its text is ours, so anything odd is refused.

    :param int keys: number of sort values
    :rtype: tuple[str, ...]
    :raises BadSearch: when it was not made by `encode_cursor`
    """
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except (ValueError, UnicodeError):
        raise BadSearch("_cursor", text) from None
    parts = tuple(unquote(part) for part in raw.split("\x1f"))
    if (
        len(parts) != keys + 2
        or "\0" in "".join(parts)
        or not all(COUNT.fullmatch(parts[i]) for i in (0, -1))
    ):
        raise BadSearch("_cursor", text)
    return parts
