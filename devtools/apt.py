"""Debian packages without touching the system: a private apt, unpacked files.

The mirror and the signing keyring are those of the machine's own apt settings; only
the suite changes. Signatures are verified by apt as always.
"""

import os
import re
import shutil
from pathlib import Path

from . import paths
from .console import run

APT_FOLDER = paths.HOME / "apt"
SOURCES = Path("/etc/apt")
SYSTEM_STATUS = Path("/var/lib/dpkg/status")
TODO_APT = (
    "Debian's package mirror must be reachable (try: apt-get update).\n"
    "Without it, point ODOO_HOME to a source tree of Odoo 19.0."
)


def available():
    """Tell whether this machine has apt and a Debian archive configured."""
    return bool(shutil.which("apt-get") and shutil.which("dpkg") and _archive())


def _archive():
    """Return (mirror URI, keyring or None) of the machine's Debian archive."""
    files = sorted(SOURCES.glob("sources.list.d/*.sources"))
    for stanza in (s for f in files for s in f.read_text().split("\n\n")):
        fields = dict(re.findall(r"^(URIs|Suites|Signed-By):\s*(.+)$", stanza, re.M))
        if _is_archive(fields.get("URIs", ""), fields.get("Suites", "")):
            return fields["URIs"].split()[0], fields.get(
                "Signed-By", ""
            ).strip() or None
    lists = [SOURCES / "sources.list", *sorted(SOURCES.glob("sources.list.d/*.list"))]
    for line in (x for f in lists if f.exists() for x in f.read_text().splitlines()):
        match = re.match(r"deb\s+(?:\[(.*?)\]\s+)?(\S+)\s+(\S+)", line.strip())
        if match and _is_archive(match[2], match[3]):
            signed = re.search(r"signed-by=(\S+)", match[1] or "")
            return match[2], signed[1] if signed else None
    return None


def _is_archive(uri, suites):
    """Tell the main Debian archive from security, backports and foreign sources."""
    return uri.rstrip("/").endswith("/debian") and "-security" not in suites


class PrivateApt:
    """An apt of our own, for one suite.

    :param str suite: such as "unstable"; None for the machine's own sources
    :param bool with_system: know what the machine has installed, so that only
        missing dependencies are fetched
    """

    def __init__(self, suite=None, with_system=False):
        self.suite = suite
        self.folder = APT_FOLDER / (suite or "machine")
        self.with_system = with_system
        self._configured = False

    def _configure(self):
        if self._configured:
            return
        for part in ("state/lists/partial", "cache/archives/partial", "sources"):
            (self.folder / part).mkdir(parents=True, exist_ok=True)
        status = self.folder / "state" / "status"
        status.touch()
        settings = {
            "Dir::State": self.folder / "state",
            "Dir::State::status": SYSTEM_STATUS if self.with_system else status,
            "Dir::Cache": self.folder / "cache",
            "Dir::Etc::preferencesparts": "/dev/null",
            "Acquire::Languages": "none",
            # apt would otherwise drop to a user who may not enter this folder.
            "APT::Sandbox::User": "root" if os.geteuid() == 0 else "",
        }
        if self.suite:
            self._write_source()
            settings["Dir::Etc::sourcelist"] = "/dev/null"
            settings["Dir::Etc::sourceparts"] = self.folder / "sources"
        lines = [f'{key} "{value}";' for key, value in settings.items() if value]
        (self.folder / "apt.conf").write_text("\n".join(lines) + "\n")
        run(["apt-get", "-q", "update"], TODO_APT, env=self._env())
        self._configured = True

    def _write_source(self):
        uri, keyring = _archive()
        stanza = f"Types: deb\nURIs: {uri}\nSuites: {self.suite}\nComponents: main\n"
        if keyring:
            stanza += f"Signed-By: {keyring}\n"
        (self.folder / "sources" / "suite.sources").write_text(stanza)

    def _env(self):
        return {**os.environ, "APT_CONFIG": str(self.folder / "apt.conf")}

    def missing(self, *packages):
        """Return the packages, with dependencies, that the machine lacks."""
        self._configure()
        out = run(
            ["apt-get", "-s", "--no-install-recommends", "install", *packages],
            TODO_APT,
            env=self._env(),
        )
        return re.findall(r"^Inst (\S+)", out, re.M)

    def fetch(self, packages):
        """Bring packages into the user's cache, unless they are there.

        :param packages: names
        :return: their files
        :rtype: list[Path]
        """
        cache = paths.cache_dir("debs")
        wanted = self._file_names(packages)
        lacking = [p for p, name in wanted.items() if not (cache / name).exists()]
        if lacking:
            partial = cache / f"partial-{os.getpid()}"
            partial.mkdir(exist_ok=True)
            command = ["apt-get", "-q", "download", *lacking]
            run(command, TODO_APT, env=self._env(), cwd=partial)
            for file in partial.iterdir():
                file.rename(cache / file.name)
            partial.rmdir()
        return [cache / name for name in wanted.values()]

    def _file_names(self, packages):
        """Return package -> name of its file, in the version this suite offers."""
        self._configure()
        command = ["apt-get", "-q", "--print-uris", "download", *packages]
        out = run(command, TODO_APT, env=self._env())
        files = re.findall(r"^'\S+' (\S+?\.deb) ", out, re.M)
        return {file.split("_")[0]: file for file in files}


def unpack(files, folder):
    """Unpack package files into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        run(["dpkg", "-x", file, folder])
