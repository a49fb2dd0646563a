"""Plugin of pytest: the linters' packages can be imported, after all others."""

import sys

from . import paths

sys.path += map(str, paths.LINT_VENV.glob("lib/python*/site-packages"))
