import base64
import hashlib
from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.translate import code_translations

from odoo.addons.exchange_run.core.numbers import runs

from ..core import analysis, totals
from ..core.const import SPECS
from ..core.messages import Severity, heading, render
from ..core.reference import Options
from ..core.wording import Language, Text
from .kibe_import_background import RunWatch
from .kibe_import_line import MODELS

SEVERITIES = {
    Severity.FATAL: "fatal",
    Severity.BLOCKED: "blocked",
    Severity.ROW: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "info",
}
RANKS = {severity: rank for rank, severity in enumerate(SEVERITIES)}
FAR = 366
TABLES = (
    "daycare_guardian",
    "daycare_child",
    "daycare_child_guardian",
    "daycare_income",
    "daycare_billing_data",
    "daycare_sector",
    "daycare_sector_line",
    "daycare_group",
    "daycare_slot",
    "daycare_module",
    "kibe_correspondence",
)
LISTS = (
    "daycare_language",
    "daycare_language_code3",
    "daycare_gender_label",
    "daycare_civil_label",
    "daycare_child_status",
    "daycare_parental_authority",
    "daycare_locality",
)


class KibeImportPlan(models.AbstractModel):
    """How a delivery becomes a plan, and what the plan says (section 5)."""

    _name = "kibe.import.plan"
    _description = "Plan of a Kibé Import"

    # === PLAN ===

    def _plan(self):
        """Read the delivery and say what it will do (specification section 5)."""
        self.ensure_one()
        watch = RunWatch(self)
        raw, extra = self._raw_files()
        # sudo: the right to import is the right to compare with every record of the
        # company, incomes included; what is shown is filtered by the user's groups.
        env = self.sudo()
        options = self._options()
        state = self._note_start(raw, extra, options)
        if options.date_journal is None:
            return []
        reference = env._load_reference()
        found = analysis.read(raw, self.archive_name or "", reference, extra, watch)
        env._complete_mappings(found)
        base = env._load_base(found)
        if found.groups is not None:
            analysis.merge(found, base, reference, options, watch)
        plans = [
            analysis.plan(found, base, reference, options, overwrite, watch)
            for overwrite in self._planned_modes()
        ]
        self._store_plan(found, plans)
        self._check_start(found, plans, state)
        watch.step(analysis.KEEPING, 10)
        env._store_lines(plans, watch)
        if self.operation == "test" and self.full_check and not self.refusal:
            self._rehearse(plans)
        if self.operation == "test" or self.refusal or self.needs_review:
            return []
        return self._payloads(plans[0])

    def _clear_plan(self):
        """Nothing of a former plan is shown while a new one is made."""
        self.write(
            {
                "refusal": False,
                "needs_review": False,
                "losing_count": 0,
                "absent_count": 0,
                "counters_overwrite": False,
                "details": False,
            }
        )
        return super()._clear_plan()

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
            absent=self.absent_action or "",
            absent_until=self.absent_until or None,
        )

    def _note_start(self, raw, extra, options):
        """Check what the operator entered (U01, U02, U04, U07).

        :return: fingerprint of this plan
        """
        notes = analysis.Issues()
        digest = hashlib.sha256(raw).hexdigest()
        if options.date_journal is None:
            notes.add("U01")
        elif abs((options.date_journal - options.today).days) > FAR:
            notes.add("U02", value=options.date_journal.strftime("%d.%m.%Y"))
        self._note_twin(notes, digest)
        previewed = self.operation != "test" and self.fingerprint and self.sha256
        if previewed and previewed != digest:
            notes.add("U06", self.archive_name)
        self.sha256 = digest
        self._log_issues(notes, "both")
        if notes.fatal:
            self.refusal = self._texts(notes)
        return self._state_print(raw, extra, options)

    def _note_twin(self, notes, digest):
        """Say that the same file was imported before, this one or an old one."""
        twins = self.search(
            [
                ("sha256", "=", digest),
                ("company_id", "=", self.company_id.id),
                ("imported", "=", True),
                ("undone", "=", False),
                ("id", "!=", self.id),
            ]
        )
        same_day = twins.filtered(lambda twin: twin.date_journal == self.date_journal)
        for twin in (same_day or twins)[:1]:
            notes.add(
                "U04" if same_day else "U07",
                self.archive_name,
                value=twin.date_end.strftime("%d.%m.%Y"),
                n=twin.date_journal.strftime("%d.%m.%Y"),
            )

    def _state_print(self, raw, extra, options):
        """Return the fingerprint of all that a plan depends on.

        :param bytes raw: the upload
        :param dict extra: see `_raw_files`
        :param Options options: the choices of the operator
        """
        files = [raw, extra.get("groups"), extra.get("slots")]
        # sudo: only a fingerprint leaves; it must not depend on what the user may see
        return analysis.fingerprint(files, options, self.sudo()._base_state())

    def _check_archive(self):
        """Refuse to work with another file than the one that was read.

        :raises UserError: the file was replaced behind the import's back
        """
        raw, _extra = self._raw_files()
        if self.sha256 and hashlib.sha256(raw).hexdigest() != self.sha256:
            raise UserError(
                self.env._(
                    "The file of %(name)s is not the one that was read: somebody "
                    "replaced it. Upload the delivery again in a new import.",
                    name=self.display_name,
                )
            )

    def _check_plan(self):
        """Refuse to apply a plan that does not hold any more; nothing is written yet.

        Between the reading and the writing, a delivery that is imported in the
        background waits for its worker.

        :raises UserError: a file, a choice or a stored record is another one than when
            the plan was made
        """
        self._check_archive()
        raw, extra = self._raw_files()
        if self.fingerprint != self._state_print(raw, extra, self._options()):
            raise UserError(
                self.env._(
                    "Stored records or choices changed after %(name)s was read, before "
                    "it was imported. Nothing was imported; try again.",
                    name=self.display_name,
                )
            )

    def _check_start(self, found, plans, state):
        """Say why a real import may not start, or that the plan is a new one (U05)."""
        previous = self.fingerprint
        self.fingerprint = state
        self.losing_count = len(plans[-1].losing)
        self.absent_count = self._absent_count(plans[-1])
        self.refusal = self._refusal(found, plans)
        stale = previous and previous != state
        if stale and self.operation != "test" and not self.refusal:
            if not self.exchange_message_ids.filtered(lambda m: m.code == "U06"):
                notes = analysis.Issues()
                notes.add("U05")
                self._log_issues(notes, "both")
            self.needs_review = True

    def _absent_count(self, plan):
        """Return how many children with running placements the delivery lacks."""
        told = (i.value for i in plan.issues if i.code in ("P32", "P33"))
        return int(next(told, 0))

    def _refusal(self, found, plans):
        """Return why the import may not start (section 5.2), False if it may."""
        if found.issues.fatal:
            return self._texts(i for i in found.issues if i.severity == "F")
        if self.operation == "test":
            return False
        wrong = found.issues.blocking or any(plan.issues.blocking for plan in plans)
        if wrong and (not self.skip_error_rows or self._blocked_files(found)):
            return self.env._(
                "The files contain errors. Correct them, or choose to import "
                "without the rows in error."
            )
        doubtful = [i for plan in plans for i in plan.issues if i.code == "P34"]
        if doubtful and self.absent_action:
            return self._texts(doubtful[:1])
        if self.losing_count and not self.confirm_loss:
            return self.env._(
                "Children who would lose their placements: %(count)s. "
                "Confirm it first.",
                count=self.losing_count,
            )
        return False

    def _blocked_files(self, found):
        return any(issue.severity is Severity.BLOCKED for issue in found.issues)

    def _store_plan(self, found, plans):
        """Keep counters and messages."""
        own = [list(plan.issues) for plan in plans]
        common = set(own[0]).intersection(own[-1])
        both = [issue for issue in own[0] if issue in common]
        self._log_issues([*found.issues, *both], "both")
        for operation, issues in zip(("create", "overwrite"), own, strict=False):
            alone = [issue for issue in issues if issue not in common]
            self._log_issues(alone, operation)
        counters = [plan.counters() for plan in plans]
        self.write(
            {
                "counters": counters[0],
                "counters_overwrite": counters[1] if len(counters) > 1 else False,
                "details": self._details(found, plans),
            }
        )

    def _details(self, found, plans):
        """Return what the preview shows beside the counters (section 5.2)."""
        rows = analysis.row_counts(found)
        planning = found.merged.planning if found.merged else None
        codes = planning.ignored_codes if planning else {}
        return {
            "rows": {
                action: sum(row[action] for row in rows.values())
                for action in ("read", "used", "ignored", "held", "error")
            },
            "files": [
                {"name": name, **table.origin, **rows[name]}
                for name, table in found.tables.items()
                if table is not None
            ],
            # for the error report, which only reads the files again
            "held": {
                SPECS[name].file: runs(numbers)
                for name, numbers in found.held.items()
                if numbers
            },
            "ignored_codes": [[code, count] for code, (count, _row) in codes.items()],
            "losing": plans[-1].losing,
            "totals": self._totals(found, plans[-1]),
        }

    def _totals(self, found, plan):
        """Return totals a clerk can tick off: incomes, debtors, placements."""
        sums, confidential = totals.income_totals(plan)
        # sudo: the sum is for those who may see incomes, the field says so
        self.sudo().income_sum = sum(sums.values(), Decimal())
        return {
            "confidential": confidential,
            "third_parties": len(found.third_parties),
            "without_income": analysis.children_without_income(found),
            "debtors": totals.children_per_debtor(plan.debtors),
            "groups": [
                (code, before, after, float(old), float(new))
                for code, before, after, old, new in totals.presences(plan)
            ],
        }

    # === MESSAGES ===

    def _log_issues(self, issues, operation):
        language = self._message_language()
        severity = self.env["exchange.message"]._fields["severity"]
        labels = dict(severity._description_selection(self.env))
        self._log_many(
            [
                {
                    **self._match_vals(issue.match),
                    "severity": SEVERITIES[issue.severity],
                    "code": issue.code,
                    "text": render(issue, language),
                    "kibe_heading": self._heading(issue, labels, language),
                    "file": issue.file,
                    "row": issue.row,
                    "column": issue.column,
                    "value": self._plain(issue.value, language),
                    "kibe_child": issue.child,
                    "kibe_name": self._plain(dict(issue.args).get("n"), language),
                    "kibe_operation": operation,
                }
                for issue in sorted(issues, key=_rank)
            ]
        )

    def _match_vals(self, match):
        """Return the record that may be the delivered one (E19, I11).

        :param tuple match: see core Issue, or None
        """
        if not match:
            return {}
        entity, kibe_id, record_id = match
        return {
            "res_model": MODELS[entity],
            "res_id": record_id,
            "kibe_key": kibe_id,
        }

    def _heading(self, issue, labels, language):
        """Return the title under which a message is grouped; the worst sort first.

        The letter sorts them: a number would be taken for a count.
        """
        rank = "ABCDE"[RANKS[issue.severity]]
        label = labels[SEVERITIES[issue.severity]]
        return f"{rank} – {label} · {issue.code} · {heading(issue.code, language)}"

    def _plain(self, value, language):
        if isinstance(value, Text):
            return language.express(value)
        return False if value is None else str(value)

    def _texts(self, issues):
        language = self._message_language()
        return "\n".join(render(issue, language) for issue in issues)

    def _message_language(self):
        """Return the `Language` of the messages: the user's."""
        code = self.env.lang or self.env.user.lang
        told = code_translations.get_python_translations("kibe_import", code or "")
        return Language(code, lambda source: told.get(source, source))

    # === FINGERPRINT ===

    def _base_state(self):
        """Return count and last change of every table that a plan depends on."""
        self.env.flush_all()
        company = self.company_id.id
        parts = [
            SQL(
                "SELECT %s, count(*), max(write_date) FROM %s WHERE company_id = %s",
                table,
                SQL.identifier(table),
                company,
            )
            for table in TABLES
        ]
        parts += [
            SQL(
                "SELECT %s, count(*), max(write_date) FROM %s",
                table,
                SQL.identifier(table),
            )
            for table in LISTS
        ]
        parts.append(
            SQL(
                """
                SELECT 'res_partner', count(*), max(partner.write_date)
                  FROM res_partner partner
                  JOIN daycare_guardian guardian ON guardian.partner_id = partner.id
                 WHERE guardian.company_id = %s
                """,
                company,
            )
        )
        return self.env.execute_query(SQL(" UNION ALL ").join(parts))


def _rank(issue):
    """Return the order in which messages are shown: worst first."""
    return (RANKS[issue.severity], issue.code, issue.file or "", issue.row or 0)
