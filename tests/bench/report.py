"""What benches measure with, and the line each result prints."""

import importlib
import json
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Result:
    """One measured value.

    :ivar str name: what was measured
    :ivar float value: how much of `unit`
    :ivar str unit: such as "per s", "ms", "MB"
    :ivar float ratio: how many times better than the same done with Odoo alone in the
        same run; None where there is nothing to compare with
    """

    name: str
    value: float
    unit: str
    ratio: float | None = None


class Stopwatch:
    """:ivar float seconds: how long the block took, once it is done"""

    seconds = 0.0


@contextmanager
def stopwatch():
    """Measure a block; give a `Stopwatch`."""
    watch = Stopwatch()
    start = time.perf_counter()
    yield watch
    watch.seconds = time.perf_counter() - start


def main(env, name):
    """Run a bench in an environment and print its results, one JSON object a line.

    :param env: Odoo's environment, as the superuser
    :param str name: of the module, such as "bench_partner"
    """
    module = importlib.import_module(f"tests.bench.{name}")
    for result in module.bench(env):
        print(
            "RESULT "
            + json.dumps({"bench": name.removeprefix("bench_"), **asdict(result)}),
            flush=True,
        )
