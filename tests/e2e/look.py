"""Look at the web client by hand: log in, go somewhere, take pictures.

    python -m tests.e2e.look DB STEP [STEP …] [--lang fr_FR] [--user U --password P]

Each step is followed by a picture. A step is the external id of an action, a path such
as `/odoo/contacts`, or one of

    menu:App/Entry      button:Label      tab:Label      row:Text
    fill:Label=Value    upload:field=FILE

With `--url` a running server is used instead of one started on the database.
"""

import argparse
from contextlib import nullcontext
from types import SimpleNamespace

from devtools import paths, server

from .harness import chromium, person

VERBS = ("menu", "button", "tab", "row", "fill", "upload")


def take(client, step):
    """Take one step.

    :param Client client: the person
    :param str step: see above
    """
    verb, _, rest = step.partition(":")
    if step.startswith("/"):
        client.open(step)
    elif verb not in VERBS:
        client.open_action(step)
    elif verb == "menu":
        client.open_menu(*rest.split("/"))
    elif verb in ("fill", "upload"):
        getattr(client, verb)(*rest.split("=", 1))
    else:
        getattr(client, verb)(rest)


def main():
    """Take the steps of the command line; print where the pictures are."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("database")
    parser.add_argument("steps", nargs="+", metavar="STEP")
    parser.add_argument("--url", help="a running server, such as http://127.0.0.1:8069")
    parser.add_argument("--user", default="admin")
    parser.add_argument("--password")
    parser.add_argument("--lang", default="en_US")
    parser.add_argument("--name", help="first part of the pictures' names")
    options = parser.parse_args()
    log = paths.LOGS / f"look-{options.database}.log"
    serving = (
        nullcontext(SimpleNamespace(url=options.url))
        if options.url
        else server.serving(options.database, server.free_port(), log)
    )
    with serving as odoo, chromium() as browser, person(browser, odoo.url) as client:
        client.login(options.user, options.password or options.user, options.lang)
        for number, step in enumerate(options.steps, 1):
            try:
                take(client, step)
            finally:
                name = f"{options.name or options.database}-{number}"
                print(f"{step} → {client.screenshot(name)}", flush=True)
        for error in client.errors:
            print(f"console error: {error}")


if __name__ == "__main__":
    main()
