"""The folder Primmo reads: guard, .tmp, .csv (spec 4.5 [S0])."""

import errno
import os
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from .exceptions import CodedError
from .mdg import CSV, TMP

REFUSED = ".err"


class DirectoryError(CodedError):
    """`.code` is `outside`, `missing`, `not_writable`, `unreadable` or `unmounted`."""


@contextmanager
def _as_directory_error(folder):
    """Turn whatever the system says of a folder into one kind of error.

    A share that is gone, a loop of links, a name too long: each has an error of its
    own, and all mean that the folder cannot be used.
    """
    try:
        yield
    except (OSError, ValueError) as error:
        if isinstance(error, DirectoryError):
            raise
        raise DirectoryError("unreadable", str(folder)) from error


def resolve(root, path):
    """Return the folder a configured path means, kept under the root.

    :param str root: the folder the administrator of the server allows
    :param str path: relative to the root, or absolute inside of it
    :rtype: Path
    :raises DirectoryError: `outside`, also through `..` or a link; `unreadable`
    """
    with _as_directory_error(path):
        real_root = os.path.realpath(root)
        real = os.path.realpath(os.path.join(real_root, path))
        if os.path.commonpath([real_root, real]) != real_root:
            raise DirectoryError("outside", path)
        return Path(real)


def check_writable(folder):
    """Make sure that the folder exists and takes files.

    :raises DirectoryError: `missing`, `not_writable` or `unreadable`
    """
    with _as_directory_error(folder):
        if not folder.is_dir():
            raise DirectoryError("missing", str(folder))
        if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            raise DirectoryError("not_writable", str(folder))


def mount_of(folder):
    """Return the mount point a folder lies in.

    A network share that is not there leaves an empty folder of the server's own disk
    under the same name: what is written there never reaches anybody.

    :param Path folder: absolute
    :rtype: str
    :raises DirectoryError: `unreadable`
    """
    with _as_directory_error(folder):
        while not os.path.ismount(folder) and folder != folder.parent:
            folder = folder.parent
        return str(folder)


def check_mount(folder, known):
    """Make sure that the disk or share a folder was found on is still there.

    :param Path folder: absolute
    :param str known: where it was mounted, as `mount_of` said; may be empty
    :raises DirectoryError: `unmounted`
    """
    if not known or not folder.is_relative_to(known):
        return  # never looked at, or another folder by now
    now = mount_of(folder)
    if now != known and Path(known).is_relative_to(now):
        raise DirectoryError("unmounted", known)


def create(folder):
    """Make a folder, and those it lies in, where it is missing.

    :raises DirectoryError: `missing`: something else lies in its way, or it is refused
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DirectoryError("missing", str(folder)) from error


def leftovers(found):
    """Return those names that are of .csv and .tmp files, in any case [S0]."""
    return [name for name in found if name.lower().endswith((CSV, TMP))]


def refused(found):
    """Return those names that are of files Primmo refused (*.err, spec 4.5)."""
    return [name for name in found if name.lower().endswith(REFUSED)]


def holds(path, content):
    """Tell whether a file lies in its folder with exactly these bytes.

    :param bytes content: what it should hold
    :return: None when there is no such file
    :rtype: bool | None
    :raises OSError: the folder or the file cannot be read
    """
    try:
        if path.stat().st_size != len(content):
            return False
        with open(path, "rb") as stream:
            found = _digest(stream)
    except FileNotFoundError:
        # The file alone, or the whole folder with it: that is another matter.
        os.stat(path.parent)
        return None
    return found == sha256(content).digest()


def begins(path, content):
    """Tell whether a file holds these bytes, or the first of them.

    :param bytes content: what it should hold, had nobody cut off its writing
    :return: None when there is no such file
    :rtype: bool | None
    :raises OSError: the file cannot be read
    """
    try:
        with open(path, "rb") as stream:
            found = stream.read(len(content) + 1)
    except FileNotFoundError:
        return None
    return content.startswith(found)


def _digest(stream):
    digest = sha256()
    while part := stream.read(1 << 20):
        digest.update(part)
    return digest.digest()


def write_new(path, content):
    """Write a new file and bring it to disk; an existing one is never touched.

    What could be written of it before an error, such as of a full disk, is removed.

    :raises FileExistsError: when there is such a file
    """
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o640)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError:
        with suppress(OSError):
            os.unlink(path)
        raise
    sync(path.parent)


def replace(path, content):
    """Write a file anew under its name, whole or not at all."""
    fresh = path.with_suffix(".part")
    fresh.unlink(missing_ok=True)
    write_new(fresh, content)
    try:
        os.replace(fresh, path)
    except OSError:
        with suppress(OSError):
            os.unlink(fresh)
        raise
    sync(path.parent)


def remove(path):
    """Remove a file, and what a killed server left of writing it anew."""
    path.unlink(missing_ok=True)
    path.with_suffix(".part").unlink(missing_ok=True)


def rename(source, target):
    """Rename within the folder, atomically.

    :raises OSError: it was not renamed
    """
    os.replace(source, target)


def append_line(path, text):
    """Append a line to a log file; a link in its place is refused.

    :raises OSError: a link, or a file that cannot be written
    """
    flags = os.O_CREAT | os.O_APPEND | os.O_WRONLY | os.O_NOFOLLOW
    with open(os.open(path, flags, 0o640), "a", encoding="utf-8") as stream:
        stream.write(text + "\n")


def names(folder):
    """Return the names of all files in a folder, sorted.

    :raises DirectoryError: `unreadable`
    """
    with _as_directory_error(folder):  # such as a network folder that went away
        return sorted(entry.name for entry in os.scandir(folder) if entry.is_file())


def sync(folder):
    """Bring the names in a folder to disk.

    :raises OSError: they may not be there after a power failure
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some network folders cannot; they keep names by themselves.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)
