"""Bills of zero that were amended said that they are paid."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Work the status of amended bills out anew."""
    moves = api.Environment(cr, SUPERUSER_ID, {})["account.move"]
    bills = moves.search(
        [
            ("openimis_replaced_by_id", "!=", False),
            ("openimis_status", "in", ("2", "7")),
        ]
    )
    moves.env.add_to_compute(moves._fields["openimis_status"], bills)
