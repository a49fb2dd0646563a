"""Amounts of claim lines: one flag each, with the meaning stored amounts had so far."""

from odoo.tools import SQL
from odoo.tools.sql import column_exists

# so far an amount counted when it was not zero, or when these flags said so
OLD_FLAGS = {
    "qty_approved": "is_approved",
    "price_approved": "is_approved",
    "price_adjusted": None,
    "price_valuated": None,
    "remunerated_amount": "is_remunerated",
    "deductable_amount": None,
    "exceed_ceiling_amount": None,
    "exceed_ceiling_amount_category": None,
}


def migrate(cr, version):
    """Set the flags, and the origin that counted where none was stored.

    :param cr: cursor
    :param str version: version before; empty on a fresh installation
    """
    if not version:
        return
    cr.execute(
        SQL(
            "UPDATE openimis_claim_line SET %s",
            SQL(", ").join(
                SQL(
                    "%s = COALESCE(%s <> 0, false) OR %s",
                    SQL.identifier(f"{name}_given"),
                    SQL.identifier(name),
                    _old_flag(cr, flag),
                )
                for name, flag in OLD_FLAGS.items()
            ),
        )
    )
    cr.execute(
        "UPDATE openimis_claim_line SET price_origin = 'P' WHERE price_origin IS NULL"
    )


def _old_flag(cr, flag):
    if not flag or not column_exists(cr, "openimis_claim_line", flag):
        return SQL("false")
    return SQL("COALESCE(%s, false)", SQL.identifier(flag))
