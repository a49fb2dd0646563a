from odoo.addons.exchange_run.uninstall import let_go

from . import models
from . import wizards


def _prepare_companies(env):
    """Give companies that have a chart of accounts what invoices need."""
    companies = env["res.company"].search([("chart_template", "!=", False)])
    companies._daycare_prepare_billing()


def _keep_what_documents_use(env):
    """Leave the rounding that invoices were made with: their totals rest on it.

    Then let go of everything else.
    """
    rounding = env.ref(
        "daycare_billing.cash_rounding_5_centimes", raise_if_not_found=False
    )
    used = [("invoice_cash_rounding_id", "in", rounding.ids if rounding else [])]
    if env["account.move"].search_count(used, limit=1):
        # without its name the record is nobody's data, and stays
        env["ir.model.data"].search(
            [
                ("module", "=", "daycare_billing"),
                ("name", "=", "cash_rounding_5_centimes"),
            ]
        ).unlink()
    let_go(env)
