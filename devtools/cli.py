"""The command line of `./dev`."""

import argparse
import os
import sys

from . import config, paths, postgres, venv
from .console import Problem, say

DESCRIPTION = "Set up, run, test and check the suite."
EPILOG = f"""\
Everything made lies in .odoo/ (delete it to start over) and in the user's cache.

environment:
  ODOO_HOME       a source tree of Odoo 19.0 to use instead of Debian's package
  PGHOST, PGPORT, PGUSER, PGPASSWORD
                  a PostgreSQL server to use instead of the private one
  PG_BINDIR       PostgreSQL's programs, where several versions are installed

developers:
  ./dev setup     only set up what is missing
  Odoo's source   .odoo/root/usr/lib/python3/dist-packages/odoo
  the server      .odoo/venv/bin/python .odoo/venv/bin/odoo -c .odoo/odoo.conf \\
                      -d DB -i ADDON --with-demo --stop-after-init
  the databases   psql -h {postgres.socket_folder()} -U odoo -l
  a prepared one  ./dev shell -d DB   (made with all addons if it does not exist)
"""


def main(argv=None):
    """Run the command line.

    :return: exit code
    :rtype: int
    """
    argv = sys.argv[1:] if argv is None else argv
    options, rest = _parser().parse_known_args(argv)
    try:
        return options.command(options, rest) or 0
    except Problem as problem:
        say(f"\n{problem.what}")
        if problem.todo:
            say(f"→ {problem.todo}")
        return 1
    except KeyboardInterrupt:
        return 130


def _parser():
    parser = argparse.ArgumentParser(
        prog="./dev",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name, command, summary, **options):
        sub = commands.add_parser(
            name, help=summary, description=summary, allow_abbrev=False, **options
        )
        sub.set_defaults(command=command)
        return sub

    add("setup", _setup_only, "set up Odoo, Python and PostgreSQL, nothing else")
    test = add(
        "test",
        _test,
        "run the tests; any pytest arguments are passed on",
        epilog="Paths choose the addons that are installed: `./dev test addons/daycare`"
        " installs daycare and its dependencies, `./dev test` everything,"
        " `./dev test tests/core` nothing at all (no database).",
    )
    test.add_argument("--keep-db", action="store_true", help="keep the test database")
    return parser


def setup():
    """Set up what is missing and go on in the environment's Python.

    :return: the folder that holds the package `odoo`
    """
    source = venv.ensure()
    if not sys.prefix == str(paths.VENV):
        os.execv(paths.VENV_PYTHON, [str(paths.VENV_PYTHON), *sys.argv])
    postgres.ensure()
    config.write(source)
    return source


def _setup_only(options, rest):
    setup()


def _test(options, rest):
    from . import testing

    return testing.run(setup(), rest, keep=options.keep_db)
