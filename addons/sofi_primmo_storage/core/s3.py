"""Folders of a storage that is reached by S3."""

import errno
from contextlib import contextmanager, suppress

import aiohttp
import s3fs
from aiobotocore.session import AioSession
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
)

from . import remote
from .remote import RemoteError

#: It keeps what it has read of S3's own description, which takes a second, and no keys.
SESSION = AioSession()

LOGIN = {"InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken"}
#: An object that is there already, said by two servers in two ways.
EXISTS = {"PreconditionFailed", "ConditionalRequestConflict"}
#: What it comes to, refused or cut off.
TROUBLE = (OSError, ClientError, BotoCoreError, aiohttp.ClientError)
MISSING = {"NoSuchBucket", "NoSuchKey", "404"}


class S3(remote.Place):
    """A prefix of a bucket. It knows no renaming: a file is there whole, or not."""

    renames = False

    @classmethod
    def open(cls, options, directory, host_key=""):
        """Prepare what connects by itself.

        :param dict options: as `s3fs` takes them: `key`, `secret`, `endpoint_url` …
        :param str directory: bucket and prefix
        :param str host_key: means nothing here
        :raises RemoteError: why it cannot be used
        """
        if directory in ("", "."):
            raise RemoteError("options", "bucket")
        client_options = dict(options.get("client_kwargs") or {})
        address = options.get("endpoint_url") or client_options.get("endpoint_url")
        if address:
            remote.check_secret_way(address)
        try:
            system = s3fs.S3FileSystem(
                **{
                    **options,
                    "session": SESSION,
                    "skip_instance_cache": True,
                    "use_listings_cache": False,
                    "config_kwargs": {
                        "connect_timeout": remote.CONNECT_SECONDS,
                        "read_timeout": remote.ANSWER_SECONDS,
                        "retries": {"total_max_attempts": 1},
                    },
                }
            )
        except (TypeError, ValueError) as error:
            raise RemoteError("options", "s3") from error
        # A request that is repeated below us could meet its own first effect.
        system.retries = 1
        return cls(directory, system)

    def __init__(self, directory, system):
        super().__init__(directory)
        self.system = system
        self.bucket, _slash, prefix = directory.partition("/")
        self.prefix = f"{prefix}/" if prefix else ""

    @contextmanager
    def _asked(self):
        """Tell what the server refuses from what nobody has answered to."""
        try:
            yield
        except (RemoteError, ConnectionError):
            raise
        except (NoCredentialsError, ParamValidationError) as error:
            raise RemoteError("options", "key") from error
        except (EndpointConnectionError, ConnectTimeoutError) as error:
            raise RemoteError("unreachable") from error
        except TROUBLE as error:
            raise _translated(error) from error

    def _call(self, method, name=None, **values):
        if name is not None:
            values["Key"] = self.prefix + name
        return self.system.call_s3(method, Bucket=self.bucket, **values)

    def ready(self, create=False):
        """Make sure that the bucket is there; a prefix need not be made.

        :raises RemoteError: `missing`
        """
        self.names()

    def names(self):
        """Return the names of all files, sorted."""
        found, more = [], {}
        with self._asked():
            while True:
                answer = self._call(
                    "list_objects_v2", Prefix=self.prefix, Delimiter="/", **more
                )
                found += [x["Key"] for x in answer.get("Contents", ())]
                if not answer.get("IsTruncated"):
                    break
                more = {"ContinuationToken": answer["NextContinuationToken"]}
        names = (key.removeprefix(self.prefix) for key in found)
        return sorted(name for name in names if name)

    def fetch(self, name, limit):
        """Return so many bytes of a file at most, None when there is none."""
        path = f"{self.bucket}/{self.prefix}{name}"
        with self._asked():
            try:
                return self.system.cat_file(path)[:limit]
            except FileNotFoundError:
                return None

    def write_new(self, name, content):
        """Write a new file; the server itself refuses where there is one.

        :raises FileExistsError: there is one
        """
        with self._asked():
            self._call("put_object", name, Body=content, IfNoneMatch="*")

    def replace(self, name, content):
        """Write a file anew under its name, whole or not at all."""
        with self._asked():
            self._call("put_object", name, Body=content)

    def rename(self, source, target, content):
        """Write the file under its other name; the first one is removed later.

        :raises ConnectionError: nobody knows whether it was written
        """
        try:
            self.write_new(target, content)
        except FileExistsError:
            if not self.holds(target, content):
                raise

    def remove(self, name):
        """Remove a file if it is there."""
        with self._asked():
            self._call("delete_object", name)

    def close(self):
        """End the connections."""
        with suppress(Exception):  # they may be gone already
            s3fs.S3FileSystem.close_session(self.system.loop, self.system._s3)


def _translated(error):
    """Return what an answer of the server means, or that there was none."""
    answer = next(
        (
            found.response
            for found in (error, error.__cause__)
            if isinstance(found, ClientError)
        ),
        None,
    )
    if answer is None:
        return ConnectionError(type(error).__name__)
    code = answer.get("Error", {}).get("Code", "")
    status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in EXISTS:
        return FileExistsError(errno.EEXIST, "exists", "")
    if code in MISSING or status == 404:
        return RemoteError("missing")
    if code in LOGIN:
        return RemoteError("login")
    if status >= 500:
        return ConnectionError(code)
    return RemoteError("refused", code)
