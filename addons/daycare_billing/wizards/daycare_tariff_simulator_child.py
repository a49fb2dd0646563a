from datetime import date
from decimal import Decimal

from odoo import fields, models

from ..core.money import exact
from ..core.planning import Page, presence

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")


class DaycareTariffSimulatorChild(models.TransientModel):
    """A child of the simulated household and its week, in percent of a day."""

    _name = "daycare.tariff.simulator.child"
    _description = "Simulated Child"

    simulator_id = fields.Many2one(
        "daycare.tariff.simulator", required=True, ondelete="cascade"
    )
    birthdate = fields.Date(string="Birth Date")
    monday = fields.Float(string="Mon %", default=100, digits=(5, 2))
    tuesday = fields.Float(string="Tue %", default=100, digits=(5, 2))
    wednesday = fields.Float(string="Wed %", digits=(5, 2))
    thursday = fields.Float(string="Thu %", digits=(5, 2))
    friday = fields.Float(string="Fri %", digits=(5, 2))

    _shares_valid = models.Constraint(
        "CHECK(monday BETWEEN 0 AND 100 AND tuesday BETWEEN 0 AND 100"
        " AND wednesday BETWEEN 0 AND 100 AND thursday BETWEEN 0 AND 100"
        " AND friday BETWEEN 0 AND 100)",
        "A day is reserved by 0 to 100 %.",
    )

    def _pages(self, month):
        """Return the week as sector pages that cover the month.

        :param Month month: the simulated month
        :return: tuple of `core.planning.Page`
        """
        week = {
            weekday: presence([(0, exact(self[name]))])
            for weekday, name in enumerate(WEEKDAYS)
            if exact(self[name]) > Decimal(0)
        }
        return (Page(0, None, month.first, date.max, week),)
