from odoo import api, fields, models
from odoo.exceptions import UserError


class OpenimisBillProposal(models.Model):
    """openIMIS changed something that was booked here: the accountant decides."""

    _name = "openimis.bill.proposal"
    _description = "openIMIS Change to Decide"
    _inherit = ["mail.thread", "mail.activity.mixin", "exchange.engine.mixin"]
    _check_company_auto = True
    _order = "state, id desc"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, engine=True
    )
    connection_id = fields.Many2one(
        "openimis.connection", readonly=True, index="btree_not_null", engine=True
    )
    pull_id = fields.Many2one(
        "openimis.pull", "Found by", readonly=True, ondelete="set null", engine=True
    )
    reason = fields.Selection(
        [
            ("delete", "Deleted in openIMIS"),
            ("replace", "Amended in openIMIS"),
            ("amount", "Claim Changed after Billing"),
            ("withdrawn", "Claim Withdrawn in openIMIS"),
        ],
        required=True,
        readonly=True,
        engine=True,
    )
    action = fields.Selection(
        [
            ("cancel", "Cancel the draft"),
            ("credit", "Make a credit note"),
            ("note", "Book the difference by hand"),
            ("none", "Nothing to do here"),
        ],
        compute="_compute_action",
    )
    bill_id = fields.Many2one(
        "openimis.remote.bill",
        "Bill in openIMIS",
        readonly=True,
        engine=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    claim_id = fields.Many2one(
        "openimis.claim",
        readonly=True,
        engine=True,
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    move_id = fields.Many2one(
        "account.move",
        "Bill Here",
        readonly=True,
        engine=True,
        index="btree_not_null",
        check_company=True,
        ondelete="set null",
    )
    move_state = fields.Selection(related="move_id.state", string="Status of the Bill")
    currency_id = fields.Many2one("res.currency", readonly=True, engine=True)
    amount_before = fields.Monetary("Amount Billed", readonly=True, engine=True)
    amount_after = fields.Monetary("Amount Now", readonly=True, engine=True)
    credit_note_id = fields.Many2one("account.move", readonly=True, engine=True)
    state = fields.Selection(
        [("proposed", "To Decide"), ("done", "Done"), ("refused", "Left as It Is")],
        default="proposed",
        required=True,
        readonly=True,
        engine=True,
        tracking=True,
        index=True,
    )

    @api.depends("reason", "bill_id", "claim_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["reason"]._description_selection(self.env))
        for proposal in self:
            code = proposal.bill_id.code or proposal.claim_id.code or ""
            proposal.display_name = self.env._(
                "%(code)s: %(reason)s", code=code, reason=labels.get(proposal.reason)
            )

    @api.depends("move_id.state", "reason", "state")
    def _compute_action(self):
        for proposal in self:
            if not proposal.move_id or proposal.move_id.state == "cancel":
                proposal.action = "none"
            elif proposal.reason in ("amount", "withdrawn"):
                proposal.action = "note"
            else:
                draft = proposal.move_id.state == "draft"
                proposal.action = "cancel" if draft else "credit"

    # === FOUND BY A PULL ===

    @api.model
    def _propose(self, bills, pull, reason):
        """Propose for each bill that has a bill here, once per reason."""
        known = self.search([("bill_id", "in", bills.ids), ("reason", "=", reason)])
        todo = (bills - known.bill_id).filtered("move_id")
        # sudo: what is to be decided is found by the program, nobody may invent it
        proposals = self.sudo().create(
            [
                {
                    "company_id": bill.company_id.id,
                    "connection_id": bill.connection_id.id,
                    "pull_id": pull.id,
                    "reason": reason,
                    "bill_id": bill.id,
                    "move_id": bill.move_id.id,
                    "currency_id": bill.currency_id.id,
                    "amount_before": bill.move_id.amount_total,
                    "amount_after": 0.0,
                }
                for bill in todo
            ]
        )
        proposals._notify_responsible(pull)
        return proposals.sudo(self.env.su)

    @api.model
    def _propose_adjustment(self, pull, claim, before, after):
        """Propose to book the difference of a claim that changed after billing.

        What is not decided yet follows the claim: the difference is to what was billed.

        :param pull: `openimis.pull` that found it
        :param float before: worth of the claim until now, in its company's currency
        :param float after: what it is worth now
        """
        waiting = self.search(
            [
                ("claim_id", "=", claim.id),
                ("move_id", "=", claim.billing_move_id.id),
                ("state", "=", "proposed"),
            ],
            limit=1,
        )
        if waiting:
            waiting.write({"amount_after": after, "pull_id": pull.id})
            return waiting
        # sudo: as in `_propose`
        proposal = self.sudo().create(
            {
                "company_id": claim.company_id.id,
                "connection_id": pull.connection_id.id,
                "pull_id": pull.id,
                "reason": "amount",
                "claim_id": claim.id,
                "move_id": claim.billing_move_id.id,
                "currency_id": claim.currency_id.id,
                "amount_before": before,
                "amount_after": after,
            }
        )
        proposal._notify_responsible(pull)
        return proposal.sudo(self.env.su)

    @api.model
    def _propose_withdrawn(self, pull, claims):
        """Propose to take back what was billed of claims that are no more.

        :param claims: `openimis.claim` with a bill here
        """
        # sudo: what is to be decided is found by the program, nobody may invent it
        proposals = self.sudo().create(
            [
                {
                    "company_id": claim.company_id.id,
                    "connection_id": pull.connection_id.id,
                    "pull_id": pull.id,
                    "reason": "withdrawn",
                    "claim_id": claim.id,
                    "move_id": claim.billing_move_id.id,
                    "currency_id": claim.currency_id.id,
                    "amount_before": self._billed_amount(claim),
                    "amount_after": 0.0,
                }
                for claim in claims
            ]
        )
        proposals._notify_responsible(pull)
        return proposals.sudo(self.env.su)

    @api.model
    def _billed_amount(self, claim, otherwise=0.0):
        """What the bill pays for a claim, as its payable line says.

        :param float otherwise: where no line stands for this claim alone
        """
        lines = self.env["openimis.payable.line"].search(
            [("claim_id", "=", claim.id), ("move_id", "=", claim.billing_move_id.id)]
        )
        return sum(lines.mapped("amount_net")) if lines else otherwise

    def _notify_responsible(self, pull):
        for proposal in self:
            proposal.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=pull.user_id.id or self.env.uid,
                summary=proposal.display_name,
            )

    # === DECIDING ===

    def action_accept(self):
        """Do what is proposed: cancel the draft, or draft a credit note."""
        for proposal in self:
            proposal._check_open()
            if proposal.action == "cancel":
                proposal.move_id.button_cancel()
            elif proposal.action == "credit":
                note = proposal._make_credit_note()
                with proposal._engine_writes():
                    proposal.credit_note_id = note
            proposal._close("done")
        return True

    def action_refuse(self):
        """Leave the bill here as it is."""
        for proposal in self:
            proposal._check_open()
            proposal._close("refused")
        return True

    def _make_credit_note(self):
        return self.move_id._reverse_moves(
            [
                {
                    "ref": self.display_name,
                    "invoice_date": fields.Date.context_today(self),
                }
            ]
        )

    def _close(self, state):
        with self._engine_writes():
            self.state = state
        self.activity_unlink(["mail.mail_activity_data_todo"])

    def _check_open(self):
        if self.state != "proposed":
            raise UserError(
                self.env._("%(name)s has been decided.", name=self.display_name)
            )
