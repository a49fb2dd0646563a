"""What every kill test does: run a victim, read the reports it prints."""

import json
import subprocess
from pathlib import Path

from devtools import paths


def run_victim(script, database_name, *arguments):
    """Run a victim to its end in a process of its own.

    :param str script: its file in this folder
    :param arguments: what it takes after the configuration and the database
    :return: the JSON objects it printed, one a line
    """
    file = Path(__file__).with_name(script)
    command = [paths.VENV_PYTHON, file, paths.CONFIG, database_name, *arguments]
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False
    )
    assert not done.returncode, done.stderr[-4000:]
    return [json.loads(line) for line in done.stdout.splitlines() if line[:1] == "{"]


def assert_killed_all_along(reports, more_than):
    """Check that every step was killed until one came through, and that many were."""
    killed = [report["killed"] for report in reports]
    assert len(killed) > more_than
    assert all(killed[:-1])
    assert not killed[-1]
