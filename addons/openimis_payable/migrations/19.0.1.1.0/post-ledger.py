"""The ledger is whole for bookkeepers, and says nothing of anybody's health."""

import logging

from odoo import SUPERUSER_ID, api

_logger = logging.getLogger(__name__)

AREA_RULES = (
    "claim",
    "policy",
    "premium",
    "closing",
    "closing_line",
    "payable_line",
    "family",
    "insuree",
    "capitation",
    "account_move",
)
OLD_RULES = (
    *(f"rule_{name}_area" for name in AREA_RULES),
    "rule_account_move_openimis",
    "rule_account_payment_openimis",
)

#: journal items that still carry code and description of their payable line
OLD_LABELS = """
    SELECT item.id,
           move.inalterable_hash IS NOT NULL AS secured,
           concat_ws(
               ' ',
               coalesce(claim.code, line.code),
               CASE WHEN partner.openimis_is_facility THEN partner.name END
           ) AS label
      FROM account_move_line item
      JOIN account_move move ON move.id = item.move_id
      JOIN openimis_payable_line line ON line.move_id = move.id
      LEFT JOIN openimis_claim claim ON claim.id = line.claim_id
      LEFT JOIN res_partner partner ON partner.id = move.partner_id
     WHERE move.openimis_type NOT IN ('capitation', 'commission', 'fee', 'contribution')
       AND item.display_type = 'product'
       AND line.description <> ''
       AND item.name = concat_ws(' ', line.code, line.description)
"""


def migrate(cr, version):
    """Drop the rules that hid entries; let labels name claims and facilities only."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    for name in OLD_RULES:
        if rule := env.ref(f"openimis_payable.{name}", raise_if_not_found=False):
            rule.unlink()
    _shorten_labels(cr)
    env.invalidate_all()


def _shorten_labels(cr):
    cr.execute(
        f"""
        WITH old AS ({OLD_LABELS}),
        items AS (
            UPDATE account_move_line item SET name = old.label
              FROM old WHERE old.id = item.id AND NOT old.secured
            RETURNING item.id, item.name
        ),
        analytic AS (
            UPDATE account_analytic_line SET name = items.name
              FROM items WHERE items.id = account_analytic_line.move_line_id
        )
        SELECT (SELECT count(*) FROM items), count(*) FILTER (WHERE secured) FROM old
        """
    )
    changed, secured = cr.fetchone()
    _logger.info("%s labels of openIMIS' journal items name documents only", changed)
    if secured:
        _logger.warning(
            "%s labels of secured entries still describe claims: their hash forbids to "
            "change them. See the README, Upgrading.",
            secured,
        )
