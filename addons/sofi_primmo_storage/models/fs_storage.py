from contextlib import contextmanager

from odoo import fields, models

from ..core.remote import RemoteError, joined
from ..core.s3 import S3
from ..core.sftp import Sftp
from ..core.webdav import WebDav

#: How files are brought to the storages that deliveries know, by their protocol.
PLACES = {"sftp": Sftp, "ssh": Sftp, "s3": S3, "s3a": S3, "webdav": WebDav}


class FSStorage(models.Model):
    _inherit = "fs.storage"

    server_key = fields.Char(
        string="Server's Key",
        help="The key that the SFTP server must show, as ssh-keyscan writes it: "
        "ssh-ed25519 AAAA…. Nothing is delivered to a server that shows none of it.",
    )

    # OCA's methods on files ask for no right, so that whoever can log in, parents and
    # tenants included, could read, replace and delete what was delivered. The program
    # calls them in superuser mode.

    def _check_files_access(self):
        """Refuse files to who may not read how the storage is reached.

        :raises AccessError: for all but administrators
        """
        self.check_access("read")

    def add(self, *args, **options):
        """Write a file, as an administrator."""
        self._check_files_access()
        return super().add(*args, **options)

    def get(self, *args, **options):
        """Read a file, as an administrator."""
        self._check_files_access()
        return super().get(*args, **options)

    def list_files(self, *args, **options):
        """Return the names of files, for an administrator."""
        self._check_files_access()
        return super().list_files(*args, **options)

    def find_files(self, *args, **options):
        """Return the names of files that match, for an administrator."""
        self._check_files_access()
        return super().find_files(*args, **options)

    def move_files(self, *args, **options):
        """Move files, as an administrator."""
        self._check_files_access()
        return super().move_files(*args, **options)

    def delete(self, *args, **options):
        """Delete a file, as an administrator."""
        self._check_files_access()
        return super().delete(*args, **options)

    def action_test_config(self):
        """Try to connect, as an administrator."""
        self._check_files_access()
        return super().action_test_config()

    def _delivery_directory(self, directory):
        """Return the path of a folder in the storage.

        :param str directory: below the storage's own one
        :return: never empty
        :raises RemoteError: `options`, when it leads out of the storage
        """
        self.ensure_one()
        own = self.get_directory_path() or ""
        root = "/" if own.startswith("/") and PLACES.get(self.protocol) is Sftp else ""
        return root + joined(own, directory) or "."

    @contextmanager
    def _delivering(self, directory, create=False):
        """Connect to a folder of the storage.

        :param str directory: as `_delivery_directory` gives it
        :param bool create: make the folder where it is missing
        :return: context manager giving a `Place`
        :raises RemoteError: why it cannot be used
        """
        self.ensure_one()
        kind = PLACES.get(self.protocol)
        if not kind:
            raise RemoteError("options", self.protocol)
        place = kind.open(self._get_fs_options(), directory, self.server_key)
        try:
            place.ready(create)
            yield place
        finally:
            place.close()
