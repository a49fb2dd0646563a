"""The messages of an import: code, severity, French and English text.

The table `messages.csv` is section 3 of the specification, word for word.
"""

import csv
import dataclasses
import enum
import pathlib
import re
import string


class Severity(enum.StrEnum):
    """How much a message blocks (specification section 1.1)."""

    FATAL = "F"
    BLOCKED = "B"
    ROW = "R"
    WARNING = "W"
    INFO = "I"


#: `{v}`, or a number with the words after it, for one and for several: `{v:row|rows}`.
PLACEHOLDER = re.compile(r"\{\w+(?::[^|}]*\|([^}]*))?\}")
# «{f}», ligne {r}, «{c}»: – where a message begins by saying where it stands.
PLACE = re.compile(
    r"^(?:[«\"]\{f\}[»\"]|contrats|intervenantsdata)?(?:, )?"
    r"(?:(?:ligne|row|line) \{r\})?(?:, [«\"]\{c\}[»\"])?: ",
    re.IGNORECASE,
)
BLOCKING = frozenset({Severity.FATAL, Severity.BLOCKED, Severity.ROW})


@dataclasses.dataclass(frozen=True, slots=True)
class Message:
    """One line of the table: severity and the two texts with placeholders."""

    severity: Severity
    fr: str
    en: str


@dataclasses.dataclass(frozen=True, slots=True)
class Text:
    """A value of a placeholder that is itself a phrase in two languages."""

    fr: str
    en: str

    def __format__(self, spec):
        """`format(text, "fr")` and `format(text, "en")` give the phrase."""
        return self.fr if spec == "fr" else self.en


def _load():
    path = pathlib.Path(__file__).with_name("messages.csv")
    with path.open(encoding="utf-8", newline="") as handle:
        return {
            row["code"]: Message(Severity(row["severity"]), row["fr"], row["en"])
            for row in csv.DictReader(handle, delimiter=";")
        }


MESSAGES = _load()


class _Formatter(string.Formatter):
    """Fill placeholders in one language; an absent one is left empty."""

    def __init__(self, language):
        super().__init__()
        self.language = language

    def get_value(self, key, args, kwargs):
        """Return the value of a placeholder, a Text in the formatter's language."""
        value = kwargs.get(key)
        if isinstance(value, Text):
            return format(value, self.language)
        return "" if value is None else value

    def format_field(self, value, format_spec):
        """Put the word for one or for several behind a number."""
        one, bar, several = format_spec.partition("|")
        if not bar:
            return super().format_field(value, format_spec)
        # French counts nothing as one
        single = int(value) in ((0, 1) if self.language == "fr" else (1,))
        return f"{value} {one if single else several}"


def heading(code, language):
    """Return the text of a code without place and values: what its messages share.

    :param str code: a key of MESSAGES
    :param str language: a locale code; French for `fr…`, English otherwise
    """
    message = MESSAGES[code]
    template = message.fr if (language or "").startswith("fr") else message.en
    text = PLACEHOLDER.sub(_without_value, PLACE.sub("", template))
    return text[:1].upper() + text[1:]


def _without_value(match):
    return f"… {match[1]}" if match[1] else "…"


def render(issue, language):
    """Return the text of an issue.

    :param Issue issue: what was found
    :param str language: a locale code; French for `fr…`, English otherwise
    :return: one sentence, without line breaks of the values inside
    """
    message = MESSAGES[issue.code]
    short = "fr" if (language or "").startswith("fr") else "en"
    template = message.fr if short == "fr" else message.en
    values = {
        "f": issue.file,
        "r": issue.row,
        "c": issue.column,
        "v": issue.value,
        **dict(issue.args),
    }
    return _Formatter(short).format(template, **values)
