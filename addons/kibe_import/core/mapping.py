"""groups.xml and slots.xml (specification section 2.1)."""

import dataclasses
import re

from lxml import etree

from ...exchange_run.core import csv_file, xml_file
from . import text
from .cells import parse_id
from .wording import Text
from .wording import source as _lt

DECLARED = re.compile(r"encoding\s*=\s*[\"']([^\"']+)[\"']")
NUMBERS = re.compile(r"\s*[0-9]{1,4}\s*(?:,\s*[0-9]{1,4}\s*)*(?:,\s*)?")
UTF8 = ("utf-8", "utf8")
_TYPES = etree.ErrorTypes
_QUOTE = Text(_lt("quote missing around a value"))
_CUT = Text(_lt("the end of the file is missing"))
_AND = Text(_lt("character & by itself: write &amp; instead"))
#: What people break in an XML file they edit by hand, by the parser's kind of error.
XML_FAULTS = {
    _TYPES.ERR_TAG_NAME_MISMATCH: Text(
        _lt("closing tag that does not match the opening one")
    ),
    _TYPES.ERR_TAG_NOT_FINISHED: _CUT,
    _TYPES.ERR_GT_REQUIRED: Text(_lt("character > missing")),
    _TYPES.ERR_LTSLASH_REQUIRED: _CUT,
    _TYPES.ERR_LT_IN_ATTRIBUTE: Text(
        _lt("character < in a value: write &lt; instead, or close the quotes")
    ),
    _TYPES.ERR_ATTRIBUTE_NOT_STARTED: _QUOTE,
    _TYPES.ERR_ATTRIBUTE_NOT_FINISHED: _QUOTE,
    _TYPES.ERR_ATTRIBUTE_WITHOUT_VALUE: _QUOTE,
    _TYPES.ERR_ATTRIBUTE_REDEFINED: Text(_lt("attribute given twice")),
    _TYPES.ERR_DOCUMENT_END: Text(_lt("text after the end of the document")),
    _TYPES.ERR_DOCUMENT_EMPTY: Text(_lt("this is not XML")),
    _TYPES.ERR_NAME_REQUIRED: _AND,
    _TYPES.ERR_ENTITYREF_SEMICOL_MISSING: _AND,
    _TYPES.ERR_UNDECLARED_ENTITY: Text(_lt("unknown entity")),
    _TYPES.ERR_INVALID_CHAR: Text(_lt("forbidden character")),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """One correspondence: where it stands, its key and its target."""

    line: int
    key: object
    target: object


@dataclasses.dataclass(slots=True)
class Mapping:
    """The correspondences of one file.

    :ivar file: its name
    :ivar targets: key → target
    :ivar folded: key without accents, case and blanks → key, for near matches
    :ivar known: False when the file is blocked or missing
    :ivar added: keys that do not come from the file
    """

    file: str
    targets: dict = dataclasses.field(default_factory=dict)
    folded: dict = dataclasses.field(default_factory=dict)
    known: bool = True
    added: set = dataclasses.field(default_factory=set)

    def complete(self, targets):
        """Add correspondences that the file lacks.

        :param dict targets: key → target; what the file says itself comes first
        """
        for key, target in targets.items():
            if key not in self.targets:
                self.added.add(key)
                self.targets[key] = target
                self.folded.setdefault(fold_key(key), key)


def read_groups(raw, issues):
    """Read groups.xml.

    :param bytes raw: its content, None when missing
    :param Issues issues: receives the messages of section 3.3
    :return: a Mapping of (structure, group name) → GroupSaiId
    """
    attributes = ("GroupSaiId", "StructureKibeId", "GroupKibeId")
    return _read(raw, "groups.xml", "Groups", "Group", attributes, _group, issues)


def read_slots(raw, issues):
    """Read slots.xml.

    :param bytes raw: its content, None when missing
    :param Issues issues: receives the messages of section 3.3
    :return: a Mapping of code → tuple of slot numbers, empty when to be found
    """
    attributes = ("CodeKibeId", "SlotSaiId")
    return _read(raw, "slots.xml", "Slots", "Slot", attributes, _slot, issues)


def fold_key(key):
    """Return a key as near matches compare it."""
    parts = key if isinstance(key, tuple) else (key,)
    return tuple(text.fold(part) for part in parts)


def show(key):
    """Return a key as messages show it."""
    return " / ".join(key) if isinstance(key, tuple) else key


def is_numbers(value):
    """Tell whether a text is empty or a comma list of slot numbers."""
    return not (value or "").strip(text.BLANKS) or bool(NUMBERS.fullmatch(value))


def numbers(value):
    """Return the slot numbers of a comma list: a sorted tuple without doubles."""
    return tuple(sorted({int(number) for number in re.findall("[0-9]+", value or "")}))


def _group(element, _file, _issues):
    structure, _problems = parse_id(text.clean(element.get("StructureKibeId")))
    name = text.collapse(element.get("GroupKibeId"))
    key = (structure or text.clean(element.get("StructureKibeId")), name)
    return Entry(element.sourceline, key, text.collapse(element.get("GroupSaiId")))


def _slot(element, file, issues):
    slots = element.get("SlotSaiId")
    code = text.collapse(element.get("CodeKibeId"))
    if not is_numbers(slots):
        issues.add("X09", file, element.sourceline, "SlotSaiId", slots)
        return None
    return Entry(element.sourceline, code, numbers(slots))


def _read(raw, file, root_name, name, attributes, make, issues):
    mapping = Mapping(file)
    root = None if raw is None else _parse(raw, file, issues)
    if root is not None and etree.QName(root).localname != root_name:
        issues.add("X04", file, value=etree.QName(root).localname, n=root_name)
        root = None
    if root is None:
        mapping.known = False
        return mapping
    for element in _elements(root, file, name, attributes, issues):
        entry = make(element, file, issues)
        if entry is not None:
            _keep(mapping, entry, issues)
    if not mapping.targets:
        issues.add("X10", file)
    mapping.known = file not in issues.blocked_files
    return mapping


def _keep(mapping, entry, issues):
    known = mapping.targets.get(entry.key)
    if known is None:
        mapping.targets[entry.key] = entry.target
        mapping.folded.setdefault(fold_key(entry.key), entry.key)
    elif known == entry.target:
        issues.add("X07", mapping.file, entry.line, value=show(entry.key))
    else:
        issues.add("X06", mapping.file, entry.line, value=show(entry.key))


def _elements(root, file, name, attributes, issues):
    """Yield the complete entries; name what is unknown (X11) or missing (X05)."""
    for element in root.iter():
        if element is root:
            continue
        if not isinstance(element.tag, str):
            continue  # a comment or processing instruction
        if element.tag != name or element.getparent() is not root:
            issues.add("X11", file, element.sourceline, value=str(element.tag))
            continue
        for attribute in set(element.attrib) - set(attributes):
            issues.add("X11", file, element.sourceline, value=attribute)
        missing = [a for a in attributes if a not in element.attrib]
        empty = [
            a
            for a in attributes
            if a != "SlotSaiId" and not element.get(a, "x").strip()
        ]
        if missing or empty:
            for attribute in missing + empty:
                issues.add("X05", file, element.sourceline, value=attribute)
            continue
        yield element


def _parse(raw, file, issues):
    """Return the root element, or None when the file is blocked.

    The bytes are decoded like a CSV file, because the declared encoding is often
    wrong; DOCTYPE is refused before parsing, because the parser expands entities in
    attributes whatever its options.
    """
    if not raw.strip():
        issues.add("C01", file)
        return None
    try:
        content, encoding = csv_file.decode(raw)
    except csv_file.NotText:
        issues.add("C17", file)
        return None
    if xml_file.FORBIDDEN.search(content):
        issues.add("X02", file)
        return None
    stripped = content.lstrip(text.BLANKS + "\ufeff")
    if stripped != content and xml_file.DECLARATION.match(stripped):
        issues.add("X13", file)
    declaration = xml_file.DECLARATION.match(stripped)
    if declaration:
        _check_encoding(declaration[0], encoding, file, issues)
    body = xml_file.DECLARATION.sub("", stripped, count=1) if declaration else stripped
    lines = content[: len(content) - len(stripped)].count("\n")
    return _tree("\n" * lines + body, file, issues)


def _check_encoding(declaration, encoding, file, issues):
    declared = DECLARED.search(declaration)
    if not declared:
        return
    real = "UTF-8" if encoding.startswith("utf-8") else encoding.upper()
    if encoding != "ascii" and (declared[1].lower() in UTF8) != (real == "UTF-8"):
        issues.add("X03", file, value=declared[1], n=real)


def _tree(content, file, issues):
    try:
        return etree.fromstring(content.encode("utf-8"), xml_file.parser())
    except (etree.XMLSyntaxError, ValueError, UnicodeError) as error:
        line = getattr(error, "lineno", None)
        issues.add("X01", file, line, value=_what_is_wrong(error))
        return None


def _what_is_wrong(error):
    """Return what the parser stumbles over."""
    code = getattr(error, "code", None)
    column = getattr(error, "offset", None) or 0
    return XML_FAULTS.get(code) or Text.of(
        _lt("error near character {column}"), column=column
    )
