"""What the user sees: steps with their time, and failures that say what to do."""

import subprocess
import sys
import time
from contextlib import contextmanager


class Problem(Exception):
    """A failure the user can do something about.

    :param str what: what went wrong
    :param str todo: what to do about it
    """

    def __init__(self, what, todo=""):
        super().__init__(what)
        self.what = what
        self.todo = todo


def say(text):
    """Print a line at once, also into a pipe. Progress goes to standard error so
    that the output of a script or a report stays clean."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def step(title):
    """Announce a step and, when it is done, how long it took."""
    say(f"• {title} …")
    start = time.monotonic()
    yield
    say(f"  done in {time.monotonic() - start:.1f} s")


def run(command, todo="", **options):
    """Run a command, quietly; its output is shown when it fails.

    :param list command: program and arguments
    :param str todo: advice for the user, shown when it fails
    :return: the command's standard output
    :rtype: str
    :raises Problem: when the program is missing or fails
    """
    command = [str(part) for part in command]
    try:
        done = subprocess.run(
            command,
            check=False,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if options.pop("merge", True) else None,
            **options,
        )
    except FileNotFoundError as error:
        raise Problem(
            f"The program {command[0]} is not on this machine.", todo
        ) from error
    if done.returncode:
        tail = "\n".join(done.stdout.strip().splitlines()[-25:])
        raise Problem(f"{' '.join(command[:6])} failed:\n{tail}", todo)
    return done.stdout
