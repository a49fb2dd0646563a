import errno
import uuid
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import chain, count

from psycopg2.errors import UniqueViolation

from odoo import fields, models
from odoo.tools import split_every

from odoo.addons.exchange_run.told import told

from ..core import charge as core_charge
from ..core import exceptions as exc
from ..core import mdg
from ..core.const import ARCHIVE_BATCH, LOG_INVALID_OUTPUT, Remark, Skip
from ..core.output_directory import DirectoryError
from .sofi_residence_connection import SofiUserError

JOURNAL_BATCH = 1000
MOST_DELAY = 10  # seconds that a file's name may be later than its run


class SofiExport(models.Model):
    """One residence within a run: write, archive, publish (spec 4.5, 9.2).

    Every step can be repeated: what is committed says where a killed run was.

    From its file on, a residence is a course of steps, a generator. It yields what is
    to be asked of SOFI, as a callable without database, and gets the answer or the
    error; so several residences can wait for their answers at the same time, while
    everything else happens one after the other.
    """

    # One file a concern: together they would be too long to read.
    _inherit = "sofi.export"  # pylint: disable=consider-merging-classes-inherited

    def _execute(self, payload):
        residence = self.env["sofi.residence"].browse(payload["residence_id"])
        obstacle = told(self.env, "sofi_obstacles", {}).get(residence.id)
        if obstacle:
            raise obstacle
        return self._go_on(residence, payload["rank"])

    def _course(self, residence, rank):
        """Export a residence, from wherever it is.

        :return: generator, see the class
        """
        file = self._file_of(residence)
        with self._told_clearly(residence):
            if file:
                with self._logged_in(file) as client:
                    yield from self._complete(file, client)
                return
            client, listing = self._read(residence)
            with client:
                self._check_cancelled()
                file = self._write_file(residence, rank, listing)
                del listing  # 100,000 charges maybe, and SOFI may take its time
                yield from self._complete(file, client)

    def _complete(self, file, client):
        """Archive and publish a file; a failure leaves it as it is, to be resumed.

        From here on the failure is recorded and not raised: the journal that was
        committed must not be taken back.
        """
        try:
            with self._told_clearly(file.residence_id):
                yield from self._archive_and_publish(file, client)
        except SofiUserError as error:
            self._record_error(error)

    @contextmanager
    def _told_clearly(self, residence):
        """Turn technical failures into messages for people."""
        try:
            yield
        except exc.SofiStopped:
            raise  # nothing failed
        except exc.SofiError as error:
            raise residence._translate_error(error) from error
        except DirectoryError as error:
            text = LOG_INVALID_OUTPUT.format(path=residence.output_directory)
            advice = residence._folder_text(error)
            raise SofiUserError(text, error.code, residence, advice) from error
        except OSError as error:
            text = self._folder_refusal(residence, error)
            raise SofiUserError(text, "folder", residence) from error

    def _folder_refusal(self, residence, error):
        """Return what the system's error says of the folder, and what to do."""
        values = {
            "residence": residence.name,
            "detail": error.strerror or type(error).__name__,
        }
        if error.errno == errno.EEXIST:
            return self.env._(
                "%(residence)s: %(name)s lies in the folder and is not this run's. "
                "Another database or company may write there: give each a folder of "
                "its own. Move the file away or let Primmo take it, then resume.",
                residence=residence.name,
                name=error.filename,
            )
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            return self.env._(
                "%(residence)s: the disk of the folder is full (%(detail)s). Make room "
                "there, then resume.",
                **values,
            )
        if error.errno in (errno.EACCES, errno.EPERM, errno.EBUSY, errno.ETXTBSY):
            return self.env._(
                "%(residence)s: the folder refused the file (%(detail)s). Close "
                "programs that use it, then resume.",
                **values,
            )
        return self.env._(
            "%(residence)s: the folder cannot be used now (%(detail)s). Look whether "
            "its disk or network share is there, then resume.",
            **values,
        )

    def _render(self, residence, judged):
        """Write the file's bytes; what does not fit its columns is left out.

        :return: (Rendered, judged with the misfits marked)
        """
        rendered = mdg.render(
            residence.layout_id._to_core(),
            residence._mdg_parameters(),
            [item.charge for item in judged if not item.verdict.skip],
            residence.language,
        )
        misfit = core_charge.Verdict(Skip.INVALID_CHARGE)
        return rendered, [
            item._replace(
                verdict=misfit,
                charge=replace(item.charge, problem=rendered.misfits[item.charge.id]),
            )
            if item.charge.id in rendered.misfits
            else item
            for item in judged
        ]

    def _preview_residence(self, residence):
        """Show what would be exported, per resident."""
        try:
            client, listing = self._read(residence)
            with client:
                judged = self._judge(residence, listing)
        except exc.SofiError as error:
            self._record_error(residence._translate_error(error))
            return
        rendered, judged = self._render(residence, judged)
        self._write_journal(residence, judged, None)
        self._log_remarks(residence, judged, rendered.lossy)
        self._summarize(residence, judged, None)

    # === WRITE ===

    def _write_file(self, residence, rank, listing):
        """Write the journal and keep the file's bytes, committed before archiving.

        Only then the .tmp is written: whatever becomes of it, its run knows of it.

        :return: the file
        """
        judged = self._judge(residence, listing)
        self._clear_preview(residence)
        rendered, judged = self._render(residence, judged)
        file = self._create_file(residence, rank)
        file._set_content(rendered.content, *_totals(judged))
        self._write_journal(residence, judged, file)
        self._log_remarks(residence, judged, rendered.lossy)
        self._log_stale(residence, judged)
        self._summarize(residence, judged, file)
        self._commit()
        return file

    def _create_file(self, residence, rank):
        return (
            self.env["sofi.export.file"]
            .sudo()
            .create(  # sudo: runs only write files
                {
                    "name": self._free_name(residence, rank),
                    "company_id": residence.company_id.id,
                    "residence_id": residence.id,
                    "export_id": self.id,
                    **residence._place_vals(),
                    "simulated": self.dry_run,
                    "settings": self.env["sofi.export.file"]._settings_of(residence),
                    "currency_id": self.env["sofi.charge"]._cad().id,
                    "run_uuid": str(uuid.uuid4()),
                }
            )
        )

    def _free_name(self, residence, rank):
        """Return the file's name, another one than those of earlier files.

        Two runs within a second differ by a second; where the pattern has no time, by
        a number at the end.
        """
        directory = residence._place_vals()["directory"]
        same = [("residence_id", "=", residence.id)]
        if directory:
            same = ["|", ("directory", "=", directory), *same]
        # sudo: another company's file in the same folder needs another name too
        taken = set(self.env["sofi.export.file"].sudo().search(same).mapped("name"))
        extension = residence.dry_run_extension if self.dry_run else mdg.CSV
        stems = [self._stem(residence, rank, delay) for delay in range(MOST_DELAY)]
        numbered = (f"{stems[0]}_{number}" for number in count(2))
        names = (stem + extension for stem in chain(stems, numbered))
        return next(name for name in names if name not in taken)

    def _stem(self, residence, rank, delay):
        """Return the file's name without extension, some seconds after the start."""
        start = self.date_start + timedelta(seconds=delay)
        name = mdg.file_name(
            residence.layout_id.name_pattern,
            residence.vendor_id or residence.code or residence.company_id.name,
            residence.code,
            fields.Datetime.context_timestamp(
                self.with_context(tz=residence.timezone), start
            ),
            rank,
            self.id,
        )
        return name[: -len(mdg.CSV)]

    def _clear_preview(self, residence):
        # sudo: see _clear_plan
        self.env["sofi.charge"].sudo().search(
            [
                ("export_id", "=", self.id),
                ("residence_id", "=", residence.id),
                ("file_id", "=", False),
            ]
        ).unlink()

    def _write_journal(self, residence, judged, file):
        """Create the journal lines of a residence.

        :raises SofiUserError: another run has exported one of the charges meanwhile
        """
        # sudo: the journal is written by runs only, nobody may edit it by hand
        Charge = self.env["sofi.charge"].sudo()
        common = Charge._prepare_common(self, residence)
        positions, texts = count(), self._remark_texts()
        try:
            for batch in split_every(JOURNAL_BATCH, judged, list):
                Charge._write_lines(
                    common,
                    [
                        self._prepare_line_vals(residence, item, file, positions, texts)
                        for item in batch
                    ],
                )
        except UniqueViolation as error:
            raise SofiUserError(
                self.env._(
                    "%(residence)s: another run exports the same charges at this "
                    "moment. Nothing was written by this one.",
                    residence=residence.name,
                ),
                "already_exported",
                residence,
            ) from error
        # What was known of the run and the file lacks the new lines.
        self.invalidate_recordset()
        if file:
            file.invalidate_recordset()

    def _prepare_line_vals(self, residence, item, file, positions, texts):
        charge, verdict, earlier_id = item
        vals = {"detail": self._detail_text(charge, verdict, texts)}
        if verdict.skip:
            reason = str(verdict.skip)
            vals |= {
                "state": "skipped",
                "skip_reason": reason,
                "earlier_id": earlier_id,
            }
        elif not file:
            vals["state"] = "preview"
        else:
            vals["state"] = "simulated" if self.dry_run else "written"
            vals["file_id"] = file.id
            vals["archive_batch"] = next(positions) // ARCHIVE_BATCH
        return self.env["sofi.charge"]._prepare_vals(charge, residence.language, **vals)

    def _detail_text(self, charge, verdict, texts):
        """Return in words what is worth saying about a charge.

        :param dict texts: of `_remark_texts`, asked for once for all charges
        """
        if not charge.problem:
            return "; ".join(texts[remark] for remark in verdict.remarks)
        names = self._problem_names()
        code, _blank, name = charge.problem.partition(" ")
        label = names.get(name, name)
        if code == "too_wide":
            return self.env._("%s: wider than its column of the file", label)
        if code == "unwritable":
            return self.env._("%s: a character that the file cannot hold", label)
        labels = [names.get(name, name) for name in charge.problem.split(", ")]
        return self.env._("Missing or not readable: %s", ", ".join(labels))

    def _problem_names(self):
        """Return what people call the values of a charge."""
        return {
            "id": self.env._("Number of the charge"),
            "external_id": self.env._("External ID"),
            "service_code": self.env._("Service code"),
            "service_date": self.env._("Date of the service"),
            "quantity": self.env._("Quantity"),
            "unit_price": self.env._("Unit price"),
            "amount": self.env._("Amount"),
            "total": self.env._("Amount before discount"),
            "discount": self.env._("Discount"),
            "currency": self.env._("Currency (only Canadian dollars are billed)"),
        }

    # === SAY ===

    def _log_remarks(self, residence, judged, lossy):
        """Log one line a kind of remark, with the numbers of the charges concerned."""
        concerned = {}
        for item in judged:
            for remark in item.verdict.remarks:
                concerned.setdefault(remark, []).append(item.charge.id)
        if lossy:
            concerned[Remark.CHARACTER_LOST] = lossy
        texts = self._remark_texts()
        self._log_many(
            [
                {
                    "severity": "info" if remark == Remark.ZERO_AMOUNT else "warning",
                    "code": str(remark),
                    "text": f"{texts[remark]} ({len(ids)})",
                    "value": ", ".join(ids[:20]),
                    "residences": residence,
                }
                for remark, ids in sorted(concerned.items())
            ]
        )

    def _log_stale(self, residence, judged):
        """Name charges that nobody mends and that stay accepted for long."""
        limit = residence._today() - timedelta(days=residence.stale_days)
        stale = [
            item.charge.id
            for item in judged
            if item.verdict.skip and item.charge.day and item.charge.day < limit
        ]
        if stale:
            self._log(
                "warning",
                self.env._(
                    "%(residence)s: charges that have been accepted for more than "
                    "%(days)s days and cannot be exported: %(count)s",
                    residence=residence.name,
                    count=len(stale),
                    days=residence.stale_days,
                ),
                code="stale",
                value=", ".join(stale[:20]),
                residences=residence,
            )

    def _remark_texts(self):
        return {
            Remark.SERVICE_CODE_UNKNOWN: self.env._(
                "Charges with a service code outside the convention"
            ),
            Remark.NOT_A_SAC: self.env._("Charges that are no service à la carte"),
            Remark.AMOUNT_DIFFERS: self.env._(
                "Charges whose amount is not quantity × unit price; SOFI's is kept"
            ),
            Remark.ZERO_AMOUNT: self.env._("Charges of zero"),
            Remark.DESCRIPTION_LANGUAGE: self.env._(
                "Charges whose description lacks the language of the file"
            ),
            Remark.CHARACTER_LOST: self.env._(
                "Charges with a character that the encoding of the file lacks"
            ),
        }

    def _summarize(self, residence, judged, file):
        skips = [str(item.verdict.skip) for item in judged if item.verdict.skip]
        skip_reason = self.env["sofi.charge"]._fields["skip_reason"]
        labels = dict(skip_reason._description_selection(self.env))
        counted = Counter(skips).items()
        reasons = [self._labelled(labels[reason], number) for reason, number in counted]
        exported, total = _totals(judged)
        values = {
            "residence": residence.name,
            "read": len(judged),
            "exported": exported,
            "skipped": len(skips),
            "reasons": ", ".join(sorted(reasons)) or "–",
            "total": f"{total:.2f}",
        }
        if file:
            text = self.env._(
                "%(residence)s: %(read)s read, %(exported)s exported, %(skipped)s left "
                "out (%(reasons)s), total %(total)s, file %(file)s, SHA-256 %(sha)s",
                file=file.name,
                sha=file.sha256,
                **values,
            )
        else:
            text = self.env._(
                "%(residence)s: preview, nothing was sent: %(read)s read, "
                "%(exported)s would go into the file, %(skipped)s not (%(reasons)s), "
                "total %(total)s",
                **values,
            )
        self._log("info", text, code="summary", residences=residence)
        self._count("sofi.charge", "read", len(judged))
        self._count("sofi.charge", "skip", len(skips))
        if file:
            self._count("sofi.charge", "export", exported)
            self._count("sofi.export.file", "create")


def _totals(judged):
    """Return (number, total amount) of the charges in the file."""
    amounts = [item.charge.amount for item in judged if not item.verdict.skip]
    return len(amounts), sum(amounts, Decimal(0))
