from . import models
from . import wizards


def _prepare_companies(env):
    """Give companies that have a chart of accounts what invoices need."""
    companies = env["res.company"].search([("chart_template", "!=", False)])
    companies._daycare_prepare_billing()
