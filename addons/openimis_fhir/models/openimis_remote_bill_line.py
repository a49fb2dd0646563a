import json

from odoo import fields, models


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
    code = fields.Char(required=True)
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
            "amount_net": self.net,
            "amount_total": self.total,
        }

    def _prepare_invoice_line_vals(self):
        """Values of the invoice line: the net amount, so that the bill adds up."""
        self.ensure_one()
        vals = {
            "name": " ".join(filter(None, (self.code, self.description))),
            "quantity": 1,
            "price_unit": self.net,
            "tax_ids": False,
        }
        account = self._find_account()
        return {**vals, "account_id": account.id} if account else vals

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
