"""Several residences are read at once while one is being worked on.

Only reading is done ahead: it changes nothing, so whatever becomes of a run, nothing is
lost or doubled by it. A server gets no more requests at once than it is said to bear.
"""

import time
from collections import Counter, namedtuple
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from threading import BoundedSemaphore

MOST_THREADS = 16
PATIENCE = 2  # seconds that the order is kept for, while others are ready

Started = namedtuple("Started", "job future since")


@dataclass(frozen=True, slots=True)
class Job:
    """Something to read.

    :ivar key: under which the result is taken
    :ivar str host: the server it is read from
    :ivar prepare: called in the taker's thread, shortly before, with the gate that
        each request must pass; gives the callable that reads in a thread of its own
    """

    key: object
    host: str
    prepare: Callable


class ReadAhead:
    """Reads jobs in their order, while their results are taken one by one.

    :param list jobs: `Job` records in the order in which they will be taken
    :param dict limits: host -> how many requests it gets at once; as many results
        wait to be taken, at most, so that memory stays bounded
    """

    def __init__(self, jobs, limits):
        self._jobs = {job.key: job for job in jobs}
        self._limits = limits
        self._gates = {host: BoundedSemaphore(most) for host, most in limits.items()}
        self._started = {}
        threads = min(sum(limits.values()), MOST_THREADS)
        self._pool = ThreadPoolExecutor(threads or 1, "sofi-read")

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        """Forget what nobody took; answers still on their way are thrown away."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def __contains__(self, key):
        return key in self._jobs or key in self._started

    def gate(self, host):
        """Return what every request to a host passes through, None for no limit.

        :rtype: BoundedSemaphore | None
        """
        return self._gates.get(host)

    def take(self, key):
        """Return what was read; whatever reading raised is raised here.

        :raises KeyError: no such job, or taken before
        """
        self._start_next()
        if key in self._jobs:
            # Taken in another order: it must not wait for those before it.
            self._start(self._jobs[key])
        try:
            return self._started[key].future.result()
        finally:
            del self._started[key]
            self._start_next()

    def first_ready(self, keys):
        """Return the key that is best worked on next, and wait for one that is ready.

        The first one, unless it takes long and another one is ready before.

        :param keys: in their order; those that are not read here are always ready
        """
        keys = list(keys)
        self._start_next()
        while True:
            ready = [key for key in keys if self._is_ready(key)]
            first = self._started.get(keys[0])
            patience = first.since + PATIENCE - time.monotonic() if first else 0
            if keys[0] in ready or (ready and patience <= 0):
                return ready[0]
            futures = [entry.future for entry in self._started.values()]
            pending = [future for future in futures if not future.done()]
            if not pending:
                return keys[0]  # `take` starts it
            wait(pending, patience if ready else None, FIRST_COMPLETED)

    def _is_ready(self, key):
        if key in self._started:
            return self._started[key].future.done()
        return key not in self._jobs

    def _start_next(self):
        """Start the jobs whose servers bear one more."""
        busy = Counter(entry.job.host for entry in self._started.values())
        for job in list(self._jobs.values()):
            if busy[job.host] < self._limits[job.host]:
                busy[job.host] += 1
                self._start(job)

    def _start(self, job):
        del self._jobs[job.key]
        try:
            future = self._pool.submit(job.prepare(self.gate(job.host)))
        except Exception as error:
            # It belongs to whoever takes this job, not to whoever takes another now.
            future = Future()
            future.set_exception(error)
        self._started[job.key] = Started(job, future, time.monotonic())
