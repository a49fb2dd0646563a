"""Make the plain-Python package and the simulator importable."""

import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[2]
for folder in (TESTS / "core", TESTS / "simulators/sofi", Path(__file__).parent):
    sys.path.insert(0, str(folder))

from tests_core_loader import load_core  # noqa: E402

load_core("sofi_primmo")
