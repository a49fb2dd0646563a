"""XML files of other programs, read without what could be hidden in them."""

import re

from lxml import etree

from . import csv_file

#: Refused before the parser sees it, for it expands entities in attributes whatever its
#: options.
FORBIDDEN = re.compile(r"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
DECLARATION = re.compile(r"<\?xml\b[^>]*?\?>")
BLANKS = " \t\r\n\ufeff"


class NotXml(ValueError):
    """The bytes are no XML, or XML with a document type or entities.

    :ivar int row: line of the file, or None
    """

    def __init__(self, row=None):
        super().__init__(row)
        self.row = row


def parser():
    """Return a parser that fetches nothing and expands nothing.

    One a call: parsers are not shared between threads.
    """
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def looks_like_xml(raw):
    """Tell whether a file begins as XML does.

    :param bytes raw: content of the file
    """
    try:
        text, _encoding = csv_file.decode(raw[:1000])
    except csv_file.NotText:
        return False
    return text.lstrip(BLANKS).startswith("<")


def read(raw):
    """Return the root element of a file; `sourceline` of elements are lines of it.

    :param bytes raw: content of the file, in whatever encoding it really has
    :raises NotXml: it cannot be read, or must not be
    """
    try:
        text, _encoding = csv_file.decode(raw)
    except csv_file.NotText as error:
        raise NotXml(error.row) from None
    if found := FORBIDDEN.search(text):
        raise NotXml(text.count("\n", 0, found.start()) + 1)
    body = text.lstrip(BLANKS)
    lines = text.count("\n", 0, len(text) - len(body))
    body = "\n" * lines + DECLARATION.sub("", body, count=1)
    try:
        return etree.fromstring(body.encode(), parser())
    except (etree.XMLSyntaxError, ValueError, UnicodeError) as error:
        raise NotXml(getattr(error, "lineno", None)) from None


def name(element):
    """Return the name of an element without its namespace."""
    return etree.QName(element).localname


def namespace(element):
    """Return the namespace of an element, empty where it has none.

    :rtype: str
    """
    return etree.QName(element).namespace or ""


def child(element, *path):
    """Return the first element down a path of names, whatever the namespace, or None.

    :param element: to begin from; None gives None
    :param str path: local names
    """
    for step in path:
        if element is None:
            return None
        element = next((e for e in element if name(e) == step), None)
    return element


def text(element, *path):
    """Return the text of an element down a path of names, without blanks around it.

    :rtype: str
    """
    found = child(element, *path)
    return (found.text or "").strip() if found is not None else ""
