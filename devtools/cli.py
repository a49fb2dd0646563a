"""The command line of `./dev`."""

import argparse
import os
import sys
from datetime import date

from . import (
    addons,
    another_day,
    benches,
    config,
    docs_site,
    linting,
    odoo_tests,
    openimis,
    paths,
    pictures,
    postgres,
    server,
    testing,
    venv,
)
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
  Odoo's source   below .odoo/root
  the server      .odoo/venv/bin/python .odoo/venv/bin/odoo -c .odoo/odoo.conf \\
                      -d DB -i ADDON --with-demo --stop-after-init
  the databases   psql -h {postgres.socket_folder()} -U odoo -l
  one of your own ./dev run -d DB -a ADDON --port N
                  ./dev shell -d DB -a ADDON < script.py
"""


def main(argv=None):
    """Run the command line.

    :return: exit code
    :rtype: int
    """
    parser = _parser()
    options, rest = parser.parse_known_args(argv)
    if rest and options.command not in (_test, _run, _shell):
        parser.error(f"unknown arguments: {' '.join(rest)}")
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
    _add_test(add)
    _add_servers(add)
    bench = add("bench", _bench, "measure; see tests/bench/__init__.py")
    bench.add_argument("names", nargs="*", metavar="NAME", help="default: all")
    bench.add_argument("--json", metavar="FILE", help="write the results here, too")
    lint = add("lint", _lint, "check formatting and rules")
    lint.add_argument("--fix", action="store_true", help="repair what can be repaired")
    lint.add_argument("places", nargs="*", help="files or folders; default: everything")
    add("pictures", _pictures, "take the pictures of the documentation anew")
    docs = add("docs", _docs, "build the documentation; a broken link is an error")
    docs.add_argument("--serve", action="store_true", help="show it, on loopback")
    docs.add_argument("--port", type=int, default=8000, help="default: 8000")
    _add_openimis(add)
    add("stop", _stop, "stop the servers of ./dev run, and the private PostgreSQL")
    return parser


def _add_test(add):
    test = add(
        "test",
        _test,
        "run the tests; any pytest arguments are passed on",
        epilog="Paths choose the addons that are installed: `./dev test addons/daycare`"
        " installs daycare and its dependencies, `./dev test` everything,"
        " `./dev test tests/core` nothing at all (no database).",
    )
    test.add_argument(
        "--odoo",
        choices=("all", "quick"),
        help="run Odoo's own tests with our addons instead: whatever is red that is "
        "green without them fails; quick: hash chain, locks, sequences, lint, menus",
    )
    long = "run those that all tests leave out because they take long, mostly kills"
    test.add_argument("--long", action="store_true", help=long)
    glue = "run those of our glue to OCA's addons, all of it in one database"
    test.add_argument("--oca", action="store_true", help=glue)
    real = "test against a real openIMIS instead, which is installed and started"
    test.add_argument("--real-openimis", action="store_true", help=real)
    day = "on another day: 2027-02-28, a first of a month, a leap day"
    test.add_argument("--on", type=date.fromisoformat, metavar="DAY", help=day)
    test.add_argument("--keep-db", action="store_true", help="keep the test database")


def _add_openimis(add):
    imis = add(
        "openimis",
        _openimis,
        "start a real openIMIS with a small scheme, to connect to",
        epilog="The published packages of openIMIS (AGPL) are installed in an "
        "environment of their own, with a database of their own.",
    )
    imis.add_argument("--port", type=int, help="default: a free one")
    imis.add_argument("--fresh", action="store_true", help="drop its database first")


def _add_servers(add):
    run = add(
        "run",
        _run,
        "start Odoo with all addons and demonstration data",
        epilog="Further arguments go to Odoo, such as --dev=xml or --workers=2.",
    )
    port = "default: the first free one from 8069 on"
    run.add_argument("--port", type=int, help=port)
    run.add_argument("--fresh", action="store_true", help="drop the database first")
    log = "show Odoo's log here"
    run.add_argument("-v", "--verbose", action="store_true", help=log)
    plain = "without the three companies that have a year behind them"
    run.add_argument("--plain", action="store_true", help=plain)
    sofi = "start the simulators of SOFI and openIMIS also with --plain"
    run.add_argument("--demo-sofi", action="store_true", help=sofi)
    queue = "work on jobs by OCA's queue_job instead of scheduled actions"
    run.add_argument("--queue", action="store_true", help=queue)
    oca = "with OCA's addons for banks and approvals, and our glue to them"
    run.add_argument("--oca", action="store_true", help=oca)
    shell = add("shell", _shell, "Odoo's Python shell; a script on standard input")
    only = "only this addon and what it needs (may be repeated; default: all)"
    for sub in (run, shell):
        sub.add_argument("-d", "--database", default="suite", help="default: suite")
        sub.add_argument("-a", "--addon", action="append", default=[], help=only)


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
    if options.on:
        setup()
        with another_day.pretended(options.on):
            return _test_today(options, rest)
    return _test_today(options, rest)


def _test_today(options, rest):
    if options.odoo:
        return odoo_tests.run(setup(), options.odoo == "quick", rest)
    if options.real_openimis:
        setup()
        with openimis.for_tests():
            return testing.run(
                setup(), [str(openimis.TEST_FILE), *rest], options.keep_db
            )
    chosen = testing.LONG if options.long else ()
    if options.oca:
        chosen = [str(paths.ADDONS / name) for name in addons.glue()]
    return testing.run(setup(), [*chosen, *rest], keep=options.keep_db)


def _openimis(options, rest):
    setup()
    return openimis.run(options.port, options.fresh)


def _run(options, rest):
    return server.run(setup(), options, rest)


def _shell(options, rest):
    return server.shell(setup(), options.database, options.addon, rest)


def _bench(options, rest):
    benches.run(setup(), options.names, options.json)


def _lint(options, rest):
    return linting.lint(options.places, options.fix)


def _pictures(options, rest):
    pictures.make(setup())


def _docs(options, rest):
    return docs_site.serve(options.port) if options.serve else docs_site.build()


def _stop(options, rest):
    server.stop()
