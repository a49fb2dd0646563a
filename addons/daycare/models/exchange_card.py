from odoo import api, fields, models

ACTION_PLACEMENTS = "daycare.daycare_sector_action"
SOON_DAYS = 30


class ExchangeCard(models.Model):
    """The start page of a daycare: its children."""

    _inherit = "exchange.card"

    @api.model
    def _card_makers(self):
        return {**super()._card_makers(), "daycare_children": self._card_children}

    def _card_children(self):
        """Return the placements of each group today, and who comes and goes soon."""
        today = fields.Date.context_today(self)
        soon = fields.Date.add(today, days=SOON_DAYS)
        here = [
            ("date_from", "<=", today),
            "|",
            ("date_to", "=", False),
            ("date_to", ">=", today),
        ]
        rows = [
            (
                self.env._(
                    "%(group)s, %(places)s places a day",
                    group=group.name,
                    places=group.capacity,
                )
                if group.capacity
                else group.name,
                [*here, ("group_id", "=", group.id)],
                "",
            )
            for group in self.env["daycare.group"].search([])
        ]
        for label, field in (
            (self.env._("Placements that begin within 30 days"), "date_from"),
            (self.env._("Placements that end within 30 days"), "date_to"),
        ):
            rows.append((label, [(field, ">", today), (field, "<=", soon)], ""))
        return self._figures(ACTION_PLACEMENTS, [], rows)
