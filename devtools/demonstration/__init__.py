"""The living demonstration: three houses with a year behind them.

Each module builds one company with its people, by the product's own jobs: nothing is
written past them. The modules run in Odoo's shell (`build(env, today)`); dates are
relative to the day they run, names and amounts are always the same.
"""
