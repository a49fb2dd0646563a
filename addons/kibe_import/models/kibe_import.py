import base64

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core import analysis
from ..core.messages import Severity, render
from ..core.operation import ENTITIES
from ..core.reference import Options

SEVERITIES = {
    Severity.FATAL: "fatal",
    Severity.BLOCKED: "blocked",
    Severity.ROW: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "info",
}
FAR = 366


class KibeImport(models.Model):
    """One delivery of Kibé: its files, its plan, its messages and what came of it.

    The three operations share one plan (specification section 5.1): the test shows
    it for both writing operations, the others apply it in one transaction.
    """

    _name = "kibe.import"
    _description = "Kibé Import"
    _inherit = ["exchange.run.mixin"]
    _check_company_auto = True

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
    sha256 = fields.Char(string="SHA-256", readonly=True, copy=False, index=True)
    fingerprint = fields.Char(
        readonly=True,
        copy=False,
        help="Of the files, the options and the stored records when the plan was made.",
    )
    needs_review = fields.Boolean(readonly=True, copy=False)
    refusal = fields.Text(
        string="Why Not", readonly=True, copy=False, help="Why the import cannot start."
    )
    losing_count = fields.Integer(
        string="Children Losing Placements", readonly=True, copy=False
    )
    counters_overwrite = fields.Json(readonly=True, copy=False)
    details = fields.Json(readonly=True, copy=False)
    line_ids = fields.One2many("kibe.import.line", "import_id", copy=False)
    undone = fields.Boolean(readonly=True, copy=False, tracking=True)
    files_deleted = fields.Boolean(readonly=True, copy=False)

    # === BUTTONS ===

    def action_run(self):
        """Start the chosen operation; a plan made before is made anew."""
        for run in self:
            if run.state == "planned":
                run.state = "draft"
        return super().action_run()

    def action_test(self):
        """Analyse the files (again) and write nothing."""
        return self._start_operation("test")

    def action_generate(self):
        """Import what is new."""
        return self._start_operation("create")

    def action_overwrite(self):
        """Import what is new and replace what is there."""
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
            run._check_restartable()
            run.write({"operation": operation, "state": "draft"})
        return self.action_run()

    def _check_restartable(self):
        """A delivery that was imported stays as it is; anything else may start anew.

        :raises UserError: the import wrote records, or works now
        """
        self.ensure_one()
        written = self.state == "done" and self.operation != "test"
        if written or self.state in ("running", "cancelled"):
            raise UserError(
                self.env._(
                    "%(name)s is over or running. Upload the delivery again in a new "
                    "import.",
                    name=self.display_name,
                )
            )

    # === PLAN ===

    def _plan(self):
        """Read the delivery and say what it will do (specification section 5)."""
        self.ensure_one()
        raw, extra = self._raw_files()
        # sudo: the right to import is the right to compare with every record of the
        # company, incomes included; what is shown is filtered by the user's groups.
        env = self.sudo()
        options = self._options()
        state = self._note_start(raw, extra, options)
        if options.date_journal is None:
            return []
        reference = env._load_reference()
        found = analysis.read(raw, self.archive_name or "", reference, extra)
        base = env._load_base(found)
        if found.groups is not None:
            analysis.merge(found, base, reference, options)
        plans = [
            analysis.plan(found, base, reference, options, overwrite)
            for overwrite in self._planned_modes()
        ]
        self._store_plan(found, plans)
        self._check_start(found, plans, state)
        env._store_lines(plans, found)
        if self.operation == "test" or self.refusal or self.needs_review:
            return []
        return self._chunks(plans[0])

    def _planned_modes(self):
        """Return whether to overwrite, for each plan: the test shows both."""
        return {"test": (False, True), "create": (False,), "overwrite": (True,)}[
            self.operation
        ]

    def _raw_files(self):
        """Return the uploaded bytes and the two mappings given or kept."""
        company = self.company_id.sudo()  # sudo: mapping kept from the last import
        extra = {
            "groups": self.groups_file or company.kibe_groups_xml,
            "slots": self.slots_file or company.kibe_slots_xml,
        }
        return (
            base64.b64decode(self.archive or b""),
            {key: base64.b64decode(value or b"") for key, value in extra.items()},
        )

    def _options(self):
        return Options(
            date_journal=self.date_journal or None,
            today=fields.Date.context_today(self),
            basis=self.income_basis,
            address_mode=self.company_id.kibe_address_mode,
            address_block=self.company_id.kibe_address_block,
        )

    def _note_start(self, raw, extra, options):
        """Check what the operator entered (U01, U02, U04).

        :return: fingerprint of this plan
        """
        notes = analysis.Issues()
        digest = analysis.fingerprint([raw], options, None)
        if options.date_journal is None:
            notes.add("U01")
        elif abs((options.date_journal - options.today).days) > FAR:
            notes.add("U02", value=options.date_journal.strftime("%d.%m.%Y"))
        twin = self.search(
            [
                ("sha256", "=", digest),
                ("company_id", "=", self.company_id.id),
                ("state", "=", "done"),
                ("operation", "!=", "test"),
                ("undone", "=", False),
                ("id", "!=", self.id),
            ],
            limit=1,
        )
        if twin:
            notes.add("U04", self.archive_name, value=twin.date_end.strftime("%d.%m.%Y"))
        self.write(
            {
                "sha256": digest,
                "refusal": False,
                "needs_review": False,
                "losing_count": 0,
                "counters_overwrite": False,
                "details": False,
            }
        )
        self._log_issues(notes, "both")
        if notes.fatal:
            self.refusal = self._texts(notes)
        files = [raw, extra.get("groups"), extra.get("slots")]
        return analysis.fingerprint(files, options, self.sudo()._base_state())

    def _check_start(self, found, plans, state):
        """Say why a real import may not start (sections 1.1, 5.2 and 5.3)."""
        previous = self.fingerprint
        self.fingerprint = state
        self.losing_count = len(plans[-1].losing)
        if found.issues.fatal:
            self.refusal = self._texts(i for i in found.issues if i.severity == "F")
        elif self.operation == "test":
            return
        elif any(plan.issues.blocking for plan in plans) or found.issues.blocking:
            if not self.skip_error_rows or self._blocked_files(found):
                self.refusal = self.env._(
                    "The files contain errors. Correct them, or choose to import "
                    "without the rows in error."
                )
        elif self.losing_count and not self.confirm_loss:
            self.refusal = self.env._(
                "%(count)s child(ren) would lose their placements: confirm it first.",
                count=self.losing_count,
            )
        if not self.refusal and previous and previous != state:
            notes = analysis.Issues()
            notes.add("U05")
            self._log_issues(notes, "both")
            self.needs_review = self.operation != "test"

    def _blocked_files(self, found):
        return any(issue.severity is Severity.BLOCKED for issue in found.issues)

    def _store_plan(self, found, plans):
        """Keep counters and messages."""
        shared = list(found.issues)
        own = [list(plan.issues) for plan in plans]
        common = [i for i in own[0] if len(own) == 1 or i in set(own[1])]
        self._log_issues([*shared, *common], "both")
        if len(plans) == 2:
            known = set(common)
            self._log_issues([i for i in own[0] if i not in known], "create")
            self._log_issues([i for i in own[1] if i not in known], "overwrite")
        rows = analysis.row_counts(found)
        total = {
            action: sum(row[action] for row in rows.values())
            for action in ("read", "used", "ignored", "error")
        }
        counters = [{**plan.counters(), "rows": total} for plan in plans]
        self.write(
            {
                "counters": counters[0],
                "counters_overwrite": counters[1] if len(counters) > 1 else False,
                "details": self._details(found, plans, rows),
            }
        )

    def _details(self, found, plans, rows):
        """Return what the preview shows beside the counters (section 5.2)."""
        planning = found.merged.planning if found.merged else None
        codes = planning.ignored_codes if planning else {}
        return {
            "files": [
                {"name": name, **table.origin, **rows[name]}
                for name, table in found.tables.items()
                if table is not None
            ],
            "ignored_codes": [[code, count] for code, (count, _row) in codes.items()],
            "losing": plans[-1].losing,
            "totals": self._totals(found, plans[-1]),
        }

    def _totals(self, found, plan):
        """Return totals a clerk can tick off: people, debtors, placements."""
        created = {
            entity: [o for o in plan.operations if o.entity == entity and o.values]
            for entity in ENTITIES
        }
        incomes = [o.values for o in created["income"] if "amount" in o.values]
        return {
            "income_sum": str(sum((v["amount"] for v in incomes), 0)),
            "confidential": sum(bool(v["confidential"]) for v in incomes),
            "third_parties": len(found.third_parties),
        }

    # === MESSAGES ===

    def _log_issues(self, issues, operation):
        language = self.env.lang or self.env.user.lang or ""
        self._log_many(
            [
                {
                    "severity": SEVERITIES[issue.severity],
                    "code": issue.code,
                    "text": render(issue, language),
                    "file": issue.file,
                    "row": issue.row,
                    "column": issue.column,
                    "value": self._plain(issue.value, language),
                    "kibe_child": issue.child,
                    "kibe_operation": operation,
                }
                for issue in issues
            ]
        )

    @api.model
    def _plain(self, value, language):
        if value is None:
            return False
        return format(value, "fr" if language.startswith("fr") else "en") if hasattr(
            value, "fr"
        ) else str(value)

    def _texts(self, issues):
        language = self.env.lang or self.env.user.lang or ""
        return "\n".join(render(issue, language) for issue in issues)

    # === START, END ===

    def _has_fatal_findings(self):
        return bool(self.refusal) or super()._has_fatal_findings()

    def _start(self):
        """Show a plan that had to be made anew instead of applying it (U05)."""
        if self.needs_review:
            self.needs_review = False
            self._commit()
            return
        super()._start()

    def _on_failure(self):
        """A refusal is shown on the spot; only a real failure needs an activity."""
        if not self.refusal:
            super()._on_failure()

    def _finish(self):
        """Keep the mappings for a workbook that comes alone."""
        if self.operation == "test":
            return
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
