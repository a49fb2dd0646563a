"""ZIP archives of strangers, read in memory, counted while they unpack."""

import dataclasses
import io
import zipfile
import zlib

MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
BLOCK = 64 * 1024
SYMLINK = 0o120000
#: What the library raises of damaged or unusual archives: an unknown compression, a
#: member that turns out to be encrypted, an index that leads nowhere.
DAMAGED = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    KeyError,
    OSError,
    ValueError,
)


class ZipError(Exception):
    """An archive that is not read.

    :param str code: `damaged`, `encrypted`, `unsafe`, `too_many` or `too_large`
    :param str name: of the member, empty for the whole archive
    :param int size: what is too much: bytes or members
    """

    def __init__(self, code, name="", size=0):
        super().__init__(code)
        self.code, self.name, self.size = code, name, size


@dataclasses.dataclass(frozen=True, slots=True)
class Limits:
    """How much an archive may hold.

    :ivar int members: files in it, folders apart
    :ivar int member: bytes of one, unpacked
    :ivar int total: bytes of all, unpacked
    :ivar int ratio: how many times smaller a member may be packed, if it is large
    :ivar int ratio_from: bytes from which on it is
    """

    members: int = 200
    member: int = 50 * 1024**2
    total: int = 150 * 1024**2
    ratio: int = 200
    ratio_from: int = 1024**2


class Archive:
    """An archive whose index has been looked at before anything is unpacked.

    :param bytes raw: its content
    :param Limits limits: how much it may hold
    :param bool names: refuse names that lead elsewhere when it is unpacked on a disk
    :raises ZipError: it is damaged, dangerous, encrypted or too large
    """

    def __init__(self, raw, limits=None, names=True):
        self._limits = limits or Limits()
        self._room = self._limits.total
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(raw))
        except DAMAGED as error:
            raise ZipError("damaged") from error
        #: What it holds, folders apart, as `zipfile.ZipInfo`.
        self.members = [i for i in self._archive.infolist() if not i.is_dir()]
        self._check_index(names)

    def _check_index(self, names):
        for info in self.members if names else ():
            if is_unsafe(info):
                raise ZipError("unsafe", info.filename or info.orig_filename)
        if len(self.members) > self._limits.members:
            raise ZipError("too_many", size=len(self.members))
        for info in self.members:
            if info.flag_bits & 0x1:
                raise ZipError("encrypted", info.filename)
            self._check_size(info, info.file_size)
        total = sum(info.file_size for info in self.members)
        if total > self._limits.total:
            raise ZipError("too_large", size=total)

    def _check_size(self, info, size):
        limits = self._limits
        packed = max(info.compress_size, 1)
        if size > limits.member or (
            size > limits.ratio_from and size / packed > limits.ratio
        ):
            raise ZipError("too_large", info.filename, size)

    def content(self, info):
        """Return the content of a member, counted while it comes.

        :raises ZipError: `damaged`, `encrypted` or `too_large`
        """
        return b"".join(self.blocks(info))

    def blocks(self, info):
        """Yield the content of a member piece by piece; see `content`."""
        size = 0
        try:
            with self._archive.open(info) as handle:
                while piece := handle.read(BLOCK):
                    size += len(piece)
                    self._room -= len(piece)
                    self._check_size(info, size)
                    if self._room < 0:
                        raise ZipError("too_large", info.filename, size)
                    yield piece
        except DAMAGED as error:
            raise ZipError("damaged", info.filename) from error


def names(raw):
    """Return the names in the index of an archive.

    :raises ZipError: `damaged`
    """
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            return archive.namelist()
    except DAMAGED as error:
        raise ZipError("damaged") from error


def unpacked_size(raw):
    """Return how many bytes an upload says it unpacks to; nothing is unpacked.

    :param bytes raw: the upload
    :return: its own size when it is no ZIP, or a damaged one
    """
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            return sum(info.file_size for info in archive.infolist())
    # What is wrong with it is said when it is read.
    except DAMAGED:
        return len(raw)


def is_unsafe(info):
    """Tell whether a member would be unpacked somewhere else, or leads there.

    :param zipfile.ZipInfo info: of the index
    """
    # orig_filename: the library itself replaces backslashes and cuts at NUL
    name = info.orig_filename
    return (
        ".." in name.split("/")
        or name.startswith("/")
        or "\\" in name
        or "\0" in name
        or name[1:2] == ":"
        or (info.external_attr >> 16) & 0o170000 == SYMLINK
    )
