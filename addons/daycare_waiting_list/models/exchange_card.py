from odoo import api, fields, models

ACTION_REQUESTS = "daycare_waiting_list.daycare_request_action"
SOON_DAYS = 3


class ExchangeCard(models.Model):
    """The start page of a daycare: who waits for a place."""

    _inherit = "exchange.card"

    @api.model
    def _card_makers(self):
        return {**super()._card_makers(), "daycare_waiting": self._card_waiting}

    def _card_waiting(self):
        """Return the requests by what is to be done, and how urgent it is."""
        today = fields.Date.context_today(self)
        soon = fields.Date.add(today, days=SOON_DAYS)
        offered = [("state", "=", "offered")]
        waiting = [("state", "=", "waiting")]
        return self._figures(
            ACTION_REQUESTS,
            [],
            [
                (self.env._("Waiting for a place"), waiting, ""),
                (
                    self.env._("… urgent"),
                    [*waiting, ("priority", "=", "2")],
                    "warning",
                ),
                (self.env._("Offers to be answered"), offered, ""),
                (
                    self.env._("… within 3 days"),
                    [*offered, ("offer_until", "<=", soon)],
                    "warning",
                ),
                (
                    self.env._("Offers that nobody answered"),
                    [("state", "=", "expired")],
                    "warning",
                ),
            ],
        )
