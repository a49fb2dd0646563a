"""Texts for people, written in English and put into any language at the end.

Another language is a file `i18n/*.po`: nothing here knows which there are.
"""

import dataclasses
import decimal
import string
from collections.abc import Callable

from babel import Locale, UnknownLocaleError
from babel.numbers import format_decimal

from ...exchange_run.core.text import is_singular


def source(text):
    """Mark an English text for the translators, called as `_lt`.

    :param str text: as it stands in the translators' template
    :return: the same text
    """
    return text


@dataclasses.dataclass(frozen=True, slots=True)
class Text:
    """A phrase with values, not yet in any language.

    :ivar str source: English text, marked with `source`
    :ivar tuple values: (name of a placeholder, value) of each; values may be texts, and
        Decimals, which are written as the language writes numbers
    """

    source: str
    values: tuple = ()

    @classmethod
    def of(cls, source, **values):
        """Return a phrase with values."""
        return cls(source, tuple(values.items()))


def written(number):
    """Return a phrase that is a number only, written as its language writes numbers.

    :param number: a whole number, or a Decimal
    """
    return Text.of("{number}", number=decimal.Decimal(number))


class Language:
    """A language of people: how it says texts, numbers, one and several.

    :param str code: a locale code; English where it is none that is known
    :param translate: function from an English source to the language's text
    """

    def __init__(self, code, translate: Callable[[str], str] = source):
        self.translate = translate
        try:
            self.locale = Locale.parse(code or "en")
        except (UnknownLocaleError, ValueError):
            self.locale = Locale("en")

    def say(self, source, values=()):
        """Return a source text in this language, its placeholders filled.

        :param str source: an English text
        :param values: {placeholder: value}, or pairs; an absent one is left empty
        """
        return _Formatter(self).vformat(self.translate(source), (), dict(values))

    def express(self, value):
        """Return a value as text: a `Text`, a number or anything else.

        :param value: None gives an empty text
        """
        if isinstance(value, Text):
            return self.say(value.source, value.values)
        if isinstance(value, decimal.Decimal):
            return format_decimal(value, locale=self.locale)
        return "" if value is None else str(value)

    def choose(self, number, one, several):
        """Return the words that stand behind a number."""
        return one if is_singular(int(number), str(self.locale)) else several


ENGLISH = Language("en")


class _Formatter(string.Formatter):
    def __init__(self, language):
        super().__init__()
        self.language = language

    def get_value(self, key, args, kwargs):
        return kwargs.get(key)

    def format_field(self, value, format_spec):
        text = self.language.express(value)
        if not format_spec:
            return text
        one, _bar, several = format_spec.partition("|")
        return f"{text} {self.language.choose(value, one, several)}"
