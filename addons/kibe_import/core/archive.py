"""The container: ZIP archive or workbook, read in memory only (section 3.1)."""

import dataclasses
import logging
from decimal import Decimal

from ...exchange_run.core import workbook, zip_file
from ...exchange_run.core.trace import log_fault
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
from .wording import Text
from .wording import source as _lt

_logger = logging.getLogger(__name__)

SILENT = ("__macosx", ".ds_store", "thumbs.db")
#: The file that Excel leaves beside a workbook while it is open.
LOCK_FILE = "~$"
WORKBOOKS = (".xlsx", ".xls")
UNREADABLE = Text(_lt("unreadable index"))
LIMITS = zip_file.Limits(MAX_MEMBERS, MAX_MEMBER, MAX_TOTAL, MAX_RATIO, RATIO_FROM)


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


def _fill(delivery, raw, name, issues):
    if len(raw) > MAX_ARCHIVE:
        _refuse(issues, "Z09", name, value=megabytes(len(raw)))
    try:
        kind = workbook.kind_of(raw)
    except zip_file.ZipError as error:
        _refuse_zip(error, name, issues)
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
    return Text.of(_lt("{size} MB"), size=Decimal(f"{size / 1024**2:.1f}"))


def _refuse_zip(error, name, issues):
    """Say why an archive is not read (Z02, Z03, Z08, Z09)."""
    if error.code == "damaged":
        _refuse(issues, "Z02", name, value=error.name or UNREADABLE)
    if error.code == "encrypted":
        _refuse(issues, "Z03", error.name)
    if error.code == "unsafe":
        _refuse(issues, "Z08", error.name)
    size = megabytes(error.size)
    if error.code == "too_many":
        size = Text.of(_lt("{count} files"), count=error.size)
    _refuse(issues, "Z09", error.name or name, value=size)


def _keep_workbook(delivery, raw, name, issues):
    if workbook.is_encrypted(raw):
        _refuse(issues, "Z03", name)
    delivery.workbook, delivery.workbook_name = raw, name


def _read_zip(delivery, raw, name, issues):
    try:
        archive = zip_file.Archive(raw, LIMITS)
        chosen, folders = _choose(archive.members, name, issues)
        _check_one_source(chosen, name, issues)
        for base, info in chosen.items():
            content = archive.content(info)
            if base.endswith(WORKBOOKS):
                _keep_workbook(delivery, content, info.filename, issues)
            else:
                delivery.members[base] = content
    except zip_file.ZipError as error:
        _refuse_zip(error, name, issues)
    if len(folders) == 1 and folders != {""}:
        issues.add("Z07", name, value=folders.pop())


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
