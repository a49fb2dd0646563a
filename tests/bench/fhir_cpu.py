"""Time on the clock and time on the processor: the latter on a busy machine too."""

import time
from contextlib import contextmanager

from .report import Stopwatch


@contextmanager
def cpuwatch():
    """Measure a block; give a `Stopwatch` that also has `cpu`, in seconds."""
    watch = Stopwatch()
    start, cpu = time.perf_counter(), time.process_time()
    yield watch
    watch.seconds = time.perf_counter() - start
    watch.cpu = time.process_time() - cpu
