"""What an import has to say about the delivery."""

import dataclasses

from .messages import BLOCKING, MESSAGES, Severity
from .wording import Text

HIDDEN = "•••"
SHOWN = 60
# Messages about many values at once name them all, within reason.
LISTING = frozenset(
    {"C04", "C05", "C23", "E21", "P26", "P32", "P33", "P34", "X12"}
    | {"Z04", "Z11", "Z12", "Z14"}
)
LISTED = 400
# What an issue keeps beside the placeholders of its text.
OWN = ("child", "match", "severity")


def shorten(value, size=SHOWN):
    """Return a value as a message shows it: one line, cut after so many characters."""
    if value is None or isinstance(value, Text):
        return value
    text = " ".join(str(value).split())
    return text if len(text) <= size else text[: size - 1] + "…"


@dataclasses.dataclass(frozen=True, slots=True)
class Issue:
    """One message at one place.

    :ivar code: a key of `messages.MESSAGES`
    :ivar file: name of the file, with its extension
    :ivar row: row as a spreadsheet shows it, the header being 1
    :ivar column: label of the column
    :ivar value: the value concerned, shortened, hidden when confidential
    :ivar args: further placeholders of the text, as pairs
    :ivar child: Kibé id of the child concerned, to filter by
    :ivar match: (`child` or `guardian`, delivered Kibé id, id of the stored record that
        may be the same, or None when there are several), to attach it (E19, I11)
    :ivar severity: the table's severity, unless one is given (V01 on a birth date)
    """

    code: str
    file: str = None
    row: int = None
    column: str = None
    value: object = None
    args: tuple = ()
    child: str = None
    match: tuple = None
    severity: Severity = None

    def __post_init__(self):
        if self.severity is None:
            object.__setattr__(self, "severity", MESSAGES[self.code].severity)

    @property
    def blocking(self):
        """Whether a real import refuses to start because of it."""
        return self.severity in BLOCKING


class Issues:
    """The growing list of messages of one analysis."""

    def __init__(self):
        self.items = []
        self.blocked_files = set()

    def add(self, code, file=None, row=None, column=None, value=None, **extra):
        """Add one message.

        :param extra: `child`, `match`, `severity`, or placeholders of the text
        :return: the issue
        """
        known = {key: extra.pop(key) for key in OWN if key in extra}
        size = LISTED if code in LISTING else SHOWN
        args = tuple((key, shorten(text, size)) for key, text in extra.items())
        issue = Issue(code, file, row, column, shorten(value, size), args, **known)
        self.items.append(issue)
        if issue.severity in (Severity.BLOCKED, Severity.FATAL) and file:
            self.blocked_files.add(file)
        return issue

    def __iter__(self):
        return iter(self.items)

    @property
    def fatal(self):
        """Whether nothing further can be analysed."""
        return any(issue.severity is Severity.FATAL for issue in self.items)

    @property
    def blocking(self):
        """Whether a real import refuses to start."""
        return any(issue.blocking for issue in self.items)
