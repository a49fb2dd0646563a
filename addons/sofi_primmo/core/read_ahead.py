"""Several residences are read at once while one is being worked on.

Only reading is done ahead: it changes nothing, so whatever becomes of a run, nothing is
lost or doubled by it. A server gets no more requests at once than it is said to bear.
"""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from threading import BoundedSemaphore

MOST_THREADS = 16


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
        _job, future = self._started[key]
        try:
            return future.result()
        finally:
            del self._started[key]
            self._start_next()

    def _start_next(self):
        """Start the jobs whose servers bear one more."""
        busy = Counter(job.host for job, _future in self._started.values())
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
        self._started[job.key] = job, future
