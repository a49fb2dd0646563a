"""docs/reference/access.md from the table that the tests go through.

`python -m devtools.access_page` writes it. The table, `tests/together/access.json`, is
made of what a database with all addons really allows:
`python -m devtools.access_page --ask DB` asks one and writes both. What changes in the
table is read before it goes in, as a change of a right would be.
"""

import json
import sys
from importlib.util import module_from_spec, spec_from_file_location

from . import database, paths

PAGE = paths.ROOT / "docs" / "reference" / "access.md"
FOLDER = paths.ROOT / "tests" / "together"
TABLE = FOLDER / "access.json"
SCRIPT = FOLDER / "access_script.py"
DOORS = paths.ADDONS / "openimis_fhir" / "tests" / "fhir_rights_table.py"
FHIR = """\
`addons/openimis_fhir/tests/test_fhir_rights.py` tries every door with the API key of a
user of every right: without key 401, without right 403. Keys made for something else,
and browser sessions, open nothing. Nothing is updated or deleted here, and only
PaymentNotice is created. Areas and companies of the user narrow what is served. Who was
served what stands in the access journal."""
DEEDS = ("read", "create", "write", "unlink", "export")
INTRODUCTION = """\
# Who may what with all records

Made by `python -m devtools.access_page` from the table that
`tests/together/test_access.py` goes through: every model, every deed and every method
that a client may call is tried by a user of every group, of every right of openIMIS and
of Odoo's own groups, and is allowed exactly where it is here. Each group is named once,
where its right begins: whatever implies it may do the same. Where nothing stands, only
the program and administrators may.

Exporting takes Odoo's own right *Access to export feature* beside what stands here.
Record rules narrow rights to companies, areas and residences. Fields that only the
program writes are nobody's, whatever stands here: see
[the engine's fields](../development/house.md). What single openIMIS rights allow on
bills, door by door, is in [rights](rights.md). *Who May What* of “Settings → Users”
prints the same for one user or group.
"""


def ask(name):
    """Return the table as a database gives it.

    :param str name: the database, with all addons and demonstration data
    """
    output = database.script(name, SCRIPT.read_text(encoding="utf-8"))
    [line] = [line for line in output.splitlines() if line.startswith("SEEN ")]
    return json.loads(line.removeprefix("SEEN "))


def table():
    """Return the table that is kept."""
    return json.loads(TABLE.read_text(encoding="utf-8"))


def page(known):
    """Return the page as text.

    :param dict known: the table
    """
    titles = {name: group["title"] for name, group in known["groups"].items()}
    lines = [
        INTRODUCTION,
        "## The groups",
        "",
        "| group | what it is for |",
        "|---|---|",
    ]
    for name, group in known["groups"].items():
        comment = " ".join(group["comment"].split())
        lines.append(f"| {group['title']} `{name}` | {comment} |")
    lines += ["", "## The records", ""]
    lines.append("| records | what they are | " + " | ".join(DEEDS) + " |")
    lines.append("|---" * (2 + len(DEEDS)) + "|")
    for name, model in known["models"].items():
        cells = [_titles(known["rights"][name][deed], titles) for deed in DEEDS]
        lines.append(
            f"| {model['title']} `{name}` | {model['text']} | {' | '.join(cells)} |"
        )
    lines += ["", "## The methods", "", "| records | method | what it does | who |"]
    lines.append("|---|---|---|---|")
    for name, methods in known["methods"].items():
        for method, told in methods.items():
            who = _titles(told["may"], titles)
            lines.append(f"| `{name}` | `{method}` | {told['text']} | {who} |")
    return "\n".join([*lines, *_doors()]) + "\n"


def _doors():
    """Return the part about the FHIR server, from the table of its own tests."""
    spec = spec_from_file_location("fhir_rights_table", DOORS)
    doors = module_from_spec(spec)
    spec.loader.exec_module(doors)
    lines = ["", "## The FHIR server", "", FHIR, ""]
    lines += [
        "| resource | interactions | rights, one of which is needed |",
        "|---|---|---|",
    ]
    for resource, interactions, rights in doors.DOORS:
        cells = (resource, ", ".join(interactions), ", ".join(rights))
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _titles(groups, titles):
    return ", ".join(titles[name] for name in groups)


def write(known):
    """Write the table and its page."""
    text = json.dumps(known, indent=1, ensure_ascii=False, sort_keys=False)
    TABLE.write_text(text + "\n", encoding="utf-8")
    PAGE.write_text(page(known), encoding="utf-8")


if __name__ == "__main__":
    asked = sys.argv[1:2] == ["--ask"]
    write(ask(sys.argv[2]) if asked else table())
