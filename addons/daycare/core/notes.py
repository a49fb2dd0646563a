"""Notes hold pictures of their own; one from elsewhere would tell who reads them."""

import re

IMAGE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
SOURCE = re.compile(r"""\bsrc(?:set)?\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", re.I)
STYLE_URL = re.compile(r"url\s*\([^)]*\)", re.IGNORECASE)
LOCAL = re.compile(r"(?:/(?!/)|data:image/)", re.IGNORECASE)


def local_images(html):
    """Return HTML without images that a reader's browser would fetch from elsewhere.

    :param str html: a note; may be empty
    :return str: images that Odoo keeps, and those within the note, stay
    """
    without = IMAGE.sub(lambda match: _kept(match.group(0)), html or "")
    return STYLE_URL.sub("none", without)


def with_local_note(vals):
    """Return the values of a record, its note without images from elsewhere.

    :param dict vals: what is written; left as it is
    :return: dict
    """
    if not vals.get("note"):
        return vals
    return {**vals, "note": local_images(vals["note"])}


def _kept(image):
    sources = ["".join(found).strip() for found in SOURCE.findall(image)]
    return image if sources and all(map(LOCAL.match, sources)) else ""
