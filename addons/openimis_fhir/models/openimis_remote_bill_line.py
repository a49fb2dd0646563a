import json

from odoo import api, fields, models


class OpenimisRemoteBillLine(models.Model):
    """A line of a bill as openIMIS last told it."""

    _name = "openimis.remote.bill.line"
    _description = "Line of a Bill in openIMIS"
    _order = "bill_id, sequence, id"
    _rec_name = "code"

    bill_id = fields.Many2one(
        "openimis.remote.bill", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="bill_id.company_id", store=True)
    currency_id = fields.Many2one(related="bill_id.currency_id")
    sequence = fields.Integer()
    code = fields.Char(required=True, index=True)
    claim_id = fields.Many2one(
        "openimis.claim",
        compute="_compute_claim_id",
        help="Found by openIMIS' UUID, else by its number at the bill's facility.",
    )
    worth = fields.Monetary(
        compute="_compute_worth",
        help="What the claim's accepted items and services are worth here.",
    )
    kind = fields.Char()
    description = fields.Char()
    quantity = fields.Float(digits=(18, 6))
    unit_price = fields.Float(digits=(18, 4))
    discount = fields.Monetary()
    deduction = fields.Monetary()
    net = fields.Monetary()
    total = fields.Monetary()
    ledger_account = fields.Char()
    source_uuid = fields.Char("openIMIS UUID of the Source", index="btree_not_null")
    details = fields.Text()

    @api.depends("source_uuid", "code", "bill_id.partner_id", "bill_id.bill_type")
    def _compute_claim_id(self):
        Claim = self.env["openimis.claim"].with_context(active_test=False)
        uuids = [uuid for uuid in self.mapped("source_uuid") if uuid]
        found = Claim.search_fetch(
            [
                ("company_id", "in", self.company_id.ids),
                "|",
                ("openimis_uuid", "in", uuids),
                "&",
                ("code", "in", self.mapped("code")),
                ("health_facility_id", "in", self.bill_id.partner_id.ids),
            ],
            ["openimis_uuid", "code", "health_facility_id", "company_id"],
        )
        by_uuid = {(c.company_id, c.openimis_uuid): c for c in found if c.openimis_uuid}
        by_code = {(c.company_id, c.code, c.health_facility_id): c for c in found}
        for line in self:
            bill = line.bill_id
            claim = by_uuid.get((line.company_id, line.source_uuid)) or by_code.get(
                (line.company_id, line.code, bill.partner_id)
            )
            line.claim_id = claim if bill._payable_type() == "claim" else False

    @api.depends("claim_id", "net")
    def _compute_worth(self):
        """A claim counts once; what is no claim, or in other money, as billed."""
        comparable = self.filtered(
            lambda line: line.claim_id
            and line.currency_id == line.company_id.currency_id
        )
        # sudo: only the amount of a line is shown, to who may see the bill
        worth = {
            claim_id: float(amount)
            for claims in comparable.claim_id.sudo().grouped("company_id").values()
            for claim_id, amount in claims._worth().items()
        }
        counted = set()
        for line in self.sorted(lambda line: (line.bill_id.id, line.sequence, line.id)):
            line.worth = line.net
            if line in comparable:
                key = (line.bill_id, line.claim_id)
                line.worth = 0.0 if key in counted else worth[line.claim_id.id]
                counted.add(key)

    def _prepare_payable_vals(self):
        """Values of the payable line that copies this one."""
        self.ensure_one()
        return {
            "company_id": self.company_id.id,
            "currency_id": self.currency_id.id,
            "sequence": self.sequence,
            "type": self.bill_id._payable_type(),
            "code": self.code,
            "description": self.description,
            "details": json.loads(self.details) if self.details else False,
            "partner_id": self.bill_id.partner_id.id,
            "quantity": self.quantity,
            "unit_price": self.unit_price,
            "discount": self.discount,
            "deduction": self.deduction,
            **self._prepare_source_vals(),
            "amount_net": self.net,
            "amount_total": self.total,
        }

    def _prepare_source_vals(self):
        """Which claim the payable line pays."""
        if not self.claim_id:
            return {}
        return {
            "claim_id": self.claim_id.id,
            "location_id": self.claim_id.location_id.id,
            "source_model": "openimis.claim",
            "source_id": self.claim_id.id,
        }

    def _prepare_invoice_line_vals(self):
        """Values of the invoice line: the net amount, so that the bill adds up."""
        self.ensure_one()
        vals = {
            # whoever keeps books reads it: what was done to whom stays on the line
            "name": " ".join(filter(None, (self.code, self._facility_name()))),
            "quantity": 1,
            "price_unit": self.net,
            "tax_ids": False,
        }
        account = self._find_account()
        return {**vals, "account_id": account.id} if account else vals

    def _facility_name(self):
        """Name of the health facility that is paid, if it is one."""
        partner = self.bill_id.partner_id
        return partner.name if partner.openimis_is_facility else ""

    def _find_account(self):
        if not self.ledger_account:
            return self.env["account.account"]
        return self.env["account.account"].search(
            [
                ("code", "=", self.ledger_account),
                ("company_ids", "in", self.company_id.ids),
            ],
            limit=1,
        )
