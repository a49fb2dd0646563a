"""Starting and ending servers, and which files the linters look at."""

import http.server
import signal
import subprocess
import sys
import threading

import pytest

from devtools import linting, paths, server
from devtools.console import Problem

STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print('ready', flush=True); time.sleep(60)"
)


@pytest.fixture
def address():
    """An address that answers."""
    handler = http.server.SimpleHTTPRequestHandler
    with http.server.HTTPServer(("127.0.0.1", 0), handler) as served:
        threading.Thread(target=served.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{served.server_port}/"
        served.shutdown()


@pytest.fixture
def program():
    """Start a Python program; it is ended with the test."""
    started = []

    def start(code):
        command = [sys.executable, "-c", code]
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_waiting_ends_when_the_server_answers(address, program):
    server.wait_for(address, program("import time; time.sleep(60)"))


def test_a_server_that_ends_at_once_shows_the_end_of_its_log(program, tmp_path):
    log = tmp_path / "log"
    log.write_text("first\nno such database\n")
    process = program("")
    process.wait()
    with pytest.raises(Problem, match="ended at its start") as caught:
        server.wait_for("http://127.0.0.1:9/", process, log)
    assert "no such database" in caught.value.todo


def test_waiting_has_a_limit(program, monkeypatch):
    monkeypatch.setattr(server, "START_SECONDS", 1)
    port = server.free_port()
    with pytest.raises(Problem, match="Nothing answers"):
        process = program("import time; time.sleep(60)")
        server.wait_for(f"http://127.0.0.1:{port}/", process)


def test_a_server_ends_in_good_order(program):
    process = program("import time; time.sleep(60)")
    server.end(process)
    assert process.returncode == -signal.SIGTERM


def test_a_stubborn_server_is_ended_by_force(program, monkeypatch):
    monkeypatch.setattr(server, "STOP_SECONDS", 0.2)
    process = program(STUBBORN)
    assert process.stdout.readline() == "ready\n"
    server.end(process)
    assert process.returncode == -signal.SIGKILL


def test_stop_leaves_other_peoples_processes_alone(program, tmp_path, monkeypatch):
    """The number of a server that died may belong to another program by now."""
    monkeypatch.setattr(server, "RUNNING", tmp_path)
    monkeypatch.setattr(server.postgres, "stop", lambda: False)
    process = program("import time; time.sleep(60)")
    (tmp_path / "suite").write_text(str(process.pid))
    server.stop()
    assert process.poll() is None
    assert not (tmp_path / "suite").exists()


def test_linters_leave_samples_alone(tmp_path):
    for name in ("views/a.xml", "tests/samples/b.xml", "static/lib/c.xml", "d.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert linting._files(tmp_path, {".xml"}) == [tmp_path / "views" / "a.xml"]


def test_linters_find_the_addon_of_a_file():
    file = paths.ADDONS / "exchange_run" / "models" / "exchange_run_mixin.py"
    assert linting._modules([file]) == [paths.ADDONS / "exchange_run"]
    assert paths.ADDONS / "daycare" in linting._modules([paths.ADDONS])
