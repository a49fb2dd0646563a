from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_amount


class OpenimisBatchWizard(models.TransientModel):
    """How and when to pay bills of openIMIS in one batch."""

    _name = "openimis.batch.wizard"
    _description = "Pay openIMIS Bills in a Batch"

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    move_ids = fields.Many2many("account.move", string="Bills", readonly=True)
    payment_method_line_id = fields.Many2one(
        "account.payment.method.line",
        "Payment Method",
        domain="[('payment_order_ok', '=', True), ('payment_type', '=', 'outbound'), "
        "('company_id', '=', company_id)]",
        help="From which bank or operator, and by which kind of file.",
    )
    date = fields.Date("Payment Date", required=True, default=fields.Date.context_today)
    payable_ids = fields.Many2many(
        "account.move", string="To Pay", compute="_compute_payable_ids"
    )
    payable_count = fields.Integer("Bills to Pay", compute="_compute_payable_ids")
    partner_count = fields.Integer("Third Parties", compute="_compute_payable_ids")
    currency_id = fields.Many2one("res.currency", compute="_compute_payable_ids")
    amount = fields.Monetary(compute="_compute_payable_ids")
    left_out = fields.Text(compute="_compute_payable_ids")
    set_off = fields.Boolean(
        "Set Off Advances First",
        default=True,
        help="Payments on account and credit notes of the same third party are taken "
        "off its bills, the oldest first; the rest is paid.",
    )
    advances = fields.Text(compute="_compute_payable_ids")
    amount_set_off = fields.Monetary("Set Off", compute="_compute_payable_ids")

    @api.model
    def default_get(self, names):
        """Choose the method where there is no choice."""
        values = super().default_get(names)
        if company := values.get("company_id"):
            lines = self.env["account.payment.method.line"].search(
                [
                    ("payment_order_ok", "=", True),
                    ("payment_type", "=", "outbound"),
                    ("company_id", "=", company),
                ],
                limit=2,
            )
            if len(lines) == 1:
                values.setdefault("payment_method_line_id", lines.id)
        return values

    @api.depends("move_ids", "payment_method_line_id", "set_off")
    def _compute_payable_ids(self):
        for wizard in self:
            reasons = wizard._reasons()
            payable = wizard.move_ids._origin - self.env["account.move"].union(*reasons)
            wizard.payable_ids = payable
            wizard.payable_count = len(payable)
            wizard.partner_count = len(payable.commercial_partner_id)
            currencies = payable.currency_id
            wizard.currency_id = currencies if len(currencies) == 1 else False
            owed = payable._openimis_owed_items()
            amount = -sum(owed.mapped("amount_residual_currency"))
            found = wizard._found_advances(payable)
            wizard.advances = "\n".join(text for text, _amount in found)
            taken = sum(amount for _text, amount in found) if wizard.set_off else 0
            wizard.amount_set_off = wizard.currency_id and taken
            wizard.amount = wizard.currency_id and amount - taken
            wizard.left_out = "\n".join(reasons.values())

    def _found_advances(self, bills):
        """Return what can be set off against bills: a text and an amount a third party.

        :return: list of (text for the user, amount)
        """
        found = []
        for owed, advances in bills._openimis_advances():
            # sudo: who may pay a bill may know what was paid before
            owed, advances = owed.sudo(), advances.sudo()
            currency = owed.currency_id[:1]
            sums = (
                -sum(owed.mapped("amount_residual_currency")),
                sum(advances.mapped("amount_residual_currency")),
            )
            amount = currency.round(min(sums))
            names = ", ".join(
                move.origin_payment_id.openimis_code_ext or move.name
                for move in advances.move_id
            )
            text = self.env._(
                "%(partner)s: %(amount)s of %(names)s",
                partner=owed.partner_id.commercial_partner_id[:1].display_name,
                amount=format_amount(self.env, amount, currency),
                names=names,
            )
            found.append((text, amount))
        return found

    def _reasons(self):
        """Return {bill: why it is left out}."""
        known = self.move_ids._origin._openimis_batch_reasons()
        reasons = {}
        for bill in self.move_ids._origin:
            if reason := self._reason(bill, known.get(bill)):
                reasons[bill] = reason
        return reasons

    def _reason(self, bill, known):
        if bill.move_type != "in_invoice":
            return self.env._(
                "%s is no vendor bill. Set it off against one first.",
                bill._openimis_label(),
            )
        if bill.company_id != self.company_id:
            return self.env._(
                "Bill %s belongs to another company.", bill._openimis_label()
            )
        return known or self._account_reason(bill)

    def _account_reason(self, bill):
        """Say why the method cannot pay this third party."""
        method = self.payment_method_line_id
        if not method._openimis_needs_account():
            return ""
        # sudo: whether there is an account to pay to is all that is told of it
        account = bill._openimis_account(method).sudo()
        if not account:
            text = self.env._("Bill %(bill)s: %(partner)s has no account to pay to.")
        elif not method.sudo()._openimis_takes(account):
            text = self.env._(
                "Bill %(bill)s: no account of %(partner)s is one that the file takes"
                "%(hint)s."
            )
        elif not account.allow_out_payment:
            text = self.env._(
                "Bill %(bill)s: nobody has said that the account of %(partner)s can be "
                "trusted (“Send Money” on it)."
            )
        else:
            return ""
        hint = method.sudo().openimis_layout_id.account_hint
        return text % {
            "hint": f" ({hint})" if hint else "",
            "bill": bill._openimis_label(),
            "partner": bill.commercial_partner_id.display_name,
        }

    def action_make(self):
        """Make the batch of the bills that can be paid, and open it.

        :return: a window action
        :raises AccessError: without right 156202, or a bill of another area
        :raises UserError: no bill can be paid, with the reason of each
        """
        self.ensure_one()
        self.move_ids._openimis_require("156202")
        if not self.payment_method_line_id:
            raise UserError(self.env._("Choose a payment method."))
        if not self.payable_ids:
            raise UserError(self.left_out or self.env._("There is nothing to pay."))
        payable = self.payable_ids
        if self.set_off:
            payable._openimis_set_off()
            payable = payable.filtered(lambda bill: bill._openimis_owed_items())
        if not payable:
            return self._tell_settled()
        order = self.env["account.payment.order"].create(
            {
                "payment_type": "outbound",
                "payment_method_line_id": self.payment_method_line_id.id,
                "company_id": self.company_id.id,
                "description": ", ".join(payable.openimis_closing_id.mapped("name")),
                "payment_line_ids": [
                    Command.create({"move_line_id": item.id})
                    for item in payable._openimis_owed_items()
                ],
            }
        )
        # written: on creation the method's own default would win
        order.write({"date_prefered": "fixed", "date_scheduled": self.date})
        return order.get_formview_action()

    def _tell_settled(self):
        """Return an action that says that advances have settled all of it."""
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Advances and credit notes have settled these bills: nothing is "
                    "left to pay."
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
