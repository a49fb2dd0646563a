from odoo import api, models

ACTION_PROPOSALS = "daycare_portal.daycare_income_proposal_action"


class ExchangeCard(models.Model):
    """The start page of a daycare: what parents have sent."""

    _inherit = "exchange.card"

    @api.model
    def _card_daycare_months(self):
        figures, bars = super()._card_daycare_months()
        label = self.env._("Incomes sent by parents")
        sent, _bars = self._figures(
            ACTION_PROPOSALS, [], [(label, [("state", "=", "sent")], "warning")]
        )
        return [*figures, *sent], bars
