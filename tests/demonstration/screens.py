"""Every menu of our apps, as a person opens it, and what of it cannot be read.

By hand, on a running server::

    .odoo/venv/bin/python -m tests.demonstration.screens http://127.0.0.1:8069 creche

takes a picture of each into `.odoo/screenshots`; `--lang`, `--size 390x844` as on a
telephone.
"""

import argparse
import re
from dataclasses import dataclass

from ..e2e.harness import chromium, person

OURS = r"account_billing_run|daycare|exchange_run|kibe_import|openimis|sofi_primmo"
#: columns of numbers that people type or read out on the telephone
NUMBERS = {"name", "code", "number", "reference", "ref", "chf_id", "kibe_id"}
#: headings of a list of which a part is not shown
CUT_HEADINGS = """() => [...document.querySelectorAll(
        ".o_list_table thead th[data-name]")]
    .filter(th => [...th.querySelectorAll("*")].some(
        part => part.innerText && part.scrollWidth > part.clientWidth + 1
            && getComputedStyle(part).overflow.includes("hidden")))
    .map(th => th.innerText.trim())"""
#: cells of which a part is not shown, one of each column
CUT_CELLS = """() => {
    const found = {};
    for (const cell of document.querySelectorAll(
            ".o_list_table tbody .o_data_row td.o_data_cell[name]")) {
        const cut = [cell, ...cell.querySelectorAll("*")].some(
            part => part.innerText && part.scrollWidth > part.clientWidth + 1
                && getComputedStyle(part).overflow.includes("hidden"));
        const name = cell.getAttribute("name");
        if (cut && !(name in found)) {
            found[name] = {
                text: cell.innerText.trim(),
                number: cell.classList.contains("o_list_number"),
            };
        }
    }
    return found;
}"""
#: by how much a list is wider than the window
TOO_WIDE = """() => {
    const list = document.querySelector(".o_list_renderer");
    return list ? Math.max(0, list.scrollWidth - list.clientWidth - 1) : 0;
}"""


@dataclass(frozen=True)
class Screen:
    """What somebody sees behind a menu.

    :ivar str name: the names of the menu from the app down
    :ivar bool empty: nothing is there but the text that says what to do
    :ivar list cut: headings, numbers and names of which a part is not shown
    :ivar int too_wide: pixels by which a list is wider than the window
    :ivar str text: all that is written on it
    """

    name: str
    empty: bool
    cut: list
    too_wide: int
    text: str


def menus(client):
    """Return what the menus of our apps open for who is logged in.

    :param Client client: logged in
    :return: [(names of the menu from the app down, id of its action)], each action once
    """
    tree = client.page.evaluate(
        "async () => (await fetch('/web/webclient/load_menus')).json()"
    )
    found = {}

    def walk(identifier, path):
        menu = tree[str(identifier)]
        names = (*path, menu["name"])
        if menu.get("actionID"):
            found.setdefault(menu["actionID"], names)
        for child in menu["children"]:
            walk(child, names)

    for root in tree["root"]["children"]:
        if re.match(OURS, tree[str(root)].get("xmlid") or ""):
            walk(root, ())
    return [(" / ".join(names), action) for action, names in found.items()]


def look(client):
    """Open each menu.

    :param Client client: logged in
    :return: yields a :class:`Screen` while it is shown
    """
    for name, action in menus(client):
        client.page.goto(f"{client.url}/odoo/action-{action}")
        # a wizard stands before nothing
        client.page.wait_for_selector(".o_action_manager > *, .modal")
        client.wait()
        cells = client.page.evaluate(CUT_CELLS).items()
        yield Screen(
            name,
            bool(client.page.locator(".o_view_nocontent").count()),
            client.page.evaluate(CUT_HEADINGS)
            + [c["text"] for n, c in cells if c["number"] or n in NUMBERS],
            client.page.evaluate(TOO_WIDE),
            client.text("body"),
        )


def main():
    """Take a picture of each menu of a person; print what is wrong with it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("login", help="the password is the login")
    parser.add_argument("--lang", default="en_US")
    parser.add_argument("--size", default="1366x768")
    options = parser.parse_args()
    width, height = map(int, options.size.split("x"))
    size = {"viewport": {"width": width, "height": height}}
    with chromium() as browser, person(browser, options.url, **size) as client:
        client.login(options.login, options.login, options.lang)
        for number, screen in enumerate(look(client), 1):
            file = client.screenshot(f"{options.login}-{options.size}-{number:02}")
            empty = "empty " if screen.empty else ""
            print(f"{screen.name} → {file} {empty}{screen.cut or ''}", flush=True)
        for error in client.errors:
            print(f"console error: {error}")


if __name__ == "__main__":
    main()
