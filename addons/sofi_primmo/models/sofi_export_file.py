import hashlib
from pathlib import Path

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core import mdg, output_directory


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
            ("done", "Complete (.csv)"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="written",
        readonly=True,
    )
    simulated = fields.Boolean(readonly=True)
    directory = fields.Char(readonly=True, help="Folder on the server.")
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

    def _count_lines(self, state):
        # sudo: a number of the run's own bookkeeping
        return self.env["sofi.charge"].sudo().search_count(self._lines_domain(state))

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

    def _paths(self):
        """Return (temporary path, final path)."""
        self.ensure_one()
        folder = Path(self.directory)
        return folder / mdg.temporary_name(self._csv_name()), folder / self.name

    def _csv_name(self):
        extension = self.settings["extension"] if self.simulated else mdg.CSV
        return self.name.removesuffix(extension) + mdg.CSV

    def _place_temporary(self):
        """Make sure that the .tmp is in the folder with the bytes kept here."""
        if not self.directory:
            return
        temporary, final = self._paths()
        if final.exists():
            raise UserError(
                self.env._("The folder already contains %(name)s.", name=final.name)
            )
        try:
            output_directory.write_new(temporary, self._content())
        except FileExistsError:
            # Left by this very run, killed before its journal was committed: the name
            # holds its instant, and the guard saw an empty folder before.
            output_directory.replace(temporary, self._content())

    def _check_temporary(self):
        """Write the .tmp anew if somebody removed or changed it meanwhile."""
        if self.directory and self.state == "written":
            temporary, _final = self._paths()
            if not temporary.exists() or temporary.read_bytes() != self._content():
                output_directory.replace(temporary, self._content())

    def _publish(self):
        """Rename .tmp to .csv. Committed before and after by the caller."""
        self.ensure_one()
        if self.directory:
            temporary, final = self._paths()
            # Without a .tmp it was renamed before the server was killed; Primmo may
            # even have taken it: it must not appear a second time.
            if temporary.exists():
                output_directory.rename(temporary, final)
        self.state = "done"

    def _remove_temporary(self):
        if self.directory:
            self._paths()[0].unlink(missing_ok=True)

    # === BUTTONS ===

    def action_download(self):
        """Download the file; who did so is kept.

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
        return {
            "type": "ir.actions.act_url",
            "url": f"/sofi_primmo/file/{self.id}",
            "target": "download",
        }

    def _mark_downloaded(self):
        # sudo: a viewer may download, nobody may edit the audit by hand
        self.sudo().write(
            {
                "downloaded_by_id": self.env.uid,
                "downloaded_date": fields.Datetime.now(),
            }
        )
