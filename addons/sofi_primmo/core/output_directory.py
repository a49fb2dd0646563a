"""The folder Primmo reads: guard, .tmp, .csv (spec 4.5 [S0])."""

import os
from pathlib import Path

from .exceptions import CodedError
from .mdg import CSV, TMP

REFUSED = ".err"


class DirectoryError(CodedError):
    """`.code` is `outside`, `missing`, `not_writable` or `unreadable`."""


def resolve(root, path):
    """Return the folder a configured path means, kept under the root.

    :param str root: the folder the administrator of the server allows
    :param str path: relative to the root, or absolute inside of it
    :rtype: Path
    :raises DirectoryError: `outside`, also through `..` or a link
    """
    real_root = os.path.realpath(root)
    real = os.path.realpath(os.path.join(real_root, path))
    if os.path.commonpath([real_root, real]) != real_root:
        raise DirectoryError("outside", path)
    return Path(real)


def check_writable(folder):
    """Make sure that the folder exists and takes files; it is not created [S0].

    :raises DirectoryError: `missing` or `not_writable`
    """
    if not folder.is_dir():
        raise DirectoryError("missing", str(folder))
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise DirectoryError("not_writable", str(folder))


def create(folder):
    """Make a folder, and those it lies in, where it is missing.

    :raises DirectoryError: `missing`: something else lies in its way, or it is refused
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DirectoryError("missing", str(folder)) from error


def leftovers(folder):
    """Return the names of .csv and .tmp files in the folder, in any case [S0].

    :raises DirectoryError: `unreadable`
    """
    return _names(folder, (CSV, TMP))


def refused(folder):
    """Return the names of files Primmo refused (*.err, spec 4.5).

    :raises DirectoryError: `unreadable`
    """
    return _names(folder, (REFUSED,))


def write_new(path, content):
    """Write a new file and bring it to disk; an existing one is never touched.

    :raises FileExistsError: when there is such a file
    """
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o640)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    _sync_folder(path.parent)


def replace(path, content):
    """Write a file anew under its name, whole or not at all."""
    fresh = path.with_suffix(".part")
    fresh.unlink(missing_ok=True)
    write_new(fresh, content)
    rename(fresh, path)


def rename(source, target):
    """Rename within the folder, atomically, and bring it to disk."""
    os.replace(source, target)
    _sync_folder(target.parent)


def append_line(path, text):
    """Append a line to a log file."""
    with open(path, "a", encoding="utf-8") as stream:
        stream.write(text + "\n")


def _names(folder, extensions):
    try:
        return sorted(
            entry.name
            for entry in os.scandir(folder)
            if entry.is_file() and entry.name.lower().endswith(extensions)
        )
    except OSError as error:  # such as a network folder that went away
        raise DirectoryError("unreadable", str(folder)) from error


def _sync_folder(folder):
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
