import time
from decimal import Decimal
from functools import partial
from itertools import pairwise

from odoo import models
from odoo.tools import split_every

from ..core import exceptions as exc
from ..core import mdg, reconcile
from ..core.api_client import NO_ANSWER, Archived
from ..core.const import ARCHIVE_BATCH
from .sofi_export_file import IN_FILE
from .sofi_residence_connection import SofiUserError

#: Seconds between two notes of how far the archiving is.
SHOWN_EVERY = 1


class SofiExport(models.Model):
    """Archive the charges of a file, publish it, resume (spec 4.5, 9.2)."""

    # One file a concern: together they would be too long to read.
    _inherit = "sofi.export"  # pylint: disable=consider-merging-classes-inherited

    def _archive_and_publish(self, file, client):
        """Bring a written file to its end, from wherever it is.

        :param client: logged in, or None where SOFI is not needed
        :return: generator, see `_course`
        :raises SofiUserError: something could not be archived; the file stays .tmp
        """
        if file.state in ("done", "cancelled"):
            return
        interrupted = file.state == "publishing"
        if not interrupted:
            if file._count_lines(*IN_FILE) != file.line_count:
                self._rewrite(file)  # a person took charges out
            file._place_temporary()
            if client:
                yield from self._check_site(file, client)
                yield from self._settle_refused(file, client)
                yield from self._archive(file, client)
            self._check_all_archived(file)
            # Committed before the renaming: from here on, a missing .tmp may mean that
            # the file has been renamed, and before the server was killed.
            file.state = "publishing"
            self._commit()
        if not file._publish(interrupted):
            self._say_taken(file, interrupted)
        self._commit()

    def _say_taken(self, file, interrupted):
        """Say that a file is gone already; where nobody saw it there, ask to look."""
        residence = file.residence_id
        if not interrupted:
            text = self.env._(
                "%(residence)s: Primmo took %(name)s at once.",
                residence=residence.name,
                name=file.name,
            )
            self._log("info", text, code="taken", residences=residence)
            return
        text = self.env._(
            "%(residence)s: the server was stopped while %(name)s was renamed, and the "
            "file is gone from the folder. Look in Primmo whether it was imported; if "
            "not, issue it again.",
            residence=residence.name,
            name=file.name,
        )
        self._log("warning", text, code="taken_unseen", residences=residence)
        self._tell(residence, self.env._("Was %(name)s imported?", name=file.name))

    # === ARCHIVE ===

    def _check_site(self, file, client):
        """Make sure that an address changed since leads to the same charges.

        Numbers of charges are small: another site has others of the same numbers, and
        would archive what nobody bills.

        :raises SofiUserError: it is another site
        """
        residence, settings = file.residence_id, file.settings
        if settings.get("site", residence.site) == residence.site:
            return
        expected = self._exported_amounts(file, *IN_FILE)
        limits = self._service_limits(file)
        found = yield partial(reconcile.ask, client, expected, *limits)
        if any(found[i][1] != amount for i, amount in expected.items()):
            text = self.env._(
                "%(residence)s: the address was changed since %(name)s was written, "
                "and the charges are not the same there. Put back the address "
                "%(site)s, then resume.",
                residence=residence.name,
                name=file.name,
                site=settings["site"],
            )
            raise SofiUserError(text, "site_changed", residence)
        file.settings = {**settings, "site": residence.site}

    def _archive(self, file, client):
        """Archive batch after batch; each answer is committed.

        Once a batch is archived the file must reach Primmo: only before is Cancel
        heard.
        """
        if not file._count_lines("archived"):
            self._check_cancelled()
        shown = time.monotonic()
        sent = file.batch_sent
        batches = [*self._batches(file), (None, None)]
        for (number, batch), (follows, _batch) in pairwise(batches):
            yield from self._archive_batch(file, client, batch, number, sent, follows)
            sent = max(sent, number)
            if time.monotonic() - shown > SHOWN_EVERY:
                self._show_archived(file.residence_id)
                shown = time.monotonic()

    def _show_archived(self, residence):
        """Say how many charges are archived by now."""
        number = self.counters["sofi.charge"]["archive"]
        step = self._labelled(residence.name, number)
        self._set_progress(self._units_done(), text=step)

    def _check_all_archived(self, file):
        """Stop before the file is published while something of it is not settled.

        :raises SofiUserError: what is left to do, by whom
        """
        values = {
            "residence": file.residence_id.name,
            "name": mdg.temporary_name(file._csv_name()),
        }
        Charge = self.env["sofi.charge"].sudo()  # sudo: see _execute
        foreign = Charge.search(file._lines_domain("archived_elsewhere"))
        failed = file._count_lines("archive_failed")
        if foreign:
            ids = foreign[:20].mapped("sofi_charge_id")
            text = self.env._(
                "%(residence)s: charges of %(name)s that somebody else archived in "
                "SOFI (%(count)s): %(ids)s.",
                count=len(foreign),
                ids=", ".join(ids) + (" …" if len(foreign) > len(ids) else ""),
                **values,
            )
            advice = self.env._(
                "Find out whether they are billed already, for instance by a file made "
                "by hand in SOFI. Then take them out of the file or keep them, and "
                "resume."
            )
            raise SofiUserError(text, "already_archived", file.residence_id, advice)
        if failed:
            text = self.env._(
                "%(residence)s: charges that SOFI did not archive: %(count)s. The file "
                "stays %(name)s. Resume takes them out of the file if they are no "
                "longer accepted.",
                count=failed,
                **values,
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

    def _archive_batch(self, file, client, batch, number, sent, follows):
        """Archive one batch with a key of its own: repeating it has no second effect.

        An answer is committed as a whole, so a repeated batch is always the same. What
        was archived before is ours only if this very batch was sent before and may
        have had its effect; else somebody else did it, and maybe billed it.

        That a batch is sent is committed before it is: of all but the first one
        together with the answer to the one before it.

        :param int number: of the batch
        :param int sent: the last batch that was sent before this one
        :param follows: number of the batch that is sent next, or None
        """
        lines = dict(batch._read_columns("sofi_charge_id", "id"))
        ids = sorted(lines)
        if file.batch_sent < number:
            file.batch_sent = number
            self._commit()
        try:
            key = f"{file.run_uuid}-{number}"
            answer = yield partial(client.archive, ids, file.name, key)
        except (exc.SofiConflict, exc.SofiNotFound) as error:
            answer = Archived(rejected=dict.fromkeys(ids, error.code))
        except exc.SofiError as error:
            if error.no_effect:
                file.batch_sent = sent
            raise
        ours = set(answer.done)
        if sent >= number or answer.repeated:
            ours |= answer.already
            self._say_repeated(file, answer.already & lines.keys())
        done = batch.browse(lines[i] for i in ids if i in ours)
        done._put_archived()
        left = [i for i in ids if i not in ours]
        foreign = batch.browse(lines[i] for i in left if i in answer.already)
        foreign.state = "archived_elsewhere"
        for charge_id in left:
            if charge_id in answer.already:
                continue
            reason = answer.rejected.get(charge_id, "")
            batch.browse(lines[charge_id]).write(
                {
                    "state": "archive_failed",
                    "refusal": reason,
                    "detail": self._refusal_text(reason),
                }
            )
        self._count("sofi.charge", "archive", len(done))
        if follows is not None:
            file.batch_sent = max(sent, number, follows)
        self._commit()

    def _refusal_text(self, code):
        """Return in words why SOFI did not archive a charge.

        :param str code: as SOFI gave it, may be empty
        """
        texts = {
            NO_ANSWER: self.env._("SOFI did not say whether it archived the charge"),
            "status_changed": self.env._("The charge is no longer accepted in SOFI"),
            "not_found": self.env._("The charge is no longer in SOFI"),
        }
        return texts.get(code) or self.env._(
            "SOFI refused to archive the charge (%(code)s)", code=code or "–"
        )

    def _say_repeated(self, file, ids):
        """Name charges taken for archived by a request whose answer was lost."""
        if ids:
            text = self.env._(
                "%(residence)s: charges of %(name)s that an earlier request had "
                "archived without an answer reaching us: %(count)s",
                residence=file.residence_id.name,
                count=len(ids),
                name=file.name,
            )
            value = ", ".join(sorted(ids)[:20])
            where = {"value": value, "residences": file.residence_id}
            self._log("warning", text, code="answer_lost", **where)

    # === RESUME ===

    def _settle_refused(self, file, client):
        """Ask SOFI again about charges it did not archive before.

        Accepted ones are tried again in batches of their own. Archived ones are done
        where SOFI had not answered to us; where it had refused, somebody else archived
        them since. All others leave the file, which is written anew (both versions are
        kept).
        """
        Charge = self.env["sofi.charge"].sudo()  # sudo: see _execute
        failed = Charge.search(file._lines_domain("archive_failed"))
        if not failed:
            return
        found = yield partial(client.statuses, failed.mapped("sofi_charge_id"))
        status = {line: found[line.sofi_charge_id] for line in failed}
        accepted, archived = self._words(file, "accepted", "archived")
        again = failed.filtered(lambda line: status[line] == accepted)
        batches = split_every(ARCHIVE_BATCH, again.ids)
        for number, ids in enumerate(batches, start=file._next_batch()):
            again.browse(ids).write(
                {
                    "state": "written",
                    "archive_batch": number,
                    "refusal": False,
                    "detail": False,
                }
            )
        by_now = failed.filtered(lambda line: status[line] == archived)
        ours = by_now.filtered(lambda line: line.refusal == NO_ANSWER)
        ours.state = "archived"
        (by_now - ours).state = "archived_elsewhere"
        gone = failed.filtered(lambda line: status[line] not in (accepted, archived))
        if gone:
            gone.state = "dropped"
            self._rewrite(file)
            self._log(
                "warning",
                self.env._(
                    "Charges that are no longer accepted in SOFI and were taken out of "
                    "%(name)s: %(count)s",
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

    def _rewrite(self, file):
        """Write the file without the charges that left it."""
        Charge = self.env["sofi.charge"].sudo()  # sudo: see _execute
        lines = Charge.search(file._lines_domain(*IN_FILE))
        charges = [line._to_core() for line in lines]
        rendered = file._render(charges)
        total = sum((charge.amount for charge in charges), Decimal(0))
        file._set_content(rendered.content, len(charges), total)
        file._place_temporary()
