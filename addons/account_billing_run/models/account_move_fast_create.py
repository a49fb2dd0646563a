from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.fields import Command

OUTBOUND = ("in_invoice", "in_receipt", "out_refund")
SALE = ("out_invoice", "out_refund", "out_receipt")
NO_AMOUNT = ("line_section", "line_subsection", "line_note")
#: What makes Odoo's own calculation necessary, or the move special.
SPECIAL_MOVE_FIELDS = ("line_ids", "invoice_cash_rounding_id", "tax_totals")
#: Odoo would only work out again what the values already say: the entry is complete
#: and balanced, and a draft needs neither tracking nor analytic lines.
FAST_CONTEXT = {
    "skip_invoice_sync": True,
    "skip_invoice_line_sync": True,
    "skip_analytic_sync": True,
    "tracking_disable": True,
}


class AccountMove(models.Model):
    """Draft invoices and bills from complete journal entries."""

    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _billing_create(self, vals_list):
        """Create draft invoices or bills quickly, with the entries Odoo would make.

        Moves in company currency whose lines carry no tax get all their journal items
        at once, the payable or receivable included; the others go the usual way.

        :param vals_list: values as for `create()`, with the lines as create commands
            in `invoice_line_ids`
        :return: the moves, in the order of `vals_list`
        :raises ValidationError: a move does not add up to its lines
        """
        totals = [self._billing_fast_total(vals) for vals in vals_list]
        fast = [
            self._billing_complete_entry(vals, total)
            for vals, total in zip(vals_list, totals, strict=True)
            if total is not None
        ]
        slow = [
            vals for vals, total in zip(vals_list, totals, strict=True) if total is None
        ]
        fast_moves = self.with_context(**FAST_CONTEXT).create(fast)
        slow_moves = self.with_context(tracking_disable=True).create(slow)
        fast_ids, slow_ids = iter(fast_moves.ids), iter(slow_moves.ids)
        moves = self.browse(
            [next(slow_ids if total is None else fast_ids) for total in totals]
        )
        self._billing_check_fast_totals(moves, totals)
        return moves

    @api.model
    def _billing_line_subtotal(self, currency, vals):
        """Return the untaxed amount of invoice line values, as Odoo rounds it.

        :param currency: `res.currency` of the move
        :param dict vals: values of an invoice line
        :return: amount in that currency
        """
        if vals.get("display_type") in NO_AMOUNT:
            return 0.0
        price = vals.get("price_unit", 0.0) * (1 - vals.get("discount", 0.0) / 100)
        return currency.round(price * vals.get("quantity", 1.0))

    @api.model
    def _billing_fast_total(self, vals):
        """Return the total of a move that may go the fast way, else None."""
        company = self.env["res.company"].browse(
            vals.get("company_id") or self.env.company.id
        )
        currency = company.currency_id
        lines = [command[2] for command in vals.get("invoice_line_ids", [])]
        if (
            vals.get("currency_id", currency.id) != currency.id
            or any(vals.get(name) for name in SPECIAL_MOVE_FIELDS)
            or not all(map(self._billing_line_is_plain, lines))
            or self._billing_payment_term(vals, company).early_discount
        ):
            return None
        total = currency.round(
            sum(self._billing_line_subtotal(currency, line) for line in lines)
        )
        # Odoo itself decides what a zero or negative document means
        return total if total > 0 else None

    @api.model
    def _billing_line_is_plain(self, vals):
        """Tell whether a line has its account and explicitly no tax."""
        if vals.get("display_type") in NO_AMOUNT:
            return True
        commands = vals.get("tax_ids")
        untaxed = commands is not None and all(
            command[0] == Command.CLEAR
            or (command[0] == Command.SET and not command[2])
            for command in commands
        )
        return untaxed and bool(vals.get("account_id"))

    @api.model
    def _billing_payment_term(self, vals, company):
        """Return the payment term of the move, as Odoo would choose it."""
        if "invoice_payment_term_id" in vals:
            return self.env["account.payment.term"].browse(
                vals["invoice_payment_term_id"] or []
            )
        partner = self.env["res.partner"].browse(vals["partner_id"])
        partner = partner.with_company(company)
        if vals["move_type"] in SALE:
            return partner.property_payment_term_id
        return partner.property_supplier_payment_term_id

    @api.model
    def _billing_complete_entry(self, vals, total):
        """Return `vals` with every journal item in `line_ids`."""
        company = self.env["res.company"].browse(
            vals.get("company_id") or self.env.company.id
        )
        sign = 1 if vals["move_type"] in OUTBOUND else -1
        items = [
            Command.create(self._billing_item_vals(vals, company, command[2], sign))
            for command in vals["invoice_line_ids"]
        ]
        items += [
            Command.create(term)
            for term in self._billing_term_items(vals, company, -sign * total)
        ]
        complete = {k: v for k, v in vals.items() if k != "invoice_line_ids"}
        return {**complete, "currency_id": company.currency_id.id, "line_ids": items}

    @api.model
    def _billing_item_vals(self, vals, company, line, sign):
        """Return the values of the journal item of one invoice line."""
        if line.get("display_type") in NO_AMOUNT:
            return line
        currency = company.currency_id
        balance = sign * self._billing_line_subtotal(currency, line)
        return {
            "display_type": "product",
            "quantity": 1.0,
            "discount": 0.0,
            "product_id": False,
            "product_uom_id": False,
            "analytic_distribution": False,
            "partner_id": self._billing_commercial_partner(vals).id,
            "currency_id": currency.id,
            **line,
            "balance": balance,
            "amount_currency": balance,
        }

    @api.model
    def _billing_term_items(self, vals, company, balance):
        """Return the values of the payable or receivable items, one an instalment."""
        term = self._billing_payment_term(vals, company)
        dates = [(vals.get("invoice_date_due") or vals.get("invoice_date"), balance)]
        if term:
            terms = term._compute_terms(
                date_ref=vals.get("invoice_date"),
                currency=company.currency_id,
                tax_amount_currency=0.0,
                tax_amount=0.0,
                untaxed_amount_currency=balance,
                untaxed_amount=balance,
                company=company,
                cash_rounding=self.env["account.cash.rounding"],
                sign=1 if balance > 0 else -1,
            )
            dates = [
                (line["date"], line["company_amount"]) for line in terms["line_ids"]
            ]
        partner = self._billing_commercial_partner(vals)
        return [
            {
                "display_type": "payment_term",
                "date_maturity": date,
                "balance": amount,
                "amount_currency": amount,
                "quantity": 0.0,
                "discount_balance": 0.0,
                "discount_amount_currency": 0.0,
                "partner_id": partner.id,
                "currency_id": company.currency_id.id,
                "tax_ids": [Command.clear()],
                "analytic_distribution": False,
            }
            for date, amount in dates
        ]

    @api.model
    def _billing_commercial_partner(self, vals):
        return self.env["res.partner"].browse(vals["partner_id"]).commercial_partner_id

    @api.model
    def _billing_check_fast_totals(self, moves, totals):
        """Compare the totals Odoo worked out with those of the values.

        :raises ValidationError: they differ
        """
        for move, total in zip(moves, totals, strict=True):
            if total is None:
                continue
            if move.currency_id.compare_amounts(move.amount_total, total):
                raise ValidationError(
                    self.env._(
                        "A document for %(partner)s adds up to %(actual)s instead of "
                        "%(expected)s.",
                        partner=move.partner_id.display_name,
                        actual=move.amount_total,
                        expected=total,
                    )
                )
