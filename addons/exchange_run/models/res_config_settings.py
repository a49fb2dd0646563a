from odoo import api, fields, models
from odoo.exceptions import ValidationError

MOST_LANES = 64


class ResConfigSettings(models.TransientModel):
    """Jobs in the settings."""

    _inherit = "res.config.settings"

    exchange_lanes = fields.Integer(
        string="Lanes",
        help="How many jobs are worked on at the same time, by all servers together. "
        "Each lane needs a cron thread.",
    )

    @api.model
    def get_values(self):
        """Add the number of lanes in use.

        :return: dict of values
        """
        lanes = self.env["exchange.chunk"]._lanes()
        return {**super().get_values(), "exchange_lanes": len(lanes)}

    def set_values(self):
        """Open or close lanes.

        :raises ValidationError: their number makes no sense
        """
        super().set_values()
        Chunk = self.env["exchange.chunk"]
        if self.exchange_lanes == len(Chunk._lanes()):
            return  # such as none in a copy for tests, whose schedules are off
        if not 1 <= self.exchange_lanes <= MOST_LANES:
            raise ValidationError(
                self.env._(
                    "Lanes: choose a number from 1 to %(most)s.", most=MOST_LANES
                )
            )
        Chunk._set_lanes(self.exchange_lanes)
