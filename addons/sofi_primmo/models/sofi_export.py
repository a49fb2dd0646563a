import logging
from datetime import timedelta
from itertools import chain
from zoneinfo import ZoneInfo

from markupsafe import Markup

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.exchange_run.models.exchange_run_mixin import FAILURE_ACTIVITY
from odoo.addons.exchange_run.told import telling, told

from ..core import const, log_format, output_directory
from .sofi_residence_connection import SofiUserError

_logger = logging.getLogger(__name__)

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
        # A residence archived since keeps its runs: they may be open.
        context={"active_test": False},
        default=lambda self: self.env["sofi.residence"].search(
            [("company_id", "=", self.env.company.id)]
        ),
    )
    nightly = fields.Boolean(
        readonly=True, copy=False, engine=True, help="Started by the night."
    )
    retry_count = fields.Integer(
        string="Tried Again",
        readonly=True,
        copy=False,
        engine=True,
        help="How often the run was tried again by itself.",
    )
    file_ids = fields.One2many("sofi.export.file", "export_id", readonly=True)
    line_ids = fields.One2many("sofi.charge", "export_id", readonly=True)
    charge_count = fields.Integer(string="Charges", compute="_compute_totals")
    skipped_count = fields.Integer(string="Left Out", compute="_compute_totals")
    currency_id = fields.Many2one(
        "res.currency",
        default=lambda self: self.env.ref("base.CAD"),
        readonly=True,
        engine=True,
    )
    amount = fields.Monetary(string="Total", compute="_compute_totals")
    log_text = fields.Text(string="Log", compute="_compute_log_text")
    open_file_count = fields.Integer(compute="_compute_open")
    foreign_count = fields.Integer(
        string="Archived by Somebody Else",
        compute="_compute_open",
        help="Charges of open files that somebody else archived in SOFI.",
    )
    difference_text = fields.Text(string="Differences", compute="_compute_open")
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

    @api.depends("file_ids.state", "file_ids.difference", "line_ids.state")
    def _compute_open(self):
        foreign = dict(
            # sudo: a number of the run's own bookkeeping
            self.env["sofi.charge"]
            .sudo()
            ._read_group(
                [
                    ("export_id", "in", self.ids),
                    ("state", "=", "archived_elsewhere"),
                ],
                ["export_id"],
                ["__count"],
            )
        )
        for run in self:
            run.open_file_count = len(run._open_files())
            run.foreign_count = foreign.get(run, 0)
            texts = run.file_ids.filtered("difference").mapped("difference")
            run.difference_text = "\n".join(texts)

    @api.depends("exchange_message_ids")
    def _compute_log_text(self):
        for run in self:
            zone = ZoneInfo(run.residence_ids[:1].timezone or "UTC")
            run.log_text = "\n".join(
                log_format.line(
                    message.create_date.replace(tzinfo=ZoneInfo("UTC")).astimezone(
                        zone
                    ),
                    self._level(message.severity),
                    text,
                )
                for message in run.exchange_message_ids
                for text in (message.text, *run._explained(message))
            )

    @api.depends("dry_run")
    @api.depends_context("uid")
    def _compute_may_act(self):
        manager = self.env.su or self.env.user.has_group(MANAGER)
        for run in self:
            run.may_act = manager or run.dry_run

    # === LOG ===

    def _labelled(self, label, text):
        """Return a text after what it is about, written as the language does."""
        return self.env._("%(label)s: %(text)s", label=label, text=text)

    @staticmethod
    def _level(severity):
        return LEVELS.get(severity, "ERROR")

    @staticmethod
    def _explained(message):
        """Return what follows a line whose text is the script's own: where, what to do.

        The script's texts are kept to the letter, and name no residence.
        """
        explained = const.is_script_text(message.text) and message.advice
        return [message.advice] if explained else []

    def _log_many(self, findings):
        """Keep the findings with the run and in the residences' daily log files.

        Each names its residence, and leads to it. What a preview finds did not happen:
        it stays out of the files.
        """
        residences = [f.pop("residences", None) for f in findings]
        for finding, mine in zip(findings, residences, strict=True):
            if mine and len(mine) == 1:
                finding.setdefault("record", mine)
                if not const.is_script_text(finding["text"]):
                    if mine.name not in finding["text"]:
                        finding["text"] = self._labelled(mine.name, finding["text"])
        created = set()
        if not told(self.env, "sofi_preview"):
            for finding, mine in zip(findings, residences, strict=True):
                created |= self._log_to_files(mine or self.residence_ids[:1], finding)
        announced = [
            {
                "severity": "info",
                "code": "log_directory",
                "text": const.LOG_LOG_CREATED.format(path=path),
            }
            for path in sorted(created)
        ]
        return super()._log_many(announced + findings)

    def _log_to_files(self, residences, finding):
        """Write a finding into the log files; return the folders made for that."""
        level = self._level(finding["severity"])
        texts = [finding["text"]]
        if const.is_script_text(finding["text"]) and finding.get("advice"):
            texts.append(finding["advice"])
        return {
            residence._log_path()
            for residence in residences
            for text in texts
            if residence._write_log(level, text)
        }

    # === PLAN ===

    def _plan(self):
        """One chunk a residence; a preview also shows what would be exported."""
        residences = self.residence_ids.sorted(lambda r: (r.sequence, r.name, r.id))
        if self.dry_run:
            self._log("warning", const.LOG_DRY_RUN, code="dry_run")
        if told(self.env, "sofi_preview"):
            self._preview(residences)
        return [
            {"residence_id": residence.id, "rank": rank}
            for rank, residence in enumerate(residences, start=1)
        ]

    def _preview(self, residences):
        obstacles = self._obstacles(residences)
        for error in obstacles.values():
            self._record_error(error)
        free = residences.filtered(lambda residence: residence.id not in obstacles)
        with self._reading_ahead(free) as ahead:
            here = telling(self, sofi_ahead=ahead)
            while free:
                following = ahead.first_ready(free.ids) if ahead else free[0].id
                residence = free.browse(following)
                here._preview_residence(residence)
                free -= residence

    def _obstacles(self, residences):
        """Look at what keeps residences from being exported now.

        Before any call (spec 4.5); each folder stops those only whose files go there.

        :return: {id of a residence: SofiUserError}
        """
        # sudo: see _note_taken
        self.env["sofi.export.file"]._note_taken(residences.sudo().export_file_ids)
        found = {}
        for residence in residences:
            try:
                with self._told_clearly(residence):
                    self._check_obstacle(residence)
            except SofiUserError as error:
                found[residence.id] = error
        return found

    def _check_obstacle(self, residence):
        """Look at one residence, the chosen days and its folder.

        :raises SofiUserError: it cannot be exported now
        :raises DirectoryError: its folder cannot be used at all
        """
        mine = self._file_of(residence)
        if not mine:
            self._check_residence(residence)
            self._period_of(residence)
        with residence._visiting() as place:
            residence._remember_mount(place)
            names = residence._leftovers_of(place)
            refused = output_directory.refused(place.names()) if place else []
        if residence.output_directory == const.DEFAULT_OUTPUT_DIRECTORY:
            text = const.LOG_OUTPUT_SET.format(path=residence.output_directory)
            self._log("info", text, code="output_directory", residences=residence)
        self._log_refused(residence, refused)
        # sudo: see _file_of; those of this very run are no obstacle to it
        own = self.sudo().file_ids
        known = {name for file in own if file.directory for name in file._names()}
        names = [n for n in names if n not in known | set(own.mapped("name"))]
        if names and not mine:
            advice = residence._waiting_text(names)
            raise SofiUserError(const.LOG_FILES_FOUND, "files_found", residence, advice)

    def _check_residence(self, residence):
        """Make sure that a residence is one that is exported.

        :raises SofiUserError: it is archived, or shares its SOFI site
        """
        if not residence.active:
            text = self.env._(
                "%(residence)s is archived: it is not exported.",
                residence=residence.name,
            )
            raise SofiUserError(text, "archived_residence", residence)
        if residence._twins().filtered("active"):
            text = self.env._(
                "%(residence)s: another residence speaks with the same SOFI site, "
                "maybe in another company. Its charges would be billed twice: archive "
                "one of them.",
                residence=residence.name,
            )
            raise SofiUserError(text, "site_twice", residence)

    def _log_refused(self, residence, names):
        """Name the files that Primmo refused (*.err); they do not stop a run."""
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
        return super(SofiExport, telling(self, sofi_preview=True)).action_plan()

    def _start(self):
        if not self.date_start:
            # what the preview counted is counted anew by what is done
            with self._engine_writes():
                self.counters = {}
        return super()._start()

    def _record_error(self, error):
        if not isinstance(error, SofiUserError):
            return super()._record_error(error)
        return self._log(
            "error",
            str(error),
            code=error.code,
            advice=error.advice,
            residences=error.residence,
        )

    # === RESUME ===

    def _open_files(self):
        """Return the files that have not reached their end."""
        return self.file_ids.filtered(lambda f: f.state in ("written", "publishing"))

    def _final_state(self, done, failed):
        state = super()._final_state(done, failed)
        # sudo: see _file_of
        unsettled = self._open_files() or self.sudo().file_ids.filtered("difference")
        return "partial" if unsettled else state

    def _reset_failed_chunks(self):
        """Do again what failed, and files that have not reached their end.

        When the run is tried again by itself, of those residences only whose turn it
        is.
        """
        again = self._failed_residences() | self._open_files().residence_id
        due = told(self.env, "sofi_retry")
        if due is not None:
            again = again.filtered(lambda residence: residence.id in due)
        self._chunks_of(again).state = "todo"

    def _chunks_of(self, residences):
        # sudo: chunks are bookkeeping, no user has rights on them
        chunks = self.env["exchange.chunk"].sudo().search(self._own_rows())
        return chunks.filtered(lambda x: x.payload["residence_id"] in residences.ids)

    def _failed_residences(self):
        return self.env["sofi.residence"].browse(
            chunk.payload["residence_id"] for chunk in self._chunks("failed")
        )

    # === TELL ===

    def _troubled(self):
        """Return the residences of which something is left to do."""
        # sudo: see _file_of
        differing = self.sudo().file_ids.filtered("difference")
        files = self._open_files() | differing.with_env(self.env)
        return self._failed_residences() | files.residence_id

    def _on_failure(self):
        """Tell each residence's own person what happened there."""
        troubled = self._troubled()
        if not troubled:
            return super()._on_failure()
        for person, residences in troubled.grouped(self._person_of).items():
            told = self.with_context(lang=person.lang or self.env.lang)
            told._tell(
                residences,
                told.env._(
                    "Export of %(residences)s needs attention",
                    residences=", ".join(residences[:3].mapped("name"))
                    + (" …" if len(residences) > 3 else ""),
                ),
                person,
            )
        return None

    def _tell(self, residences, summary, person=None):
        """Schedule an activity that says what is the matter with residences.

        :param str summary: in the user's language
        :param person: user; by default the residence's responsible person
        """
        # sudo: findings are read for a person who may read the run
        findings = self.sudo().exchange_message_ids.filtered(
            lambda message: message.severity not in ("info", "warning")
            and message.res_model == "sofi.residence"
            and message.res_id in residences.ids
        )
        told = [(message.text, *self._explained(message)) for message in findings[-10:]]
        texts = dict.fromkeys(chain.from_iterable(told))
        self.activity_schedule(
            FAILURE_ACTIVITY,
            summary=summary,
            note=Markup("<br/>").join(texts),
            user_id=(person or self._person_of(residences[:1])).id,
        )

    def _person_of(self, residence):
        """Return whom to tell of a residence: somebody who may see the run."""
        for person in (residence.user_id, self.user_id):
            # sudo: somebody else's companies, of which the one who exports may not
            # read all
            if person.active and self.company_id in person.sudo().company_ids:
                if self.with_user(person).has_access("read"):
                    return person
        return self.env.user

    # === BUTTONS ===

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
        started = self.filtered(lambda run: run.state not in ("draft", "planned"))
        started._check_may_run()

    def action_keep_all(self):
        """Keep all charges in their files that somebody else archived."""
        return self._foreign_lines().action_keep()

    def action_take_out_all(self):
        """Take all charges out of their files that somebody else archived."""
        return self._foreign_lines().action_take_out()

    def _foreign_lines(self):
        self.check_access("read")
        return self.env["sofi.charge"].search(
            [("export_id", "in", self.ids), ("state", "=", "archived_elsewhere")]
        )

    # === NIGHT ===

    @api.model
    def _cron_export(self):
        """Run the night's export, company by company; simulated residences apart.

        Nothing that happens to one company keeps the others from their night.
        """
        here = telling(self, sofi_others_wait=True)
        residences = self.env["sofi.residence"].search([("active", "=", True)])
        residences -= here._busy_tonight()
        nights = residences.grouped(lambda r: (r.dry_run, r.company_id.id))
        for number, (night, mine) in enumerate(sorted(nights.items()), start=1):
            wait = number < len(nights)
            try:
                with self._undo_on_error():
                    telling(self, sofi_others_wait=wait)._run_at_night(mine)
            except Exception:
                _logger.exception("SOFI: the night of company %s", night[1])

    @api.model
    def _busy_tonight(self):
        """Return the residences that this night has seen already.

        A night that the server did not survive is started again by the scheduler. Its
        runs go on by themselves: here, where nobody works on them, else beside.
        """
        runs = self.search([("nightly", "=", True), ("state", "=", "running")])
        for run in runs:
            run._work_in_background()
        cron = self.env.ref("sofi_primmo.ir_cron_sofi_export", raise_if_not_found=False)
        if cron and cron.nextcall <= fields.Datetime.now():
            tonight = [("nightly", "=", True), ("create_date", ">=", cron.nextcall)]
            runs |= self.search(tonight)
        return runs.residence_ids

    @api.model
    def _run_at_night(self, residences):
        """Create a run for residences of one company and run it."""
        if not residences:
            return self.browse()
        person = residences.user_id[:1] or self.env.user
        here = self.with_company(residences.company_id)
        here = telling(here, exchange_inline=True)
        here = here.with_context(lang=person.lang or self.env.lang)
        run = here.create(
            {
                "company_id": residences.company_id.id,
                "residence_ids": [fields.Command.set(residences.ids)],
                "dry_run": residences[0].dry_run,
                "user_id": person.id,
                "nightly": True,
            }
        )
        run._commit()
        try:
            with run._undo_on_error():
                run._begin_night()
        except Exception as error:
            run._record_error(error)
            run._end("failed")
        # commit: a lane that is to go on is woken now, not after the others' nights
        run._commit()
        return run

    def _begin_night(self):
        """Start the run, or let it begin when the company's other run has ended.

        That may be one of this night that a lane works on.
        """
        if self._is_idle() or not self.env["exchange.chunk"]._lanes():
            self.action_run()
            return
        self._make_plan()
        self._start()
        self._queue_up()

    def _runner_id(self):
        """A night has the rights of the schedule where its responsible lacks them."""
        runner = super()._runner_id()
        if self.nightly and self.env.uid == SUPERUSER_ID:
            companies = {"allowed_company_ids": self.company_id.ids}
            try:
                self.with_user(runner).with_context(**companies)._check_may_run()
            except AccessError:
                return SUPERUSER_ID
        return runner

    # === TRY AGAIN ===

    @api.model
    def _cron_retry(self):
        """Try failed nights again, as often and as late as the residences say.

        And look which files Primmo has taken.
        """
        self = telling(self, sofi_others_wait=True)
        self.env["sofi.export.file"]._note_taken()
        unwell = [("nightly", "=", True), ("state", "in", ("partial", "failed"))]
        recent = fields.Datetime.now() - timedelta(days=2)
        for run in self.search([*unwell, ("date_end", ">", recent)], order="id"):
            due = run._due_again()
            if not due:
                continue
            try:
                with run._undo_on_error():
                    run._try_again(due)
            except UserError:
                continue  # another job of the company: the next time
            except Exception:
                _logger.exception("SOFI: trying %s again", run.id)

    def _due_again(self):
        """Return the residences whose export is to be tried again now.

        Not where a person must decide, nor where a later night has taken over.
        """
        waiting = self._foreign_lines().residence_id
        open_files = self._open_files().residence_id - waiting
        later = self.search([("nightly", "=", True), ("id", ">", self.id)])
        failed = self._failed_residences() - later.residence_ids
        passed = fields.Datetime.now() - self.date_end
        return (open_files | failed).filtered(
            lambda residence: residence.active
            and self.retry_count < residence.retry_times
            and passed >= timedelta(minutes=residence.retry_minutes)
        )

    def _try_again(self, residences):
        person = self.user_id or self.env.user
        run = telling(self, sofi_retry=residences.ids, exchange_inline=True)
        run = run.with_context(lang=person.lang or self.env.lang)
        run.retry_count += 1
        run.action_resume()

    def _counter_labels(self):
        return {
            **super()._counter_labels(),
            "sofi.charge": self.env._("Charges"),
            "sofi.export.file": self.env._("Files"),
            "read": self.env._("Read"),
            "export": self.env._("Written"),
            "archive": self.env._("Archived"),
        }
