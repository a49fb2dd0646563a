"""Forked workers of a real Odoo process that may be killed at any step."""

import json
import os
import signal
import sys
import traceback

import odoo
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config


def load(conf, database):
    """Load Odoo with a configuration file and a database, without its HTTP server."""
    config.parse_config(["-c", conf, "-d", database, "--no-http"])
    Registry(database)


def start(database, function, *arguments):
    """Fork a worker that calls `function(env, *arguments)`.

    :return: what :func:`finish` takes
    """
    odoo.sql_db.close_all()
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        os._exit(_work(database, writing, function, arguments))
    os.close(writing)
    return child, reading


def finish(worker):
    """Return what a worker answered, or None when it was killed.

    :raises RuntimeError: with the worker's traceback
    """
    child, reading = worker
    with os.fdopen(reading) as stream:
        answer = stream.read()
    _pid, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return None
    if os.WEXITSTATUS(status):
        raise RuntimeError(answer)
    return json.loads(answer)


def call(database, function, *arguments):
    """Run a function in a worker and wait for it."""
    return finish(start(database, function, *arguments))


def _work(database, writing, function, arguments):
    code = 0
    try:
        with Registry(database).cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            answer = json.dumps(function(env, *arguments))
    except Exception:
        answer, code = traceback.format_exc(), 1
    with os.fdopen(writing, "w") as stream:
        stream.write(answer)
    return code


def arm(step, *targets):
    """Kill this process at the step-th boundary: before or after a call.

    :param int step: which boundary, counted from 1
    :param targets: (owner, name of the function on it)
    :return: callable giving how many boundaries were passed
    """
    passed = 0

    def tick():
        nonlocal passed
        passed += 1
        if passed == step:
            os.kill(os.getpid(), signal.SIGKILL)

    for owner, name in targets:
        _wrap(owner, name, tick)
    return lambda: passed


def _wrap(owner, name, tick):
    original = getattr(owner, name)

    def wrapped(*args, **kwargs):
        tick()
        result = original(*args, **kwargs)
        tick()
        return result

    setattr(owner, name, wrapped)


def kill_all_along(database, steps, prepare, work, go_on, describe):
    """Kill the same work at one step after the other, until it comes through.

    Prints a report a step: was it killed, the state it was found in, what is there now.

    :param steps: the numbers of the steps
    :param prepare: called with (env, step), gives the subject of that step, an id
    :param work: called with (env, subject, step), to be killed
    :param go_on: called with (env, subject) after the "restart", gives the state found
    :param describe: called with (env, subject), gives a dict for the report
    """
    for step in steps:
        subject = call(database, prepare, step)
        killed = call(database, work, subject, step) is None
        found = call(database, go_on, subject)
        outcome = call(database, describe, subject)
        report({"step": step, "killed": killed, "found": found, **outcome})
        if not killed:
            return


def go_on_with(job):
    """Do what happens after a restart: the cron, or the person's button.

    :return: the state the job was found in
    """
    found = job.state
    if found == "running":
        job.env["exchange.chunk"]._cron_work()
    elif found in ("draft", "planned"):
        job.action_run()
    elif found != "done":
        job.action_resume()
    return found


def report(line):
    """Print one JSON object for the test that reads this process's output."""
    print(json.dumps(line), flush=True)
    sys.stdout.flush()
