"""The command line of `./dev`."""

import argparse
import sys

from . import config, paths, postgres, venv
from .console import Problem, say


def main(argv=None):
    from . import odoo_source  # noqa
    try:
        source = venv.ensure()
        postgres.ensure()
        config.write(source)
    except Problem as p:
        say(p.what); say(p.todo)
        return 1
    return 0
