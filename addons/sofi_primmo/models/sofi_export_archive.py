from decimal import Decimal

from odoo import models
from odoo.tools import split_every

from ..core import exceptions as exc
from ..core import mdg, output_directory
from ..core.api_client import Archived
from ..core.const import ARCHIVE_BATCH
from .sofi_residence_connection import SofiUserError


class SofiExport(models.Model):
    """Archive the charges of a file, publish it, resume (spec 4.5, 9.2)."""

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
        """Archive batch after batch; each answer is committed.

        Once a batch is archived the file must reach Primmo: only before is Cancel
        heard.
        """
        if not file._count_lines("archived"):
            self._check_cancelled()
        for number, batch in self._batches(file):
            batch.fetch(["sofi_charge_id"])
            self._archive_batch(file, client, number, batch)
            batch.invalidate_recordset()
        failed = file._count_lines("archive_failed")
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

    def _batches(self, file):
        """Return [(batch number, its lines)] of what is still to be archived.

        Asked once for all: asked for each batch, the database would go through all
        lines of the file every time.
        """
        Charge = self.env["sofi.charge"].sudo()  # sudo: see _execute
        groups = Charge._read_group(
            file._lines_domain("written"), ["archive_batch"], ["id:array_agg"]
        )
        return [(number, Charge.browse(sorted(ids))) for number, ids in sorted(groups)]

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

        Accepted ones are tried again in batches of their own, archived ones are done,
        all others leave the file, which is written anew (both versions are kept).
        """
        Charge = self.env["sofi.charge"].sudo()  # sudo: see _execute
        failed = Charge.search(file._lines_domain("archive_failed"))
        if not failed:
            return
        status = {line: self._status_of(line, client) for line in failed}
        accepted, archived = self._words(file, "accepted", "archived")
        again = failed.filtered(lambda line: status[line] == accepted)
        batches = split_every(ARCHIVE_BATCH, again.ids)
        for number, ids in enumerate(batches, start=file._next_batch()):
            again.browse(ids).write(
                {"state": "written", "archive_batch": number, "detail": False}
            )
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
        lines = file.line_ids.search(file._lines_domain("written", "archived"))
        charges = [line._to_core() for line in lines]
        rendered = file._render(charges)
        total = sum((charge.amount for charge in charges), Decimal(0))
        file._set_content(rendered.content, len(charges), total)
        if file.directory:
            output_directory.replace(file._paths()[0], rendered.content)
