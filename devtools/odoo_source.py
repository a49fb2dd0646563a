"""Odoo 19.0: the one given, the one installed, or Debian's own package unpacked."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from . import apt, paths
from .console import Problem, run, step

SERIES = "19.0"
SUITE = "unstable"
PACKAGE = "odoo-19"
#: Debian replaces Odoo's copies of these by links into the packages.
STATIC_PACKAGES = [
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-roboto-unhinted",
    "fonts-montserrat",
    "fonts-ocr-b",
    "fonts-glyphicons-halflings",
]
#: The links name files that only the packages of this suite hold.
STABLE_SUITE = "bookworm"
STABLE_PACKAGES = ["fonts-font-awesome", "fonts-inconsolata"]
#: Left out by Debian, though the asset bundles name them: an empty file keeps the
#: browser console clean. The blurred camera background of calls needs it, nothing else.
ABSENT_ASSETS = ["mail/static/lib/selfie_segmentation/selfie_segmentation.js"]
GIT_SOURCE = "https://github.com/odoo/odoo"


def locate():
    """Return the folder that holds the package `odoo`, set up when there is none.

    :rtype: Path
    """
    return _from_environment() or _importable() or _unpacked() or _set_up()


def addons_path(source):
    """Return the folders of Odoo's own addons beside the given source."""
    candidates = [source / "odoo" / "addons", source / "addons"]
    return [p for p in candidates if (p / "base").is_dir() or (p / "web").is_dir()]


def _series(source):
    try:
        text = (source / "odoo" / "release.py").read_text()
    except OSError:
        return None
    values = {}
    # release.py is a plain list of assignments: no import of Odoo needed.
    exec(compile(text, "release.py", "exec"), values)
    return values.get("series") or ".".join(map(str, values["version_info"][:2]))


def _from_environment():
    given = os.environ.get("ODOO_HOME")
    if not given:
        return None
    source = Path(given).expanduser().resolve()
    if _series(source) != SERIES:
        raise Problem(
            f"ODOO_HOME={given} is not a source tree of Odoo {SERIES}.",
            "Set it to the folder that holds odoo/release.py, or unset it.",
        )
    return source


def _importable():
    code = "import odoo.release as r; print(r.__file__)"
    done = subprocess.run(
        [sys._base_executable, "-c", code],  # not our own environment's
        check=False,
        capture_output=True,
        text=True,
        cwd="/",
    )
    if done.returncode:
        return None
    source = Path(done.stdout.strip()).parents[1]
    return source if _series(source) == SERIES else None


def _unpacked():
    for source in (paths.ODOO_ROOT / "usr/lib/python3/dist-packages", paths.ODOO_ROOT):
        if (paths.ODOO_ROOT / "complete").exists() and _series(source) == SERIES:
            return source
    return None


def _set_up():
    if apt.available():
        with step(f"Odoo {SERIES} from Debian's package {PACKAGE}"):
            return _unpack_debian()
    with step(f"Odoo {SERIES} from its source repository"):
        return _clone()


def _unpack_debian():
    root = paths.ODOO_ROOT
    shutil.rmtree(root, ignore_errors=True)
    files = apt.PrivateApt(SUITE).fetch([PACKAGE, *STATIC_PACKAGES])
    files += apt.PrivateApt(STABLE_SUITE).fetch(STABLE_PACKAGES)
    apt.unpack(files, root)
    source = root / "usr/lib/python3/dist-packages"
    _complete_assets(source / "odoo" / "addons")
    dangling = dangling_links(source)
    if dangling:
        raise Problem(
            "Files of Odoo lead nowhere:\n" + "\n".join(map(str, dangling[:20])),
            "Debian's package has changed: add the package that holds these files to"
            " devtools/odoo_source.py.",
        )
    for metadata in source.glob("odoo-*.egg-info"):
        shutil.rmtree(metadata)  # the virtual environment declares Odoo itself
    (root / "complete").touch()
    return source


def _complete_assets(addons):
    for name in ABSENT_ASSETS:
        file = addons / name
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("")


def dangling_links(folder):
    """Return the links below a folder whose target does not exist."""
    found = (Path(top, n) for top, dirs, names in os.walk(folder) for n in dirs + names)
    return sorted(path for path in found if path.is_symlink() and not path.exists())


def _clone():
    root = paths.ODOO_ROOT
    shutil.rmtree(root, ignore_errors=True)
    run(
        ["git", "clone", "-q", "--depth=1", "--branch", SERIES, GIT_SOURCE, root],
        f"Set ODOO_HOME to a source tree of Odoo {SERIES} you have.",
    )
    (root / "complete").touch()
    return root
