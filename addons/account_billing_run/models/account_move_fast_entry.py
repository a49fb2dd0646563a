from odoo import api, models
from odoo.fields import Command

from .account_move_fast_create import NO_AMOUNT

OUTBOUND = ("in_invoice", "in_receipt", "out_refund")
RECEIPTS = ("in_receipt", "out_receipt")


class AccountMove(models.Model):
    """The journal items of an untaxed invoice or bill, as Odoo would make them."""

    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _billing_complete_entry(self, vals, total, partner, positions):
        """Return the values of a move with every journal item in `line_ids`.

        :param dict vals: values of the move, its lines in `invoice_line_ids`
        :param float total: sum of the lines, in company currency
        :param partner: `res.partner` of the move
        :param dict positions: see `_billing_fiscal_position`
        :return: values as for `create()`
        """
        company = self._billing_company(vals)
        sign = 1 if vals["move_type"] in OUTBOUND else -1
        common = self._billing_common_item_vals(partner, company)
        items = [
            self._billing_item_vals(common, company.currency_id, command[2], sign)
            for command in vals["invoice_line_ids"]
        ]
        due = self._billing_rounded(vals, company.currency_id, total)
        items += self._billing_rounding_items(
            common, vals, partner, company, sign * (due - total)
        )
        terms = self._billing_term_items(common, vals, partner, company, -sign * due)
        position = self._billing_fiscal_position(vals, partner, company, positions)
        return {
            "fiscal_position_id": position,
            "invoice_date_due": max(term["date_maturity"] for term in terms),
            **{key: value for key, value in vals.items() if key != "invoice_line_ids"},
            "line_ids": [Command.create(item) for item in (*items, *terms)],
        }

    @api.model
    def _billing_common_item_vals(self, partner, company):
        """Return what all journal items of a move have in common."""
        return {
            "currency_id": company.currency_id.id,
            "partner_id": partner.commercial_partner_id.id,
        }

    @api.model
    def _billing_item_vals(self, common, currency, line, sign):
        """Return the values of the journal item of one invoice line."""
        if line.get("display_type") in NO_AMOUNT:
            return line
        balance = sign * self._billing_line_subtotal(currency, line)
        # Odoo itself knows in which unit a product is sold or bought.
        unit = {} if line.get("product_id") else {"product_uom_id": False}
        return {
            **common,
            **unit,
            "display_type": "product",
            "quantity": 1.0,
            "discount": 0.0,
            "product_id": False,
            "analytic_distribution": False,
            **line,
            "balance": balance,
            "amount_currency": balance,
        }

    # === CASH ROUNDING ===

    @api.model
    def _billing_rounding(self, vals):
        return self.env["account.cash.rounding"].browse(
            vals.get("invoice_cash_rounding_id") or []
        )

    @api.model
    def _billing_rounding_is_plain(self, vals, company):
        """Tell whether the rounding, if any, is a line with an account of its own."""
        rounding = self._billing_rounding(vals).with_company(company)
        return not rounding or bool(
            rounding.strategy == "add_invoice_line"
            and rounding.profit_account_id
            and rounding.loss_account_id
        )

    @api.model
    def _billing_rounded(self, vals, currency, total):
        """Return the total with the cash rounding of the move, if it has any."""
        rounding = self._billing_rounding(vals)
        return currency.round(rounding.round(total)) if rounding else total

    @api.model
    def _billing_rounding_items(self, common, vals, partner, company, difference):
        """Return the values of the line that rounds the total, in a list; or none."""
        balance = company.currency_id.round(difference)
        if not balance:
            return []
        rounding = self._billing_rounding(vals).with_company(company)
        account = (
            rounding.loss_account_id if balance > 0 else rounding.profit_account_id
        )
        return [
            {
                **common,
                "display_type": "rounding",
                "name": rounding.name,
                "account_id": account.id,
                "partner_id": partner.id,
                "balance": balance,
                "amount_currency": balance,
                "analytic_distribution": False,
                "tax_ids": [Command.clear()],
            }
        ]

    # === PAYABLE, RECEIVABLE ===

    @api.model
    def _billing_term_items(self, common, vals, partner, company, balance):
        """Return the values of the payable or receivable items, one an instalment."""
        return [
            {
                **common,
                "display_type": "payment_term",
                "date_maturity": date,
                "balance": amount,
                "amount_currency": amount,
                "quantity": 0.0,
                "discount_balance": 0.0,
                "discount_amount_currency": 0.0,
                "tax_ids": [Command.clear()],
                "analytic_distribution": False,
            }
            for date, amount in self._billing_due(vals, partner, company, balance)
        ]

    @api.model
    def _billing_due(self, vals, partner, company, balance):
        """Return what falls due when, by the payment term.

        :return: list of (date, part of the balance)
        """
        term = self._billing_payment_term(vals, partner, company)
        if not term:
            due = vals.get("invoice_date_due") or vals["invoice_date"]
            return [(due, balance)]
        terms = term._compute_terms(
            date_ref=vals["invoice_date"],
            currency=company.currency_id,
            tax_amount_currency=0.0,
            tax_amount=0.0,
            untaxed_amount_currency=balance,
            untaxed_amount=balance,
            company=company,
            cash_rounding=self._billing_rounding(vals),
            sign=1 if balance > 0 else -1,
        )
        return [(line["date"], line["company_amount"]) for line in terms["line_ids"]]

    # === FISCAL POSITION ===

    @api.model
    def _billing_fiscal_position(self, vals, partner, company, positions):
        """Return the id of the fiscal position Odoo chooses for a partner.

        Odoo searches for each partner anew. What it looks at is the same for most of
        them: they share one answer.

        :param dict positions: the answers so far, completed here
        """
        delivery = partner.browse(partner.address_get(["delivery"])["delivery"])
        seen = (self._billing_fiscal_traits(p, company) for p in (partner, delivery))
        key = (company.id, vals["move_type"] in RECEIPTS, *seen)
        if key not in positions:
            move = self.new(
                {
                    "move_type": vals["move_type"],
                    "company_id": company.id,
                    "partner_id": partner.id,
                    "partner_shipping_id": delivery.id,
                }
            )
            positions[key] = move.fiscal_position_id.id
        return positions[key]

    @api.model
    def _billing_fiscal_traits(self, partner, company):
        """Return what decides on the fiscal position; a VAT number stands alone."""
        manual = partner.with_company(company).property_account_position_id
        return (
            partner.vat and partner.id,
            manual.id,
            partner.country_id.id,
            partner.state_id.id,
            partner.zip,
        )
