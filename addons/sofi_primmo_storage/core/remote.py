"""What all places on other machines have in common."""

from hashlib import sha256
from pathlib import PurePosixPath
from urllib.parse import urlsplit

CONNECT_SECONDS = 10
ANSWER_SECONDS = 60
#: Hosts that nobody can listen to on the way.
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class RemoteError(OSError):
    """`.code` is one of

    - `options`: what is said of the storage is not enough; `.detail` names it
    - `host_key`: the server shows another key, or none is known; `.detail` is the key
    - `login`: user, password or key are refused
    - `unreachable`: no connection
    - `missing`: no such folder or bucket
    - `refused`: the server refuses what was asked for
    - `full`: no room
    """

    def __init__(self, code, detail=""):
        super().__init__(code)
        self.code, self.detail = code, detail


def joined(*parts):
    """Return the path that parts make, below the first of them.

    :param parts: texts, may be empty
    :rtype: str
    :raises RemoteError: `options`, when a part leads upwards
    """
    pieces = [
        piece
        for part in parts
        for piece in PurePosixPath((part or "").strip("/")).parts
        if piece != "."
    ]
    if ".." in pieces:
        raise RemoteError("options", "..")
    return "/".join(pieces)


def check_secret_way(address):
    """Make sure that what is sent to an address is read by nobody on the way.

    :param str address: `https://…`, or `http://…` on this machine
    :raises RemoteError: `options`
    """
    parts = urlsplit(address)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise RemoteError("options", "https")
    if parts.username or parts.password:
        raise RemoteError("options", "password in the address")


class Place:
    """A folder on another machine, for as long as one is connected.

    It offers what a folder of the server does. An `OSError` says that something was
    not done, a `ConnectionError` that nobody knows whether it was.

    :ivar str directory: where in the storage it is
    """

    renames = True
    mount = None

    def __init__(self, directory):
        self.directory = "" if directory == "." else directory

    def path(self, name):
        """Return the path of one of its files."""
        return f"{self.directory}/{name}" if self.directory else name

    def check(self):
        """There is no disk that could be another one."""

    def settle(self):
        """The server keeps what it has answered to."""

    def holds(self, name, content):
        """Tell whether a file has exactly these bytes; None when there is none."""
        found = self.fetch(name, len(content) + 1)
        if found is None:
            return None
        return sha256(found).digest() == sha256(content).digest()

    def begins(self, name, content):
        """Tell whether a file has these bytes or the first of them; None: no file."""
        found = self.fetch(name, len(content) + 1)
        return None if found is None else content.startswith(found)

    def fetch(self, name, limit):
        """Return so many bytes of a file at most, None when there is none."""
        raise NotImplementedError

    def close(self):
        """End the connection."""
        raise NotImplementedError
