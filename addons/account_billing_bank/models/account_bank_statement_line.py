from odoo import api, fields, models
from odoo.tools.misc import format_amount, format_date

#: why a line is left to somebody; see `_billing_texts`
FINDINGS = [
    ("none", "Names no document"),
    ("unknown", "Unknown reference"),
    ("draft", "Not validated"),
    ("several", "Several documents"),
    ("paid", "Paid already"),
    ("less", "Too little"),
    ("more", "Too much"),
    ("currency", "Other currency"),
    ("credit_note", "Credit note"),
    ("credited", "Credited in full"),
    ("reversed", "Taken back"),
    ("reversal", "Takes back what is not known"),
    ("charges", "Bank charges"),
    ("total", "Booked as one total"),
    ("refused", "Refused"),
]
#: OCA's form for matching by hand
SCREEN = "account_reconcile_oca.bank_statement_line_form_reconcile_view"
#: lines that are booked, and listed as long as their document is not settled
UNTIL_SETTLED = ("less", "reversed")


class AccountBankStatementLine(models.Model):
    """What the bank's file says of a line, and why somebody has to decide on it."""

    _name = "account.bank.statement.line"
    _inherit = ["account.bank.statement.line", "exchange.engine.mixin"]

    billing_is_imported = fields.Boolean("From a Bank's File", copy=False, engine=True)
    billing_entry = fields.Char(
        "Bank's Reference",
        copy=False,
        index="btree_not_null",
        engine=True,
        help="AcctSvcrRef of the booking: the same in camt.053 and camt.054.",
    )
    billing_reference = fields.Char(
        "Structured Reference",
        copy=False,
        index="btree_not_null",
        engine=True,
        help="QR reference or creditor reference.",
    )
    billing_end_to_end = fields.Char(
        "End-to-End Reference", copy=False, index="btree_not_null", engine=True
    )
    billing_batch = fields.Char("Reference of the Order", copy=False, engine=True)
    billing_is_return = fields.Boolean("Comes Back", copy=False, engine=True)
    billing_return_reason = fields.Char("Why It Comes Back", copy=False, engine=True)
    billing_note = fields.Selection(
        [("charges", "Bank Charges"), ("total", "Total")],
        "Kind of Booking",
        copy=False,
        engine=True,
    )
    billing_details = fields.Integer("Payments in It", copy=False, engine=True)
    billing_finding = fields.Selection(
        FINDINGS, "Finding", copy=False, readonly=True, engine=True
    )
    billing_difference = fields.Monetary(
        "Difference",
        currency_field="currency_id",
        copy=False,
        readonly=True,
        engine=True,
    )
    billing_move_id = fields.Many2one(
        "account.move",
        "Document",
        copy=False,
        readonly=True,
        index="btree_not_null",
        check_company=True,
        engine=True,
        help="The document that the reference names.",
    )
    billing_other_id = fields.Many2one(
        "account.bank.statement.line",
        "Line It Takes Back",
        copy=False,
        readonly=True,
        index="btree_not_null",
        engine=True,
    )
    billing_refusal = fields.Char("Refusal", copy=False, readonly=True, engine=True)
    billing_to_decide = fields.Boolean(
        "To Decide", compute="_compute_billing_to_decide", store=True
    )
    billing_text = fields.Text("Why", compute="_compute_billing_text")

    @api.depends(
        "is_reconciled",
        "billing_finding",
        "billing_move_id.payment_state",
        "line_ids.reconciled",
    )
    def _compute_billing_to_decide(self):
        for line in self:
            if not line.billing_finding:
                left = False
            elif not line.is_reconciled:
                left = True
            elif line.billing_finding == "more":
                left = bool(line._billing_credit())
            elif line.billing_finding in UNTIL_SETTLED:
                state = line.billing_move_id.payment_state
                left = state in ("not_paid", "partial")
            else:
                left = False
            line.billing_to_decide = left

    def _billing_credit(self):
        """Return the items by which a third party is owed what was too much."""
        return self.line_ids.filtered(
            lambda item: item.account_type in ("asset_receivable", "liability_payable")
            and not item.reconciled
        )

    @api.depends(
        "billing_finding",
        "billing_difference",
        "billing_move_id.amount_residual",
        "is_reconciled",
        "billing_refusal",
    )
    @api.depends_context("lang", "uid")
    def _compute_billing_text(self):
        for line in self:
            if line.billing_finding:
                line.billing_text = line._billing_texts()[line.billing_finding]
            else:
                line.billing_text = False

    def _billing_texts(self):
        """Return what each finding says of this line, and what to do."""
        # sudo: what a bank line names is told to whoever works on the bank
        move, other = self.billing_move_id.sudo(), self.billing_other_id
        money = {
            "number": move.name or move.display_name or "",
            "debtor": move.partner_id.display_name or "",
            "difference": self._billing_money(self.billing_difference),
            "left": self._billing_money(move.amount_residual, move.currency_id),
            "currency": move.currency_id.name or "",
            "reference": self.billing_reference or self.billing_end_to_end or "",
            "reason": self.billing_return_reason or self.env._("no reason given"),
            "day": format_date(self.env, other.date) if other else "",
            "count": self.billing_details,
            "others": self._billing_others_text(),
        }
        texts = {
            "none": self.env._("It names no document. Match it by hand."),
            "unknown": self.env._(
                "No document of this company has the reference %(reference)s. Match "
                "it by hand, or pay it back."
            ),
            "draft": self.env._(
                "%(number)s is not validated, or cancelled. Validate it and press "
                "“Try Again”."
            ),
            "several": self.env._(
                "Several documents have the reference %(reference)s. Choose."
            ),
            "paid": self.env._(
                "%(number)s of %(debtor)s is paid already. Pay it back, or set it off "
                "against another invoice.%(others)s"
            ),
            "less": self.env._(
                "%(number)s was paid %(difference)s short; %(left)s are open."
            ),
            "more": self.env._(
                "%(number)s is paid; %(difference)s more than that came in, and stand "
                "to the credit of %(debtor)s. Pay them back, or set them off against "
                "another invoice.%(others)s"
            ),
            "currency": self.env._(
                "%(number)s is in %(currency)s. Match it by hand: the rate is the "
                "bank's."
            ),
            "credit_note": self.env._(
                "%(number)s is a credit note, on which nothing is to be paid in."
            ),
            "credited": self.env._(
                "%(number)s of %(debtor)s was credited in full. Pay it back, or set it "
                "off against another invoice.%(others)s"
            ),
            "reversed": self.env._(
                "The bank took back the payment of %(day)s (%(reason)s): %(number)s is "
                "due again, %(left)s are open."
            ),
            "reversal": self.env._(
                "It takes back a payment (%(reason)s), and no line matches it alone. "
                "Match it by hand with the line it takes back."
            ),
            "charges": self.env._(
                "Charges that the bank kept back. Book them to their account; a "
                "reconciliation model can do so by itself."
            ),
            "total": self.env._(
                "The bank booked %(count)s payments as one total, whose details do "
                "not add up to it or are missing. Ask the bank, or match by hand."
            ),
            "refused": self.billing_refusal or "",
        }
        return {name: text % money for name, text in texts.items()}

    def _billing_money(self, amount, currency=None):
        return format_amount(self.env, amount, currency or self.currency_id)

    def _billing_others_text(self):
        """Name the open invoices of the debtor that are worth the difference."""
        move = self.billing_move_id.sudo()  # as above
        amount = self.billing_difference
        if not move or self.billing_finding not in ("credited", "more", "paid"):
            return ""
        same = move.search(
            [
                ("company_id", "=", self.company_id.id),
                ("commercial_partner_id", "=", move.commercial_partner_id.id),
                ("move_type", "=", move.move_type),
                ("state", "=", "posted"),
                ("payment_state", "in", ("not_paid", "partial")),
                ("currency_id", "=", self.currency_id.id),
                ("id", "!=", move.id),
            ],
            limit=50,
        ).filtered(
            lambda m: not m.currency_id.compare_amounts(m.amount_residual, amount)
        )
        if not same:
            return ""
        names = ", ".join(same.mapped("name"))
        return " " + self.env._("As much is open on %s.", names)

    def action_billing_match(self):
        """Try once more to match what is left, by the same exact rules.

        :return: a notification that says how many lines are left
        """
        self.check_access("write")
        lines = self.filtered(lambda line: not line.is_reconciled)
        lines._auto_reconcile()
        left = len(lines.filtered("billing_to_decide"))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if left else "success",
                "message": self.env._(
                    "%(done)s lines matched, %(left)s left.",
                    done=len(lines) - left,
                    left=left,
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_billing_open(self):
        """Open the line where lines are matched by hand.

        :return: a window action
        """
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_reconcile_oca.action_bank_statement_line_reconcile"
        )
        action["domain"] = [("id", "=", self.id)]
        # without it OCA's shows the line's plain form
        action["context"] = {
            "default_journal_id": self.journal_id.id,
            "view_ref": SCREEN,
        }
        return action
