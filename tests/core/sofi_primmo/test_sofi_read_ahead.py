"""Reading ahead: order, limits a server, errors, nothing left behind."""

import threading
import time
from collections import Counter

import pytest
from sofi_primmo_core.read_ahead import Job, ReadAhead

PATIENCE = 5  # seconds


class Site:
    """Something to read from; keeps how many read at once, by host."""

    def __init__(self):
        self.lock = threading.Lock()
        self.now, self.most = Counter(), Counter()
        self.read = []

    def job(self, key, host="a", seconds=0.01, error=None):
        def prepare(gate):
            assert threading.current_thread() is threading.main_thread()
            return lambda: self._answer(key, host, gate, seconds, error)

        return Job(key, host, prepare)

    def _answer(self, key, host, gate, seconds, error):
        with gate:
            with self.lock:
                self.now[host] += 1
                self.most[host] = max(self.most[host], self.now[host])
            time.sleep(seconds)
            with self.lock:
                self.now[host] -= 1
                self.read.append(key)
        if error:
            raise error
        return f"answer {key}"

    def wait_for(self, number):
        end = time.monotonic() + PATIENCE
        while len(self.read) < number and time.monotonic() < end:
            time.sleep(0.005)


@pytest.fixture
def site():
    return Site()


def test_results_come_in_the_order_asked_for(site):
    keys = list(range(20))
    with ReadAhead([site.job(key) for key in keys], {"a": 3}) as ahead:
        assert [ahead.take(key) for key in keys] == [f"answer {key}" for key in keys]
    assert site.most["a"] <= 3


def test_each_server_has_its_own_limit(site):
    jobs = [site.job(key, host="ab"[key % 2]) for key in range(20)]
    with ReadAhead(jobs, {"a": 1, "b": 4}) as ahead:
        for job in jobs:
            ahead.take(job.key)
    assert site.most["a"] == 1
    assert 1 < site.most["b"] <= 4


def test_only_a_few_results_wait(site):
    with ReadAhead([site.job(key) for key in range(20)], {"a": 2}) as ahead:
        ahead.take(0)
        site.wait_for(3)
        time.sleep(0.05)
        assert sorted(site.read) == [0, 1, 2]


def test_other_order_does_not_wait_for_ever(site):
    with ReadAhead([site.job(key) for key in range(6)], {"a": 1}) as ahead:
        assert [ahead.take(key) for key in (5, 3, 0, 1, 2, 4)][0] == "answer 5"


def test_an_error_belongs_to_who_takes_it(site):
    def refuse(_gate):
        raise ValueError("address")

    jobs = [
        site.job(1),
        Job(2, "a", refuse),
        site.job(3, error=OSError("down")),
        site.job(4),
    ]
    with ReadAhead(jobs, {"a": 4}) as ahead:
        assert ahead.take(1) == "answer 1"
        with pytest.raises(ValueError, match="address"):
            ahead.take(2)
        with pytest.raises(OSError, match="down"):
            ahead.take(3)
        assert ahead.take(4) == "answer 4"


def test_nothing_is_read_twice(site):
    with ReadAhead([site.job(1)], {"a": 1}) as ahead:
        assert 1 in ahead
        ahead.take(1)
        assert 1 not in ahead
        with pytest.raises(KeyError):
            ahead.take(1)
    assert site.read == [1]


def test_leaving_early_starts_nothing_more(site):
    with ReadAhead([site.job(key) for key in range(50)], {"a": 2}) as ahead:
        ahead.take(0)
    time.sleep(0.1)
    assert len(site.read) <= 4


def test_waiting_servers_overlap(site):
    """Ten answers of 100 ms from five servers: far less than one after the other."""
    jobs = [site.job(key, host=key % 5, seconds=0.1) for key in range(10)]
    started = time.monotonic()
    with ReadAhead(jobs, dict.fromkeys(range(5), 1)) as ahead:
        for job in jobs:
            ahead.take(job.key)
    assert time.monotonic() - started < 0.8
