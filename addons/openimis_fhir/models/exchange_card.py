from odoo import api, fields, models
from odoo.fields import Domain


class ExchangeCard(models.Model):
    """The start page of the finance office: what is exchanged with openIMIS."""

    _inherit = "exchange.card"

    @api.model
    def _card_makers(self):
        return {**super()._card_makers(), "openimis_exchange": self._card_exchange}

    def _card_exchange(self):
        """Return how the last pulls went, and what somebody has to look at."""
        now = fields.Datetime.now()
        recent = Domain("date_start", ">=", fields.Datetime.subtract(now, days=7))
        pulls, _bars = self._figures(
            "openimis_fhir.openimis_pull_action",
            recent,
            [
                (self.env._("Pulls done, last 7 days"), [("state", "=", "done")], ""),
                (
                    self.env._("… failed or in part"),
                    [("state", "in", ("failed", "partial"))],
                    "danger",
                ),
            ],
        )
        decide, _bars = self._figures(
            "openimis_fhir.openimis_bill_proposal_action",
            [("state", "=", "proposed")],
            [(self.env._("Changes to decide"), [], "warning")],
        )
        told, _bars = self._figures(
            "openimis_fhir.openimis_payment_report_action",
            [],
            [
                (
                    self.env._("Payments openIMIS was not told of"),
                    [("state", "=", "failed")],
                    "danger",
                )
            ],
        )
        return [*pulls, *decide, *told], []
