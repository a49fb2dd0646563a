"""The container's files, as far as they can be tried without a container engine."""

import http.server
import os
import re
import subprocess
import sys
import threading

import pytest
from compose_spec import PyCompose

from devtools import paths

DOCKER = paths.ROOT / "docker"
SETTINGS = {
    "DB_HOST": "db",
    "DB_USER": "odoo",
    "DB_PASSWORD": "p4ss %$\"'word",
    "ADMIN_PASSWORD": "master",
    "DB_NAME": "suite",
}


@pytest.fixture
def start(tmp_path):
    """Run the entry script with a stand-in for Odoo that shows how it was called."""
    (tmp_path / "bin").mkdir()
    odoo = tmp_path / "bin" / "odoo"
    odoo.write_text('#!/bin/sh\nprintf "called: odoo %s\\n" "$*"\nenv\n')
    odoo.chmod(0o755)

    def start(*arguments, **settings):
        environment = {
            "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
            "TMPDIR": str(tmp_path),
            **settings,
        }
        return subprocess.run(
            [DOCKER / "entrypoint.sh", *arguments],
            check=False,
            env={k: v for k, v in environment.items() if v is not None},
            capture_output=True,
            text=True,
        )

    start.config = tmp_path / "odoo.conf"
    return start


def options(file):
    """Return the options of a configuration file."""
    lines = (x for x in file.read_text().splitlines() if re.match(r"\w+ =", x))
    return dict(re.split(r"\s*=\s*", line, maxsplit=1) for line in lines)


def test_settings_go_into_a_private_file(start):
    done = start("odoo", "--stop-after-init", **SETTINGS)
    assert done.returncode == 0, done.stderr
    assert f"called: odoo --config={start.config} --stop-after-init" in done.stdout
    assert oct(start.config.stat().st_mode & 0o777) == "0o600"
    found = options(start.config)
    assert found["db_password"] == SETTINGS["DB_PASSWORD"]
    assert found["admin_passwd"] == "master"
    assert found["dbfilter"] == "^suite$"
    assert found["list_db"] == "False"
    assert found["workers"] == "4"
    assert found["max_cron_threads"] == "3"


def test_secrets_are_not_handed_on(start):
    done = start("odoo", **SETTINGS)
    assert SETTINGS["DB_PASSWORD"] not in done.stdout
    assert "ADMIN_PASSWORD" not in done.stdout


def test_secrets_may_come_from_files(start, tmp_path):
    (tmp_path / "secret").write_text("from a file\n")
    settings = {**SETTINGS, "DB_PASSWORD": None}
    done = start("odoo", **settings, DB_PASSWORD_FILE=str(tmp_path / "secret"))
    assert done.returncode == 0, done.stderr
    assert options(start.config)["db_password"] == "from a file"


@pytest.mark.parametrize(
    "missing", ["DB_HOST", "DB_USER", "DB_PASSWORD", "ADMIN_PASSWORD"]
)
def test_a_missing_setting_is_named(start, missing):
    done = start("odoo", **{**SETTINGS, missing: None})
    assert done.returncode == 1
    assert missing in done.stderr
    assert "called" not in done.stdout


def test_a_secret_file_that_cannot_be_read_is_named(start, tmp_path):
    settings = {
        **SETTINGS,
        "DB_PASSWORD": None,
        "DB_PASSWORD_FILE": str(tmp_path / "no"),
    }
    done = start("odoo", **settings)
    assert done.returncode == 1
    assert "DB_PASSWORD_FILE" in done.stderr


def test_a_secret_cannot_add_options(start):
    done = start("odoo", **{**SETTINGS, "DB_PASSWORD": "x\nlist_db = True"})
    assert done.returncode == 1
    assert "line break" in done.stderr


def test_another_program_can_be_run(start):
    done = start("echo", "hello", **SETTINGS)
    assert done.stdout == "hello\n"


def test_options_alone_go_to_odoo(start):
    done = start("--version", **SETTINGS)
    assert f"called: odoo --config={start.config} --version" in done.stdout


@pytest.mark.parametrize("first", [["odoo"], []])
def test_odoo_alone_is_the_server(start, first):
    done = start(*first, **SETTINGS)
    assert f"called: odoo --config={start.config}\n" in done.stdout


def test_subcommands_of_odoo_come_first(start):
    done = start("odoo", "db", "dump", "suite", **SETTINGS)
    assert f"called: odoo db --config={start.config} dump suite\n" in done.stdout


def test_odoo_reads_the_file_as_it_was_meant(start):
    """A percent sign or a quote in a secret must survive Odoo's own parser."""
    start("odoo", **SETTINGS)
    code = (
        "import sys; from odoo.tools import config;"
        "config.parse_config(['-c', sys.argv[1]]);"
        "print(config['db_password']); print(config['workers'], config['list_db'])"
    )
    # Odoo prefers PGPASSWORD and its like, which a container does not have.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
    command = [sys.executable, "-c", code, start.config]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.stdout.splitlines() == [SETTINGS["DB_PASSWORD"], "4 False"], done.stderr


def compose_text():
    """Return the compose file with its variables at their default."""
    text = (DOCKER / "compose.yaml").read_text()
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text)


def test_compose_file_follows_the_specification():
    compose = PyCompose.from_yaml(compose_text())
    compose.validate()
    content = compose.to_dict()
    services = content["services"]
    assert set(services) == {"db", "odoo"}
    for service in services.values():
        assert service["healthcheck"]["test"]
        assert service["restart"] == "unless-stopped"
    assert "ports" not in services["db"]
    used = {v.split(":")[0] for s in services.values() for v in s["volumes"]}
    assert used == set(content["volumes"])
    environment = services["odoo"]["environment"]
    assert "WORKERS" in environment and "CRON_THREADS" in environment


def test_compose_file_publishes_on_loopback_and_holds_no_secret():
    text = (DOCKER / "compose.yaml").read_text()
    for port in re.findall(r'- "(.*:\d+)"', text):
        assert port.startswith("127.0.0.1:")
    assert "environment: DB_PASSWORD" in text
    assert "environment: ADMIN_PASSWORD" in text


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("\n  db_password:\n    environment: DB_PASSWORD", ""),
        ("restart: unless-stopped", "restart: sometimes"),
        ("interval: 10s", "interval: soon"),
        ("127.0.0.1:8069", "127.0.0.1.5:8069"),
    ],
)
def test_compose_specification_refuses_what_is_wrong(right, wrong):
    """The check above can fail."""
    assert right in compose_text()
    with pytest.raises(ValueError):
        PyCompose.from_yaml(compose_text().replace(right, wrong, 1)).validate()


@pytest.mark.parametrize(("status", "code"), [(200, 0), (500, 1)])
def test_health_check_tells_well_from_unwell(status, code):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status if self.path == "/web/health" else 404)
            self.end_headers()

        def log_message(self, *arguments):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as served:
        thread = threading.Thread(target=served.serve_forever)
        thread.start()
        environment = {**os.environ, "HTTP_PORT": str(served.server_port)}
        done = subprocess.run(
            [sys.executable, DOCKER / "healthcheck.py"],
            check=False,
            env=environment,
            capture_output=True,
        )
        served.shutdown()
        thread.join()
    assert done.returncode == code


def test_example_configuration_knows_only_odoos_options():
    code = (
        "import sys; from odoo.tools import config;"
        "config.parse_config([]);"
        "known = {o.dest for o in config.options_index.values()};"
        "print(*(set(sys.argv[1:]) - known))"
    )
    names = options(paths.ROOT / "odoo.conf.example")
    done = subprocess.run(
        [sys.executable, "-c", code, *names], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""
