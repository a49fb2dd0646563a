import json
from decimal import InvalidOperation

from odoo import api, models
from odoo.exceptions import ValidationError

from odoo.addons.exchange_run.core.money import exact, round_to, split_nearly

from ..core.payable import Payable
from ..core.tax_analysis import tax_analysis
from .rights import require_right

LINE_FIELDS = (
    "code",
    "description",
    "details",
    "quantity",
    "unit_price",
    "discount",
    "deduction",
    "account_id",
    "product_id",
    "location_id",
    "tax_ids",
    "claim_id",
)
#: amounts that change their sign with the line's
AMOUNTS = ("discount", "deduction", "amount_net", "amount_tax", "amount_total")


class OpenimisPayableLine(models.Model):
    """Payable lines and the invoice lines that carry them stay equal."""

    _inherit = "openimis.payable.line"  # pylint: disable=consider-merging-classes-inherited

    def _spread_tax(self):
        """Share the tax that Odoo worked out for each bill among its payable lines."""
        for move, lines in self.grouped("move_id").items():
            taxed = lines.filtered("tax_ids")
            if not taxed:
                continue
            shares = split_nearly(
                exact(move.amount_tax),
                taxed._raw_taxes(move),
                exact(move.currency_id.rounding),
            )
            for line, share in zip(taxed, shares, strict=True):
                line.amount_tax = float(share)
                line.amount_total = float(exact(line.amount_net) + share)
                line.tax_analysis = line._tax_analysis(share)

    def _tax_analysis(self, share):
        """Return the taxes of the line in openIMIS' form; they add up to its share.

        :param Decimal share: the line's part of the bill's tax
        :return: dict
        """
        details = self.tax_ids.compute_all(
            self.amount_net, self.currency_id, product=None, partner=self.partner_id
        )["taxes"]
        quantum = exact(self.currency_id.rounding)
        amounts = split_nearly(share, [exact(t["amount"]) for t in details], quantum)
        taxes = self.env["account.tax"].browse([t["id"] for t in details])
        return tax_analysis(
            [
                {
                    "code": tax.name,
                    "label": tax.name,
                    "rate": tax.amount,
                    "base": detail["base"],
                    "amount": amount,
                }
                for tax, detail, amount in zip(taxes, details, amounts, strict=True)
            ],
            quantum,
        )

    def _raw_taxes(self, move):
        """Return each line's share of what Odoo worked out for its taxes.

        :return: list of Decimals in the order of the lines, unrounded
        """
        rates = {}
        for taxes, items in move.invoice_line_ids.grouped("tax_ids").items():
            net = sum(exact(item.price_subtotal) for item in items)
            total = sum(exact(item.price_total) for item in items)
            rates[taxes] = (total - net) / net if net else net
        return [exact(line.amount_net) * rates.get(line.tax_ids, 0) for line in self]

    def _sources(self):
        """Return what the lines bill.

        :return: set of (model name, record id)
        """
        return {
            (line.source_model, source)
            for line in self
            for source in line.merged_source_ids or [line.source_id]
        }

    def _turn_around(self):
        """Change the sign of the lines: what is claimed back is credited, and back."""
        with self._engine_writes():
            for line in self:
                figures = ("quantity", *AMOUNTS)
                line.write({name: -line[name] for name in figures})

    @api.constrains("tax_ids")
    def _check_taxes(self):
        self.tax_ids._check_openimis_added()

    # === RIGHTS ===

    @api.model_create_multi
    def create(self, vals_list):
        """Create lines of drafts; needs right 156102.

        Whoever creates one chooses its figures, never what they come to: amounts are
        worked out, and the invoice lines follow, as when a service adds the line.

        :raises AccessError: an amount, a source or an explanation is given
        """
        require_right(self.env, "156102")
        if self._is_engine_writing():
            return super().create(vals_list)
        self = self._engine_checked(vals_list)
        self._exchange_check_new(vals_list)
        rows = [{**vals, **self._vals_of_own(vals)} for vals in vals_list]
        with self._engine_writes():
            lines = super().create(rows)
        lines._check_drafts()
        lines._follow()
        return lines

    @api.model
    def _vals_of_own(self, vals):
        """Return what a line that somebody makes by hand has of its bill and figures.

        :param dict vals: values given by the caller
        :return: dict for create
        """
        bill = self.env["account.move"].browse(vals.get("move_id"))
        bill.check_access("read")
        given = {name: vals[name] for name in LINE_FIELDS if name in vals}
        return {
            **self._checked_vals(given, bill.currency_id),
            "company_id": bill.company_id.id,
            "currency_id": bill.currency_id.id,
        }

    def write(self, vals):
        """Change lines of drafts; needs right 156103."""
        require_right(self.env, "156103")
        self._check_drafts()
        result = super().write(vals)
        self._follow()
        return result

    def unlink(self):
        """Delete lines of drafts; needs right 156104.

        What they bill can be billed again, whatever the door.
        """
        require_right(self.env, "156104")
        if self._is_engine_writing():
            return super().unlink()
        for bill, lines in self.grouped("move_id").items():
            bill.openimis_bill_item_delete(lines.ids)
        return True

    def _follow(self):
        """Let the invoice lines follow, unless the program does so at the end."""
        if not self._is_engine_writing():
            for bill in self.move_id:
                bill._openimis_sync_lines()

    def _check_drafts(self):
        """Refuse to touch the lines of a validated bill, unless the program does.

        :raises UserError: naming the bill
        """
        if not self._is_engine_writing():
            for bill in self.move_id:
                bill._openimis_check_draft()

    # === LINES OF THEIR OWN ===

    @api.model
    def _checked_vals(self, vals, currency, line=None):
        """Return the values of a payable line with its amounts worked out.

        Section 2: net = quantity x unit price - discount - deduction, rounded.

        :param dict vals: values given by the caller
        :param currency: `res.currency` of the bill
        :param line: the line to change, for the values not given
        :return: dict for create or write
        :raises ValidationError: an unknown field, no code, or a figure is no number
        """
        if not isinstance(vals, dict):
            raise ValidationError(self.env._("Each line is a set of named values."))
        unknown = sorted(set(vals) - set(LINE_FIELDS))
        if unknown:
            raise ValidationError(
                self.env._("Unknown fields of a line: %s", ", ".join(unknown))
            )
        if not (vals.get("code") or line):
            raise ValidationError(self.env._("Each line needs a code."))
        (line or self.browse())._exchange_check_named([vals], self._exchange_kept())
        if (
            line
            and line.source_id
            and vals.get("claim_id", line.claim_id.id) != (line.claim_id.id)
        ):
            raise ValidationError(
                self.env._(
                    "Line %s bills its own claim. Delete the line to bill another.",
                    line.code,
                )
            )
        given = {"quantity": 1.0, **vals} if not line else dict(vals)
        figures = {
            name: self._checked_number(name, given.get(name, line[name] if line else 0))
            for name in ("quantity", "unit_price", "discount", "deduction")
        }
        net = float(_net(currency, **figures))
        return {**given, "amount_net": net, "amount_tax": 0.0, "amount_total": net}

    @api.model
    def _checked_number(self, name, value):
        """Return a figure as Decimal.

        :raises ValidationError: the value is no number
        """
        try:
            number = exact(value)
        except InvalidOperation:
            number = None
        if number is None or not number.is_finite():
            raise ValidationError(
                self.env._(
                    "%(value)s is no number: correct the %(field)s of the line.",
                    value=value,
                    field=self._fields[name]._description_string(self.env),
                )
            )
        return number

    def _expected_net(self):
        """Return quantity x unit price - discount - deduction, rounded."""
        figures = (self.quantity, self.unit_price, self.discount, self.deduction)
        return float(_net(self.currency_id, *map(exact, figures)))

    def _as_payable(self, move):
        """Return the line as `core.payable.Payable`, to make invoice lines of it."""
        distribution = self.analytic_distribution
        return Payable(
            source=self.source_id,
            code=self.code,
            description=self.description or "",
            net=exact(self.amount_net),
            unit_price=exact(self.unit_price),
            product=self.product_id.id or None,
            account=self.account_id.id or move._openimis_default_account().id or None,
            taxes=tuple(self.tax_ids.ids),
            analytic=json.dumps(distribution) if distribution else None,
            # sudo: the number of the claim is the line's own, whoever sees the claim
            document=self.sudo().claim_id.code or "",
        )


def _net(currency, quantity, unit_price, discount, deduction):
    # the gross is rounded as such: half a unit that is discounted leaves nothing
    quantum = exact(currency.rounding)
    gross = round_to(quantity * unit_price, quantum)
    return round_to(gross - discount - deduction, quantum)
