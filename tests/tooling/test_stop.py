"""`./dev stop` knows its own server, however the command was typed."""

import os
import subprocess
import sys
from contextlib import contextmanager

import pytest

from devtools import paths, server

WAIT = "import sys; print('up', flush=True); sys.stdin.read()"


@contextmanager
def process(word, folder):
    """A process that waits, with `word` on its command line."""
    command = [sys.executable, "-c", WAIT, word]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, cwd=folder, **pipes) as running:
        running.stdout.readline()
        yield running.pid
        running.stdin.close()


@pytest.mark.parametrize("word", ["./dev", "dev", str(paths.ROOT / "dev")])
def test_own_server_is_known(word):
    with process(word, paths.ROOT) as pid:
        assert server._is_ours(pid)


def test_another_project_s_server_is_left_alone(tmp_path):
    with process("./dev", tmp_path) as pid:
        assert not server._is_ours(pid)
    assert not server._is_ours(os.getpid())


def test_a_process_that_is_gone_is_not_ours():
    with process("./dev", paths.ROOT) as pid:
        pass
    assert not server._is_ours(pid)
