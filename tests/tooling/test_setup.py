"""How `./dev` finds Odoo, Debian's archive, ports and accounts."""

import os
import socket
import subprocess
import sys

import pytest

from devtools import apt, cli, config, odoo_source, paths, postgres, server, testing
from devtools.console import Problem, run

DEB822 = """\
Types: deb
URIs: {uri}
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: {uri}-security
Suites: bookworm-security
Components: main
"""
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


@pytest.fixture
def etc_apt(tmp_path, monkeypatch):
    (tmp_path / "sources.list.d").mkdir()
    monkeypatch.setattr(apt, "SOURCES", tmp_path)
    return tmp_path


def test_archive_of_a_deb822_source(etc_apt):
    uri = "http://mirror.example/debian"
    (etc_apt / "sources.list.d" / "a.sources").write_text(DEB822.format(uri=uri))
    assert apt._archive() == (uri, KEYRING)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("deb http://m.example/debian trixie main", ("http://m.example/debian", None)),
        (
            f"deb [arch=amd64 signed-by={KEYRING}] https://m.example/debian/ sid main",
            ("https://m.example/debian/", KEYRING),
        ),
        ("# deb http://m.example/debian trixie main", None),
        ("deb http://m.example/debian trixie-security main", None),
        ("deb http://other.example/packages stable main", None),
    ],
)
def test_archive_of_a_one_line_source(etc_apt, line, expected):
    (etc_apt / "sources.list").write_text(f"{line}\n")
    assert apt._archive() == expected


def test_odoo_home_must_be_odoo_19(tmp_path, monkeypatch):
    monkeypatch.setenv("ODOO_HOME", str(tmp_path))
    with pytest.raises(Problem, match="not a source tree of Odoo 19.0") as caught:
        odoo_source.locate()
    assert "odoo/release.py" in caught.value.todo


@pytest.mark.parametrize(
    ("version", "accepted"), [((19, 0), True), ((18, 0), False), ((20, 0), False)]
)
def test_odoo_home_is_taken_first(tmp_path, monkeypatch, version, accepted):
    (tmp_path / "odoo").mkdir()
    release = f"version_info = {(*version, 0, 'final', 0, '')}\n"
    (tmp_path / "odoo" / "release.py").write_text(release)
    monkeypatch.setenv("ODOO_HOME", str(tmp_path))
    if accepted:
        assert odoo_source.locate() == tmp_path
    else:
        with pytest.raises(Problem):
            odoo_source.locate()


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A source repository of Odoo, for a machine without Debian's archive."""
    folder = tmp_path / "source"
    for name in ("odoo/addons/base", "addons/web"):
        (folder / name).mkdir(parents=True)
        (folder / name / "__init__.py").write_text("")
    release = "version_info = (19, 0, 0, 'final', 0, '')\n"
    (folder / "odoo" / "release.py").write_text(release)
    git = ["git", "-C", folder, "-c", "user.name=x", "-c", "user.email=x@example.org"]
    run(["git", "init", "-q", "-b", odoo_source.SERIES, folder])
    run([*git, "add", "."])
    run([*git, "commit", "-q", "-m", "Odoo"])
    monkeypatch.delenv("ODOO_HOME", raising=False)
    monkeypatch.setattr(apt, "available", lambda: False)
    monkeypatch.setattr(odoo_source, "_importable", lambda: None)
    monkeypatch.setattr(odoo_source, "GIT_SOURCE", folder.as_uri())
    monkeypatch.setattr(paths, "ODOO_ROOT", tmp_path / "root")
    return folder


def test_without_debian_odoo_is_cloned_once(repository):
    source = odoo_source.locate()
    assert source == paths.ODOO_ROOT
    assert odoo_source.addons_path(source) == [
        source / "odoo" / "addons",
        source / "addons",
    ]
    repository.rename(repository.with_name("away"))
    assert odoo_source.locate() == source


def test_where_odoo_cannot_be_cloned_odoo_home_is_proposed(repository):
    repository.rename(repository.with_name("away"))
    with pytest.raises(Problem) as caught:
        odoo_source.locate()
    assert "ODOO_HOME" in caught.value.todo
    (paths.ODOO_ROOT / "odoo").mkdir(parents=True)  # half a clone is not taken
    with pytest.raises(Problem):
        odoo_source.locate()


