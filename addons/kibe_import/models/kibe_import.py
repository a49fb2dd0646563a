import base64
from contextlib import contextmanager

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..core import analysis

#: What a plan is made from: settled as soon as the import writes.
CHOICES = {
    *("archive", "archive_name", "groups_file", "slots_file", "date_journal"),
    *("operation", "income_basis", "skip_error_rows", "confirm_loss"),
    *("absent_action", "absent_until", "company_id"),
}


class KibeImport(models.Model):
    """One delivery of Kibé: its files, its plan, its messages and what came of it.

    The three operations share one plan (specification section 5.1): the test shows
    it for both writing operations, the others apply it in one transaction.
    """

    _name = "kibe.import"
    _description = "Kibé Import"
    _inherit = [
        "kibe.import.plan",
        "kibe.import.mapping",
        "kibe.import.snapshot",
        "kibe.import.apply",
        "kibe.import.preview",
        "kibe.import.drill",
        "kibe.import.confirm",
        "kibe.import.undo",
        "kibe.import.background",
        "kibe.import.rehearsal",
        "exchange.run.mixin",
        "exchange.journal.mixin",
    ]
    _check_company_auto = True
    _journal_names = ("archive",)

    _exchange_transaction = "run"
    _exchange_background_from = 500
    _exchange_sequence_code = "kibe.import"

    archive = fields.Binary(
        string="ZIP or Workbook",
        attachment=True,
        copy=False,
        help="The ZIP with the five CSV and the two XML files, or the workbook with "
        "one sheet for each CSV file.",
    )
    archive_name = fields.Char(copy=False)
    groups_file = fields.Binary(
        string="groups.xml",
        attachment=True,
        copy=False,
        help="Only for a workbook that comes alone.",
    )
    groups_file_name = fields.Char(copy=False)
    slots_file = fields.Binary(
        string="slots.xml",
        attachment=True,
        copy=False,
        help="Only for a workbook that comes alone.",
    )
    slots_file_name = fields.Char(copy=False)
    takes_mappings = fields.Boolean(
        compute="_compute_takes_mappings",
        help="A workbook may come with the two XML files beside it.",
    )
    date_journal = fields.Date(
        string="Journal Date",
        help="«Date journal»: first day of the income pages and of the billing data "
        "pages that the import makes.",
    )
    operation = fields.Selection(
        [
            ("test", "Test"),
            ("create", "Generate"),
            ("overwrite", "Generate and Overwrite"),
        ],
        required=True,
        default="test",
        tracking=True,
    )
    income_basis = fields.Selection(
        [("monthly", "Monthly"), ("annual", "Annual")],
        string="Incomes of the File",
        required=True,
        default="monthly",
    )
    address_mode = fields.Selection(related="company_id.kibe_address_mode")
    skip_error_rows = fields.Boolean(
        string="Import Without the Rows in Error",
        help="Rows in error and what depends on them are left out.",
    )
    confirm_loss = fields.Boolean(
        string="Confirm the Loss of Placements",
        help="Children who no longer stand in prestations.csv lose the placements of "
        "former imports.",
    )
    absent_action = fields.Selection(
        [
            ("leave", "Leave Their Placements"),
            ("end", "End Their Placements"),
        ],
        string="Children Not in the Delivery",
        copy=False,
        help="Kibé exports active children only. What becomes of the placements of "
        "children who have some running and are not in the delivery any more.",
    )
    absent_until = fields.Date(
        string="Last Day of Their Placements",
        copy=False,
        help="Placements that begin later are deleted.",
    )
    absent_count = fields.Integer(
        string="Children Missing", readonly=True, copy=False, engine=True
    )
    sha256 = fields.Char(
        string="SHA-256",
        readonly=True,
        copy=False,
        index=True,
        engine=True,
        help="Of the file that was uploaded, as any program computes it.",
    )
    fingerprint = fields.Char(
        readonly=True,
        copy=False,
        engine=True,
        help="Of the files, the options and the stored records when the plan was made.",
    )
    needs_review = fields.Boolean(readonly=True, copy=False, engine=True)
    refusal = fields.Text(
        string="Why Not",
        readonly=True,
        copy=False,
        engine=True,
        help="Why the import cannot start.",
    )
    losing_count = fields.Integer(
        string="Children Losing Placements", readonly=True, copy=False, engine=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    income_sum = fields.Monetary(
        string="Sum of the Incomes Written",
        readonly=True,
        copy=False,
        engine=True,
        groups="daycare.group_daycare_billing",
    )
    counters_overwrite = fields.Json(readonly=True, copy=False, engine=True)
    details = fields.Json(readonly=True, copy=False, engine=True)
    line_ids = fields.One2many("kibe.import.line", "import_id", copy=False)
    imported = fields.Boolean(
        readonly=True, copy=False, engine=True, help="The import wrote records."
    )
    undone = fields.Boolean(readonly=True, copy=False, tracking=True, engine=True)
    files_deleted = fields.Boolean(readonly=True, copy=False, engine=True)
    outcome = fields.Char(
        compute="_compute_outcome",
        help="How far it is: a test and what was undone are told from an import.",
    )

    @api.depends("state", "operation", "imported", "undone")
    @api.depends_context("lang")
    def _compute_outcome(self):
        labels = dict(self._fields["state"]._description_selection(self.env))
        for run in self:
            if run.undone:
                run.outcome = self.env._("Undone")
            elif run.state == "done" and not run.imported:
                run.outcome = self.env._("Tested")
            else:
                run.outcome = labels.get(run.state)

    @api.constrains("absent_action", "absent_until")
    def _check_absent_until(self):
        for run in self:
            if run.absent_action == "end" and not run.absent_until:
                raise ValidationError(
                    self.env._(
                        "Enter the last day of the placements of the children who are "
                        "not in the delivery."
                    )
                )

    @api.depends("archive_name")
    def _compute_takes_mappings(self):
        for run in self:
            name = (run.archive_name or "").lower()
            run.takes_mappings = name.endswith((".xls", ".xlsx"))

    def write(self, vals):
        """Change imports; files and choices stay what they were when they counted.

        :raises UserError: the import works, or is over
        """
        names = CHOICES.intersection(vals)
        if names and not self._is_engine_writing():
            for run in self.filtered(lambda run: run._is_settled()):
                changed = [n for n in names if not run._engine_is_same(n, vals[n])]
                if changed:
                    run._refuse_settled()
        return super().write(vals)

    def _is_settled(self):
        return self.imported or self.state in ("running", "partial", "cancelled")

    # === BUTTONS ===

    def action_run(self):
        """Start the chosen operation; a plan made before is made anew."""
        for run in self:
            if run.state in ("planned", "done", "failed"):
                run._check_may_run()
                run._check_restartable()
                run._set_state("draft")
        return super().action_run()

    def action_test(self):
        """Analyse the files (again) and write nothing."""
        self.confirm_warnings = False  # the new analysis may have other warnings
        return self._start_operation("test")

    def action_generate(self):
        """Import what is new.

        :raises UserError: a warning of the last analysis is not confirmed
        """
        self._check_confirmed()
        return self._start_operation("create")

    def action_overwrite(self):
        """Import what is new and replace what is there.

        :raises UserError: a warning of the last analysis is not confirmed
        """
        self._check_confirmed()
        return self._start_operation("overwrite")

    def action_resume(self):
        """Try again after a failure, with a new plan."""
        for run in self:
            if run.state == "failed":
                run._start_operation(run.operation)
            else:
                super(KibeImport, run).action_resume()
        return True

    def _start_operation(self, operation):
        for run in self:
            run._check_may_run()
            run._check_restartable()
            run.operation = operation
        return self.action_run()

    def _check_restartable(self):
        """A delivery that was imported stays as it is; anything else may start anew.

        :raises UserError: the import wrote records, or works now
        """
        self.ensure_one()
        if self._is_settled():
            self._refuse_settled()

    def _refuse_settled(self):
        raise UserError(
            self.env._(
                "%(name)s is over or running. Upload the delivery again in a new "
                "import.",
                name=self.display_name,
            )
        )

    # === START, END ===

    @contextmanager
    def _job_lock(self):
        """Hold the lock of the company's imports; say who holds it (U03)."""
        with self._try_job_lock() as locked:
            if not locked:
                running = self.search(
                    [
                        ("company_id", "=", self.company_id.id),
                        ("state", "=", "running"),
                    ],
                    limit=1,
                )
                notes = analysis.Issues()
                notes.add("U03", value=running.user_id.name or analysis.SOMEBODY)
                raise UserError(self._texts(notes))
            # What was read before the lock may be old.
            self.invalidate_recordset()
            yield

    def _has_fatal_findings(self):
        return bool(self.refusal) or super()._has_fatal_findings()

    def _start(self):
        """Show a plan that had to be made anew instead of applying it (U05)."""
        if self.needs_review:
            self._commit()
            return
        super()._start()

    def _on_failure(self):
        """A refusal is shown on the spot; only a real failure needs an activity."""
        return None if self.refusal else super()._on_failure()

    @api.autovacuum
    def _gc_files(self):
        """Delete the files and the before/after views of old imports (section 5.4)."""
        companies = self.env["kibe.import"]._read_group([], ["company_id"])
        for [company] in companies:
            limit = fields.Datetime.subtract(
                fields.Datetime.now(), days=company.kibe_keep_days
            )
            old = self.search(
                [
                    ("company_id", "=", company.id),
                    ("files_deleted", "=", False),
                    ("state", "not in", ("running", "partial")),
                    ("create_date", "<", limit),
                ]
            )
            old._delete_files()

    def _delete_files(self):
        """Delete what holds children's data; counters and messages' codes stay."""
        self.attachment_ids.unlink()
        self.line_ids.unlink()
        # sudo: nobody may edit findings; here the cells they quote are blanked
        findings = self.sudo().exchange_message_ids
        cells = dict.fromkeys(("value", "kibe_child", "kibe_key", "kibe_name"), False)
        for heading, messages in findings.grouped("kibe_heading").items():
            # the heading is the text without what it quotes
            messages.write({**cells, "text": heading or "…"})
        for run in self.filtered("details"):
            run.details = run._details_without_names()
        self.write(
            {
                "archive": False,
                "groups_file": False,
                "slots_file": False,
                "files_deleted": True,
            }
        )

    def _details_without_names(self):
        """Return the details of the preview without the names of persons."""
        details = {**self.details, "losing": []}
        totals = details.get("totals") or {}
        if totals.get("debtors"):
            debtors = {**totals["debtors"], "named": []}
            details["totals"] = {**totals, "debtors": debtors}
        return details

    def _finish(self):
        """Keep the mappings for a workbook that comes alone."""
        if self.operation == "test":
            return
        self.imported = True
        self._check_archive()
        raw, extra = self._raw_files()
        found = analysis.archive.open_delivery(
            raw, self.archive_name or "", analysis.Issues(), extra
        )
        # sudo: the mapping is a setting of the company, the import keeps it up to date
        self.company_id.sudo().write(
            {
                f"kibe_{key}_xml": base64.b64encode(found.members[f"{key}.xml"])
                for key in ("groups", "slots")
                if f"{key}.xml" in found.members
            }
        )
