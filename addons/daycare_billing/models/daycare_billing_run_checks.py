from odoo import SUPERUSER_ID, fields, models
from odoo.exceptions import RedirectWarning
from odoo.fields import Domain
from odoo.tools.misc import format_date

from ..core.calculation import ERROR_INCOME, ERROR_NO_TARIFF, ERROR_TARIFF
from ..core.steps import INCOME_MISSING
from .daycare_setup_check import BLOCKING

#: Findings that stay true until the month is calculated again.
CALCULATION_CODES = {
    "archived",
    ERROR_INCOME,
    ERROR_NO_TARIFF,
    ERROR_TARIFF,
    *BLOCKING,
    "bank_account",
    "certificate",
    "closed",
    "company_address",
    "credited",
    "credited_in_part",
    "currency",
    "debtor",
    "income_account",
    "maximum",
    "no_placement",
    "not_invoiced",
    "overlap",
    "reference",
    "slot_weight",
}
#: Findings that stay true until the debtors have their invoices.
OPEN_CODES = (
    "debtor_address",
    "debtor_charset",
    "company_charset",
    "locked",
    "mail_failed",
)


class DaycareBillingRun(models.Model):
    """What must be right before invoices are created, each finding with its record."""

    _inherit = "daycare.billing.run"  # pylint: disable=consider-merging-classes-inherited

    def _clear_plan(self):
        """Keep what the calculation found when its invoices are prepared."""
        kept = []
        if self.phase != "compute":
            findings = self.exchange_message_ids
            kept = findings.filtered(lambda f: f.code in CALCULATION_CODES).copy_data()
        result = super()._clear_plan()
        # sudo: findings are written by jobs only
        self.env["exchange.message"].sudo().create(kept)
        return result

    def _check_settings(self):
        """Look once a run at what all invoices need."""
        self._log_many(
            [
                *self._check_setup(),
                *self._check_other_runs(),
                *self._check_credited_by_hand(),
                *self._check_children_without_placement(),
                *self._check_archived_children(),
            ]
        )

    def _check_setup(self):
        """Say what of the setup is missing; what stops invoices is an error."""
        check = self.env["daycare.setup.check"]
        return [
            {
                "severity": "error" if point["code"] in BLOCKING else "warning",
                "code": point["code"],
                "text": point["text"],
                "record": point["record"][:1],
            }
            for point in check._open_points(self.company_id)
            # The calculation names the groups without tariff itself.
            if point["code"] not in ("groups", "tariff")
        ]

    def _check_ready(self):
        """Refuse to begin with invoices that Odoo would refuse one by one.

        :raises RedirectWarning: what is missing, with the way to the setup
        """
        points = self.env["daycare.setup.check"]._open_points(self.company_id)
        texts = [point["text"] for point in points if point["code"] in BLOCKING]
        if texts:
            action = self.env.ref("daycare_billing.action_daycare_setup")
            raise RedirectWarning(
                "\n".join(texts), action.id, self.env._("Open the Setup")
            )

    def _locked_text(self):
        """Return what to say of an invoice date on which the books are closed.

        :return: a sentence, empty when invoices can be posted on that day
        """
        day = self.invoice_date or fields.Date.context_today(self)
        # sudo: who bills may know that the books are closed
        company = self.company_id.sudo()
        locks = company._get_lock_date_violations(day, purchase=False, tax=False)
        if not locks:
            return ""
        return self.env._(
            "The books are closed on the invoice date %(date)s: %(locks)s. Enter a "
            "later invoice date; the month that is billed stays the same.",
            date=format_date(self.env, day),
            locks=company._format_lock_dates(locks),
        )

    def _check_other_runs(self):
        """Lines calculated elsewhere and not invoiced count as billed here: say so."""
        waiting = self.env["daycare.billing.line"]._read_group(
            [
                ("company_id", "=", self.company_id.id),
                ("run_id", "!=", self.id),
                ("billing_state", "=", "to_bill"),
            ],
            ["run_id"],
            ["__count"],
        )
        return [
            self._warning(
                "not_invoiced",
                self.env._(
                    "%(run)s: lines without invoice that count as billed here: "
                    "%(count)s. Create the invoices there, or discard it.",
                    run=run.display_name,
                    count=count,
                ),
                run,
            )
            for run, count in waiting
        ]

    def _check_credited_by_hand(self):
        """Odoo's own credit notes are not known to the calculation: say so."""
        credited = self.env["daycare.billing.line"]._read_group(
            [
                ("company_id", "=", self.company_id.id),
                ("month", ">=", self._months()[0]),
                ("billing_move_id.reversal_move_ids.state", "=", "posted"),
            ],
            ["billing_move_id"],
        )
        return [self._warning_credited(move) for (move,) in credited]

    def _warning_credited(self, move):
        """Return the finding about an invoice credited by hand, whole or in part."""
        if move._billing_is_credited():
            text = self.env._(
                "%(invoice)s has a credit note made by hand, yet counts as billed "
                "here. «Bill Again» lets its months be billed once more.",
                invoice=move.display_name,
            )
            return self._warning("credited", text, move)
        text = self.env._(
            "%(invoice)s is credited in part by hand. Its months stay billed; the "
            "reports count what is left.",
            invoice=move.display_name,
        )
        return self._warning("credited_in_part", text, move)

    def _placed_domain(self):
        """Return the domain of children with a placement in the month."""
        return Domain("company_id", "=", self.company_id.id) & Domain(
            "sector_ids",
            "any",
            [("date_from", "<=", self.date_to), ("date_to", ">=", self.date_from)],
        )

    def _check_archived_children(self):
        """Who archives a file may think that its child pays no more: say so."""
        children = self.env["daycare.child"].search(
            self._placed_domain() & Domain("active", "=", False)
        )
        text = self.env._(
            "%(child)s is archived and has a placement in the month, which is billed. "
            "End the placement if the child has left."
        )
        return [
            self._child_finding("warning", "archived", text, child)
            for child in children
        ]

    def _check_children_without_placement(self):
        """An active child without any placement in the month pays nothing."""
        children = self.env["daycare.child"].search(
            Domain("company_id", "=", self.company_id.id)
            & Domain("status_id.kind", "=", "active")
            & ~self._placed_domain()
        )
        text = self.env._("%(child)s is active and has no placement in the month.")
        return [
            self._child_finding("info", "no_placement", text, child)
            for child in children
        ]

    def _refresh_open_findings(self):
        """Say what still stands between the debtors and their invoices.

        In the user's language; where a job hears of it, such as that of the e-mails, in
        that of who answers for the run.
        """
        nobody = self.env.uid == SUPERUSER_ID
        for run in self:
            if nobody and run.user_id.lang:
                run = run.with_context(lang=run.user_id.lang)
            stale = [*run._own_rows(), ("code", "in", OPEN_CODES)]
            # sudo: findings are written by jobs only
            self.env["exchange.message"].sudo().search(stale).unlink()
            waiting = run._waiting_lines()
            run._check_debtors(waiting.debtor_id)
            drafts = run.move_ids.filtered(lambda move: move.state == "draft")
            if (waiting or drafts) and (text := run._locked_text()):
                run._log_many([{"severity": "error", "code": "locked", "text": text}])
            run._check_deliveries()

    def _check_debtors(self, debtors):
        """Name the debtors to whom no invoice can be sent, or none a bank reads."""
        incomplete = debtors.filtered(lambda debtor: debtor._missing_address_fields())
        severity = "error" if self.company_id.daycare_require_address else "warning"
        self._log_many(
            [
                {
                    "severity": severity,
                    "code": "debtor_address",
                    "text": self._debtor_text(debtor),
                    "record": debtor,
                }
                for debtor in incomplete
            ]
        )
        self._log_many(
            [
                self._warning("debtor_charset", self._charset_text(debtor), debtor)
                for debtor in debtors
                if debtor.partner_id._daycare_forbidden()
            ]
        )
        company = self.company_id.partner_id
        if debtors and company._daycare_forbidden():
            text = self._charset_text(company)
            self._log_many([self._warning("company_charset", text, company)])

    def _charset_text(self, record):
        partner = record if record._name == "res.partner" else record.partner_id
        return self.env._(
            "%(name)s: a QR-bill cannot carry %(characters)s. «Write for the QR-Bill» "
            "replaces what can be replaced.",
            name=record.display_name,
            characters=" ".join(
                f"«{c}» (U+{ord(c):04X})" for c in partner._daycare_forbidden()
            ),
        )

    def _check_deliveries(self):
        """Name the invoices that mail did not take to their debtors."""
        failed = self.move_ids.filtered("daycare_mail_failure")
        self._log_many(
            [
                {
                    "severity": "error",
                    "code": "mail_failed",
                    "text": self._delivery_text(move),
                    "record": move,
                }
                for move in failed
            ]
        )

    def _delivery_text(self, move):
        values = {
            "invoice": move.display_name,
            "debtor": move.partner_id.display_name,
            "email": move.partner_id.email or "",
            "reason": move.daycare_mail_failure,
        }
        if move.daycare_to_print:
            return self.env._(
                "%(invoice)s did not reach %(debtor)s (%(email)s): %(reason)s It waits "
                "to be printed; with another e-mail address, to be sent.",
                **values,
            )
        return self.env._(
            "%(invoice)s did not leave for %(debtor)s (%(email)s): %(reason)s It waits "
            "to be sent again.",
            **values,
        )

    def action_transliterate(self):
        """Write the names and addresses of waiting debtors as a QR-bill carries them.

        :raises UserError: some have characters that nobody but their bearer can write
        """
        for run in self:
            partners = run._waiting_lines().debtor_id.partner_id
            (partners | run.company_id.partner_id)._daycare_transliterate()
            run._refresh_open_findings()
        return True

    def _debtor_text(self, debtor):
        labels = self.env["res.partner"]._fields
        return self.env._(
            "%(debtor)s: the address lacks %(fields)s. Complete it for the QR-bill.",
            debtor=debtor.display_name,
            fields=", ".join(
                labels[name]._description_string(self.env)
                for name in debtor._missing_address_fields()
            ),
        )

    def _warning(self, code, text, record):
        return {"severity": "warning", "code": code, "text": text, "record": record}

    # === FINDINGS OF THE CALCULATION ===

    def _finding(self, result, debtor, snapshot, month):
        """Return what somebody should look at, or None."""
        child = self.env["daycare.child"].browse(result.child)
        if result.error:
            text = self._error_texts()[result.error]
            return self._child_finding("error", result.error, text, child)
        if not debtor and (result.items or snapshot.services.get(result.child)):
            text = self.env._(
                "%(child)s: nobody pays. Enter billing data or a main parent."
            )
            return self._child_finding("error", "debtor", text, child)
        if result.capped:
            text = self.env._(
                "%(child)s: placements overlap; what they share is billed once."
            )
            return self._child_finding("warning", "overlap", text, child)
        if result.at_maximum:
            codes = {step.code for step in result.steps}
            return self._child_finding(
                "warning", "maximum", self._maximum_text(codes), child
            )
        if result.dates and not result.items:
            text = self.env._("%(child)s: all reserved days are closed.")
            return self._child_finding("info", "closed", text, child)
        return None

    def _uncertified(self, child_id, snapshot, month):
        """Return a finding for a child whose absence lacks its certificate."""
        days = snapshot.children[child_id].credits.uncertified
        if not any(month.first <= day <= month.last for day in days):
            return []
        child = self.env["daycare.child"].browse(child_id)
        text = self.env._(
            "%(child)s: an absence is billed because its certificate is missing. Tick "
            "it on the absence when it comes."
        )
        return [self._child_finding("info", "certificate", text, child)]

    def _maximum_text(self, codes):
        """Return what to say of a child that pays the maximum.

        :param codes: of the steps of its calculation
        """
        if INCOME_MISSING in codes:
            return self.env._(
                "%(child)s: the maximum price applies, because no income is in force. "
                "Enter the income, or leave it so."
            )
        return self.env._(
            "%(child)s: the maximum price applies, the income is confidential."
        )

    def _note_corrections_at_maximum(self, lines):
        """Name the former months that are billed at the maximum, each child once.

        An income that is entered from today on is in force today, and not then.
        """
        found = lines.filtered(
            lambda x: x.kind == "correction" and x.at_maximum and x.amount > 0
        )
        months = {}
        for line in found.sorted("month"):
            own = months.setdefault(line.child_id, {})
            own[line.month] = {code for code, _values in line.steps}
        self._log_many(
            [
                self._child_finding(
                    "warning",
                    "maximum",
                    self.env._(
                        "%(month)s, corrected: %(text)s",
                        month=self.env["daycare.billing.labels"]._month(month),
                        text=self._maximum_text(codes),
                    ),
                    child,
                )
                for child, own in months.items()
                for month, codes in own.items()
            ]
        )

    def _child_finding(self, severity, code, text, child):
        return {
            "severity": severity,
            "code": code,
            "text": text % {"child": child.display_name},
            "record": child,
        }

    def _error_texts(self):
        return {
            ERROR_INCOME: self.env._(
                "%(child)s: no income is in force and the tariff asks for one. Enter "
                "an income page of the main parent."
            ),
            ERROR_TARIFF: self.env._(
                "%(child)s: the tariff is incomplete. Enter its brackets or its "
                "ceiling."
            ),
            ERROR_NO_TARIFF: self.env._(
                "%(child)s: a group has no tariff in force on the first of the month. "
                "Create one, or extend the last."
            ),
        }
