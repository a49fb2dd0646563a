"""The container: ZIP archive or workbook, read in memory only (section 3.1)."""

import dataclasses
import io
import logging
import zipfile
import zlib

from .const import (
    CSV_FILES,
    MAX_ARCHIVE,
    MAX_MEMBER,
    MAX_MEMBERS,
    MAX_RATIO,
    MAX_TOTAL,
    MEMBERS,
    RATIO_FROM,
    XML_FILES,
)
from .messages import Text
from .trace import log_fault

_logger = logging.getLogger(__name__)

ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
SILENT = ("__macosx", ".ds_store", "thumbs.db")
#: The file that Excel leaves beside a workbook while it is open.
LOCK_FILE = "~$"
WORKBOOKS = (".xlsx", ".xls")
CHUNK = 64 * 1024
SYMLINK = 0o120000
UNREADABLE = Text("index illisible", "unreadable index")
#: What `zipfile` raises of damaged or unusual archives.
NOT_A_ZIP = (zipfile.BadZipFile, ValueError, OSError, NotImplementedError)


@dataclasses.dataclass(slots=True)
class Delivery:
    """The raw files of a delivery.

    :ivar members: base name in lower case → bytes, for the CSV and XML files
    :ivar workbook: bytes of the workbook, or None
    :ivar workbook_name: its name
    """

    members: dict = dataclasses.field(default_factory=dict)
    workbook: bytes = None
    workbook_name: str = None


class Refused(Exception):
    """The container cannot be read further; the message has been added."""


def open_delivery(raw, name, issues, extra=None):
    """Open an uploaded container.

    :param bytes raw: the upload
    :param str name: its file name, for messages only: content decides the type
    :param Issues issues: receives the messages of section 3.1
    :param dict extra: `groups` and `slots` → bytes given beside a workbook
    :return: a Delivery; fatal messages say what is missing in it
    """
    delivery = Delivery()
    try:
        _fill(delivery, raw or b"", name, issues)
    except Refused:
        return delivery
    # The library raises whatever a damaged index makes it stumble upon; none of it
    # may reach the operator as a traceback.
    except Exception as error:
        log_fault(_logger, "Opening a delivery", error)
        issues.add("Z02", name, value=UNREADABLE)
        return Delivery()
    for key, content in (extra or {}).items():
        if content:
            delivery.members.setdefault(f"{key}.xml", content)
    _check_complete(delivery, name, issues)
    return delivery


def kind_of(raw):
    """Return `xls`, `xlsx`, `zip` or None by the first bytes and, for a ZIP, its index.

    :param bytes raw: content of a file
    :raises zipfile.BadZipFile: a ZIP without a readable index
    """
    if raw.startswith(OLE_MAGIC):
        return "xls"
    if not raw.startswith(ZIP_MAGIC):
        return None
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        names = archive.namelist()
    return "xlsx" if "xl/workbook.xml" in names else "zip"


def unpacked_size(raw):
    """Return how many bytes an upload says it unpacks to; nothing is unpacked.

    :param bytes raw: the upload
    :return: its own size when it is no ZIP, or a damaged one
    """
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as package:
            return sum(info.file_size for info in package.infolist())
    # What is wrong with it is said when it is read.
    except NOT_A_ZIP:
        return len(raw)


def _fill(delivery, raw, name, issues):
    if len(raw) > MAX_ARCHIVE:
        _refuse(issues, "Z09", name, value=megabytes(len(raw)))
    try:
        kind = kind_of(raw)
    except NOT_A_ZIP:
        _refuse(issues, "Z02", name, value=UNREADABLE)
    if kind is None:
        _refuse(issues, "Z01", name)
    if kind == "zip":
        _read_zip(delivery, raw, name, issues)
    else:
        _keep_workbook(delivery, raw, name, issues)


def _refuse(issues, code, name, **values):
    issues.add(code, name, **values)
    raise Refused


def megabytes(size):
    """Return a number of bytes as messages show it."""
    english = f"{size / 1024**2:.1f}"
    return Text(f"{english.replace('.', ',')} Mo", f"{english} MB")


def _keep_workbook(delivery, raw, name, issues):
    if ENCRYPTED_PACKAGE in raw:
        _refuse(issues, "Z03", name)
    delivery.workbook, delivery.workbook_name = raw, name


