"""Comparison of labels as people type them."""

import unicodedata


def fold(text):
    """Return a text reduced to what two spellings of one label share.

    Accents, case, kinds of blanks and a trailing dot do not count.

    :param text: the text, or ``False``/``None``
    :return str: folded text, empty for an empty value
    """
    decomposed = unicodedata.normalize("NFKD", text or "")
    letters = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(letters.casefold().split()).rstrip(".")


def label_index(rows):
    """Return a look-up table of folded labels.

    :param rows: iterable of ``(labels, value)``, ``labels`` being an iterable of text
    :return dict: folded label → value; the first row keeps a label that comes twice
    """
    index = {}
    for labels, value in rows:
        for label in labels:
            key = fold(label)
            if key:
                index.setdefault(key, value)
    return index
