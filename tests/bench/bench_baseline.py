"""Odoo alone: what one record at a time costs, and what a batch does."""

from .report import Result, stopwatch

ADDONS = ["exchange_run"]
COUNT = 300


def bench(env):
    """Create partners one by one and at once."""
    values = [{"name": f"Partner {n}", "city": "Lausanne"} for n in range(2 * COUNT)]
    Partner = env["res.partner"]
    Partner.create({"name": "warm-up"})
    with stopwatch() as single:
        for row in values[:COUNT]:
            Partner.create(row)
            env.cr.commit()
    with stopwatch() as batch:
        Partner.create(values[COUNT:])
        env.cr.commit()
    yield Result("partners, one by one", COUNT / single.seconds, "per s")
    ratio = single.seconds / batch.seconds
    yield Result("partners, one batch", COUNT / batch.seconds, "per s", ratio)
