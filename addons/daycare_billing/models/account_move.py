from odoo import models


class AccountMove(models.Model):
    """A daycare run follows what happens to its invoices."""

    _inherit = "account.move"

    def write(self, vals):
        """Let runs follow the state of their invoices."""
        result = super().write(vals)
        if "state" in vals:
            self._daycare_runs()._refresh_stage()
        return result

    def unlink(self):
        """Let runs know that invoices are gone."""
        runs = self._daycare_runs()
        result = super().unlink()
        runs._refresh_stage()
        return result

    def _daycare_runs(self):
        ids = {
            move.billing_run_id
            for move in self
            if move.billing_run_model == "daycare.billing.run"
        }
        # sudo: an accountant without rights on daycare runs may post their invoices
        return self.env["daycare.billing.run"].sudo().browse(ids).exists()

    def _daycare_lines(self):
        """Return the billing lines this invoice bills, in order of children."""
        # sudo: an invoice may be printed by whoever may read it
        lines = self.env["daycare.billing.line"].sudo()
        found = lines.search([("billing_move_id", "in", self.ids)])
        return found.sorted(lambda line: (line.child_id.name, line.month, line.id))

    def _daycare_rounding(self):
        """Return what the 5-centime rounding adds to the lines, in their currency."""
        self.ensure_one()
        items = self.line_ids.filtered(lambda item: item.display_type == "rounding")
        return -sum(items.mapped("amount_currency"))