def _read_zip(delivery, raw, name, issues):
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        infos = [i for i in archive.infolist() if not i.filename.endswith("/")]
        _check_index(infos, name, issues)
        chosen, folders = _choose(infos, name, issues)
        _check_one_source(chosen, name, issues)
        total = 0
        for base, info in chosen.items():
            content = _read_member(archive, info, MAX_TOTAL - total, name, issues)
            total += len(content)
            if base.endswith(WORKBOOKS):
                _keep_workbook(delivery, content, info.filename, issues)
            else:
                delivery.members[base] = content
    if len(folders) == 1 and folders != {""}:
        issues.add("Z07", name, value=folders.pop())


def _check_index(infos, name, issues):
    """Refuse dangerous archives by their index alone (Z03, Z08, Z09)."""
    for info in infos:
        if _is_unsafe(info):
            _refuse(issues, "Z08", info.filename or info.orig_filename)
    if len(infos) > MAX_MEMBERS:
        count = Text(f"{len(infos)} fichiers", f"{len(infos)} files")
        _refuse(issues, "Z09", name, value=count)
    for info in infos:
        if info.flag_bits & 0x1:
            _refuse(issues, "Z03", info.filename)
        _check_size(info, info.file_size, issues)
    total = sum(info.file_size for info in infos)
    if total > MAX_TOTAL:
        _refuse(issues, "Z09", name, value=megabytes(total))


def _is_unsafe(info):
    # orig_filename: the module itself replaces backslashes and cuts at NUL
    name = info.orig_filename
    parts = name.split("/")
    return (
        ".." in parts
        or name.startswith("/")
        or "\\" in name
        or "\0" in name
        or name[1:2] == ":"
        or (info.external_attr >> 16) & 0o170000 == SYMLINK
    )


def _check_size(info, size, issues):
    ratio = size / max(info.compress_size, 1)
    if size > MAX_MEMBER or (size > RATIO_FROM and ratio > MAX_RATIO):
        _refuse(issues, "Z09", info.filename, value=megabytes(size))


def _choose(infos, name, issues):
    """Return {base name: member} of the useful members and the set of their folders."""
    chosen, folders, strangers = {}, set(), []
    for info in infos:
        folder, _slash, base = info.filename.rpartition("/")
        lower = base.lower()
        if any(part in SILENT for part in info.filename.lower().split("/")):
            continue
        if base.startswith(LOCK_FILE):
            continue
        if lower not in MEMBERS and not lower.endswith(WORKBOOKS):
            strangers.append(info.filename)
            continue
        if lower in chosen:
            _refuse(issues, "Z05", base)
        chosen[lower] = info
        folders.add(folder)
    if not chosen and any(n.lower().endswith(".zip") for n in strangers):
        _refuse(issues, "Z10", name)
    for stranger in strangers:
        issues.add("Z06", stranger)
    return chosen, folders


def _check_one_source(chosen, name, issues):
    """Refuse an archive whose rows could come from two places (Z14, Z15)."""
    workbooks = [
        info.filename for base, info in chosen.items() if base.endswith(WORKBOOKS)
    ]
    tables = [base for base in chosen if base.endswith(".csv")]
    if len(workbooks) > 1:
        _refuse(issues, "Z14", name, value=", ".join(workbooks))
    if workbooks and tables:
        listed = ", ".join(tables)
        _refuse(issues, "Z15", name, value=workbooks[0], n=listed)


def _read_member(archive, info, room, name, issues):
    """Return a member's content, counting the bytes while they come (Z02, Z09).

    :param int room: so many bytes may still come
    :param str name: name of the archive
    """
    pieces, size = [], 0
    try:
        with archive.open(info) as handle:
            while piece := handle.read(CHUNK):
                size += len(piece)
                _check_size(info, size, issues)
                if size > room:
                    _refuse(issues, "Z09", info.filename, value=megabytes(size))
                pieces.append(piece)
    # among them an unknown compression, or a member that turns out to be encrypted
    except (*NOT_A_ZIP, zlib.error, EOFError, RuntimeError):
        _refuse(issues, "Z02", name, value=info.filename)
    return b"".join(pieces)


def _check_complete(delivery, name, issues):
    """Name every missing file (Z04, Z12 is for sheets, Z13)."""
    tables = {f"{name}.csv" for name in CSV_FILES}
    mappings = {f"{name}.xml" for name in XML_FILES}
    if delivery.workbook is not None:
        if mappings - set(delivery.members):
            issues.add("Z13", delivery.workbook_name)
        return
    missing = [n for n in MEMBERS if n in (tables | mappings) - set(delivery.members)]
    if missing:
        issues.add("Z04", name, value=", ".join(missing))
