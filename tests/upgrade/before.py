"""What was published, at work: jobs of every kind that came to every kind of end.

Run with Odoo's Python in a tree of that version: before.py CONFIG DATABASE PLACE, see
`tests/kill/every_kind.py`. One JSON object a job is printed, and the place at last.
"""

import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve()
sys.path[0] = str(HERE.parents[1] / "kill")  # of this test
sys.path.insert(0, str(Path.cwd()))  # of the version

import worker  # noqa: E402

from odoo.exceptions import UserError  # noqa: E402

#: The part that fails, the second one of other kinds. What hangs on a part of a pull
#: that failed is asked for by the next pull, so one fails on which nothing hangs.
FAILING = {
    "export": lambda _number, _payload: True,
    "pull": lambda _number, payload: payload["kind"] == "bill",
}


def main():
    """Let jobs of every kind come to every end."""
    conf, database, place = sys.argv[1:]
    place = json.loads(place)
    worker.load(conf, database)
    import every_kind

    every_kind.make_small()
    place |= worker.call(database, furnish)
    for kind in every_kind.KINDS:
        boundaries = 0
        for fate in (done, planned, half, cancelled, partial):
            code = f"{kind}-{fate.__name__}"
            job = worker.call(database, prepare, kind, place, code)
            ended = fate(database, kind, job, boundaries)
            boundaries = boundaries or ended
            told = worker.call(database, describe, kind, job, code)
            worker.report({"kind": kind, "fate": fate.__name__, "id": job, **told})
    worker.report({"place": place})


# === ENDS, EACH GIVES HOW MANY BOUNDARIES IT PASSED ===


def done(database, kind, job, _boundaries):
    """It comes through, and the first bill of a closing is validated."""
    boundaries = worker.call(database, run, kind, job)
    worker.call(database, validate, kind, job)
    return boundaries


def planned(database, kind, job, _boundaries):
    """Somebody has looked at what it would do."""
    worker.call(database, plan, kind, job)


def half(database, kind, job, boundaries):
    """The server is killed after two thirds of it."""
    assert worker.call(database, run, kind, job, boundaries * 2 // 3) is None


def cancelled(database, kind, job, boundaries):
    """The server is killed, and then somebody gives the job up, as long as that can be:
    what SOFI has archived has to be billed."""
    assert worker.call(database, run, kind, job, max(boundaries // 6, 2)) is None
    worker.call(database, cancel, kind, job)


def partial(database, kind, job, _boundaries):
    """A part of it fails."""
    worker.call(database, run, kind, job, None, True)


# === WHAT WORKERS DO ===


def furnish(env):
    """Create what the jobs share."""
    return sys.modules["every_kind"].furnish(env)


def prepare(env, kind, place, code):
    """Create a document that has not started; return its id."""
    return sys.modules["every_kind"].KINDS[kind].prepare(env, place, code).id


def find(env, kind, job):
    """Return a document and its kind."""
    every_kind = sys.modules["every_kind"]
    return every_kind.find(env, every_kind.KINDS[kind].model, job)


def plan(env, kind, job):
    """Preview a job."""
    document = find(env, kind, job)
    sys.modules["every_kind"].KINDS[kind].begin(document)
    document.action_plan()


def run(env, kind, job, deadly=None, failing=None):
    """Do a job where somebody waits; return how many boundaries it passed.

    :param int deadly: the boundary at which this process is killed
    :param bool failing: whether one of its parts fails
    """
    document = find(env, kind, job).with_context(exchange_inline=True)
    sys.modules["every_kind"].KINDS[kind].begin(document)
    model = env.registry[document._name]
    passed = worker.arm(deadly or 0, (model, "_commit"), (model, "_execute"))
    if failing:
        fail(model, FAILING.get(kind, lambda number, _payload: number == 2))
    document.action_run()
    return passed()


def validate(env, kind, job):
    """Validate the first bill that a closing made."""
    document = find(env, kind, job)
    if document._name == "openimis.closing":
        document.move_ids[:1].action_post()


def fail(model, is_failing):
    """Let parts of the jobs of a model fail."""
    execute, calls = model._execute, []

    def _execute(document, payload):
        calls.append(payload)
        if is_failing(len(calls), payload):
            raise UserError("no")
        return execute(document, payload)

    model._execute = _execute


def cancel(env, kind, job):
    """Give up a job."""
    find(env, kind, job).action_cancel()


def describe(env, kind, job, code):
    """Return what there is of a job."""
    document = find(env, kind, job)
    ours = [("res_model", "=", document._name), ("res_id", "=", job)]
    return {
        "state": document.state,
        "jobs": env["exchange.job"].search_count(ours),
        "findings": document.exchange_message_ids.mapped("text"),
        "books": sys.modules["every_kind"].KINDS[kind].books(document, code),
    }


if __name__ == "__main__":
    main()
