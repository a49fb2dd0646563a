import json

from odoo import api, models
from odoo.exceptions import ValidationError

from ..core.money import exact, round_money, split_by_largest_remainder
from ..core.payable import Payable
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


class OpenimisPayableLine(models.Model):
    """Payable lines and the invoice lines that carry them stay equal."""

    _inherit = "openimis.payable.line"  # pylint: disable=consider-merging-classes-inherited

    def _spread_tax(self):
        """Share the tax that Odoo worked out for the bill among its payable lines."""
        for move, lines in self.grouped("move_id").items():
            taxed = lines.filtered("tax_ids")
            base = sum(exact(line.amount_net) for line in taxed)
            if not base:
                continue
            total = exact(move.amount_tax)
            parts = [total * exact(line.amount_net) / base for line in taxed]
            quantum = exact(move.currency_id.rounding)
            shares = split_by_largest_remainder(total, parts, quantum)
            for line, share in zip(taxed, shares, strict=True):
                line.amount_tax = float(share)
                line.amount_total = float(exact(line.amount_net) + share)

    def _sources(self):
        """Return what the lines bill.

        :return: set of (model name, record id)
        """
        return {
            (line.source_model, source)
            for line in self
            for source in line.merged_source_ids or [line.source_id]
        }

    # === RIGHTS ===

    @api.model_create_multi
    def create(self, vals_list):
        require_right(self.env, "156102")
        return super().create(vals_list)

    def write(self, vals):
        require_right(self.env, "156103")
        return super().write(vals)

    def unlink(self):
        require_right(self.env, "156104")
        return super().unlink()

    # === LINES OF THEIR OWN ===

    @api.model
    def _checked_vals(self, vals, line=None):
        """Return the values of a payable line with its amounts worked out.

        Section 2: net = quantity x unit price - discount - deduction, rounded.

        :param dict vals: values given by the caller
        :param line: the line to change, for the values not given
        :return: dict for create or write
        :raises ValidationError: an unknown field, or no code
        """
        unknown = sorted(set(vals) - set(LINE_FIELDS))
        if unknown:
            raise ValidationError(
                self.env._("Unknown fields of a line: %s", ", ".join(unknown))
            )
        if not (vals.get("code") or line):
            raise ValidationError(self.env._("Each line needs a code."))
        given = {"quantity": 1.0, **vals} if not line else dict(vals)
        figures = {
            name: given.get(name, line[name] if line else 0)
            for name in ("quantity", "unit_price", "discount", "deduction")
        }
        net = _net(**figures)
        return {**given, "amount_net": float(net), "amount_total": float(net)}

    def _expected_net(self):
        """Return quantity x unit price - discount - deduction, rounded."""
        return float(
            _net(self.quantity, self.unit_price, self.discount, self.deduction)
        )

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
        )


def _net(quantity, unit_price, discount, deduction):
    gross = exact(quantity) * exact(unit_price)
    return round_money(gross - exact(discount) - exact(deduction))
