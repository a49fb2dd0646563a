from odoo import models

from ..core.calculation import ERROR_INCOME, ERROR_NO_TARIFF, ERROR_TARIFF

#: Findings that stay true until the month is calculated again.
CALCULATION_CODES = {
    ERROR_INCOME,
    ERROR_NO_TARIFF,
    ERROR_TARIFF,
    "bank_account",
    "closed",
    "company_address",
    "credited",
    "debtor",
    "maximum",
    "no_placement",
    "not_invoiced",
    "overlap",
    "slot_weight",
}


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
                *self._check_bank_account(),
                *self._check_slot_weights(),
                *self._check_other_runs(),
                *self._check_credited_by_hand(),
                *self._check_children_without_placement(),
            ]
        )

    def _check_bank_account(self):
        """A QR-bill needs the company's account and address."""
        partner = self.company_id.partner_id
        findings = []
        if not partner.bank_ids:
            text = self.env._(
                "%(company)s has no bank account: no QR-bill will be printed.",
                company=self.company_id.name,
            )
            findings.append(
                self._warning("bank_account", text, self.company_id.partner_id)
            )
        if not (partner.zip and partner.city and partner.country_id):
            text = self.env._(
                "The address of %(company)s is incomplete: no QR-bill can be printed.",
                company=self.company_id.name,
            )
            findings.append(self._warning("company_address", text, partner))
        return findings

    def _check_slot_weights(self):
        """A slot without weight would be given away."""
        slots = self.env["daycare.slot"]._read_group(
            [
                ("company_id", "=", self.company_id.id),
                ("weight", "=", 0),
                ("group_id.mode", "=", "slots"),
                ("group_id.active", "=", True),
            ],
            ["group_id"],
        )
        return [
            self._warning(
                "slot_weight",
                self.env._(
                    "%(group)s: some slots are worth 0 %% of a day and cost nothing.",
                    group=group.display_name,
                ),
                group,
            )
            for (group,) in slots
        ]

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
                    "%(run)s has %(count)s lines without invoice, which count as "
                    "billed here. Create the invoices there, or discard it.",
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
        return [
            self._warning(
                "credited",
                self.env._(
                    "%(invoice)s has a credit note made by hand, yet counts as billed "
                    "here. «Bill Again» lets its months be billed once more.",
                    invoice=move.display_name,
                ),
                move,
            )
            for (move,) in credited
        ]

    def _check_children_without_placement(self):
        """An active child without any placement in the month pays nothing."""
        children = self.env["daycare.child"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("status_id.kind", "=", "active"),
                "!",
                (
                    "sector_ids",
                    "any",
                    [
                        ("date_from", "<=", self.date_to),
                        ("date_to", ">=", self.date_from),
                    ],
                ),
            ]
        )
        text = self.env._("%(child)s is active and has no placement in the month.")
        return [
            self._child_finding("info", "no_placement", text, child)
            for child in children
        ]

    def _check_debtors(self, debtor_ids):
        """Name the debtors to whom no invoice can be sent."""
        debtors = self.env["daycare.guardian"].browse(debtor_ids)
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
            text = self.env._(
                "%(child)s: the maximum price applies, the income is confidential or "
                "missing."
            )
            return self._child_finding("warning", "maximum", text, child)
        if result.dates and not result.items:
            text = self.env._("%(child)s: all reserved days are closed.")
            return self._child_finding("info", "closed", text, child)
        return None

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
