"""Folders that are reached by WebDAV."""

import errno
from contextlib import contextmanager, suppress
from io import BytesIO

import httpx
from webdav4 import client as webdav

from . import remote
from .remote import RemoteError


class WebDav(remote.Place):
    """A folder of a WebDAV server."""

    @classmethod
    def open(cls, options, directory, host_key=""):
        """Prepare what connects by itself.

        :param dict options: `base_url` and `auth`, user and password
        :param str directory: below the address
        :param str host_key: means nothing here: the certificate is checked
        :raises RemoteError: why it cannot be used
        """
        address = options.get("base_url")
        if not address:
            raise RemoteError("options", "base_url")
        remote.check_secret_way(address)
        auth = options.get("auth")
        timeout = httpx.Timeout(remote.ANSWER_SECONDS, connect=remote.CONNECT_SECONDS)
        # A request that is repeated below us could meet its own first effect.
        client = webdav.Client(
            address,
            auth=tuple(auth) if auth else None,
            retry=False,
            timeout=timeout,
            trust_env=False,
            follow_redirects=False,
        )
        return cls(directory, client)

    def __init__(self, directory, client):
        super().__init__(directory)
        self.client = client

    @contextmanager
    def _asked(self):
        """Tell what the server refuses from what nobody has answered to."""
        try:
            yield
        except (OSError, RemoteError):
            raise
        except webdav.ResourceNotFound as error:
            raise RemoteError("missing") from error
        except webdav.ResourceAlreadyExists as error:
            raise FileExistsError(errno.EEXIST, "exists", "") from error
        except webdav.InsufficientStorage as error:
            raise RemoteError("full") from error
        except webdav.HTTPError as error:
            raise _translated(error.response.status_code) from error
        except httpx.HTTPStatusError as error:
            raise _translated(error.response.status_code) from error
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise RemoteError("unreachable") from error
        except (httpx.HTTPError, webdav.ClientError) as error:
            raise ConnectionError(type(error).__name__) from error

    def ready(self, create=False):
        """Make sure that the folder is there.

        :param bool create: make it where it is missing
        :raises RemoteError: `missing`
        """
        with self._asked():
            if self.client.exists(self.directory):
                return
            if not create:
                raise RemoteError("missing")
            pieces = self.directory.split("/")
            for number in range(len(pieces)):
                path = "/".join(pieces[: number + 1])
                if not self.client.exists(path):
                    self.client.mkdir(path)

    def names(self):
        """Return the names of all files, sorted."""
        with self._asked():
            found = self.client.ls(self.directory, detail=True)
        files = (x["name"] for x in found if x["type"] == "file")
        return sorted(name.rsplit("/", 1)[-1] for name in files)

    def fetch(self, name, limit):
        """Return so many bytes of a file at most, None when there is none."""
        stream = BytesIO()
        with self._asked():
            try:
                self.client.download_fileobj(self.path(name), stream)
            except webdav.ResourceNotFound:
                return None
        return stream.getvalue()[:limit]

    def write_new(self, name, content):
        """Write a new file.

        :raises FileExistsError: there is one
        """
        self._put(name, content, overwrite=False, headers={"If-None-Match": "*"})

    def _put(self, name, content, overwrite, headers=None):
        with self._asked():
            self.client.upload_fileobj(
                BytesIO(content),
                self.path(name),
                overwrite=overwrite,
                size=len(content),
                headers=headers,
            )

    def replace(self, name, content):
        """Write a file anew under its name, whole or not at all."""
        part = f"{name}.part"
        self._put(part, content, overwrite=True)
        with self._asked():
            self.client.move(self.path(part), self.path(name), overwrite=True)

    def rename(self, source, target, content):
        """Give a file its other name; the server refuses to write over another.

        :raises ConnectionError: nobody knows whether it was renamed
        """
        with self._asked():
            self.client.move(self.path(source), self.path(target), overwrite=False)

    def remove(self, name):
        """Remove a file if it is there, and what is left of writing it anew."""
        for each in (name, f"{name}.part"):
            with self._asked(), suppress(webdav.ResourceNotFound):
                self.client.remove(self.path(each))

    def close(self):
        """End the connections."""
        with suppress(Exception):  # they may be gone already
            self.client.http.close()


def _translated(status):
    """Return what an answer of the server means."""
    if status == 401:
        return RemoteError("login")
    if status == 412:
        return FileExistsError(errno.EEXIST, "exists", "")
    if status == 507:
        return RemoteError("full")
    if status >= 500:
        return ConnectionError(str(status))
    return RemoteError("refused", str(status))
