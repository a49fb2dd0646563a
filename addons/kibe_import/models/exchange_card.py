from odoo import api, fields, models
from odoo.fields import Domain

RECENT_DAYS = 30


class ExchangeCard(models.Model):
    """The start page of a daycare: the deliveries of Kibé."""

    _inherit = "exchange.card"

    @api.model
    def _card_makers(self):
        return {**super()._card_makers(), "kibe_deliveries": self._card_kibe}

    def _card_kibe(self):
        """Return the deliveries by what the office has to do with them next."""
        today = fields.Date.context_today(self)
        recent = Domain("date_end", ">=", fields.Date.subtract(today, days=RECENT_DAYS))
        looked_at = Domain("state", "=", "done") & Domain("undone", "=", False)
        return self._figures(
            "kibe_import.kibe_import_action",
            [],
            [
                (self.env._("Deliveries to test"), [("state", "=", "draft")], ""),
                (
                    self.env._("Tested, not imported"),
                    looked_at & Domain("imported", "=", False),
                    "warning",
                ),
                (
                    self.env._("Failed or in part"),
                    [("state", "in", ("failed", "partial"))],
                    "danger",
                ),
                (
                    self.env._("Imported, last %s days", RECENT_DAYS),
                    recent & looked_at & Domain("imported", "=", True),
                    "",
                ),
            ],
        )
