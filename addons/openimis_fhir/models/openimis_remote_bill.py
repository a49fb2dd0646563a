from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools.sql import escape_psql

from odoo.addons.openimis_payable.models.account_move import BILL_STATUS

TYPES = {
    "claim-batch": "claim",
    "commission": "commission",
    "fees": "fee",
    "policy": "cash",
}


class OpenimisRemoteBill(models.Model):
    """A bill as openIMIS has it; may become a vendor bill here, once."""

    _name = "openimis.remote.bill"
    _description = "Bill in openIMIS"
    _check_company_auto = True
    _order = "date_bill desc, id desc"
    _rec_name = "code"

    connection_id = fields.Many2one(
        "openimis.connection",
        required=True,
        readonly=True,
        index=True,
        check_company=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    uuid = fields.Char("openIMIS UUID", required=True, readonly=True)
    version = fields.Integer(readonly=True)
    code = fields.Char(required=True, index=True, readonly=True)
    status = fields.Selection(
        BILL_STATUS, readonly=True, help="As openIMIS says; FHIR does not tell it."
    )
    bill_type = fields.Char("Type", readonly=True)
    partner_id = fields.Many2one(
        "res.partner",
        "Third Party",
        readonly=True,
        index="btree_not_null",
        check_company=True,
    )
    third_party = fields.Char("Third Party in openIMIS", readonly=True)
    date_bill = fields.Date("Bill Date", readonly=True)
    date_due = fields.Date("Due Date", readonly=True)
    date_payed = fields.Date("Paid On", readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount_net = fields.Monetary("Net", readonly=True)
    amount_discount = fields.Monetary("Discount", readonly=True)
    amount_total = fields.Monetary("Total", readonly=True)
    code_tp = fields.Char("Third Party's Reference", readonly=True)
    code_ext = fields.Char("External Reference", readonly=True)
    terms = fields.Char(readonly=True)
    note = fields.Text(readonly=True)
    valid_to = fields.Date("Valid Until", readonly=True)
    replaced_by_uuid = fields.Char("Replaced By", readonly=True)
    deleted = fields.Boolean("Deleted in openIMIS", readonly=True)
    line_ids = fields.One2many("openimis.remote.bill.line", "bill_id", "Lines")
    move_id = fields.Many2one("account.move", "Bill Here", compute="_compute_move_id")
    proposal_ids = fields.One2many("openimis.bill.proposal", "bill_id", "To Decide")

    _uuid_uniq = models.UniqueIndex(
        "(connection_id, uuid)", "This bill of openIMIS is known already."
    )

    def _compute_move_id(self):
        """The bill here is the one with openIMIS' UUID, or one of ours with its code.

        An amended bill has the code of the one it replaces, so what was made of the one
        is not taken for the other; nor is what was cancelled.
        """
        moves = self.env["account.move"].search_fetch(
            [
                ("company_id", "in", self.company_id.ids),
                "|",
                ("openimis_uuid", "in", self.mapped("uuid")),
                "&",
                ("openimis_code", "in", self.mapped("code")),
                ("state", "!=", "cancel"),
            ],
            ["openimis_uuid", "openimis_code", "company_id"],
        )
        theirs = set(
            self.search([("uuid", "in", moves.mapped("openimis_uuid"))]).mapped("uuid")
        )
        ours = moves.filtered(lambda move: move.openimis_uuid not in theirs)
        by_uuid = {(m.company_id, m.openimis_uuid): m for m in moves}
        by_code = {(m.company_id, m.openimis_code): m for m in ours}
        for bill in self:
            bill.move_id = by_uuid.get((bill.company_id, bill.uuid)) or by_code.get(
                (bill.company_id, bill.code)
            )

    # === BILL HERE ===

    def action_create_move(self):
        """Make a draft vendor bill of each bill that has none yet.

        :return: a window action on the bills
        :raises UserError: a bill that is deleted or whose third party is unknown
        """
        todo = self.filtered(lambda bill: not bill.move_id)
        for bill in todo:
            bill._check_billable()
        taken = todo._taken_codes()
        self.env["account.move"].create(
            [
                {**bill._prepare_move_vals(), "openimis_code": bill._free_code(taken)}
                for bill in todo
            ]
        )
        self.invalidate_recordset(["move_id"])
        return self.move_id._get_records_action(name=self.env._("Bills"))

    def _check_billable(self):
        self.ensure_one()
        if self.deleted:
            raise UserError(
                self.env._("%(code)s was deleted in openIMIS.", code=self.code)
            )
        if not self.partner_id:
            raise UserError(
                self.env._(
                    "%(code)s: third party %(party)s is not known. Pull the health "
                    "facilities first.",
                    code=self.code,
                    party=self.third_party,
                )
            )

    def _prepare_move_vals(self):
        """Values of the vendor bill, its payable lines and its invoice lines."""
        self.ensure_one()
        return {
            "move_type": "in_invoice",
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "currency_id": self.currency_id.id,
            "invoice_date": self.date_bill,
            "invoice_date_due": self.date_due,
            "ref": self.code,
            "openimis_type": self._payable_type(),
            "openimis_uuid": self.uuid,
            "openimis_version": self.version,
            "openimis_code_rcp": self.code_tp,
            "openimis_code_ext": self.code_ext,
            "openimis_terms": self.terms,
            "openimis_note": self.note,
            "openimis_line_ids": [
                Command.create(line._prepare_payable_vals()) for line in self.line_ids
            ],
            "invoice_line_ids": [
                Command.create(line._prepare_invoice_line_vals())
                for line in self.line_ids
            ],
        }

    def _taken_codes(self):
        """Set of (company, code) in use that begin with a code of these bills."""
        # sudo: a code is taken also where the user may not see the bill
        Move = self.env["account.move"].sudo()
        company = Domain("company_id", "in", self.company_id.ids)
        same = Domain("openimis_code", "in", self.mapped("code"))
        codes = Move.search(company & same).mapped("openimis_code")
        begun = Domain.OR(
            Domain("openimis_code", "=like", escape_psql(code) + "%") for code in codes
        )
        moves = Move.search(company & begun) if codes else Move
        return {(move.company_id.id, move.openimis_code) for move in moves}

    def _free_code(self, taken):
        """Code of the vendor bill: openIMIS' own, with a suffix where it is taken.

        :param set taken: (company id, code) in use; what is given away is added
        :rtype: str
        """
        number, free = 1, self.code
        while (self.company_id.id, free) in taken:
            number += 1
            free = f"{self.code}-{number}"
        taken.add((self.company_id.id, free))
        return free

    def _payable_type(self):
        return TYPES.get(self.bill_type, "other")

    def _prepare_report_vals(self):
        """Values of the report that this bill was paid."""
        self.ensure_one()
        return {
            "remote_bill_id": self.id,
            "move_id": self.move_id.id,
            "amount": self.amount_total,
            "payment_date": self.move_id.openimis_date_payed
            or fields.Date.context_today(self),
        }

    # === AMENDED AND DELETED ===

    def _find_amended(self):
        """Bills that an amendment made obsolete.

        openIMIS copies an amended bill under a new UUID with the same code, and (in
        GraphQL only) ends the old one's validity (section 2, amend).
        """
        today = fields.Date.context_today(self)
        ended = self.filtered(
            lambda bill: bill.replaced_by_uuid
            or (bill.valid_to and bill.valid_to < today)
        )
        same_code = self.search(
            [
                ("connection_id", "in", self.connection_id.ids),
                ("code", "in", self.mapped("code")),
                ("deleted", "=", False),
            ],
            order="id",
        )
        older = self.browse()
        for bills in same_code.grouped("code").values():
            older |= bills[:-1]
        return (ended | older).filtered(lambda bill: not bill.proposal_ids)

    def _propose(self, pull, reason):
        """Ask the accountant what to do with the bills here that are obsolete.

        :param pull: `openimis.pull` that found out
        :param str reason: delete or replace
        :return: new `openimis.bill.proposal` records
        """
        return self.env["openimis.bill.proposal"]._propose(self, pull, reason)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_known(self):
        if self.env["openimis.remote.record"].search_count(
            [("kind", "=", "bill"), ("res_id", "in", self.ids)], limit=1
        ):
            raise UserError(
                self.env._("A bill known from openIMIS is kept for the record.")
            )
