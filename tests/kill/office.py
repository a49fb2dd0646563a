"""Who prepares jobs of every kind, and who counts what came of them.

Run with Odoo's Python: office.py CONFIG DATABASE PLACE, see `every_kind.py`. It reads
lines of JSON, [what, arguments…], and answers each with one.
"""

import json
import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).parent)
sys.path.insert(0, str(Path(__file__).parents[2]))

import worker  # noqa: E402


def main():
    """Do what each line says, in a worker of its own."""
    conf, database, place = sys.argv[1:]
    place = json.loads(place)
    worker.load(conf, database)
    import every_kind  # noqa: F401  used by what workers do

    place |= worker.call(database, furnish)
    print("ready", flush=True)
    for line in sys.stdin:
        what, *arguments = json.loads(line)
        if what == "prepare":
            arguments.insert(0, place)
        worker.report(worker.call(database, globals()[what], *arguments))


def furnish(env):
    """Create what the jobs share."""
    return sys.modules["every_kind"].furnish(env)


def prepare(env, place, kind, code):
    """Create a document that has not started; return [model, id]."""
    kind = sys.modules["every_kind"].KINDS[kind]
    document = kind.prepare(env, place, code)
    env.cr.commit()
    env.registry.signal_changes()  # servers keep whose companies are whose
    return [document._name, document.id]


def books(env, kind, record_id, code):
    """Return what came of a job."""
    every_kind = sys.modules["every_kind"]
    kind = every_kind.KINDS[kind]
    document = every_kind.find(env, kind.model, record_id)
    return {"state": document.state, "books": kind.books(document, code)}


def wake(env):
    """Let the lanes look now for what was interrupted, not within the minute."""
    for lane in env["exchange.chunk"]._lanes():
        lane._trigger()
    return True


if __name__ == "__main__":
    main()
