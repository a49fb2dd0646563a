"""Time on the clock and time on the processor: the latter on a busy machine too."""

import os
import time
from contextlib import contextmanager
from pathlib import Path

from .report import Stopwatch


@contextmanager
def cpuwatch():
    """Measure a block; give a `Stopwatch` that also has `cpu`, in seconds."""
    watch = Stopwatch()
    start, cpu = time.perf_counter(), time.process_time()
    yield watch
    watch.seconds = time.perf_counter() - start
    watch.cpu = time.process_time() - cpu


def process_cpu(pid):
    """Processor seconds another process has used so far.

    :param int pid: of a process of this machine
    """
    # the name in parentheses may hold spaces; user and system time are 14th and 15th
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
