"""A bundle larger than what is worth having in memory, resource by resource."""

import json
import re
from decimal import Decimal

from .client import loads
from .exceptions import UnreadableAnswer

#: bytes of a file that are looked at together; no resource is larger
WINDOW = 4 * 1024 * 1024
_DECODER = json.JSONDecoder(parse_float=Decimal)
_BLANK = re.compile(r"[ \t\r\n]*")


def read_entries(content):
    """Yield the entries of a bundle.

    :param bytes content: its JSON, in UTF-8
    :raises UnreadableAnswer: not JSON, no bundle, or a value of it is larger than
        :data:`WINDOW`; what was yielded before is of no worth then
    """
    window, name = _Window(content), None
    window.take("{")
    mark = window.peek()
    while mark != "}":
        key = window.value()
        window.take(":")
        if key == "entry" and window.peek() == "[":
            yield from _items(window)
        else:
            value = window.value()
            name = value if key == "resourceType" else name
        mark = window.take(",}")
    if window.peek():
        raise window.unreadable()
    if name != "Bundle":
        raise UnreadableAnswer(f"> {WINDOW} bytes", code="too_large")


def _items(window):
    window.take("[")
    if window.peek() == "]":
        window.take("]")
        return
    mark = ","
    while mark == ",":
        yield window.value()
        mark = window.take(",]")


class _Window:
    """A part of a JSON text that moves on as it is read."""

    def __init__(self, content):
        self._content, self._base, self._at = content, 0, 0
        self._fill()

    def _fill(self):
        end = min(self._base + WINDOW, len(self._content))
        # not in the middle of a letter
        while end < len(self._content) and self._content[end] & 0xC0 == 0x80:
            end -= 1
        self._ends = end == len(self._content)
        try:
            self._text = self._content[self._base : end].decode()
        except UnicodeDecodeError:
            raise UnreadableAnswer(f"byte {self._base}") from None
        self._at = 0

    def _move(self):
        """Let the window begin where reading stands.

        :return: whether there is more to see
        """
        if self._ends or not self._at:
            return False
        self._base += len(self._text[: self._at].encode())
        self._fill()
        return True

    def peek(self):
        """Return the next character that is not blank; nothing at the end."""
        while True:
            self._at = _BLANK.match(self._text, self._at).end()
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._move():
                return ""

    def take(self, characters):
        """Read one of some characters.

        :raises UnreadableAnswer: another one stands there
        """
        found = self.peek()
        if not found or found not in characters:
            raise self.unreadable()
        self._at += 1
        return found

    def value(self):
        """Read a value.

        :raises UnreadableAnswer: it is none, or does not fit into the window
        """
        self.peek()
        value, end = self._decoded()
        while end == len(self._text) and not self._ends:
            # what was cut off, or is a number that goes on
            if not self._move():
                raise self.unreadable()
            value, end = self._decoded()
        text, self._at = self._text[self._at : end], end
        # escapes may stand for what the database cannot keep
        return loads(text.encode()) if "\\u" in text else value

    def _decoded(self):
        """Return the value that stands here, and where it ends in the window.

        :raises UnreadableAnswer: it is none, and not for the window's end
        """
        try:
            return _DECODER.raw_decode(self._text, self._at)
        except (ValueError, RecursionError):
            if self._ends:
                raise self.unreadable() from None
            return None, len(self._text)

    def unreadable(self):
        """Return the error that tells where reading ended."""
        shown = self._text[self._at : self._at + 80]
        if self._at or self._ends:
            return UnreadableAnswer(shown)
        return UnreadableAnswer(f"> {WINDOW} bytes: {shown}", code="too_large")
