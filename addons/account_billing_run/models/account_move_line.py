from odoo import models
from odoo.exceptions import UserError

#: what an item is worth
AMOUNTS = {
    "amount_currency",
    "balance",
    "credit",
    "debit",
    "discount",
    "price_unit",
    "quantity",
}


class AccountMoveLine(models.Model):
    """Items of a confirmed document that bills others keep what they are worth.

    Odoo's form lets nobody change them either; a program could, and the document would
    no longer be what was billed.
    """

    _inherit = "account.move.line"

    def write(self, vals):
        """Change items; not the amounts of a confirmed document that bills others.

        :raises UserError: naming the document and what to do
        """
        # the program itself, such as Odoo's own rounding of a foreign currency, may
        if not self.env.su and AMOUNTS.intersection(vals):
            posted = self.filtered(lambda line: line.parent_state == "posted")
            for move in posted.move_id._billing_with_fixed_amounts():
                raise UserError(
                    self.env._(
                        "%s is confirmed: its amounts stay. Reset it to draft first, "
                        "or make a credit note.",
                        move.display_name,
                    )
                )
        return super().write(vals)
