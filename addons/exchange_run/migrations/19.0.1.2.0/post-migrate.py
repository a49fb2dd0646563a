"""The lane that there was looks for interrupted jobs every minute, like the new one."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Shorten the interval, unless somebody has set one of their own."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    lane = env.ref("exchange_run.ir_cron_exchange_run", raise_if_not_found=False)
    if lane and (lane.interval_number, lane.interval_type) == (5, "minutes"):
        lane.interval_number = 1
