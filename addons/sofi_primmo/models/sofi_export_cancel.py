from odoo import models
from odoo.exceptions import UserError

from ..core import exceptions as exc


class SofiExport(models.Model):
    """Give up a run; what SOFI has archived must be billed all the same (spec 9.2)."""

    # One file a concern: together they would be too long to read.
    _inherit = "sofi.export"  # pylint: disable=consider-merging-classes-inherited

    def action_cancel(self):
        """Give up the run; a file whose charges are archived can only be resumed.

        :raises UserError: charges of a file are archived, or nobody has said what is
            the matter with differences
        """
        self._check_may_cancel()
        for run in self:
            # One that is worked on stops by itself, see _end.
            if run.state != "running" or run._is_idle():
                run._check_nothing_archived()
                run._withdraw()
        return super().action_cancel()

    def _end(self, state):
        """End the run; one that stops half-way gives its charges back.

        Where SOFI has archived charges, the run stays to be resumed instead.
        """
        if state == "cancelled":
            try:
                self._check_nothing_archived()
                self._withdraw()
                self._say_what_stays()
            except UserError as error:
                self._log("warning", str(error), code="not_cancelled")
                state = "partial"
        return super()._end(state)

    def _say_what_stays(self):
        """Name the files that a cancelled run leaves to Primmo all the same."""
        # sudo: see _execute
        complete = self.sudo().file_ids.filtered(
            lambda file: file.state == "done" and not file.simulated
        )
        if complete:
            text = self.env._(
                "Only what was left was given up. These files are complete, and Primmo "
                "bills them: %(names)s",
                names=", ".join(complete.mapped("name")),
            )
            residences = complete.residence_id
            self._log("warning", text, code="stays", residences=residences)

    def _check_nothing_archived(self):
        # sudo: see _execute
        for file in self.sudo().file_ids.filtered("difference"):
            raise UserError(
                self.env._(
                    "SOFI says otherwise than %(name)s. Look at the differences, and "
                    "accept them when they are in order.",
                    name=file.name,
                )
            )
        for file in self._open_files().filtered(lambda f: not f.simulated):
            if file._count_lines("archived_elsewhere"):
                raise UserError(
                    self.env._(
                        "Decide first about the charges of %(name)s that somebody else "
                        "archived in SOFI: keep them or take them out.",
                        name=file.name,
                    )
                )
            if self._count_archived(file):
                raise UserError(
                    self.env._(
                        "Charges of %(name)s are archived in SOFI already: this run "
                        "can only be resumed, else they would never be billed.",
                        name=file.name,
                    )
                )

    def _count_archived(self, file):
        """Return how many charges of a file are archived, as SOFI itself says."""
        known = file._count_lines("archived")
        # The last batch alone may have been archived without an answer.
        # sudo: see _execute
        sent = (
            self.env["sofi.charge"]
            .sudo()
            .search(
                [
                    *file._lines_domain("written", "archive_failed"),
                    ("archive_batch", "<=", file.batch_sent),
                ]
            )
        )
        if known or not sent:
            return known
        (archived,) = self._words(file, "archived")
        residence = file.residence_id
        if file.settings.get("site", residence.site) != residence.site:
            return len(sent)  # this site cannot tell: the old one may have them
        try:
            with residence._client() as client:
                client.login()
                found = client.statuses(sent.mapped("sofi_charge_id"))
                return list(found.values()).count(archived)
        except exc.SofiError as error:
            raise residence._translate_error(error) from error

    def _withdraw(self):
        """Remove the .tmp files of a cancelled run; the charges stay accepted."""
        # sudo: see _execute
        lines = self.env["sofi.charge"].sudo()
        for file in self.sudo()._open_files():
            with self._told_clearly(file.residence_id):
                file._remove_temporary()
            lines = lines.search(
                file._lines_domain("written", "archive_failed", "simulated")
            )
            lines.state = "cancelled"
            file.state = "cancelled"
