"""Daycare price rules in plain Python: no Odoo, no database, Decimal for money."""

from . import (
    absences,
    calculation,
    corrections,
    documents,
    incomes,
    money,
    planning,
    shares,
    siblings,
    statements,
    steps,
    subsidies,
    tariff,
)
