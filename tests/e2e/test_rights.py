"""Access rights of all models of all addons, as they are once installed."""

import json
from pathlib import Path

import pytest

from devtools import addons, database

SCRIPT = Path(__file__).with_name("rights_script.py")


@pytest.fixture(scope="module")
def complaints(odoo):
    """{model: [what its rights lack]}, for all models of ours."""
    code = f"ADDONS = {addons.standard()!r}\n{SCRIPT.read_text()}"
    return json.loads(database.script(odoo.database, code).splitlines()[-1])


def test_every_model_has_groups_companies_and_kept_secrets(complaints):
    assert len(complaints) > 80
    lacking = {model: lacks for model, lacks in complaints.items() if lacks}
    assert not lacking


def test_the_check_sees_what_is_missing(odoo):
    """Without its rules and rights a model is complained of."""
    code = f"""ADDONS = {addons.standard()!r}
model = env["ir.model"]._get("sofi.residence")
env["ir.rule"].search([("model_id", "=", model.id)]).unlink()
env["ir.model.access"].search([("model_id", "=", model.id)]).group_id = False
{SCRIPT.read_text()}"""
    found = json.loads(database.script(odoo.database, code).splitlines()[-1])
    assert found["sofi.residence"] == [
        "everybody has a right on it",
        "no rule keeps companies apart",
    ]
