"""Every message of the table is really said by one of these tests."""

import pathlib

import pytest

from .kit import MESSAGES

#: What the model says, and its tests look at: "S01" is the action «skipped» itself,
#: the others belong to the choices of the operator.
OF_THE_MODEL = {"S01", "U01", "U02", "U03", "U04", "U05", "U06", "U07"}


def test_every_code_is_said(request, noted_codes):
    here = pathlib.Path(__file__).parent
    items = request.session.items
    collected = {item.path for item in items if item.path.parent == here}
    if collected != set(here.glob("test_*.py")) or request.config.option.keyword:
        pytest.skip("only after all tests of this folder")
    assert set(MESSAGES) - OF_THE_MODEL - noted_codes == set()
