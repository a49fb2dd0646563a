"""docs/reference/rights.md from the table that the tests go through.

`python -m devtools.rights_page` writes it.
"""

import re
from importlib.util import module_from_spec, spec_from_file_location
from xml.etree import ElementTree

from . import paths

PAGE = paths.ROOT / "docs" / "reference" / "rights.md"
ADDON = paths.ADDONS / "openimis_payable"
INTRODUCTION = """\
# Who may what with openIMIS' bills

Made by `python -m devtools.rights_page` from the table that
`addons/openimis_payable/tests/test_rights_matrix.py` goes through: each operation is
tried by each right and group, at each door, and is allowed exactly where it is here.

The ledger is whole for whoever keeps it: Odoo's accounting groups read every entry and
payment, those of openIMIS included, since hash chain, lock dates and duplicates are
worked out over all of them. What an entry says is the number of the claim and the
facility; diagnoses, services and persons stay in payable lines and claims, behind
openIMIS' rights. A user's areas restrict openIMIS' own records, screens, services and
the FHIR server, at once and for reading and writing alike, but not the ledger.
"""


def page():
    """Return the page as text."""
    table = _table()
    implied = _implied()
    groups = {
        name: _closure(xmlid, implied) for name, (_t, xmlid) in table.GROUPS.items()
    }
    rights = {
        code: _closure(f"openimis_payable.group_right_{code}", implied)
        for code in table.RIGHTS
    }
    titles = [title for title, _xmlid in table.GROUPS.values()]
    lines = [INTRODUCTION, "| operation | door | rights | " + " | ".join(titles) + " |"]
    lines.append("|---" * (3 + len(titles)) + "|")
    for _key, operation, door, needed in table.OPERATIONS:
        enough = [c for c, has in rights.items() if _may(table, needed, has)]
        marks = ["yes" if _may(table, needed, has) else "" for has in groups.values()]
        cells = [operation, door, ", ".join(enough) or " + ".join(needed), *marks]
        lines.append("| " + " | ".join(cells) + " |")
    lines += ["", "## The rights", ""]
    lines += [f"- {code}: {title}" for code, title in table.RIGHTS.items()]
    return "\n".join(lines) + "\n"


def _may(table, needed, has):
    return table.is_allowed(
        needed,
        lambda code: (
            table.STOCK.get(code, f"openimis_payable.group_right_{code}") in has
        ),
    )


def _table():
    path = ADDON / "tests" / "rights_table.py"
    spec = spec_from_file_location("rights_table", path)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _implied():
    """Return {group: groups it implies}, ours from the addon, Odoo's as they are."""
    implied = {
        "account.group_account_manager": {"account.group_account_invoice"},
        "account.group_account_user": {
            "account.group_account_invoice",
            "account.group_account_readonly",
        },
    }
    tree = ElementTree.parse(ADDON / "security" / "openimis_payable_groups.xml")
    for record in tree.iter("record"):
        if record.get("model") == "res.groups":
            field = record.find("field[@name='implied_ids']")
            found = re.findall(r"ref\('([\w.]+)'\)", field.get("eval"))
            implied[_full(record.get("id"))] = {_full(name) for name in found}
    return implied


def _full(name):
    return name if "." in name else f"openimis_payable.{name}"


def _closure(group, implied):
    found, todo = set(), [group]
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += implied.get(name, ())
    return found


if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
