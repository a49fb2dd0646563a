"""Several residences are waited for at once while one is being worked on.

What is read ahead changes nothing, so whatever becomes of a run, nothing is lost or
doubled by it. What changes something is asked one request after the other for each
residence, and whoever asked waits for the answer, or works on another one meanwhile. A
server gets no more requests at once than it is said to bear.
"""

import time
from collections import Counter, namedtuple
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from threading import BoundedSemaphore

from .exceptions import SofiStopped

MOST_THREADS = 16
PATIENCE = 2  # seconds that others wait for one that does not answer, once

Started = namedtuple("Started", "host future since")


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


class Gate:
    """Lets so many requests to a server pass at once; closed, none any more.

    :param int most: how many
    """

    def __init__(self, most):
        self._places = BoundedSemaphore(most)
        self._closed = False

    def close(self):
        """Let nothing pass any more, not even what waits already."""
        self._closed = True

    def __enter__(self):
        self._places.acquire()
        if self._closed:
            self._places.release()
            raise SofiStopped("stopped")
        return self

    def __exit__(self, *_exception):
        self._places.release()


class ReadAhead:
    """Reads jobs in their order, while their results are taken one by one.

    :param list jobs: `Job` records in the order in which they will be taken
    :param dict limits: host -> how many requests it gets at once; as many results
        wait to be taken, at most, so that memory stays bounded
    """

    def __init__(self, jobs, limits):
        self._jobs = {job.key: job for job in jobs}
        self._limits = limits
        self._gates = {host: Gate(most) for host, most in limits.items()}
        self._started = {}
        self._slow = set()
        threads = min(sum(limits.values()), MOST_THREADS)
        self._pool = ThreadPoolExecutor(threads or 1, "sofi-read")
        # A thread for each that does not answer: it takes none from the others.
        self._asking = ThreadPoolExecutor(len(jobs) or 1, "sofi-ask")

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        """Forget what nobody took; answers still on their way are thrown away."""
        self.stop()
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._asking.shutdown(wait=False)

    def __contains__(self, key):
        return key in self._jobs or key in self._started

    def gate(self, host):
        """Return what every request to a host passes through, None for no limit.

        :rtype: Gate | None
        """
        return self._gates.get(host)

    def take(self, key):
        """Return what was read or answered; whatever that raised is raised here.

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

    def ask(self, key, question):
        """Ask something in a thread of its own; the answer is taken like a job.

        :param key: of a job that was taken, under which nothing else is asked now
        :param question: called without arguments; may change something at the server
        """
        future = self._asking.submit(question)
        self._started[key] = Started(None, future, time.monotonic())

    def is_answered(self, key):
        """Tell whether an answer is there by now; wait a moment for it.

        Who made others wait once is not waited for again.

        :param key: of something asked
        """
        future = self._started[key].future
        wait([future], 0 if key in self._slow else PATIENCE)
        if not future.done():
            self._slow.add(key)
        return future.done()

    def stop(self):
        """Send nothing more, and wait for the answers to what was asked.

        What waits for its turn, for a new try or a new page, ends with `SofiStopped`.
        """
        for gate in self._gates.values():
            gate.close()
        wait([entry.future for entry in self._started.values() if entry.host is None])

    def first_ready(self, keys, seconds=None):
        """Return the key that is best worked on next, and wait for one that is ready.

        The first one, unless it takes long and another one is ready before.

        :param keys: in their order; those that are not read here are always ready
        :param float seconds: how long to wait at most, for ever by default
        :return: the key, None when nothing was ready in that time
        """
        keys = list(keys)
        self._start_next()
        while True:
            ready = [key for key in keys if self._is_ready(key)]
            patience = self._patience(keys[0])
            if keys[0] in ready or (ready and patience <= 0):
                return ready[0]
            futures = [entry.future for entry in self._started.values()]
            pending = [future for future in futures if not future.done()]
            if not pending:
                return keys[0]  # `take` starts it
            limit = patience if ready else seconds
            if not wait(pending, limit, FIRST_COMPLETED).done and not ready:
                return None

    def _patience(self, key):
        """Return the seconds for which others still wait for this one."""
        first = self._started.get(key)
        if not first or key in self._slow:
            return 0
        return first.since + PATIENCE - time.monotonic()

    def _is_ready(self, key):
        if key in self._started:
            return self._started[key].future.done()
        return key not in self._jobs

    def _start_next(self):
        """Start the jobs whose servers bear one more."""
        busy = Counter(entry.host for entry in self._started.values())
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
        self._started[job.key] = Started(job.host, future, time.monotonic())
