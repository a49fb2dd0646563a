from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..core import const, output_directory
from ..core.output_directory import DirectoryError
from .sofi_residence_connection import SofiUserError

MANAGER = "sofi_primmo.group_sofi_manager"
LEVELS = {"info": "INFO", "warning": "WARN"}


class SofiExport(models.Model):
    """A run: accepted charges of SOFI become MDG files, and are archived there."""

    _name = "sofi.export"
    _description = "SOFI Export"
    _inherit = ["exchange.run.mixin"]
    _exchange_kind = "sofi.export"
    _exchange_sequence_code = "sofi.export"
    _exchange_background_from = 5  # residences; the night runs them at once

    residence_ids = fields.Many2many(
        "sofi.residence",
        string="Residences",
        required=True,
        check_company=True,
        default=lambda self: self.env["sofi.residence"].search(
            [("company_id", "=", self.env.company.id)]
        ),
    )
    file_ids = fields.One2many("sofi.export.file", "export_id", readonly=True)
    line_ids = fields.One2many("sofi.charge", "export_id", readonly=True)
    charge_count = fields.Integer(string="Charges", compute="_compute_totals")
    skipped_count = fields.Integer(string="Left Out", compute="_compute_totals")
    currency_id = fields.Many2one(
        "res.currency", default=lambda self: self.env.ref("base.CAD")
    )
    amount = fields.Monetary(string="Total", compute="_compute_totals")
    log_text = fields.Text(string="Log", compute="_compute_log_text")
    may_act = fields.Boolean(
        compute="_compute_may_act",
        help="Managers may run, resume and give up every run, operators simulations.",
    )

    @api.depends("line_ids.state", "line_ids.amount")
    def _compute_totals(self):
        groups = self.env["sofi.charge"]._read_group(
            [("export_id", "in", self.ids)],
            ["export_id", "state"],
            ["__count", "amount:sum"],
        )
        found = {(run.id, state): (n, total) for run, state, n, total in groups}
        in_file = ("preview", "simulated", "written", "archived", "archive_failed")
        for run in self:
            mine = [found.get((run.id, state), (0, 0)) for state in in_file]
            run.charge_count = sum(count for count, _total in mine)
            run.amount = run.currency_id.round(sum(total for _count, total in mine))
            run.skipped_count = found.get((run.id, "skipped"), (0, 0))[0]

    @api.depends("exchange_message_ids")
    def _compute_log_text(self):
        for run in self:
            run.log_text = "\n".join(
                f"[{self._level(message.severity)}] default - {message.text}"
                for message in run.exchange_message_ids
            )

    @api.depends("dry_run")
    @api.depends_context("uid")
    def _compute_may_act(self):
        manager = self.env.su or self.env.user.has_group(MANAGER)
        for run in self:
            run.may_act = manager or run.dry_run

    # === LOG ===

    @staticmethod
    def _level(severity):
        return LEVELS.get(severity, "ERROR")

    def _log_many(self, findings):
        """Keep the findings with the run and in the residences' daily log files."""
        created = set()
        for finding in findings:
            residences = finding.pop("residences", None) or self.residence_ids[:1]
            level = self._level(finding["severity"])
            created.update(
                residence._log_path()
                for residence in residences
                if residence._write_log(level, finding["text"])
            )
        announced = [
            {
                "severity": "info",
                "code": "log_directory",
                "text": const.LOG_LOG_CREATED.format(path=path),
            }
            for path in sorted(created)
        ]
        return super()._log_many(announced + findings)

    # === PLAN ===

    def _plan(self):
        """Guard the folders before any call, then one chunk a residence (spec 4.5)."""
        residences = self.residence_ids.sorted(lambda r: (r.sequence, r.name, r.id))
        if self._guard(residences):
            return []
        if self.dry_run:
            self._log("warning", const.LOG_DRY_RUN, code="dry_run")
        if self.env.context.get("sofi_preview"):
            with self._reading_ahead(residences) as ahead:
                for residence in residences:
                    self.with_context(sofi_ahead=ahead)._preview_residence(residence)
        return [
            {"residence_id": residence.id, "rank": rank}
            for rank, residence in enumerate(residences, start=1)
        ]

    def _guard(self, residences):
        """Log what forbids the whole run; True when there is something."""
        obstacles = []
        for residence in residences:
            where = {"residences": residence, "record": residence}
            try:
                found = self._obstacle(residence, where)
            except DirectoryError as error:
                text = const.LOG_INVALID_OUTPUT.format(path=residence.output_directory)
                advice = residence._folder_text(error)
                found = {"text": text, "code": error.code, "advice": advice}
            if found:
                obstacles.append({"severity": "fatal", **found, **where})
        if obstacles:
            self._log_many(obstacles)
        return bool(obstacles)

    def _obstacle(self, residence, where):
        """Look at the folder of a residence.

        :param dict where: residence and record of what is logged
        :return: a finding that forbids the run, or None
        :raises DirectoryError: the folder cannot be used at all
        """
        names = residence._leftovers()
        if residence.output_directory == const.DEFAULT_OUTPUT_DIRECTORY:
            text = const.LOG_OUTPUT_SET.format(path=residence.output_directory)
            self._log("info", text, code="output_directory", **where)
        self._log_refused(residence)
        if not names:
            return None
        return {
            "text": const.LOG_FILES_FOUND,
            "code": "files_found",
            "value": ", ".join(names[:5]),
            "advice": residence._waiting_text(names),
        }

    def _log_refused(self, residence):
        """Name the files that Primmo refused (*.err); they do not stop a run."""
        folder = residence._output_folder()
        names = output_directory.refused(folder) if folder else []
        if names:
            self._log(
                "warning",
                self.env._("Primmo refused files: see them, then issue them again"),
                code="refused_by_primmo",
                value=", ".join(names[:5]),
                residences=residence,
            )

    def _clear_plan(self):
        # sudo: preview lines are the run's own bookkeeping
        self.env["sofi.charge"].sudo().search(
            [
                ("export_id", "=", self.id),
                ("file_id", "=", False),
                ("state", "in", ("preview", "skipped")),
            ]
        ).unlink()
        return super()._clear_plan()

    def action_plan(self):
        """Read from SOFI what would be exported; write no file, archive nothing."""
        return super(SofiExport, self.with_context(sofi_preview=True)).action_plan()

    def _record_error(self, error):
        if not isinstance(error, SofiUserError):
            return super()._record_error(error)
        where = {"record": error.residence, "residences": error.residence}
        advice = error.advice
        return self._log("error", str(error), code=error.code, advice=advice, **where)

    # === RESUME ===

    def _open_files(self):
        """Return the files that have not reached their end."""
        return self.file_ids.filtered(lambda f: f.state in ("written", "publishing"))

    def _final_state(self, done, failed):
        state = super()._final_state(done, failed)
        return "partial" if self._open_files() else state

    def _reset_failed_chunks(self):
        result = super()._reset_failed_chunks()
        residences = self._open_files().residence_id
        # sudo: chunks are bookkeeping, no user has rights on them
        chunks = (
            self.env["exchange.chunk"]
            .sudo()
            .search([("run_model", "=", self._name), ("run_id", "=", self.id)])
        )
        chunks.filtered(
            lambda chunk: chunk.payload["residence_id"] in residences.ids
        ).state = "todo"
        return result

    def _check_may_run(self):
        """Only managers archive charges; operators simulate."""
        if not all(self.mapped("may_act")):
            raise AccessError(
                self.env._("Only a manager of SOFI / Primmo can export for real.")
            )
        return super()._check_may_run()

    def _check_may_cancel(self):
        """Who may preview a run may give up the preview."""
        self.check_access("write")
        self.filtered(lambda run: run.state != "planned")._check_may_run()

    def action_resume(self):
        """Go on where the run stopped; one that the guard stopped begins anew."""
        self._check_may_run()
        stopped = self.filtered(lambda r: r.state == "failed" and not r._chunk_counts())
        stopped._set_state("draft")
        stopped.action_run()
        return super(SofiExport, self - stopped).action_resume()

    # === CRON ===

    @api.model
    def _cron_export(self):
        """Run the night's export, company by company; simulated residences apart."""
        residences = self.env["sofi.residence"].search([("active", "=", True)])
        for mine in residences.grouped("company_id").values():
            for dry_run in (False, True):
                self._run_at_night(mine.filtered(lambda r, d=dry_run: r.dry_run == d))

    @api.model
    def _run_at_night(self, residences):
        """Create a run for residences of one company and run it."""
        if not residences:
            return self.browse()
        here = self.with_company(residences.company_id)
        run = here.with_context(exchange_inline=True).create(
            {
                "company_id": residences.company_id.id,
                "residence_ids": [fields.Command.set(residences.ids)],
                "dry_run": residences[0].dry_run,
                "user_id": (residences.user_id[:1] or self.env.user).id,
            }
        )
        run._commit()
        try:
            run.action_run()
        except UserError as error:
            # The company's other run is still busy: told on the run, others go on.
            run._record_error(error)
            run._end("failed")
        return run

    def _counter_labels(self):
        return {
            **super()._counter_labels(),
            "sofi.charge": self.env._("Charges"),
            "sofi.export.file": self.env._("Files"),
            "read": self.env._("Read"),
            "export": self.env._("Written"),
            "archive": self.env._("Archived"),
        }
