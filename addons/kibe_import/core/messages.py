"""The messages of an import: what they say in a language, and how much they block."""

import dataclasses
import enum
import re

from .message_table import TABLE


class Severity(enum.StrEnum):
    """How much a message blocks (specification section 1.1)."""

    FATAL = "F"
    BLOCKED = "B"
    ROW = "R"
    WARNING = "W"
    INFO = "I"


#: `{v}`, or a number with the words after it, for one and for several: `{v:row|rows}`.
PLACEHOLDER = re.compile(r"\{\w+(?::[^|}]*\|([^}]*))?\}")
# "{f}", row {r}, "{c}": – where a message begins by saying where it stands, whatever
# the language's word for a row, its quotation marks and its blanks beside them.
PLACE = re.compile(
    r"^(?:\W+\{f\}\W+?|contrats|intervenantsdata)?(?:, )?"
    r"(?:\w+ \{r\})?(?:, \W+\{c\}\W+?)?\s?: ",
    re.IGNORECASE,
)
BLOCKING = frozenset({Severity.FATAL, Severity.BLOCKED, Severity.ROW})


@dataclasses.dataclass(frozen=True, slots=True)
class Message:
    """One line of the table: severity and the English text with placeholders."""

    severity: Severity
    text: str


MESSAGES = {
    code: Message(Severity(severity), text) for code, (severity, text) in TABLE.items()
}


def heading(code, language):
    """Return the text of a code without place and values: what its messages share.

    :param str code: a key of MESSAGES
    :param Language language: to say it in
    """
    template = language.translate(MESSAGES[code].text)
    text = PLACEHOLDER.sub(_without_value, PLACE.sub("", template))
    return text[:1].upper() + text[1:]


def _without_value(match):
    return f"… {match[1]}" if match[1] else "…"


def render(issue, language):
    """Return the text of an issue.

    :param Issue issue: what was found
    :param Language language: to say it in
    :return: one sentence, without line breaks of the values inside
    """
    values = {
        "f": issue.file,
        "r": issue.row,
        "c": issue.column,
        "v": issue.value,
        **dict(issue.args),
    }
    return language.say(MESSAGES[issue.code].text, values)
