from odoo import api, fields, models
from odoo.tools import SQL

#: field -> the one of Odoo it takes its amount from
OWED = {
    "openimis_amount_owed": "amount_total_signed",
    "openimis_amount_open": "amount_residual_signed",
}
PURCHASES = ("in_invoice", "in_refund", "in_receipt")


class AccountMove(models.Model):
    """What is owed, as a positive amount: by the scheme on bills, to it on invoices.

    Odoo signs its totals as they change the company's wealth, which shows payables
    upside down. Credit notes are negative here, and what was cancelled is nothing.
    """

    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    openimis_amount_owed = fields.Monetary(
        "Total Owed",
        currency_field="company_currency_id",
        compute="_compute_openimis_amounts_owed",
        aggregator="sum",
        help="Total in the company's currency; credit notes are negative, cancelled "
        "bills nothing.",
    )
    openimis_amount_open = fields.Monetary(
        "Still Owed",
        currency_field="company_currency_id",
        compute="_compute_openimis_amounts_owed",
        aggregator="sum",
        help="What is left to pay, in the company's currency.",
    )

    @api.depends("amount_total_signed", "amount_residual_signed", "move_type", "state")
    def _compute_openimis_amounts_owed(self):
        for move in self:
            sign = -1 if move.move_type in PURCHASES else 1
            if move.state == "cancel":
                sign = 0
            for name, origin in OWED.items():
                move[name] = sign * move[origin]

    def _field_to_sql(self, alias, fname, query=None):
        if fname not in OWED:
            return super()._field_to_sql(alias, fname, query)
        return SQL(
            "CASE WHEN %(state)s = 'cancel' THEN 0"
            " WHEN %(kind)s IN %(purchases)s THEN -%(amount)s ELSE %(amount)s END",
            state=super()._field_to_sql(alias, "state", query),
            kind=super()._field_to_sql(alias, "move_type", query),
            amount=super()._field_to_sql(alias, OWED[fname], query),
            purchases=PURCHASES,
        )
