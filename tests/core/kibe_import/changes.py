"""Changes of the sample delivery, to make the fixture of a code."""

from .kit import FILES, run

CHILD, PARENT, CONTRACT, DATA, PLAN = FILES


def edit(file, row, column, value):
    return lambda d: d.set(file, row, column, value)


def raw(name, content):
    def change(delivery):
        delivery.raw[name] = content(delivery) if callable(content) else content

    return change


def replace(file, old, new):
    """Change the encoded text of a CSV file."""

    def change(delivery):
        delivery.raw[f"{file}.csv"] = delivery.csv(file).replace(old, new)

    return change


def mapping(name, old, new):
    def change(delivery):
        setattr(delivery, name, getattr(delivery, name).replace(old, new))

    return change


def chain(*changes):
    def change(delivery):
        for each in changes:
            each(delivery)

    return change


def again(code=None, row=2, **values):
    """Add a copy of a planning row with other cells (columns count from 1)."""

    def change(delivery):
        cells = list(delivery.rows[PLAN][row - 1])
        for column, value in values.items():
            cells[int(column[1:]) - 1] = value
        delivery.add(PLAN, *cells)

    return change


FOUND = "Nur : Journée"
PARENT3 = ("1200", "Muster", "Eva", "Rue 1", "", "1920", "", "", "", "", "", "", "", "")


#: What is said of a child beside whatever error holds its other rows back.
CONSEQUENCES = {"E21", "T10"}


def assert_codes(delivery, code, more=(), **options):
    """A delivery gives a code, and none that neither the sample nor `more` gives."""
    result = run(delivery, **options)
    assert code in result.codes
    new = result.new_codes - CONSEQUENCES
    assert new <= {code, *more}, new
