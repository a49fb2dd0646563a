from datetime import UTC, timedelta
from decimal import Decimal
from functools import partial

from odoo import fields, models

from odoo.addons.exchange_run.core.money import exact
from odoo.addons.exchange_run.models.exchange_run_mixin import FAILURE_ACTIVITY

from ..core import exceptions as exc
from ..core import reconcile
from ..core.period import Period
from ..core.read_ahead import Job, ReadAhead
from .sofi_export_together import LEFT_SECONDS


class SofiExport(models.Model):
    """Compare what was exported with what SOFI says afterwards (spec 9.2)."""

    # One file a concern: together they would be too long to read.
    _inherit = "sofi.export"  # pylint: disable=consider-merging-classes-inherited

    date_reconciled = fields.Datetime(readonly=True, copy=False, engine=True)

    def _finish(self):
        result = super()._finish()
        if not self.dry_run:
            self._reconcile()
        return result

    def action_reconcile(self):
        """Ask SOFI about every exported charge: archived, amounts unchanged, totals."""
        self.check_access("write")
        for run in self:
            run._reconcile()
            run._settle_state()
        return True

    def action_accept_differences(self):
        """Say that what differs was looked at and is in order.

        :raises AccessError: not a manager
        """
        self._check_may_run()
        for run in self:
            # sudo: see _execute
            files = run.sudo().file_ids.filtered("difference")
            run._log(
                "warning",
                self.env._(
                    "%(user)s accepted the differences of %(files)s.",
                    user=self.env.user.name,
                    files=", ".join(files.mapped("name")),
                ),
                code="difference_accepted",
                residences=files.residence_id,
            )
            for file in files:
                file.difference_accepted = file.difference
            files.difference = False
            run._settle_state()
        return True

    def _settle_state(self):
        """Put an ended run into the state that its files have by now."""
        if self.state not in ("done", "partial"):
            return
        counts = self._chunk_counts()
        done, failed = (counts.get(key, (0, 0))[0] for key in ("done", "failed"))
        state = self._final_state(done, failed)
        if state == self.state:
            return
        if state == "done":
            self.activity_unlink([FAILURE_ACTIVITY])
        self._end(state)

    def _reconcile(self):
        self.ensure_one()
        files = self.sudo().file_ids.filtered(  # sudo: see _execute
            lambda f: f.state == "done" and not f.simulated and not f.reissue_of_id
        )
        jobs = [
            Job(file.id, file.residence_id._host(), partial(self._question, file))
            for file in files
        ]
        seconds = LEFT_SECONDS if self._others_wait() else None
        with ReadAhead(jobs, files.residence_id._request_limits()) as ahead:
            while files and (key := ahead.first_ready(files.ids, seconds)):
                file = files.browse(key)
                self._reconcile_file(file, ahead)
                files -= file
        for file in files:
            self._say_not_reconciled(file, exc.SofiTransient("no answer yet"))
        # sudo: see _execute
        self.sudo().date_reconciled = fields.Datetime.now()

    def _question(self, file, gate):
        """Return a callable that asks SOFI about a file's charges, in any thread.

        :param gate: limits the requests at once, see `Transport`
        :return: callable giving ({id: amount} expected, what `reconcile.ask` gives)
        """
        expected = self._exported_amounts(file)
        if not expected:
            return lambda: ({}, {})
        client, limits = file.residence_id._client(gate), self._service_limits(file)

        def ask():
            with client:
                client.login()
                return expected, reconcile.ask(client, expected, *limits)

        return ask

    def _reconcile_file(self, file, ahead):
        try:
            expected, found = ahead.take(file.id)
        except exc.SofiError as error:
            self._say_not_reconciled(file, error)
            return
        told = self._report_differences(file, expected, found) if expected else []
        text = "\n".join(told)
        file.difference = text if text != file.difference_accepted else False

    def _say_not_reconciled(self, file, error):
        translated = file.residence_id._translate_error(error)
        self._log(
            "warning",
            self.env._("Reconciliation was not possible: %s", translated),
            code=translated.code,
            residences=file.residence_id,
        )

    def _exported_amounts(self, file, *states):
        """Return {SOFI charge id: amount} of a file's archived lines, or other ones."""
        domain = file._lines_domain(*(states or ["archived"]))
        lines = self.env["sofi.charge"].search(domain)
        rows = lines._read_columns("sofi_charge_id", "amount")
        return {charge_id: exact(amount, 2) for charge_id, amount in rows}

    def _service_limits(self, file):
        """Return the instants, for the interface, that enclose the file's services."""
        [(first, last)] = self.env["sofi.charge"]._read_group(
            [("file_id", "=", file.id)], [], ["service_date:min", "service_date:max"]
        )
        end = last + timedelta(seconds=1)
        return Period(first.replace(tzinfo=UTC), end.replace(tzinfo=UTC)).parameters()

    def _report_differences(self, file, expected, found):
        """Log what SOFI says otherwise than the file.

        :return: the texts of the differences, none where all is equal
        """
        (archived,) = self._words(file, "archived")
        open_ids = sorted(i for i in expected if found[i][0] != archived)
        changed = sorted(i for i in expected if found[i][1] != expected[i])
        texts = [
            (open_ids, "not_archived", self.env._("Exported but not archived in SOFI")),
            (changed, "amount_changed", self.env._("Amount changed in SOFI since")),
        ]
        findings = [
            {
                "severity": "error",
                "code": code,
                "text": self._labelled(file.name, f"{text} ({len(ids)})"),
                "value": ", ".join(ids[:20]),
                "residences": file.residence_id,
            }
            for ids, code, text in texts
            if ids
        ]
        told = [self._labelled(found["text"], found["value"]) for found in findings]
        self._log_many(findings)
        return told + self._report_totals(file, expected, found)

    def _report_totals(self, file, expected, found):
        """Σ file = Σ journal = Σ SOFI, to the cent; return the text of a difference."""
        totals = {
            "file": exact(file.amount, 2),
            "journal": sum(expected.values(), Decimal(0)),
            "sofi": sum((amount for _s, amount in found.values()), Decimal(0)),
        }
        equal = len(set(totals.values())) == 1
        text = self.env._(
            "%(name)s: total of the file %(file)s, of the journal %(journal)s, of "
            "SOFI %(sofi)s",
            name=file.name,
            **{key: f"{total:.2f}" for key, total in totals.items()},
        )
        self._log(
            "info" if equal else "error",
            text,
            code="reconciled" if equal else "totals_differ",
            residences=file.residence_id,
        )
        return [] if equal else [text]

    def action_view_totals(self):
        """Show the run's totals by service and resident.

        :return: a window action
        """
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Totals of %(name)s", name=self.name),
            "res_model": "sofi.charge",
            "view_mode": "pivot,list",
            "domain": [("export_id", "=", self.id), ("file_id", "!=", False)],
            "context": {
                "pivot_row_groupby": ["service_code", "external_id"],
                "pivot_column_groupby": ["residence_id"],
            },
        }
