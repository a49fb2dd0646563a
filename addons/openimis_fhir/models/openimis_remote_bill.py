from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools.sql import escape_psql

from odoo.addons.openimis_payable.models.account_move import BILL_STATUS
from odoo.addons.openimis_payable.models.rights import require_right

#: whose links say that a claim is billed: closings and bills of openIMIS share them
CLAIM_CONVERTER = "openimis.converter.claim"
#: openIMIS' statuses of bills that nobody owes: cancelled, deleted
GONE_THERE = ("3", "4")
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
    third_party_type = fields.Selection(
        [
            ("facility", "Health Facility"),
            ("officer", "Enrolment Officer"),
            ("payer", "Payer"),
            ("insuree", "Insuree"),
        ],
        default="facility",
        readonly=True,
    )
    third_party = fields.Char("Third Party in openIMIS", readonly=True)
    date_bill = fields.Date("Bill Date", readonly=True)
    date_due = fields.Date("Due Date", readonly=True)
    date_payed = fields.Date("Paid On", readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount_net = fields.Monetary("Net", readonly=True)
    amount_discount = fields.Monetary("Discount", readonly=True)
    amount_total = fields.Monetary("Total", readonly=True)
    amount_standing = fields.Monetary(
        "Total in Force",
        compute="_compute_amount_standing",
        help="The total; zero once the bill was cancelled or deleted in openIMIS.",
    )
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
    amount_worth = fields.Monetary(
        "Worth by the Claims",
        compute="_compute_worth",
        help="What the lines of this bill are worth when each claim counts for what "
        "its accepted items and services say here. openIMIS bills what was claimed.",
    )
    amount_over = fields.Monetary(
        "Billed above the Worth",
        compute="_compute_worth",
        help="What openIMIS billed less what the claims are worth here.",
    )
    amount_accepted = fields.Monetary(
        "Accepted as Billed",
        readonly=True,
        copy=False,
        help="Total that was accepted although the claims are worth another amount.",
    )
    accepted_by_id = fields.Many2one("res.users", readonly=True, copy=False)

    _uuid_uniq = models.UniqueIndex(
        "(connection_id, uuid)", "This bill of openIMIS is known already."
    )

    def _compute_move_id(self):
        """The bill here is the one with openIMIS' UUID, or one of ours with its code.

        If it was amended here, it is its last amendment. A bill amended in openIMIS has
        the code of the one it replaces, so what was made of the one is not taken for
        the other; nor is what was cancelled.
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
        first = {move: move._openimis_first_version().openimis_uuid for move in moves}
        theirs = set(self.search([("uuid", "in", list(first.values()))]).mapped("uuid"))
        ours = moves.filtered(lambda move: first[move] not in theirs)
        by_uuid = {
            (m.company_id, m.openimis_uuid): m._openimis_in_force() for m in moves
        }
        by_code = {(m.company_id, m.openimis_code): m for m in ours}
        for bill in self:
            bill.move_id = by_uuid.get((bill.company_id, bill.uuid)) or by_code.get(
                (bill.company_id, bill.code)
            )

    @api.depends("amount_total", "deleted", "status")
    def _compute_amount_standing(self):
        for bill in self:
            gone = bill.deleted or bill.status in GONE_THERE
            bill.amount_standing = 0.0 if gone else bill.amount_total

    @api.depends("line_ids.total", "amount_total")
    def _compute_worth(self):
        for bill in self:
            lines = bill._lines_to_book()
            bill.amount_worth = sum(lines.mapped("worth"))
            bill.amount_over = sum(lines.mapped("net")) - bill.amount_worth

    # === BILL HERE ===

    def action_create_move(self):
        """Make a draft vendor bill of each bill that has none yet.

        What a bill pays is billed by it from then on: no closing bills its claims.

        :return: a window action on the bills
        :raises UserError: a bill that is deleted or whose third party is unknown,
            whose lines do not add up, whose claims are billed already, or that is for
            another amount than they are worth, unless that was accepted
        """
        todo = self.filtered(lambda bill: not bill.move_id)
        for bill in todo:
            bill._check_billable()
        todo._check_claims_free()
        todo._check_worth()
        taken = todo._taken_codes()
        vals_list = [
            {**bill._prepare_move_vals(), "openimis_code": bill._free_code(taken)}
            for bill in todo
        ]
        with self.env["exchange.engine.mixin"]._engine_writes():
            moves = self.env["account.move"].create(vals_list)
        for bill, move in zip(todo, moves, strict=True):
            bill._link_claims(move)
        self.invalidate_recordset(["move_id"])
        return self.move_id._get_records_action(name=self.env._("Bills"))

    def action_accept_amount(self):
        """Accept the amount openIMIS billed, though the claims are worth another.

        :return: True
        :raises AccessError: the user may not make bills
        """
        require_right(self.env, "156102")
        self.check_access("read")
        for bill in self.sudo():  # sudo: whoever may bill decides; checked above
            bill.write(
                {"amount_accepted": bill.amount_total, "accepted_by_id": self.env.uid}
            )
        return True

    def _lines_to_book(self):
        """Lines of the bill; of an amendment without any, those it took over.

        openIMIS copies the total of an amended bill and not its lines.
        """
        self.ensure_one()
        if self.line_ids:
            return self.line_ids
        older = self._predecessors().filtered("line_ids")
        return older[:1].line_ids

    def _predecessors(self):
        """Bills of openIMIS that this one replaces, the latest first."""
        return self.search(
            [
                ("connection_id", "=", self.connection_id.id),
                ("id", "!=", self.id),
                "|",
                ("replaced_by_uuid", "=", self.uuid),
                "&",
                ("code", "=", self.code),
                ("id", "<", self.id),
            ],
            order="id desc",
        )

    def _check_adds_up(self):
        """Refuse a bill whose lines are not what it is for.

        :raises UserError: naming both amounts
        """
        lines = self._lines_to_book()
        total = sum(lines.mapped("total"))
        if lines and not self.currency_id.compare_amounts(total, self.amount_total):
            return
        raise UserError(
            self.env._(
                "%(code)s: openIMIS says %(total)s, its lines add up to %(lines)s. It "
                "is not booked like that: correct the bill in openIMIS and pull it "
                "again.",
                code=self.code,
                total=self.currency_id.format(self.amount_total),
                lines=self.currency_id.format(total),
            )
        )

    def _check_claims_free(self):
        """Refuse bills whose claims are billed already, here or by another of them.

        :raises UserError: naming the claims and what bills them
        """
        seen = self.env["openimis.claim"]
        for bill in self:
            claims = bill._lines_to_book().claim_id
            links = bill._billing_links_of(claims)
            # what a credited predecessor billed passes to the amendment
            links -= links.filtered(lambda link: link.move_id._billing_is_credited())
            taken = claims.browse(links.mapped("res_id")) | (claims & seen)
            seen |= claims
            if taken:
                shown = taken[:10].mapped("code")
                raise UserError(
                    self.env._(
                        "%(bill)s: %(count)s of its claims are billed already, by "
                        "%(moves)s: %(claims)s. Cancel or credit one of the two.",
                        bill=bill.code,
                        count=len(taken),
                        moves=", ".join(links.move_id[:5].mapped("display_name"))
                        or self.env._("another of these bills"),
                        claims=", ".join(shown) + ("…" if len(taken) > 10 else ""),
                    )
                )

    def _billing_links_of(self, claims):
        # sudo: a claim is billed also where the user may not see the bill
        return (
            self.env["account.billing.link"]
            .sudo()
            .search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("converter", "=", CLAIM_CONVERTER),
                    ("res_model", "=", "openimis.claim"),
                    ("res_id", "in", claims.ids),
                    ("state", "=", "active"),
                ]
            )
        )

    def _check_worth(self):
        """Refuse what openIMIS billed otherwise than the claims say, unless accepted.

        :raises UserError: naming the bills and both amounts
        """
        wrong = self.filtered(
            lambda bill: bill.currency_id.compare_amounts(bill.amount_over, 0)
            and bill.currency_id.compare_amounts(
                bill.amount_accepted, bill.amount_total
            )
        )
        if wrong:
            texts = [
                self.env._(
                    "%(bill)s: billed %(billed)s, worth %(worth)s",
                    bill=bill.code,
                    billed=bill.currency_id.format(
                        sum(bill._lines_to_book().mapped("net"))
                    ),
                    worth=bill.currency_id.format(bill.amount_worth),
                )
                for bill in wrong[:10]
            ]
            raise UserError(
                self.env._(
                    "openIMIS billed these for another amount than their claims are "
                    "worth here:\n%(bills)s\nCompare the lines. «Accept as Billed» "
                    "books a bill all the same; otherwise leave it and close the "
                    "claims here.",
                    bills="\n".join(texts),
                )
            )

    def _link_claims(self, move):
        """Note that a vendor bill bills the claims of this one.

        :raises UserError: somebody billed one of them at this moment
        """
        amounts = {}
        for line in self._lines_to_book().filtered("claim_id"):
            amounts[line.claim_id] = amounts.get(line.claim_id, 0.0) + line.net
        claims = self.env["openimis.claim"].union(*amounts)
        self._billing_links_of(claims)._release()
        try:
            with self.env.cr.savepoint():
                # sudo: links have no rights of their own; the right to bill was
                # checked when the bill was made
                links = (
                    self.env["account.billing.link"]
                    .sudo()
                    .create(
                        [
                            {
                                "company_id": self.company_id.id,
                                "converter": CLAIM_CONVERTER,
                                "res_model": "openimis.claim",
                                "res_id": claim.id,
                                "move_id": move.id,
                                "currency_id": self.currency_id.id,
                                "amount": amount,
                            }
                            for claim, amount in amounts.items()
                        ]
                    )
                )
                links.flush_recordset()
        except UniqueViolation:
            raise UserError(
                self.env._("A claim of %s has just been billed elsewhere.", self.code)
            ) from None
        links._mark_sources(True)

    @api.model
    def _booked_claims(self, claims):
        """Claims that a booked bill of openIMIS pays.

        Also those that were not known here when it was booked, and have no link.

        :param claims: `openimis.claim` records of one company
        :return: dict {claim: `account.move`}
        """
        # sudo: what is billed is billed also where the user may not see it
        Line = self.env["openimis.remote.bill.line"].sudo()
        company = claims.company_id[:1].id
        if not claims or not Line.search_count([("company_id", "=", company)], limit=1):
            return {}
        lines = Line.search(
            [
                ("company_id", "=", company),
                "|",
                (
                    "source_uuid",
                    "in",
                    claims.filtered("openimis_uuid").mapped("openimis_uuid"),
                ),
                ("code", "in", claims.mapped("code")),
            ]
        )
        # a bill may have been amended since
        lines.bill_id.invalidate_recordset(["move_id"])
        bills = lines.bill_id.filtered(
            lambda bill: bill.move_id
            and bill.move_id._openimis_first_version().openimis_uuid == bill.uuid
            and bill.move_id.state != "cancel"
            and not bill.move_id._billing_is_credited()
        )
        lines = lines.filtered(lambda line: line.bill_id in bills)
        lines.invalidate_recordset(["claim_id"])  # claims may have come since
        return {line.claim_id: line.bill_id.move_id for line in lines if line.claim_id}

    def _check_billable(self):
        self.ensure_one()
        self._check_known()
        self._check_adds_up()

    def _check_known(self):
        if self.deleted:
            raise UserError(
                self.env._("%(code)s was deleted in openIMIS.", code=self.code)
            )
        if not self.partner_id:
            raise UserError(self._explain_unknown_party())

    def _explain_unknown_party(self):
        """What to pull, so that the bill can be booked."""
        texts = {
            "officer": self.env._(
                "%(code)s: enrolment officer %(party)s is not known. Pull the "
                "enrolment officers and the bills first.",
                code=self.code,
                party=self.third_party,
            ),
            "payer": self.env._(
                "%(code)s: payer %(party)s is not known. Pull the payers and the bills "
                "first.",
                code=self.code,
                party=self.third_party,
            ),
            "insuree": self.env._(
                "%(code)s: insuree %(party)s has no contact here. Pull the insurees "
                "and give the person a contact.",
                code=self.code,
                party=self.third_party,
            ),
        }
        return texts.get(self.third_party_type) or self.env._(
            "%(code)s: third party %(party)s is not known. Pull the health facilities "
            "first.",
            code=self.code,
            party=self.third_party,
        )

    def _prepare_move_vals(self):
        """Values of the vendor bill, its payable lines and its invoice lines."""
        self.ensure_one()
        lines = self._lines_to_book()
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
                Command.create(line._prepare_payable_vals()) for line in lines
            ],
            "invoice_line_ids": [
                Command.create(line._prepare_invoice_line_vals()) for line in lines
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
