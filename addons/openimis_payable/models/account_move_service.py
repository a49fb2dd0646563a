from odoo import models


class AccountMove(models.Model):
    """openIMIS' services on bills: public methods for screens and programs."""

    _inherit = "account.move"

    def _openimis_add_event(self, event_type, message, data=None):
        """Note an event on every bill of the set.

        :param str event_type: number of the type, as text
        :param str message: what happened, in the user's language
        :param data: JSON payload
        """
        # sudo: the machine's own events are nobody's message, no right to write
        # messages is needed
        self.env["openimis.bill.event"].sudo().create(
            [
                {
                    "move_id": move.id,
                    "event_type": event_type,
                    "message": message,
                    "data": data,
                    "is_automatic": True,
                }
                for move in self
            ]
        )
