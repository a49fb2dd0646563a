"""Kibé deliveries in plain Python: read, merge, plan. Nothing here knows Odoo."""

from . import analysis, messages, reference, report, slots
