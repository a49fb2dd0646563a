"""Reading ahead: order, limits a server, errors, nothing left behind."""

import threading
from collections import Counter

import pytest
from sofi_primmo_core import read_ahead
from sofi_primmo_core.exceptions import SofiStopped
from sofi_primmo_core.read_ahead import Job, ReadAhead

PATIENCE = 30  # seconds, until a test that waits for ever fails


class Site:
    """Something to read from; keeps how many read at once, by host."""

    def __init__(self):
        self.changed = threading.Condition()
        self.now, self.most = Counter(), Counter()
        self.started, self.read = [], []

    def job(self, key, host="a", after=0, meet=None, error=None):
        """Return a job.

        :param int after: it answers once so many others have
        :param meet: a barrier; it answers once others are under way, too
        """

        def prepare(gate):
            assert threading.current_thread() is threading.main_thread()
            self.started.append(key)
            return lambda: self._answer(key, host, gate, after, meet, error)

        return Job(key, host, prepare)

    def _answer(self, key, host, gate, after, meet, error):
        with gate:
            with self.changed:
                self.now[host] += 1
                self.most[host] = max(self.most[host], self.now[host])
            if meet:
                meet.wait(PATIENCE)
            with self.changed:
                assert self.changed.wait_for(lambda: len(self.read) >= after, PATIENCE)
                self.now[host] -= 1
                self.read.append(key)
                self.changed.notify_all()
        if error:
            raise error
        return f"answer {key}"


@pytest.fixture
def site():
    return Site()


def test_results_come_in_the_order_asked_for(site):
    keys = list(range(20))
    with ReadAhead([site.job(key) for key in keys], {"a": 3}) as ahead:
        assert [ahead.take(key) for key in keys] == [f"answer {key}" for key in keys]
    assert site.most["a"] <= 3


def test_each_server_has_its_own_limit(site):
    # One pair only: of more, a late one would wait for one that is not asked yet.
    pair = threading.Barrier(2)
    jobs = [
        site.job(key, host="ab"[key % 2], meet=pair if key in (1, 3) else None)
        for key in range(20)
    ]
    with ReadAhead(jobs, {"a": 1, "b": 4}) as ahead:
        for job in jobs:
            ahead.take(job.key)
    assert site.most["a"] == 1
    assert 1 < site.most["b"] <= 4


def test_only_a_few_results_wait(site):
    with ReadAhead([site.job(key) for key in range(20)], {"a": 2}) as ahead:
        assert not site.started
        ahead.take(0)
        assert site.started == [0, 1, 2]
        ahead.take(1)
        assert site.started == [0, 1, 2, 3]


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
        started = list(site.started)
    assert site.started == started == [0, 1, 2]


def test_waiting_servers_overlap(site):
    """Each of five servers answers when all five are asked."""
    meet = threading.Barrier(5)
    jobs = [site.job(key, host=key % 5, meet=meet) for key in range(10)]
    with ReadAhead(jobs, dict.fromkeys(range(5), 1)) as ahead:
        for job in jobs:
            assert ahead.take(job.key) == f"answer {job.key}"
    assert set(site.most.values()) == {1}


def taken_in_order(ahead, keys):
    """Take all keys, each time the one that is best taken next; return their order."""
    left, order = list(keys), []
    while left:
        order.append(ahead.first_ready(left))
        left.remove(order[-1])
        ahead.take(order[-1])
    return order


@pytest.mark.parametrize("hosts", ["abcdef", "aaaaaa"])
def test_one_that_does_not_answer_is_waited_for_at_last(site, monkeypatch, hosts):
    monkeypatch.setattr(read_ahead, "PATIENCE", 0)
    others = threading.Event()

    def dead(_gate):
        return lambda: others.wait(PATIENCE)

    jobs = [Job(0, hosts[0], dead)]
    jobs += [site.job(key, host=hosts[key]) for key in range(1, 6)]
    limits = dict.fromkeys(hosts, 2)
    with ReadAhead(jobs, limits) as ahead:
        taken, left = [], list(range(6))
        while left[1:]:
            taken.append(ahead.first_ready(left))
            left.remove(taken[-1])
            ahead.take(taken[-1])
        others.set()
        assert taken_in_order(ahead, left) == [0]
    assert sorted(taken) == [1, 2, 3, 4, 5]


def test_the_order_is_kept_where_nobody_has_to_wait_for_it(site):
    jobs = [site.job(key, after=0 if key else 3) for key in range(6)]
    with ReadAhead(jobs, {"a": 4}) as ahead:
        assert taken_in_order(ahead, range(6)) == list(range(6))


def test_what_is_not_read_here_is_ready(site):
    with ReadAhead([site.job(1)], {"a": 1}) as ahead:
        assert ahead.first_ready([0, 1]) == 0


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(read_ahead, "PATIENCE", 0)


def test_who_asked_works_on_others_until_the_answer_is_there(site, impatient):
    others = threading.Event()
    with ReadAhead([site.job(key) for key in range(4)], {"a": 2}) as ahead:
        ahead.take(0)
        ahead.ask(0, lambda: others.wait(PATIENCE) and "late")
        assert not ahead.is_answered(0)
        assert 0 in ahead
        for key in (1, 2, 3):
            assert ahead.first_ready(range(key, 4)) == key
            assert ahead.first_ready([0, *range(key, 4)]) == key
            ahead.take(key)
        others.set()
        assert ahead.first_ready([0]) == 0
        assert ahead.take(0) == "late"


def test_an_answer_that_comes_at_once_is_waited_for(site):
    with ReadAhead([site.job(0)], {"a": 1}) as ahead:
        ahead.take(0)
        ahead.ask(0, lambda: "at once")
        assert ahead.is_answered(0)
        assert ahead.take(0) == "at once"


def test_who_let_others_wait_once_is_not_waited_for_again(site, monkeypatch):
    monkeypatch.setattr(read_ahead, "PATIENCE", 0.01)
    with ReadAhead([site.job(0)], {"a": 1}) as ahead:
        ahead.take(0)
        for _time in range(2):
            late = threading.Event()
            ahead.ask(0, late.wait)
            assert not ahead.is_answered(0)
            late.set()
            ahead.take(0)
            monkeypatch.setattr(read_ahead, "PATIENCE", 3600)


def test_stopping_sends_nothing_more_and_hears_what_was_asked(site):
    sent, gates = [], []

    def prepare(gate):
        gates.append(gate)
        return lambda: None

    def question():
        for number in range(3):
            with gates[0]:
                sent.append(number)
                asked.set()
                going_on.wait(PATIENCE)

    asked, going_on = threading.Event(), threading.Event()
    with ReadAhead([Job(0, "a", prepare)], {"a": 1}) as ahead:
        ahead.take(0)
        ahead.ask(0, question)
        asked.wait(PATIENCE)
        threading.Timer(0.01, going_on.set).start()
        ahead.stop()
        assert sent == [0]
        with pytest.raises(SofiStopped):
            ahead.take(0)


def test_waiting_has_an_end_where_one_is_asked_for(site, impatient):
    late = threading.Event()
    with ReadAhead([site.job(0)], {"a": 1}) as ahead:
        ahead.take(0)
        ahead.ask(0, late.wait)
        assert not ahead.is_answered(0)
        assert ahead.first_ready([0], 0.01) is None
        late.set()
        assert ahead.first_ready([0], PATIENCE) == 0
