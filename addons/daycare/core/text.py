"""Comparison of labels as people type them."""

from ...exchange_run.core.text import fold


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
