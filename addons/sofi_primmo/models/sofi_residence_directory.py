import logging
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import config

from ..core import const, log_format, output_directory
from ..core.folder import Folder

_logger = logging.getLogger(__name__)

OUTPUT_ROOT_PARAMETER = "sofi_primmo.output_root"


class SofiResidence(models.Model):
    """The folders of a residence on the server."""

    # One file a concern: together they would be too long to read.
    _inherit = "sofi.residence"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _output_root(self):
        """Return the folder below which all folders of residences must lie."""
        # sudo: the administrator of the server decides where Odoo may write
        parameter = (
            self.env["ir.config_parameter"].sudo().get_param(OUTPUT_ROOT_PARAMETER)
        )
        return parameter or str(
            Path(config["data_dir"], "sofi_primmo", self.env.cr.dbname)
        )

    def _output_folder(self):
        """Return the folder the files go to, None when they are only kept here.

        :rtype: Path | None
        :raises DirectoryError: outside the root, missing, not writable, or on another
            disk than before because the share is gone
        """
        self.ensure_one()
        if not self.output_directory:
            return None
        folder = output_directory.resolve(self._output_root(), self.output_directory)
        # Before it is made: on a share that is gone nothing is to be made.
        output_directory.check_mount(folder, self.output_mount)
        if self.create_output_directory:
            output_directory.create(folder)
        output_directory.check_writable(folder)
        return folder

    def _place_vals(self):
        """Return where the files go to, as a file keeps it.

        :raises DirectoryError: see `_output_folder`
        """
        folder = self._output_folder()
        return {
            "directory": str(folder) if folder else False,
            "mount": folder and output_directory.mount_of(folder),
        }

    @contextmanager
    def _visiting(self):
        """Give the place the files go to, None when they are only kept here.

        :return: context manager giving a `Folder`, or what does as it does
        :raises DirectoryError: see `_output_folder`
        """
        folder = self._output_folder()
        yield folder and Folder(folder, output_directory.mount_of(folder))

    def _remember_mount(self, place):
        """Keep which disk the output folder lies on, for the day it is gone."""
        if place and place.mount and self.output_mount != place.mount:
            self.sudo().output_mount = place.mount  # sudo: runs keep it

    def _forget_mount(self):
        """Look at the disk of the output folder anew, the next time."""
        with self._engine_writes():
            self.output_mount = False

    def _leftovers(self):
        """Return the names of files that forbid a new run (spec 4.5).

        :raises DirectoryError: see `_output_folder`
        """
        self.ensure_one()
        with self._visiting() as place:
            return self._leftovers_of(place)

    def _leftovers_of(self, place):
        """Return the names that forbid a new run; without place, of what is kept."""
        if place:
            return output_directory.leftovers(place.names())
        return self.env["sofi.export.file"]._not_downloaded(self).mapped("name")

    def action_create_directories(self):
        """Create the output folders, as a run does only where a residence says so."""
        self.check_access("write")
        self._forget_mount()
        root = self._output_root()
        for residence in self.filtered("output_directory"):
            path = residence.output_directory
            try:
                output_directory.create(output_directory.resolve(root, path))
            except output_directory.DirectoryError as error:
                raise UserError(residence._folder_text(error)) from error
        return self[:1]._notify("success", self.env._("The folders exist now."))

    def _waiting_text(self, names):
        """Return what to do about files that lie in the way of a run."""
        return self.env._(
            "%(residence)s: let Primmo take %(files)s first, resume the run they "
            "belong to, or move them away.",
            residence=self.name,
            files=", ".join(names[:5]),
        )

    def _folder_text(self, error):
        """Return why a folder cannot be used, and what to do."""
        values = {"residence": self.name, "path": self.output_directory}
        if error.code == "outside":
            return self.env._(
                "%(residence)s: the folder %(path)s lies outside of %(root)s, where "
                "the administrator of the server allows to write.",
                root=self._output_root(),
                **values,
            )
        if error.code == "unmounted":
            return self.env._(
                "%(residence)s: the network share or disk of the folder %(path)s, "
                "%(mount)s, is not there. Connect it again. If the folder lies "
                "elsewhere now on purpose, an administrator presses Create Folders.",
                mount=str(error),
                **values,
            )
        return self.env._(
            "%(residence)s: the folder %(path)s is missing, or the server may not read "
            "and write there. An administrator can make it with Create Folders.",
            **values,
        )

    # === LOG FILE ===

    def _log_path(self):
        """Return the log folder as it is written in the residence, or [S0]'s own."""
        return self.log_directory or const.DEFAULT_LOG_DIRECTORY

    def _log_folder(self):
        """Return the log folder, created where missing, and whether it was [S0]."""
        self.ensure_one()
        folder = output_directory.resolve(self._output_root(), self._log_path())
        created = not folder.is_dir()
        folder.mkdir(parents=True, exist_ok=True)
        return folder, created

    def _write_log(self, level, text):
        """Append a line to the day's log file.

        A log that cannot be written must not stop a run half-way: the same lines are
        kept with the run, and the server's log says why the file lacks them.

        :param str level: `INFO`, `WARN` or `ERROR`
        :param str text: without secrets and personal data
        :return: True when the folder was created on this occasion
        """
        self.ensure_one()
        now = datetime.now(ZoneInfo(self.timezone))
        try:
            folder, created = self._log_folder()
            path = folder / log_format.file_name(now)
            if created:
                announced = const.LOG_LOG_CREATED.format(path=self._log_path())
                output_directory.append_line(
                    path, log_format.line(now, "INFO", announced)
                )
            output_directory.append_line(path, log_format.line(now, level, text))
            return created
        except (OSError, ValueError) as error:  # a DirectoryError is a ValueError
            _logger.error("SOFI log of residence %s: %s", self.id, type(error).__name__)
            return False
