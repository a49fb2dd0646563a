from odoo.tests import tagged

from .button_table import ButtonTable
from .common import BillingCase


@tagged("post_install", "-at_install")
class TestButtonTable(ButtonTable, BillingCase):
    """Odoo's buttons on a document of a run."""

    def make_draft(self):
        """Return the draft over one fee."""
        self.make_fees(100)
        return self.bill().move_ids

    def bill_anew(self):
        """Run the run once more."""
        return self.bill().move_ids
