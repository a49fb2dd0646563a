"""Where things are. Everything `./dev` makes lies in `.odoo` or in the user's cache."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ADDONS = ROOT / "addons"
TESTS = ROOT / "tests"
HOME = ROOT / ".odoo"

ODOO_ROOT = HOME / "root"  # unpacked packages of Odoo and its static files
TOOLS_ROOT = HOME / "tools"  # unpacked packages of Chromium and wkhtmltopdf
VENV = HOME / "venv"
LINT_VENV = HOME / "lint"
BUILD_VENV = HOME / "build"
OPENIMIS_VENV = HOME / "openimis"
PG_HOME = HOME / "pg"
DATA_DIR = HOME / "data"
FILESTORE = DATA_DIR / "filestore"
LOCKS = HOME / "lock"
LOGS = HOME / "log"
SCREENSHOTS = HOME / "screenshots"
CONFIG = HOME / "odoo.conf"

OPENIMIS_SITE = TESTS / "real_openimis" / "site"

VENV_PYTHON = VENV / "bin" / "python"
ODOO_BIN = VENV / "bin" / "odoo"


def cache_dir(name):
    """Return the folder `name` in the user's cache, made if needed.

    :param str name: sub-folder, such as "debs"
    :return: an existing folder
    :rtype: Path
    """
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(base) / "payables-suite" / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder
