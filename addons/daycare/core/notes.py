"""Notes hold pictures of their own; one from elsewhere would tell who reads them."""

import re

from lxml import etree, html

#: attributes of which a browser fetches what they name, without being asked
FETCHED = ("src", "srcset", "poster", "background", "data", "href")
#: tags that are nothing without it
MEDIA = {
    *("audio", "embed", "iframe", "image", "img", "input", "link"),
    *("object", "source", "track", "video"),
}
#: tags that people follow
LINKS = {"a", "area"}
#: what fetches in a style, or may hide that it does
STYLE = re.compile(
    r"url|src\s*\(|image-set|image\s*\(|cross-fade|element\s*\(|[\\@]|/\*",
    re.IGNORECASE,
)
#: below our own address, or within the note; a backslash is a slash to browsers
LOCAL = re.compile(r"(?:/(?![/\\])[^\\\x00-\x1f]*|data:image/.*)", re.I | re.DOTALL)


def local_images(text):
    """Return HTML without what a reader's browser would fetch from elsewhere.

    :param str text: a note; may be empty
    :return str: as it was understood: images that Odoo keeps, and those within the
        note, stay
    """
    if not text or not text.strip():
        return text or ""
    try:
        # as Odoo reads it to clean it
        root = html.fragment_fromstring(text, create_parent="div")
    except (etree.ParserError, ValueError):
        return ""
    for element in list(root.iter(etree.Element)):
        _clean(element)
    inner = etree.tostring(root, encoding="unicode", method="html")
    return inner.removeprefix("<div>").removesuffix("</div>")


def with_local_note(vals):
    """Return the values of a record, its note without images from elsewhere.

    :param dict vals: what is written; left as it is
    :return: dict
    """
    if not vals.get("note"):
        return vals
    return {**vals, "note": local_images(vals["note"])}


def _clean(element):
    """Take from an element what is fetched from elsewhere, or the element itself."""
    tag = _plain(element.tag)
    named = {
        name: value
        for name, value in element.attrib.items()
        if _plain(name) in FETCHED and tag not in LINKS
    }
    foreign = [name for name, value in named.items() if not _is_local(name, value)]
    if tag in MEDIA and (foreign or (tag == "img" and not named)):
        element.drop_tree()
        return
    for name in foreign:
        del element.attrib[name]
    if style := element.get("style"):
        kept = [part for part in style.split(";") if not STYLE.search(part)]
        element.set("style", ";".join(kept))


def _plain(name):
    """Return the name of a tag or attribute without what stands before a colon."""
    return name.rpartition(":")[2].rpartition("}")[2].lower()


def _is_local(name, value):
    several = value.split(",") if _plain(name) == "srcset" else [value]
    return all(LOCAL.fullmatch(one.strip()) for one in several)
