import errno
import hashlib
from contextlib import ExitStack, contextmanager

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core import mdg
from ..core.folder import Folder
from ..core.output_directory import DirectoryError

# States of charges that a file brings to Primmo, or would.
IN_FILE = ("simulated", "written", "archived", "archive_failed", "archived_elsewhere")


class SofiExportFile(models.Model):
    """One MDG file of one residence and run: its bytes, its way to Primmo."""

    _name = "sofi.export.file"
    _description = "MDG File"
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, index=True)
    residence_id = fields.Many2one(
        "sofi.residence", required=True, index=True, ondelete="restrict"
    )
    export_id = fields.Many2one(
        "sofi.export", string="Run", required=True, index=True, ondelete="restrict"
    )
    state = fields.Selection(
        [
            ("written", "Temporary (.tmp)"),
            ("publishing", "Being Renamed"),
            ("done", "Complete"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="written",
        readonly=True,
    )
    simulated = fields.Boolean(readonly=True)
    directory = fields.Char(readonly=True, help="Folder on the server.")
    mount = fields.Char(
        readonly=True, help="Where the disk or share of the folder was mounted."
    )
    date_taken = fields.Datetime(
        string="Taken by Primmo",
        readonly=True,
        copy=False,
        help="When it was seen that the file is gone from the folder.",
    )
    date_proved = fields.Datetime(
        string="Read Back",
        readonly=True,
        copy=False,
        help="When the complete file was read again in its place: its size and its "
        "bytes were those kept here.",
    )
    batch_sent = fields.Integer(
        default=-1,
        readonly=True,
        help="Last batch that SOFI was, or may have been, asked to archive.",
    )
    difference = fields.Text(
        readonly=True,
        copy=False,
        help="What SOFI says otherwise than the file, until a person accepts it.",
    )
    difference_accepted = fields.Text(readonly=True, copy=False)
    sha256 = fields.Char(string="SHA-256", readonly=True)
    size = fields.Integer(string="Bytes", readonly=True)
    attachment_id = fields.Many2one("ir.attachment", readonly=True, ondelete="restrict")
    line_ids = fields.One2many("sofi.charge", "file_id", readonly=True)
    line_count = fields.Integer(string="Charges", readonly=True)
    currency_id = fields.Many2one("res.currency", required=True)
    amount = fields.Monetary(string="Total", readonly=True)
    settings = fields.Json(
        readonly=True,
        help="Layout, values of columns and language the file was written with.",
    )
    run_uuid = fields.Char(readonly=True, help="Begins the key of archive requests.")
    downloaded_by_id = fields.Many2one("res.users", readonly=True)
    downloaded_date = fields.Datetime(readonly=True)
    reissue_of_id = fields.Many2one("sofi.export.file", readonly=True)
    reissue_reason = fields.Char(readonly=True)
    version_ids = fields.One2many(
        "ir.attachment",
        "res_id",
        domain=[("res_model", "=", "sofi.export.file")],
        string="Versions",
        readonly=True,
    )

    _name_uniq = models.UniqueIndex(
        "(residence_id, name)", "A file of this name exists already."
    )

    @api.model
    def _not_downloaded(self, residence):
        """Return the files of a residence without folder that nobody has fetched."""
        return self.search(
            [
                ("residence_id", "=", residence.id),
                ("state", "!=", "cancelled"),
                ("simulated", "=", False),
                ("directory", "=", False),
                ("downloaded_date", "=", False),
            ]
        )

    # === LINES ===

    def _lines_domain(self, *states):
        """Return the domain of the file's lines in some states.

        Lines are searched for, never read through `line_ids`: that would bring all of
        them, 100,000 maybe, into memory.
        """
        self.ensure_one()
        return [("file_id", "=", self.id), ("state", "in", states)]

    def _count_lines(self, *states):
        # sudo: a number of the run's own bookkeeping
        return self.env["sofi.charge"].sudo().search_count(self._lines_domain(*states))

    def _needs_sofi(self):
        """Tell whether SOFI must be asked before the file can be published."""
        self.ensure_one()
        return (
            self.state == "written"
            and not self.simulated
            and bool(self._count_lines("written", "archive_failed"))
        )

    def _next_batch(self):
        """Return the number of the next archive batch: no key is used twice."""
        # sudo: see _count_lines
        [(last,)] = (
            self.env["sofi.charge"]
            .sudo()
            ._read_group([("file_id", "=", self.id)], [], ["archive_batch:max"])
        )
        return last + 1

    # === CONTENT ===

    @api.model
    def _settings_of(self, residence):
        """Return a residence's settings of today, as a new file keeps them."""
        return {
            "layout": residence.layout_id._to_core().to_dict(),
            "parameters": residence._mdg_parameters(),
            "language": residence.language,
            "extension": residence.dry_run_extension,
            "site": residence.site,
        }

    def _render(self, charges):
        """Return the bytes of charges as this file writes them.

        With the settings of the day of the export: a file written anew, in part, must
        not mix them with settings changed since.

        :param list charges: `Charge` records
        :rtype: Rendered
        """
        self.ensure_one()
        kept = self.settings
        layout = mdg.Layout.from_dict(kept["layout"])
        return mdg.render(layout, kept["parameters"], charges, kept["language"])

    def _set_content(self, content, line_count, amount):
        """Keep the bytes as an attachment; earlier versions stay.

        :param bytes content: may be empty
        :param int line_count: number of charges
        :param Decimal amount: their total
        """
        self.ensure_one()
        # sudo: files are written by runs only, and read through this record's rights
        attachment = (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": self.name,
                    "raw": content,
                    "mimetype": "text/csv",
                    "res_model": self._name,
                    "res_id": self.id,
                }
            )
        )
        self.write(
            {
                "attachment_id": attachment.id,
                "sha256": hashlib.sha256(content).hexdigest(),
                "size": len(content),
                "line_count": line_count,
                "amount": amount,
            }
        )

    def _content(self):
        """Return the bytes of the file, empty ones too."""
        self.ensure_one()
        return self.sudo().attachment_id.raw or b""  # sudo: see _set_content

    # === FOLDER ===

    @contextmanager
    def _visiting(self):
        """Give the place the file was brought to.

        :return: context manager giving a `Folder`, or what does as it does
        """
        self.ensure_one()
        yield Folder(self.directory, self.mount)

    def _place_key(self):
        """Return what files in one place have in common."""
        return (self.directory, self.mount)

    def _names(self):
        """Return (temporary name, final name)."""
        self.ensure_one()
        return mdg.temporary_name(self._csv_name()), self.name

    def _csv_name(self):
        extension = self.settings["extension"] if self.simulated else mdg.CSV
        return self.name.removesuffix(extension) + mdg.CSV

    def _place_temporary(self):
        """Make sure that the .tmp lies in its place with the bytes kept here.

        Whatever became of it meanwhile: not written yet, half written by a killed
        server, removed or changed by somebody.
        """
        if not self.directory:
            return
        temporary, final = self._names()
        with self._visiting() as place:
            # What is written where the share is gone would reach nobody.
            place.check()
            if place.holds(final, b"") is not None:
                raise UserError(
                    self.env._("The folder already contains %(name)s.", name=final)
                )
            self._check_own(place, temporary)
            self._bring(place, temporary)
            # SOFI is asked to archive what is there, not what was sent there: a
            # library may call that written of which nobody has answered a word.
            if not place.holds(temporary, self._content()):
                raise OSError(errno.EIO, "the bytes read are not those written")

    def _is_own(self, place, temporary):
        """Tell whether a .tmp is this file's, whatever became of it, or lies not there.

        Another database, or a company at the same moment, may have chosen the name.
        Before SOFI is asked to archive, ours holds the bytes kept here, or the first
        of them where the server was killed while it wrote.
        """
        sent = self.batch_sent >= 0
        return sent or place.begins(temporary, self._content()) is not False

    def _check_own(self, place, temporary):
        """Never write over what is not ours.

        :raises FileExistsError: somebody else's file has the name
        """
        if not self._is_own(place, temporary):
            raise FileExistsError(errno.EEXIST, "not ours", temporary)

    def _bring(self, place, name):
        """Make sure that a file lies in its place with the bytes kept here."""
        content = self._content()
        found = place.holds(name, content)
        if found is None:
            place.write_new(name, content)
        elif not found:
            place.replace(name, content)

    def _publish(self, interrupted=False):
        """Rename .tmp to .csv and prove that it lies there. Committed by the caller.

        Before the renaming the state is `publishing`. An error on the way to it takes
        that back: then a file that is missing later was certainly never there.

        :param bool interrupted: an earlier try was cut off, and may have renamed it
        :return: True when the file lies there; None when it is gone again
        :raises OSError: it could not be renamed, or be proved to lie there
        """
        self.ensure_one()
        if not self.directory:
            self.state = "done"
            return True
        with self._visited_to_rename(interrupted) as place:
            lies = self._rename(place, interrupted)
        seen = fields.Datetime.now()
        self.write(
            {
                "state": "done",
                "date_proved": seen if lies else False,
                "date_taken": False if lies else seen,
            }
        )
        return lies

    @contextmanager
    def _visited_to_rename(self, interrupted):
        """Give the place; where nobody gets there, nothing was renamed."""
        with ExitStack() as stack:
            try:
                place = stack.enter_context(self._visiting())
            except (OSError, DirectoryError):
                self._take_back(interrupted)
                raise
            yield place

    def _take_back(self, interrupted):
        """Keep that the file was certainly not renamed, unless an earlier try was."""
        if not interrupted:
            self.state = "written"

    def _rename(self, place, interrupted):
        temporary, final = self._names()
        content = self._content()
        try:
            place.check()
            lies = place.holds(final, content)
            renamed = interrupted and (
                not place.renames or place.begins(temporary, b"") is None
            )
            # Written anew instead of renamed, it is whole: other bytes are not ours.
            if lies is False and not (renamed and place.renames):
                raise FileExistsError(errno.EEXIST, "not ours", final)
            if lies is None and not renamed:
                self._check_own(place, temporary)
                self._bring(place, temporary)
        except (OSError, DirectoryError):
            self._take_back(interrupted)
            raise
        if lies is None:
            if renamed:
                self._clear_temporary(place)
                return None
            try:
                place.rename(temporary, final, content)
            except ConnectionError:
                raise  # it may have been: the state stays `publishing`
            except (OSError, DirectoryError):
                self._take_back(interrupted)
                raise
        # From here on it is renamed: an error leaves it `publishing`.
        place.settle()
        self._clear_temporary(place)
        lies = place.holds(final, content)
        if lies is False:
            # The disk lost bytes, or somebody wrote into it before Primmo took it.
            place.replace(final, content)
            lies = place.holds(final, content)
        if lies is False:
            raise OSError(errno.EIO, "the bytes read are not those written")
        return lies

    def _clear_temporary(self, place):
        temporary, _final = self._names()
        if self._is_own(place, temporary):
            place.remove(temporary)

    def _remove_temporary(self):
        if self.directory:
            with self._visiting() as place:
                self._clear_temporary(place)

    @api.model
    def _note_taken(self, files=None):
        """Keep which files are gone from their place: Primmo has taken them.

        A place that cannot be read says nothing.

        :param files: those to look at, by default all that were not taken yet
        """
        # sudo: a fact of the folder, kept whoever happens to look
        waiting = self.sudo().search(
            [
                ("state", "=", "done"),
                ("simulated", "=", False),
                ("directory", "!=", False),
                ("date_taken", "=", False),
                *([("id", "in", files.ids)] if files is not None else []),
            ]
        )
        gone = waiting.browse()
        for mine in waiting.grouped(lambda file: file._place_key()).values():
            try:
                with mine[0]._visiting() as place:
                    place.check()
                    names = set(place.names())
            except (OSError, DirectoryError):
                continue
            gone |= mine.filtered(lambda file, names=names: file.name not in names)
        gone.date_taken = fields.Datetime.now()

    # === BUTTONS ===

    def action_download(self):
        """Download the file; who did so is kept.

        Kept by this button, and not by the address it leads to: a program that looks
        at addresses ahead must not count as a person who has the file.

        :return: a URL action
        :raises UserError: the file is not complete, Primmo must not take it
        """
        self.ensure_one()
        self.check_access("read")
        if self.state != "done":
            raise UserError(
                self.env._(
                    "%(name)s is not complete: only complete files can be downloaded.",
                    name=self.name,
                )
            )
        # sudo: a viewer may download, nobody may edit the audit by hand
        self.sudo().write(
            {
                "downloaded_by_id": self.env.uid,
                "downloaded_date": fields.Datetime.now(),
            }
        )
        return {
            "type": "ir.actions.act_url",
            "url": f"/sofi_primmo/file/{self.id}",
            "target": "download",
        }