def test_links_that_lead_nowhere_are_found(tmp_path):
    (tmp_path / "there").write_text("x")
    (tmp_path / "good").symlink_to("there")
    (tmp_path / "bad").symlink_to("gone")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "bad").symlink_to("../also-gone", target_is_directory=True)
    expected = [tmp_path / "bad", tmp_path / "folder" / "bad"]
    assert odoo_source.dangling_links(tmp_path) == expected


def test_the_unpacked_odoo_has_no_link_that_leads_nowhere():
    if not paths.ODOO_ROOT.exists():
        pytest.skip("this Odoo was not unpacked by ./dev")
    assert odoo_source.dangling_links(paths.ODOO_ROOT / "usr/lib") == []


def test_pip_sees_odoo_installed():
    code = "import importlib.metadata as m; print(m.version('odoo'))"
    assert run([sys.executable, "-c", code]).strip() == "19.0"


def test_a_port_that_is_taken_is_refused_or_passed_over(monkeypatch):
    with socket.socket() as taken:
        taken.bind((server.HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Problem, match=str(port)) as caught:
            server.choose_port(port)
        assert "--port" in caught.value.todo
        monkeypatch.setattr(server, "PORT", port)
        assert server.choose_port() > port


def test_the_socket_stays_short_enough(monkeypatch, tmp_path):
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    monkeypatch.setattr(paths, "PG_HOME", deep)
    folder = postgres.socket_folder()
    assert len(f"{folder}/.s.PGSQL.5432") <= 107
    monkeypatch.setattr(paths, "PG_HOME", deep.parents[3])
    assert postgres.socket_folder() == deep.parents[3] / "socket"


def test_a_named_server_is_used(monkeypatch):
    monkeypatch.setenv("PGHOST", "db.example")
    monkeypatch.setenv("PGUSER", "someone")
    monkeypatch.delenv("PGPORT", raising=False)
    monkeypatch.delenv("PGPASSWORD", raising=False)
    assert postgres.parameters() == {"PGHOST": "db.example", "PGUSER": "someone"}


def test_the_server_does_not_run_as_root():
    account = postgres.server_account()
    assert (account is None) == (os.geteuid() != 0)
    if account:
        command = postgres._setpriv(account)
        shown = run([*command, "id", "-u"]).strip()
        assert shown == str(account.pw_uid) != "0"


def test_configuration_listens_on_loopback_only(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "CONFIG", tmp_path / "odoo.conf")
    monkeypatch.setattr(paths, "DATA_DIR", tmp_path / "data")
    config.write(tmp_path)
    text = paths.CONFIG.read_text()
    assert "http_interface = 127.0.0.1" in text
    assert str(paths.ADDONS) in text
    assert oct(paths.CONFIG.stat().st_mode & 0o777) == "0o600"


def test_arguments_of_pytest_pass_through(monkeypatch):
    monkeypatch.chdir(paths.ROOT / "tests")
    given = ["core", "-k", "nam and not x", "-x", "tooling/test_setup.py::test_a"]
    arguments, wanted = testing.resolve(given)
    tests = paths.ROOT / "tests"
    assert arguments == [
        str(tests / "core"),
        "-k",
        "nam and not x",
        "-x",
        f"{tests / 'tooling/test_setup.py'}::test_a",
    ]
    assert wanted == set()


@pytest.mark.parametrize(
    "command", [[], *([c] for c in ("run", "test", "shell", "bench", "lint", "stop"))]
)
def test_every_command_explains_itself(capsys, command):
    with pytest.raises(SystemExit) as ended:
        cli.main([*command, "--help"])
    assert ended.value.code == 0
    assert "usage: ./dev" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["lint", "bench", "stop"])
def test_an_argument_nobody_knows_is_refused(capsys, command):
    with pytest.raises(SystemExit) as ended:
        cli.main([command, "--no-such-option"])
    assert ended.value.code == 2
    assert "--no-such-option" in capsys.readouterr().err


def test_a_failure_says_what_to_do():
    with pytest.raises(Problem, match="not on this machine") as caught:
        run(["no-such-program-here"], "install it")
    assert caught.value.todo == "install it"
    with pytest.raises(Problem, match="exit 3|failed") as caught:
        run(["sh", "-c", "echo the reason; exit 3"], "do this")
    assert "the reason" in caught.value.what


def test_dev_needs_nothing_but_python():
    """Without any installed package, the command line still answers."""
    command = [sys.executable, "-I", "-S", str(paths.ROOT / "dev"), "--help"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "developers:" in done.stdout
