"""Benches: what the suite costs, beside what Odoo costs in the same run.

A bench is a module `bench_<name>.py` here. It may say which addons it needs,
`ADDONS = ["daycare"]`, and has a function that yields results::

    def bench(env):
        with stopwatch() as odoo:
            ...
        with stopwatch() as ours:
            ...
        ratio = odoo.seconds / ours.seconds
        yield Result("draft bills", 400 / ours.seconds, "per s", ratio)

`LIVING = True` gives it the living demonstration, with a year of documents.

`./dev bench NAME` runs it in a database of its own, which is dropped afterwards; it may
commit. Without a name all benches run.
"""
