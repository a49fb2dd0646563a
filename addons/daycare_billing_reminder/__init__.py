from . import models


def _prepare_companies(env):
    """Let daycares that bill already follow the reminders that come with this."""
    for company in env["res.company"].search([("daycare_journal_id", "!=", False)]):
        company._daycare_prepare_reminders()
