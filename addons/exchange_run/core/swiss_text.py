"""Characters that Swiss payments carry (Implementation Guidelines QR-bill 2.3, 4.1.1).

A QR-bill with any other character is refused by the bank that reads it. Texts that come
from word processors and former software are full of them: curly quotes, dashes, narrow
spaces.
"""

import unicodedata

#: Basic Latin, Latin-1 Supplement, Latin Extended-A; and five letters besides.
RANGES = ((0x20, 0x7E), (0xA0, 0xFF), (0x100, 0x17F))
BESIDES = frozenset("ȘșȚț€")
#: What no decomposition of Unicode gives.
WRITTEN = {
    "‘": "'",
    "’": "'",
    "‚": "'",
    "‛": "'",
    "′": "'",
    "ʼ": "'",
    "ʻ": "'",
    "ʹ": "'",
    "‹": "'",
    "›": "'",
    "“": '"',
    "”": '"',
    "„": '"',
    "‟": '"',
    "″": '"',
    "‐": "-",
    "‑": "-",
    "‒": "-",
    "–": "-",
    "—": "-",
    "―": "-",
    "−": "-",
    "•": "-",
    "…": "...",
    "†": "+",
    "‡": "+",
    "ˆ": "^",
    "˜": "~",
    "™": "TM",
    "‰": "o/oo",
    "⁄": "/",
    "ẞ": "SS",
    "ƒ": "f",
    "Ə": "E",
    "ə": "e",
    "Ɖ": "D",
    "Ɓ": "B",
    "ɓ": "b",
    "Ɗ": "D",
    "ɗ": "d",
    "Ɛ": "E",
    "ɛ": "e",
    "Ɣ": "G",
    "ɣ": "g",
    "Ɔ": "O",
    "ɔ": "o",
}
IN_ITS_PLACE = "?"


def is_allowed(character):
    """Tell whether a Swiss payment carries a character."""
    code = ord(character)
    return character in BESIDES or any(low <= code <= high for low, high in RANGES)


def forbidden(text):
    """Return the characters of a text that no Swiss payment carries, each once.

    :param str text: may be empty or None
    :return str: in the order of the text
    """
    return "".join(dict.fromkeys(c for c in text or "" if not is_allowed(c)))


def transliterate(text):
    """Write a text with the characters a Swiss payment carries, as far as possible.

    :param str text: for example «“Lili” L’Œuvre»
    :return str: for example «"Lili" L'Œuvre»; what has no Latin letter, such as a
        Chinese name, stays for somebody to write it
    """
    composed = unicodedata.normalize("NFC", text or "")
    return "".join(map(_written, composed))


def payable(text):
    """Return a text that every bank reads: what nobody wrote otherwise is a «?»."""
    return "".join(c if is_allowed(c) else IN_ITS_PLACE for c in transliterate(text))


def _written(character):
    if is_allowed(character):
        return character
    if character in WRITTEN:
        return WRITTEN[character]
    category = unicodedata.category(character)
    if category in ("Zs", "Zl", "Zp") or character in "\t\n\r\v\f":
        return " "
    if category in ("Cf", "Cc", "Mn"):
        # Nobody sees them: marks of direction, joiners, a stray accent.
        return ""
    return _decomposed(character)


def _decomposed(character):
    """Return a letter with the accents that are allowed, or a ligature's letters."""
    letters = unicodedata.normalize("NFKD", character)
    written = ""
    for letter in letters:
        richer = unicodedata.normalize("NFC", written + letter)
        if all(map(is_allowed, richer)):
            written = richer
        elif unicodedata.category(letter) == "Mn":
            continue
        elif letter != character:
            written += _written(letter)
        else:
            return character
    return written or character
