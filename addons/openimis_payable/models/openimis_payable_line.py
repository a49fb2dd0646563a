import json

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.account_billing_run.bulk import insert_rows

from .rights import require_right

CREDIT_NOTES = ("in_refund", "out_refund")
PAYABLE_TYPES = [
    ("claim", "Claim Valuation"),
    ("capitation", "Capitation"),
    ("commission", "Commission"),
    ("fee", "Payment Fees"),
    ("cash", "Insuree Cash Payment"),
    ("contribution", "Contribution"),
    ("other", "Other"),
]


class OpenimisPayableLine(models.Model):
    """Line of a bill in openIMIS' terms (BillItem), with how it came about.

    The invoice lines of the bill carry the bookkeeping, one per payable line or
    grouped; their total always equals that of the payable lines.
    """

    _name = "openimis.payable.line"
    _description = "openIMIS Payable Line"
    _inherit = ["exchange.engine.mixin", "exchange.journal.mixin"]
    _check_company_auto = True
    _order = "move_id, sequence, id"
    _rec_name = "code"

    move_id = fields.Many2one(
        "account.move",
        "Bill",
        required=True,
        index=True,
        check_company=True,
        ondelete="cascade",
        engine="write",
    )
    company_id = fields.Many2one("res.company", required=True, index=True, engine=True)
    invoice_date = fields.Date("Bill Date", related="move_id.invoice_date")
    currency_id = fields.Many2one("res.currency", required=True, engine=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    sequence = fields.Integer(default=1)
    openimis_uuid = fields.Char(
        "openIMIS UUID", index="btree_not_null", copy=False, engine=True
    )
    openimis_version = fields.Integer("openIMIS Version", copy=False, engine=True)
    type = fields.Selection(PAYABLE_TYPES, required=True, default="other")
    code = fields.Char(
        required=True, help="Number of the claim, or what else the line is about."
    )
    description = fields.Char()
    details = fields.Json(help="Structured details; the form depends on the type.")

    partner_id = fields.Many2one("res.partner", "Third Party", index="btree_not_null")
    product_id = fields.Many2one(
        "openimis.product",
        "Insurance Product",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
    )
    location_id = fields.Many2one(
        "openimis.location",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
    )
    account_id = fields.Many2one(
        "account.account",
        "Ledger Account",
        check_company=True,
        ondelete="restrict",
        help="ledger_account: of the product, the facility's code, or the type.",
    )
    tax_ids = fields.Many2many(
        "account.tax", string="Taxes", check_company=True, engine="write"
    )
    analytic_distribution = fields.Json()

    quantity = fields.Float(digits=(18, 6), default=1.0, engine="write")
    unit_price = fields.Float(digits=(18, 8), engine="write")
    discount = fields.Monetary(
        help="Amount between quantity x unit price and the net amount.", engine="write"
    )
    deduction = fields.Monetary(
        help="Amount deducted apart from the discount.", engine="write"
    )
    amount_net = fields.Monetary("Net", engine=True)
    tax_analysis = fields.Json(
        help="Taxes in openIMIS' form: lines and total.", engine=True
    )
    amount_tax = fields.Monetary("Tax", engine=True)
    amount_total = fields.Monetary("Total", engine=True)
    amount_owed = fields.Monetary(
        "Owed",
        compute="_compute_amount_owed",
        aggregator="sum",
        help="The total; negative on credit notes.",
    )
    amount_cost = fields.Monetary(
        "Cost",
        compute="_compute_amount_owed",
        currency_field="company_currency_id",
        aggregator="sum",
        help="What is owed, in the company's currency at the rate of the bill.",
    )

    source_model = fields.Char(engine=True)
    source_id = fields.Many2oneReference(
        model_field="source_model", index=True, engine=True
    )
    merged_source_ids = fields.Json(
        readonly=True,
        help="Ids of all sources of a line that stands for several.",
        engine=True,
    )
    claim_id = fields.Many2one(
        "openimis.claim",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        engine="write",
    )
    explain_input = fields.Char(
        "Input", help="What the amount was worked out from.", engine=True
    )
    explain_working = fields.Char("Working Values", engine=True)
    explain_result = fields.Char("Result", engine=True)

    @api.depends("amount_total", "move_id.move_type", "move_id.invoice_currency_rate")
    def _compute_amount_owed(self):
        for line in self:
            move = line.move_id
            sign = -1 if move.move_type in CREDIT_NOTES else 1
            line.amount_owed = sign * line.amount_total
            line.amount_cost = line.amount_owed / (move.invoice_currency_rate or 1)

    def _field_to_sql(self, alias, fname, query=None):
        if fname not in ("amount_owed", "amount_cost"):
            return super()._field_to_sql(alias, fname, query)
        rate = SQL(
            "COALESCE(NULLIF(move.invoice_currency_rate, 0), 1)",
            to_flush=self.env["account.move"]._fields["invoice_currency_rate"],
        )
        return SQL(
            "%s * (SELECT CASE WHEN move.move_type IN %s THEN -1 ELSE 1 END / %s"
            " FROM account_move move WHERE move.id = %s)",
            self._field_to_sql(alias, "amount_total", query),
            CREDIT_NOTES,
            rate if fname == "amount_cost" else SQL("1"),
            SQL.identifier(alias, "move_id"),
        )

    @api.model
    def _create_for(self, bills, kind, source_model):
        """Create the payable lines of bills.

        :param list bills: tuples (`account.move` with its invoice lines, list of
            `core.payable.Payable`)
        :param str kind: type of payable
        :param str source_model: model of the sources
        """
        require_right(self.env, "156102")
        moves = self.env["account.move"].union(*(move for move, _payables in bills))
        last = self._last_sequences(moves)
        untaxed = []
        for move, payables in bills:
            common = {
                "type": kind,
                "source_model": source_model,
                "move_id": move.id,
                "company_id": move.company_id.id,
                "currency_id": move.currency_id.id,
                "partner_id": move.partner_id.id,
            }
            rows = [
                {**common, "sequence": number, **_payable_row(payable)}
                for number, payable in enumerate(payables, last.get(move, 0) + 1)
            ]
            if any(payable.taxes for payable in payables):
                self._create_taxed(payables, rows)
            else:
                untaxed += rows
        insert_rows(self, untaxed)
        moves.invalidate_recordset(["openimis_line_ids"], flush=False)

    @api.model
    def _last_sequences(self, moves):
        """Return {`account.move`: sequence of its last line}, without empty bills."""
        groups = self._read_group(
            [("move_id", "in", moves.ids)], ["move_id"], ["sequence:max"]
        )
        return dict(groups)

    def _create_taxed(self, payables, rows):
        """Create lines that have taxes, and share the bill's tax among them."""
        with self._engine_writes():
            lines = self.create(
                [
                    {**row, "tax_ids": [(6, 0, payable.taxes)]}
                    for row, payable in zip(rows, payables, strict=True)
                ]
            )
        # sudo: sharing out the bill's own tax is part of creating its lines
        lines.sudo()._spread_tax()


def _payable_row(payable):
    """Return the columns of a payable line."""
    return {
        "code": payable.code,
        "description": payable.description,
        "details": payable.details,
        "product_id": payable.product,
        "location_id": payable.location,
        "account_id": payable.account,
        "analytic_distribution": payable.analytic and json.loads(payable.analytic),
        "quantity": float(payable.quantity),
        "unit_price": float(payable.unit_price),
        "discount": float(payable.discount),
        "deduction": 0.0,
        "amount_net": float(payable.net),
        "amount_tax": 0.0,
        "amount_total": float(payable.net),
        "source_id": payable.source,
        "merged_source_ids": list(payable.merged) or None,
        "claim_id": payable.claim,
        "explain_input": payable.explanation[0],
        "explain_working": payable.explanation[1],
        "explain_result": payable.explanation[2],
    }
