"""What communes and funders are told: every franc once."""

from datetime import date
from decimal import Decimal as D

from .daycare_billing_samples import MARCH, core

statements = core.statements
Entry = statements.Entry
APRIL = date(2021, 4, 1)
ENTRIES = [
    Entry(MARCH, "Martigny", "melody", 1, None, D(14), D("677.00"), D(0), D("0.02")),
    Entry(MARCH, "Martigny", "melody", 1, "commune", D(0), D("518.00")),
    Entry(MARCH, "Martigny", "melody", 1, "employer", D(0), D("100.00")),
    Entry(MARCH, "Martigny", "melody", None, None, D(0), D(0), D("8.37")),
    Entry(MARCH, "", "lea", 2, None, D(5), D("202.50")),
    Entry(APRIL, "Martigny", "melody", 1, "commune", D("-1"), D("-92.50")),
    Entry(APRIL, "Charrat", "tom", 1, None, D(4), D("81.00")),
]


def test_communes_by_name_and_who_has_none_last():
    assert list(statements.by_commune(ENTRIES)) == ["Charrat", "Martigny", ""]


def test_all_communes_add_up_to_all_entries():
    rows = [statements.total(own) for own in statements.by_commune(ENTRIES).values()]
    told = sum(row.gross + row.services + row.rounding for row in rows)
    assert told == sum(e.care + e.services + e.rounding for e in ENTRIES)
    assert sum(row.days for row in rows) == 22


def test_months_of_a_commune():
    own = statements.by_commune(ENTRIES)["Martigny"]
    march, april = statements.by(own, lambda entry: entry.month).values()
    assert (march.gross, march.parents, march.subsidy, march.others) == (
        D("1295.00"),
        D("677.00"),
        D("618.00"),
        D(0),
    )
    assert (march.children, march.days, march.services) == ({"melody"}, 14, D("8.37"))
    assert (april.subsidy, april.days) == (D("-92.50"), -1)


def test_a_funder_is_told_the_whole_care_that_it_pays_a_part_of():
    own = statements.of_funder(ENTRIES, "employer")
    row = statements.total(own, "employer")
    assert (row.gross, row.subsidy, row.others, row.parents) == (
        D("1295.00"),
        D("100.00"),
        D("518.00"),
        D("677.00"),
    )
    # services and roundings of others are not on its invoices
    assert (row.services, row.rounding, row.days) == (0, 0, 14)


def test_who_pays_nothing_is_told_nothing():
    assert statements.of_funder(ENTRIES, "nobody") == []
    assert statements.total([]).gross == 0
