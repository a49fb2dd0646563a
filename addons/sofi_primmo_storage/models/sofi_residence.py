from contextlib import contextmanager

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..core.remote import RemoteError
from .fs_storage import PLACES


class SofiResidence(models.Model):
    _inherit = "sofi.residence"

    # Who may choose a storage is who may read how it is reached.
    storage_id = fields.Many2one(
        "fs.storage",
        ondelete="restrict",
        index="btree_not_null",
        copy=False,
        groups="base.group_system",
        help="Where the files are delivered instead of a folder of this server: SFTP, "
        "S3 or WebDAV. The output directory is a folder of it then.",
    )
    storage_name = fields.Char(string="Delivered To", compute="_compute_storage_name")

    @api.depends("storage_id.name")
    def _compute_storage_name(self):
        for residence in self.sudo():  # sudo: only the name leaves
            residence.storage_name = residence.storage_id.name

    def _storage(self):
        """Return the storage that the files are delivered to, empty for a folder."""
        self.ensure_one()
        # sudo: who exports may deliver, and reads nothing of how
        return self.sudo().storage_id

    @api.constrains("storage_id", "output_directory")
    def _check_storage(self):
        for residence in self:
            storage = residence._storage()
            if not storage:
                continue
            if storage.protocol not in PLACES:
                raise ValidationError(
                    self.env._(
                        "%(residence)s: files are delivered by SFTP, S3 or WebDAV, not "
                        "by %(protocol)s.",
                        residence=residence.name,
                        protocol=storage.protocol,
                    )
                )
            try:
                residence._place_vals()
            except RemoteError as error:
                raise ValidationError(residence._remote_text(error)) from error

    def _place_vals(self):
        """Return where the files go to; in a storage its folder, and no disk."""
        storage = self._storage()
        if not storage:
            return {**super()._place_vals(), "storage_id": False}
        directory = storage._delivery_directory(self.output_directory)
        return {"directory": directory, "mount": False, "storage_id": storage.id}

    @contextmanager
    def _visiting(self):
        """Give the place the files go to; connected, where it is a storage's."""
        storage = self._storage()
        if not storage:
            with super()._visiting() as place:
                yield place
            return
        directory = self._place_vals()["directory"]
        with storage._delivering(directory, self.create_output_directory) as place:
            yield place

    def action_create_directories(self):
        """Create the output folders, those of storages too."""
        self.check_access("write")
        stored = self.filtered(lambda residence: residence._storage())
        for residence in stored:
            residence._try_delivery(create=True)
        if folders := self - stored:
            return super(SofiResidence, folders).action_create_directories()
        return self[:1]._notify("success", self.env._("The folders exist now."))

    def action_test_delivery(self):
        """Connect to the storage and look into the folder; nothing is written."""
        self.ensure_one()
        self.check_access("write")
        self._try_delivery(create=False)
        return self._notify(
            "success",
            self.env._("The storage answers, and the folder is there."),
        )

    def _try_delivery(self, create):
        """Connect to the storage.

        :raises UserError: why it cannot be used, and what to do
        """
        try:
            directory = self._place_vals()["directory"]
            with self._storage()._delivering(directory, create) as place:
                place.names()
        except OSError as error:
            raise UserError(self._remote_text(error)) from error

    def _remote_text(self, error):
        """Return why files cannot be delivered, and what to do.

        Nothing of the connection but the storage's name, and the key that a server
        showed to everybody.

        :param OSError error: a `RemoteError`, or a connection that was cut
        """
        values = {
            "residence": self.name,
            "storage": self._storage().name or "–",
            "path": self.output_directory or "–",
            "detail": getattr(error, "detail", ""),
        }
        code = getattr(error, "code", None)
        if code == "host_key":
            return self.env._(
                "%(residence)s: the server of %(storage)s showed the key %(detail)s, "
                "which is not the one that is known. Ask whoever runs the server "
                "whether it is theirs; then write it into the storage as Server's Key.",
                **values,
            )
        if code == "login":
            return self.env._(
                "%(residence)s: %(storage)s refused the user, password or key. An "
                "administrator renews them in the storage.",
                **values,
            )
        if code == "missing":
            return self.env._(
                "%(residence)s: %(storage)s has no folder %(path)s. An administrator "
                "can make it with Create Folders.",
                **values,
            )
        if code == "refused":
            return self.env._(
                "%(residence)s: %(storage)s refused what was asked of it (%(detail)s). "
                "The user there needs the right to list, read, write, rename and "
                "remove files.",
                **values,
            )
        if code == "full":
            return self.env._(
                "%(residence)s: %(storage)s has no room left. Make room there, then "
                "resume.",
                **values,
            )
        if code == "options":
            return self.env._(
                "%(residence)s: the options of %(storage)s or the folder %(path)s "
                "cannot be used (%(detail)s). An administrator mends them.",
                **values,
            )
        if code == "unreachable":
            return self.env._(
                "%(residence)s: %(storage)s does not answer. Nothing is lost: resume "
                "when it is there again.",
                **values,
            )
        return self.env._(
            "%(residence)s: the connection to %(storage)s was cut. Nothing is lost: "
            "resume goes on from there.",
            **values,
        )
