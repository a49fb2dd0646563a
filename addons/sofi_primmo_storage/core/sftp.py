"""Folders that are reached by SFTP."""

import errno
import logging
import stat
from contextlib import contextmanager, suppress

import paramiko

from . import remote
from .remote import RemoteError

# It writes into the log what its caller is told anyway, with tracebacks.
logging.getLogger("paramiko").setLevel(logging.CRITICAL)

PORT = 22
#: What paramiko raises when the server is gone, or speaks no longer.
TROUBLE = (paramiko.SSHException, paramiko.SFTPError, OSError, EOFError)
#: What a storage may say; anything else of it is no business of ours.
CREDENTIALS = ("username", "password", "key_filename", "passphrase")


class UnknownKey(paramiko.MissingHostKeyPolicy):
    """Trust no server whose key nobody has confirmed: it is told what it showed."""

    def missing_host_key(self, client, hostname, key):
        """Refuse, before any password is sent."""
        raise RemoteError("host_key", shown(key))


def shown(key):
    """Return a server's key as people confirm it: `ssh-ed25519 AAAA…`."""
    return f"{key.get_name()} {key.get_base64()}"


def known_key(text):
    """Return the key that a line says: with or without the server before it.

    :raises RemoteError: `options`, when it is no key
    """
    words = (text or "").split()
    for start in range(min(2, len(words))):
        line = " ".join(["host", *words[start : start + 2]])
        with suppress(Exception):  # whatever paramiko makes of another text
            if entry := paramiko.hostkeys.HostKeyEntry.from_line(line):
                return entry.key
    raise RemoteError("options", "host key")


class Sftp(remote.Place):
    """A folder of an SFTP server."""

    @classmethod
    def open(cls, options, directory, host_key=""):
        """Connect.

        :param dict options: `host`, `port`, `username`, `password`, `key_filename` …
        :param str directory: in the user's own folder, or absolute
        :param str host_key: the key that the server must show
        :raises RemoteError: why it cannot be used
        """
        host, port = options.get("host"), int(options.get("port") or PORT)
        if not host:
            raise RemoteError("options", "host")
        client = paramiko.SSHClient()
        client.set_missing_host_key_policy(UnknownKey())
        if host_key:
            name = host if port == PORT else f"[{host}]:{port}"
            key = known_key(host_key)
            client.get_host_keys().add(name, key.get_name(), key)
        place = cls(directory, client)
        try:
            place._connect(host, port, options)
        except BaseException:
            place.close()
            raise
        return place

    def __init__(self, directory, client):
        super().__init__(directory)
        self.client = client
        self.sftp = None

    def _connect(self, host, port, options):
        try:
            self.client.connect(
                host,
                port,
                timeout=remote.CONNECT_SECONDS,
                banner_timeout=remote.CONNECT_SECONDS,
                auth_timeout=remote.CONNECT_SECONDS,
                allow_agent=False,
                look_for_keys=False,
                **{name: options[name] for name in CREDENTIALS if options.get(name)},
            )
            self.sftp = self.client.open_sftp()
            self.sftp.get_channel().settimeout(remote.ANSWER_SECONDS)
        except RemoteError:
            raise
        except paramiko.BadHostKeyException as error:
            raise RemoteError("host_key", shown(error.key)) from error
        except paramiko.AuthenticationException as error:
            raise RemoteError("login") from error
        except (*TROUBLE, ValueError) as error:
            raise RemoteError("unreachable") from error

    @contextmanager
    def _asked(self):
        """Tell what the server refuses from what nobody has answered to."""
        try:
            yield
        except (FileNotFoundError, FileExistsError, ConnectionError, RemoteError):
            raise
        except PermissionError as error:
            raise RemoteError("refused") from error
        except TROUBLE as error:
            raise ConnectionError(type(error).__name__) from error

    def ready(self, create=False):
        """Make sure that the folder is there.

        :param bool create: make it where it is missing
        :raises RemoteError: `missing`
        """
        with self._asked():
            with suppress(FileNotFoundError):
                if stat.S_ISDIR(self.sftp.stat(self.directory or ".").st_mode):
                    return
            if not create:
                raise RemoteError("missing")
            self._make()

    def _make(self):
        root = "/" if self.directory.startswith("/") else ""
        pieces = self.directory.strip("/").split("/")
        for number in range(len(pieces)):
            path = root + "/".join(pieces[: number + 1])
            try:
                self.sftp.stat(path)
            except FileNotFoundError:
                self.sftp.mkdir(path)

    def names(self):
        """Return the names of all files, sorted."""
        with self._asked():
            try:
                found = self.sftp.listdir_attr(self.directory or ".")
            except FileNotFoundError as error:
                raise RemoteError("missing") from error
        return sorted(x.filename for x in found if not stat.S_ISDIR(x.st_mode or 0))

    def fetch(self, name, limit):
        """Return so many bytes of a file at most, None when there is none."""
        with self._asked():
            try:
                with self.sftp.open(self.path(name), "rb") as stream:
                    return stream.read(limit)
            except FileNotFoundError:
                return None

    def write_new(self, name, content):
        """Write a new file; the server itself refuses where there is one.

        :raises FileExistsError: there is one
        """
        path = self.path(name)
        with self._asked():
            try:
                stream = self.sftp.open(path, "wx")
            except (FileNotFoundError, PermissionError):
                raise
            except OSError as error:
                # SFTP's third version has no word for it: the file says it.
                self.sftp.stat(path)
                raise FileExistsError(errno.EEXIST, "exists", name) from error
            # Not pipelined: then nobody would wait for what the server says of it.
            with stream:
                stream.write(content)
            # Closing says nothing either where the server is gone.
            if self.sftp.stat(path).st_size != len(content):
                raise ConnectionError("cut")

    def replace(self, name, content):
        """Write a file anew under its name, whole or not at all."""
        part = f"{name}.part"
        with self._asked():
            self._remove(part)
            self.write_new(part, content)
            self.sftp.posix_rename(self.path(part), self.path(name))

    def rename(self, source, target, content):
        """Give a file its other name; the server refuses to write over another.

        :raises ConnectionError: nobody knows whether it was renamed
        """
        with self._asked():
            try:
                self.sftp.rename(self.path(source), self.path(target))
            except TROUBLE as error:
                # The same connection is asked: no answer, and nobody knows.
                if self.fetch(source, 1) is not None:
                    if self.fetch(target, 1) is not None:
                        raise FileExistsError(errno.EEXIST, "exists", target) from error
                    raise RemoteError("refused") from error
                if not self.holds(target, content):
                    raise ConnectionError("renamed or not") from error

    def remove(self, name):
        """Remove a file if it is there, and what is left of writing it anew."""
        with self._asked():
            self._remove(name)
            self._remove(f"{name}.part")

    def _remove(self, name):
        with suppress(FileNotFoundError):
            self.sftp.remove(self.path(name))

    def close(self):
        """End the connection."""
        with suppress(Exception):  # it may be gone already
            self.client.close()
