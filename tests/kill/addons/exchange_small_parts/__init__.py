"""A server that loads this plans parts as small as those of the tests."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

_spec = spec_from_file_location(
    "every_kind", Path(__file__).parents[2] / "every_kind.py"
)
_every_kind = module_from_spec(_spec)
_spec.loader.exec_module(_every_kind)
_every_kind.make_small()
