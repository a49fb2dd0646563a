"""Demonstration data: Odoo installs an addon even if its own fails to load."""

from devtools import addons


def test_every_addon_has_its_demonstration_data(client):
    client.login()
    failures = client.call(
        "ir.demo_failure", "search_read", [[], ["module_id", "error"]]
    )
    assert not failures, failures
    ours = [["name", "in", addons.standard()], ["state", "=", "installed"]]
    found = client.call("ir.module.module", "search_read", [ours, ["name", "demo"]])
    assert {m["name"] for m in found} == set(addons.standard())
    assert all(module["demo"] for module in found), found
