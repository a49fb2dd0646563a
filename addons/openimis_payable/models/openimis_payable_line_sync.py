from odoo import models

from ..core.money import exact, split_by_largest_remainder


class OpenimisPayableLine(models.Model):
    """Payable lines and the invoice lines that carry them stay equal."""

    _inherit = "openimis.payable.line"

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
