"""The totals of specification section 5.2, point 5."""

from decimal import Decimal

import pytest

from .changes import CONTRACT
from .kit import Delivery, load_core, run, slots, store

load_core("kibe_import")

from kibe_import_core import operation as op  # noqa: E402
from kibe_import_core import planning, totals  # noqa: E402

# Two slots of a half day, one of a quarter and a third.
WEIGHTS = (5000, 5000, 2533)
GROUP = slots.Group(
    "NUR",
    "NUR",
    slots=tuple(
        slots.Slot(number, 60 * number, 60 * number + 60, number, weight)
        for number, weight in enumerate(WEIGHTS, 1)
    ),
)


def placement(action, *days):
    """Return what becomes of a placement with the slots of each of its days."""
    lines = [planning.Line("mon", numbers) for numbers in days]
    return op.Operation("sector", ("1",), action, "", group=GROUP, lines=lines)


@pytest.mark.parametrize(
    ("operations", "expected"),
    [
        ([("created", (1, 2))], (0, 1, "0", "1")),
        ([("created", (1, 2), (1,), (3,))], (0, 3, "0", "1.7533")),
        ([("deleted", (3,), (3,), (3,))], (3, 0, "0.7599", "0")),
        ([("identical", (1,), (2,))], (2, 2, "1", "1")),
        ([("deleted", (1, 2)), ("created", (1,))], (1, 1, "1", "0.5")),
        ([("created", ())], (0, 1, "0", "0")),
        ([("skipped", (1, 2)), ("created", (1,))], (0, 1, "0", "0.5")),
    ],
    ids=("new", "uneven", "gone", "same", "less", "by hours", "typed by hand"),
)
def test_presences(operations, expected):
    plan = op.Plan(False, [placement(op.Action(a), *days) for a, *days in operations])
    [(code, *found)] = totals.presences(plan)
    assert code == "NUR"
    assert found == [*expected[:2], Decimal(expected[2]), Decimal(expected[3])]


ADA, BEN, COX = ("1", "Ada"), ("2", "Ben"), ("3", "Cox")


@pytest.mark.parametrize(
    ("debtors", "shown", "named", "others", "without"),
    [
        ([], 2, [], (0, 0), 0),
        ([ADA, BEN, BEN], 2, [("Ben", 2), ("Ada", 1)], (0, 0), 0),
        ([COX, COX, ADA, BEN, None], 1, [("Cox", 2)], (2, 2), 1),
        ([("1", "Ada"), ("9", "Ada")], 2, [("Ada", 1), ("Ada", 1)], (0, 0), 0),
        ([None, None], 2, [], (0, 0), 2),
    ],
    ids=("nobody", "most first", "the others", "namesakes", "without"),
)
def test_children_per_debtor(debtors, shown, named, others, without):
    found = totals.children_per_debtor(dict(enumerate(debtors)), shown)
    assert found["named"] == named
    assert (found["others"], found["others_children"]) == others
    assert found["without"] == without
    counted = sum(n for _name, n in named) + others[1] + without
    assert counted == len(debtors), "each child counts once"


def income(amount, basis="monthly", confidential=False):
    values = {"amount": Decimal(amount), "basis": basis, "confidential": confidential}
    return op.Operation("income", ("1",), op.Action.CREATED, "", values=values)


@pytest.mark.parametrize(
    ("pages", "sums", "confidential"),
    [
        ([], {}, 0),
        ([income("0.10"), income("0.20")], {"monthly": Decimal("0.30")}, 0),
        ([income("5000"), income("0", confidential=True)], {"monthly": 5000}, 1),
        ([income("1"), income("60000", "annual")], {"monthly": 1, "annual": 60000}, 0),
    ],
    ids=("none", "exact", "confidential", "by basis"),
)
def test_income_totals(pages, sums, confidential):
    assert totals.income_totals(op.Plan(False, pages)) == (sums, confidential)


def test_unchanged_incomes_are_not_written():
    skipped = op.Operation("income", ("1",), op.Action.SKIPPED, "")
    assert totals.income_totals(op.Plan(False, [skipped])) == ({}, 0)


def test_debtors_of_a_delivery():
    plan = run("kibe_sample.zip").plan
    assert plan.debtors["11110"] == ("1110", "Etienne Summer")
    assert plan.debtors["10000"][0] == "1003"


def test_debtor_of_the_base_stays():
    base = store(run("kibe_sample.zip"))
    plan = run(Delivery().drop(CONTRACT, 2), base, overwrite=True).plan
    assert plan.debtors["10000"] == ("1003", "Aide financière Commune de Martigny")


def test_contradictory_debtors_leave_the_child_without():
    delivery = Delivery().add(CONTRACT, "10000", "1001", "", "1002")
    assert run(delivery).plan.debtors["10000"] is None
