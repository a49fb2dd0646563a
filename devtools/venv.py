"""The virtual environment: pinned requirements, and Odoo declared as installed."""

import hashlib
import re
import shutil
import subprocess
import sys

from . import odoo_source, paths
from .console import Problem, run, step
from .locks import lock

VERSIONS = ((3, 11), (3, 12), (3, 13))
TODO_PIP = (
    "If pip found no such version, its index cannot be reached, or this Python is not"
    " one the pins were tried on (3.11, 3.12)."
)
METADATA = """\
Metadata-Version: 2.1
Name: odoo
Version: {series}
Summary: Odoo server, made visible to pip by ./dev
"""
RUNNER = """\
#!{python}
import odoo.cli

if __name__ == "__main__":
    odoo.cli.main()
"""
#: What only tests use: no database depends on it.
TOOLS = "pytest|coverage|playwright"
VALIDATORS = (
    "fhirclient|jsonschema-path|lazy-object-proxy|openapi-|pathable|pydantic-settings"
    "|python-dotenv|PyYAML|rfc3339-validator"
)


def ensure():
    """Make `.odoo/venv` ready for the present requirements and Odoo.

    :return: the folder that holds the package `odoo`
    :rtype: Path
    """
    with lock("venv"):
        source = odoo_source.locate()
        requirements = paths.ROOT / "requirements.txt"
        stamp = _stamp(requirements, str(source))
        if _is_current(paths.VENV, stamp):
            return source
        with step("Python packages from requirements.txt"):
            _create(paths.VENV)
            _declare_odoo(source)
            _install(paths.VENV, requirements)
            (paths.VENV / "stamp").write_text(stamp)
    return source


def ensure_wheels(files):
    """Have addons of others in `.odoo/venv`, beside Odoo's own.

    :param files: names of the files of requirements that name their packages
    """
    for file in files:
        with lock("venv"):
            requirements = paths.ROOT / file
            stamp = paths.VENV / f"stamp-{requirements.stem}"
            content = _stamp(requirements, (paths.VENV / "stamp").read_text())
            if not stamp.exists() or stamp.read_text() != content:
                with step(f"Addons of others from {file}"):
                    _install(paths.VENV, requirements)
                    stamp.write_text(content)


def ensure_lint():
    """Make `.odoo/lint`, the linters' own environment, ready."""
    _ensure_own(paths.LINT_VENV, "lint", "linters")


def ensure_build():
    """Make `.odoo/build`, which builds documentation and wheels, ready."""
    _ensure_own(paths.BUILD_VENV, "build", "builders of documentation and wheels")


def ensure_openimis():
    """Make `.odoo/openimis`, which runs openIMIS for tests, ready."""
    requirements = paths.OPENIMIS_SITE.parent / "requirements.txt"
    _ensure_own(paths.OPENIMIS_VENV, "openimis", "openIMIS", requirements)


def _ensure_own(folder, name, title, requirements=None):
    """Make an environment that knows nothing of Odoo ready."""
    with lock(name):
        requirements = requirements or paths.ROOT / f"requirements-{name}.txt"
        stamp = _stamp(requirements)
        if not _is_current(folder, stamp):
            with step(f"{title} from {requirements.name}"):
                _create(folder)
                _install(folder, requirements)
                (folder / "stamp").write_text(stamp)


def _stamp(requirements, *more):
    content = requirements.read_text() + "\n".join(more) + str(paths.ROOT)
    return hashlib.sha256(content.encode()).hexdigest()


def _is_current(folder, stamp):
    file = folder / "stamp"
    return file.exists() and file.read_text() == stamp


def interpreter():
    """Return a Python this Odoo runs on: the present one, else one on the path.

    :raises Problem: when there is none
    """
    if sys.version_info[:2] in VERSIONS:
        return sys.executable
    for major, minor in VERSIONS:
        found = shutil.which(f"python{major}.{minor}")
        if found:
            return found
    raise Problem(
        "Odoo 19 needs Python 3.11 or 3.12.", "Install it: apt-get install python3-venv"
    )


def _create(folder):
    if not (folder / "bin" / "python").exists():
        shutil.rmtree(folder, ignore_errors=True)
        run(
            [interpreter(), "-m", "venv", folder],
            "Debian keeps this in a package of its own: apt-get install python3-venv",
        )


def _install(folder, requirements):
    pip = [folder / "bin" / "python", "-m", "pip", "install", "-q"]
    run([*pip, "--disable-pip-version-check", "-r", requirements], TODO_PIP)


def _declare_odoo(source):
    """Put Odoo on the path of the environment, and into pip's list.

    Addons published for 19.0 require the distribution `odoo`; without the entry
    pip would look for it in vain.
    """
    site = _site_packages()
    (site / "odoo_source.pth").write_text(f"{source}\n")
    info = site / f"odoo-{odoo_source.SERIES}.dist-info"
    info.mkdir(exist_ok=True)
    (info / "METADATA").write_text(METADATA.format(series=odoo_source.SERIES))
    (info / "INSTALLER").write_text("dev\n")
    (info / "RECORD").write_text("")
    paths.ODOO_BIN.write_text(RUNNER.format(python=paths.VENV_PYTHON))
    paths.ODOO_BIN.chmod(0o755)


def _site_packages():
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    return type(paths.VENV)(run([paths.VENV_PYTHON, "-c", code]).strip())


def key(source):
    """Return what identifies Odoo and its Python packages: names cached databases.

    :param Path source: folder that holds the package `odoo`
    :rtype: str
    """
    release = (source / "odoo" / "release.py").read_text()
    requirements = (paths.ROOT / "requirements.txt").read_text()
    relevant = re.sub(
        rf"^({TOOLS}).*$|^({VALIDATORS}).*\n", "", requirements, flags=re.M
    )
    return hashlib.sha256((release + relevant).encode()).hexdigest()[:12]


def odoo(*arguments):
    """Run an Odoo command to its end.

    :return: its exit code and what it printed
    :rtype: tuple[int, str]
    """
    command = [str(part) for part in (paths.VENV_PYTHON, paths.ODOO_BIN, *arguments)]
    done = subprocess.run(
        command,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return done.returncode, done.stdout
