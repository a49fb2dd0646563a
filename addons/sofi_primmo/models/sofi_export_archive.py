from decimal import Decimal

from odoo import models
from odoo.exceptions import UserError

from ..core import exceptions as exc
from ..core import mdg, output_directory
from ..core.api_client import Archived
from .sofi_residence_connection import SofiUserError


class SofiExport(models.Model):
    """Archive the charges of a file, publish it; resume and cancel (spec 9.2)."""

    # One file a concern: together they would be too long to read.
    _inherit = "sofi.export"  # pylint: disable=consider-merging-classes-inherited

    def _archive_and_publish(self, file, client):
        """Bring a written file to its end, from wherever it is.

        :raises SofiUserError: something could not be archived; the file stays .tmp
        """
        if file.state in ("done", "cancelled"):
            return
        if file.state == "written":
            file._check_temporary()
            if not file.simulated:
                self._settle_refused(file, client)
                self._archive(file, client)
            # Committed before the rename: from here on, a missing .tmp means that the
            # file has been renamed, and never that it should be written again.
            file.state = "publishing"
            self._commit()
        file._publish()
        self._commit()

    # === ARCHIVE ===

    def _archive(self, file, client):
        """Archive batch after batch; each answer is committed."""
        Charge = self.env["sofi.charge"].sudo()  # sudo: see _execute
        mine = [("file_id", "=", file.id)]
        groups = Charge._read_group(
            [*mine, ("state", "=", "written")], ["archive_batch"]
        )
        for (number,) in sorted(groups):
            self._check_cancelled()
            batch = Charge.search_fetch(
                [*mine, ("archive_batch", "=", number), ("state", "=", "written")],
                ["sofi_charge_id"],
            )
            self._archive_batch(file, client, number, batch)
            batch.invalidate_recordset()
        failed = Charge.search_count([*mine, ("state", "=", "archive_failed")])
        if failed:
            text = self.env._(
                "%(residence)s: SOFI did not archive %(count)s charges, the file "
                "stays %(name)s. Resume takes them out of the file if they are no "
                "longer accepted.",
                residence=file.residence_id.name,
                count=failed,
                name=mdg.temporary_name(file._csv_name()),
            )
            raise SofiUserError(text, "archive_failed", file.residence_id)

    def _archive_batch(self, file, client, number, batch):
        """Archive one batch with a key of its own: repeating it has no second effect.

        An answer is committed as a whole, so a repeated batch is always the same.
        """
        ids = sorted(batch.mapped("sofi_charge_id"))
        try:
            answer = client.archive(ids, file.name, f"{file.run_uuid}-{number}")
        except (exc.SofiConflict, exc.SofiNotFound) as error:
            answer = Archived(set(), dict.fromkeys(ids, error.code))
        done = batch.filtered(lambda line: line.sofi_charge_id in answer.done)
        done.state = "archived"
        for line in batch - done:
            reason = answer.rejected.get(line.sofi_charge_id, "")
            line.write({"state": "archive_failed", "detail": reason})
        self._count("sofi.charge", "archive", len(done))
        self._commit()
        step = f"{file.residence_id.name}: {self.counters['sofi.charge']['archive']}"
        self._set_progress(self._units_done(), text=step)

    # === RESUME ===

    def _settle_refused(self, file, client):
        """Ask SOFI again about charges it did not archive before.

        Accepted ones are tried again in a batch of their own, archived ones are done,
        all others leave the file, which is written anew (both versions are kept).
        """
        # Searched for: a file may have 100,000 lines, of which nearly none failed.
        failed = file.line_ids.search(
            [("file_id", "=", file.id), ("state", "=", "archive_failed")]
        )
        if not failed:
            return
        status = {line: self._status_of(line, client) for line in failed}
        accepted, archived = self._words(file, "accepted", "archived")
        fresh = max(file.line_ids.mapped("archive_batch")) + 1
        again = failed.filtered(lambda line: status[line] == accepted)
        again.write({"state": "written", "archive_batch": fresh, "detail": False})
        failed.filtered(lambda line: status[line] == archived).state = "archived"
        gone = failed.filtered(lambda line: status[line] not in (accepted, archived))
        if gone:
            gone.state = "dropped"
            self._rewrite(file)
            self._log(
                "warning",
                self.env._(
                    "%(count)s charges are no longer accepted in SOFI and were taken "
                    "out of %(name)s.",
                    count=len(gone),
                    name=file.name,
                ),
                code="dropped",
                value=", ".join(gone[:20].mapped("sofi_charge_id")),
                residences=file.residence_id,
            )
        self._commit()

    def _words(self, file, *names):
        profile = file.residence_id.profile_id._to_core()
        return [profile.value(name) for name in names]

    def _status_of(self, line, client):
        """Return SOFI's present status of a charge, None when it is gone."""
        try:
            field = client.profile.field("status")
            return client.charge(line.sofi_charge_id).get(field)
        except exc.SofiNotFound:
            return None

    def _rewrite(self, file):
        """Write the file without the charges that left it."""
        lines = file.line_ids.filtered(
            lambda line: line.state in ("written", "archived")
        )
        charges = [line._to_core() for line in lines]
        residence = file.residence_id
        rendered = mdg.render(
            residence.layout_id._to_core(),
            residence._mdg_parameters(),
            charges,
            residence.language,
        )
        total = sum((charge.amount for charge in charges), Decimal(0))
        file._set_content(rendered.content, len(charges), total)
        if file.directory:
            output_directory.replace(file._paths()[0], rendered.content)

    # === CANCEL ===

    def action_cancel(self):
        """Give up the run; a file whose charges are archived can only be resumed."""
        if not all(self.mapped("dry_run")) and any(r.state != "planned" for r in self):
            self._check_manager()
        for run in self:
            run._check_nothing_archived()
        result = super().action_cancel()
        for run in self.filtered(lambda run: run.state == "cancelled"):
            run._withdraw()
        return result

    def _check_nothing_archived(self):
        for file in self._open_files().filtered(lambda f: not f.simulated):
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
        known = file.line_ids.filtered(lambda line: line.state == "archived")
        if known or not file.line_ids:
            return len(known)
        (archived,) = self._words(file, "archived")
        residence = file.residence_id
        try:
            with residence._client() as client:
                client.login()
                # Batches are archived in order: the first one tells.
                first = file.line_ids.filtered(lambda line: not line.archive_batch)
                return sum(self._status_of(line, client) == archived for line in first)
        except exc.SofiError as error:
            raise residence._translate_error(error) from error

    def _withdraw(self):
        """Remove the .tmp files of a cancelled run; the charges stay accepted."""
        for file in self.file_ids.filtered(lambda f: f.state == "written"):
            # sudo: see _write_journal
            lines = file.sudo().line_ids.filtered(
                lambda line: line.state in ("written", "archive_failed", "simulated")
            )
            lines.state = "cancelled"
            file.sudo().state = "cancelled"
            file._remove_temporary()
