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
