from odoo import api, fields, models
from odoo.exceptions import UserError

from .exchange_chunk import ROWS

STATES = [
    ("draft", "Draft"),
    ("planned", "Planned"),
    ("running", "Running"),
    ("partial", "Partial"),
    ("done", "Done"),
    ("failed", "Failed"),
    ("cancelled", "Cancelled"),
]
STARTABLE = ("draft", "planned")
FAILURE_ACTIVITY = "mail.mail_activity_data_warning"
RESUMABLE = ("running", "partial", "failed")
#: Fields of the record that its current job has, too, and what they are called there.
SAID_TO_JOB = {
    "name": "name",
    "company_id": "company_id",
    "user_id": "responsible_id",
    "state": "state",
    "dry_run": "dry_run",
    "date_start": "date_start",
    "date_end": "date_end",
}
OVER = ("partial", "done", "failed", "cancelled")
#: What `_execute` returns for a chunk that waits for somebody, see there.
SET_ASIDE = "set_aside"


class ExchangeRunMixin(models.AbstractModel):
    """A record that has jobs: an import, an export, a billing run.

    It shows its current job (`job_id`), whose state is its own; those before stay in
    its history, each with its findings and counters. A domain model inherits this
    mixin and implements :meth:`_plan`, :meth:`_execute` and, if it likes,
    :meth:`_finish`. The mixin plans, executes chunk by chunk,
    shows progress, hears the cancel button and resumes after a crash; how it does
    so is in `exchange_run_lock.py`, `exchange_run_plan.py`, `exchange_run_worker.py`.
    What it tells is in `exchange_run_findings.py`.
    """

    _name = "exchange.run.mixin"
    _description = "Job"
    _inherit = ["exchange.engine.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _check_company_auto = True

    #: Jobs of one kind and company never run at the same time.
    _exchange_kind = None
    #: Whether that is so; else only one and the same job is worked on once at a time.
    _exchange_exclusive = True
    #: "chunk": each chunk commits. "run": all chunks in one transaction.
    _exchange_transaction = "chunk"
    #: Whether several workers may share the chunks of one job; see :meth:`_is_shared`.
    _exchange_shared = False
    #: From how many units on the job runs in the background; None: never.
    _exchange_background_from = None
    #: Fields that say what the job is about: they are settled once it has a plan.
    _exchange_settled = ("dry_run",)
    _exchange_sequence_code = "exchange.run"

    name = fields.Char(
        default=lambda self: self.env._("New"),
        readonly=True,
        copy=False,
        index=True,
        engine="write",
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
        engine="write",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        default=lambda self: self.env.user,
        index=True,
        help="This person is told of a failure.",
    )
    state = fields.Selection(
        STATES,
        default="draft",
        required=True,
        copy=False,
        tracking=True,
        index=True,
        engine=True,
    )
    dry_run = fields.Boolean(
        help="Do everything except what could not be undone outside this database."
    )
    job_id = fields.Many2one(
        "exchange.job",
        string="Current Job",
        readonly=True,
        copy=False,
        bypass_search_access=True,
        engine=True,
    )
    job_count = fields.Integer(string="Jobs", compute="_compute_job_count")
    date_start = fields.Datetime(
        string="Started", readonly=True, copy=False, engine=True
    )
    date_end = fields.Datetime(string="Ended", readonly=True, copy=False, engine=True)
    progress_done = fields.Integer(compute="_compute_progress")
    progress_total = fields.Integer(compute="_compute_progress")
    progress_percent = fields.Float(string="Progress", compute="_compute_progress")
    progress_text = fields.Char(string="Step", compute="_compute_progress")
    counters = fields.Json(copy=False, readonly=True, engine=True)
    counters_html = fields.Html(string="Result", compute="_compute_counters_html")
    exchange_message_ids = fields.One2many(
        "exchange.message",
        "run_id",
        string="Findings",
        bypass_search_access=True,
        readonly=True,
        copy=False,
    )
    message_error_count = fields.Integer(
        string="Errors", compute="_compute_message_counts"
    )
    message_warning_count = fields.Integer(
        string="Warnings", compute="_compute_message_counts"
    )
    attachment_ids = fields.One2many(
        "ir.attachment",
        "res_id",
        string="Files",
        domain=lambda self: [
            ("res_model", "=", self._name),
            ("res_field", "=", False),
        ],
        readonly=True,
        copy=False,
    )

    # === HOOKS OF A DOMAIN ===

    def _plan(self):
        """Say what will be done, without writing any business record.

        May log messages and count. A fatal or blocking finding is logged, not raised.

        :return: iterable of JSON-serialisable dicts, one a chunk; the optional key
            `units` (default 1) is the chunk's share of the progress bar
        """
        return []

    def _execute(self, payload):
        """Do the work of one chunk.

        :param dict payload: what :meth:`_plan` gave for this chunk
        :return: nothing; `SET_ASIDE` where the chunk waits for somebody outside: it
            stays to do, and :meth:`_next_chunk` says whose turn it is (not in "run"
            mode). What is done of it is committed
        :raises UserError: a clear failure of this chunk; the others go on (in "run"
            mode everything is undone and the job fails)
        """

    def _is_shared(self):
        """Tell whether several workers in the background may share the job's chunks.

        They are then done in any order, several at the same time, and must not need
        each other. Each is one transaction: :meth:`_execute` neither commits nor sets
        aside, writes nothing that all chunks share, such as the job itself, and counts
        by :meth:`_count`. Where two chunks still meet, one of them is undone and done
        once more.
        """
        return self._exchange_shared

    def _finish(self):
        """Close the job, after the last chunk, whether or not some failed."""

    def _final_state(self, done, failed):
        """Return the state the job ends in.

        :param int done: number of chunks done
        :param int failed: number of chunks failed
        """
        if failed:
            return "partial" if done else "failed"
        return "done"

    def _on_failure(self):
        """Tell the responsible person that the job failed or ended in part."""
        person = self.user_id or self.env.user
        told = self.with_context(lang=person.lang or self.env.lang)
        told.activity_schedule(
            FAILURE_ACTIVITY,
            summary=told.env._("Job %(name)s needs attention", name=self.name),
            user_id=person.id,
        )

    def _check_may_run(self):
        """Refuse to do the job, or to go on with it, for who may not.

        Asked when somebody presses a button that starts or resumes the job, and again
        when a worker takes it over, then as the user who started it.

        :raises AccessError: what right is missing
        """
        self.check_access("write")

    def _check_may_cancel(self):
        """Refuse to give up the job for who may not.

        :raises AccessError: what right is missing
        """
        self._check_may_run()

    # === JOBS ===

    def _job_kind(self):
        """Return the technical name of what the job to come is about."""
        return self._exchange_kind or self._name

    @api.model
    def _job_kind_name(self, kind):
        """Return what users call a kind of job of this model, in their language.

        :param str kind: what :meth:`_job_kind` gave
        """
        # sudo: the name of a model is no secret, and translated where it is kept
        return self.env["ir.model"].sudo()._get(self._name).name

    def _begin_job(self):
        """Begin another job of each record; those before stay in its history."""
        # sudo: jobs are the engine's own bookkeeping, no user writes them
        Job = self.env["exchange.job"].sudo()
        self.sudo().job_id.is_current = False
        jobs = Job.create([run._prepare_job_vals() for run in self])
        with self._engine_writes():
            for run, job in zip(self, jobs, strict=True):
                run.job_id = job

    def _prepare_job_vals(self):
        return {
            "name": self.name,
            "company_id": self.company_id.id,
            "responsible_id": self.user_id.id,
            "dry_run": self.dry_run,
            "number": self.sudo().job_id.number + 1,
            "kind": self._job_kind(),
            "res_model": self._name,
            "res_id": self.id,
        }

    def _tell_jobs(self, names):
        """Let the current jobs follow their records; one set back begins another.

        :param names: of the fields that were written
        """
        for run in self:
            job = run.sudo().job_id  # sudo: see _begin_job
            if "state" in names and run.state == "draft" and job.state != "draft":
                run._begin_job()
                continue
            said = {
                SAID_TO_JOB[name]: self._fields[name].convert_to_write(run[name], run)
                for name in SAID_TO_JOB.keys() & names
            }
            # a preview that is thrown away stays in the history with what it counted
            if "state" in names and run.state in (*OVER, "planned"):
                counts = run._chunk_counts()
                said["counters"] = run.counters
                said["chunk_count"] = sum(number for number, _u in counts.values())
                said["chunk_failed_count"] = counts.get("failed", (0, 0))[0]
            job.write(said)

    def _compute_job_count(self):
        # sudo: only a number leaves, of jobs of records the user may read
        groups = (
            self.env["exchange.job"]
            .sudo()
            ._read_group(
                [("res_model", "=", self._name), ("res_id", "in", self.ids)],
                ["res_id"],
                ["__count"],
            )
        )
        counts = dict(groups)
        for run in self:
            run.job_count = counts.get(run.id, 0)

    def action_view_jobs(self):
        """Open the history: every job of this record.

        :return: a window action
        """
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Jobs of %(name)s", name=self.name),
            "res_model": "exchange.job",
            "view_mode": "list,form",
            "domain": [("res_model", "=", self._name), ("res_id", "=", self.id)],
        }

    # === FIELDS ===

    @api.model_create_multi
    def create(self, vals_list):
        """Create jobs; each gets a number unless it is given a name."""
        Sequence = self.env["ir.sequence"]
        for vals in vals_list:
            if vals.get("name", "New") in ("New", self.env._("New")):
                number = Sequence.next_by_code(self._exchange_sequence_code)
                vals["name"] = number or self.env._("New")
        runs = super().create(vals_list)
        runs._begin_job()
        runs.filtered(lambda run: run.state != "draft")._tell_jobs(["state"])
        return runs

    def write(self, vals):
        """Change jobs; what one is about is settled once it has a plan.

        :raises UserError: a job with a plan would become another one, such as a real
            one or a rehearsal; see `_exchange_settled`
        """
        names = vals.keys() & set(self._exchange_settled)
        if names and not self._is_engine_writing():
            settled = self.filtered(lambda run: run.state != "draft")
            if any(not r._engine_is_same(n, vals[n]) for r in settled for n in names):
                raise UserError(
                    self.env._(
                        "A job that was previewed or started cannot become another "
                        "kind of run. Set it back to draft first, or make a new one."
                    )
                )
        result = super().write(vals)
        if SAID_TO_JOB.keys() & vals.keys():
            self._tell_jobs(vals.keys())
        return result

    def _compute_progress(self):
        # sudo: who may read the job may see how far it is
        live = self.env["exchange.progress"].sudo()._read_for(self)
        for run in self:
            done, total, text = live.get(run.id, (0, 0, None))
            run.progress_done = done
            run.progress_total = total
            run.progress_text = text
            share = 100 * (done or 0) / total if total else 0
            run.progress_percent = 100 if run.state == "done" else share

    @api.ondelete(at_uninstall=False)
    def _unlink_except_active(self):
        if any(run.state in ("running", "partial") for run in self):
            raise UserError(
                self.env._("A job that is running or done in part cannot be deleted.")
            )

    def unlink(self):
        """Delete records with their jobs, findings, chunks and progress."""
        domain = self._own_rows()
        for model in ROWS:
            # sudo: the technical rows go with the record that the user may delete
            rows = self.env[model].sudo().with_context(active_test=False)
            rows.search(domain).unlink()
        # sudo: see above
        jobs = self.env["exchange.job"].sudo()
        jobs = jobs.search([("res_model", "=", self._name), ("res_id", "in", self.ids)])
        result = super().unlink()
        jobs.unlink()
        return result

    # === BUTTONS ===

    def _of_its_company(self):
        """Return the job as somebody sees it who works for its company alone."""
        self.ensure_one()
        return self.with_context(allowed_company_ids=self.company_id.ids)

    def action_plan(self):
        """Show what the job would do. Writes no business record."""
        for run in map(type(self)._of_its_company, self):
            run._check_state(STARTABLE)
            with run._job_lock():
                run._make_plan()
        return True

    def action_run(self):
        """Do the job, at once or in the background if it is long."""
        for run in map(type(self)._of_its_company, self):
            run._check_may_run()
            run._check_state((*STARTABLE, "running"))
            with run._job_lock():
                if run.state == "draft":
                    run._make_plan()
                if run.state == "planned":
                    run._start()
                run._work_or_queue()
        return True

    def action_resume(self):
        """Go on with a job that was interrupted or that failed in part."""
        for run in map(type(self)._of_its_company, self):
            run._check_may_run()
            run._check_state(RESUMABLE)
            with run._job_lock():
                if not run.date_start:
                    # The plan forbade the job: what was wrong may be mended by now.
                    run._make_plan()
                run._reset_failed_chunks()
                run._start()
                run._work_or_queue()
        return True

    def action_cancel(self):
        """Give up the job; a running one stops at its next safe point."""
        for run in self:
            run._check_may_cancel()
            run._check_state((*STARTABLE, *RESUMABLE))
            # With the lock nobody starts the job while it is being given up.
            with run._try_job_lock() as idle:
                if idle or run.state != "running":
                    run._end("cancelled")
                else:
                    text = self.env._("Stopping as soon as it is safe …")
                    run._publish_progress(cancel_requested=True, text=text)
        return True

    def action_draft(self):
        """Go back from the preview to the choices.

        :raises UserError: something of the job is done already
        """
        for run in self:
            run._check_state(("planned", "failed", "cancelled"))
            if run._chunk_counts().get("done"):
                raise UserError(
                    self.env._("A part of %(name)s is done already.", name=run.name)
                )
            with run._engine_writes():
                run._clear_plan()
            run._set_state("draft")
        return True

    def _set_state(self, state, **values):
        """Put the jobs into a state, which no user writes.

        :param str state: one of STATES
        :param values: other fields of the engine's that change with it
        """
        with self._engine_writes():
            self.write({"state": state, **values})

    def _check_state(self, allowed):
        self.ensure_one()
        # The cancel request is written by the engine, whatever the user may do.
        self.check_access("write")
        if self.state not in allowed:
            state = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "%(name)s is %(state)s: that is not possible now.",
                    name=self.display_name,
                    state=state[self.state],
                )
            )
