"""What only the program writes is declared, and refused, in every model."""

import json
from pathlib import Path

import pytest

from devtools import database

from ..databases import cloned

SCRIPT = Path(__file__).with_name("program_fields.py")
#: shown only, and harmless to write: who may edit the record may say so, too
EXPLAINED = {
    "daycare.billing.data": ["origin"],
    "daycare.income": ["raw_value", "origin"],
    "daycare.language": ["official_names"],
    "daycare.sector": ["origin"],
    "daycare.sector.line": ["kibe_code"],
    "primmo.import.column": ["field_name", "required"],
}


@pytest.fixture(scope="module")
def seen():
    """What was seen, see `program_fields.py`."""
    with cloned("together") as name:
        output = database.script(name, SCRIPT.read_text(encoding="utf-8"))
    [line] = [line for line in output.splitlines() if line.startswith("SEEN ")]
    return json.loads(line.removeprefix("SEEN "))


def test_every_field_only_shown_is_declared(seen):
    assert seen["undeclared"] == EXPLAINED


def test_no_record_moves_to_a_company_of_others(seen):
    assert seen["unguarded"] == []


def test_nobody_writes_what_only_the_program_writes(seen):
    assert seen["through"] == []
    assert seen["tried"] > 100


def test_days_of_another_time_are_refused_in_words(seen):
    """In every model, by every door: forms, imports and programs all end in these."""
    assert seen["timeless"] == []
