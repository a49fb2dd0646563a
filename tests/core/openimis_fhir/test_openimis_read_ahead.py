"""The page after the one asked for is fetched beforehand, by one thread at most."""

import threading

import pytest

from .openimis_samples import exceptions, read_ahead, transport


class Pages:
    """A transport over a list of numbers that notes who asks for what, and when."""

    def __init__(self, total=50, failing=()):
        self.total = total
        self.failing = failing
        self.asked = []
        self.threads = set()
        self.busy = threading.Lock()
        self.client = "the client"

    def page(self, kind, start, size, since=None):
        assert self.busy.acquire(blocking=False), "two threads share the client"
        try:
            self.asked.append((kind, start, size, since))
            self.threads.add(threading.current_thread().name)
            if start in self.failing:
                raise exceptions.ServerUnavailable("injected")
            last = min(start + size, self.total)
            numbers = list(range(start, last))
            return transport.Page(records=numbers, total=self.total, seen=len(numbers))
        finally:
            self.busy.release()


def read_all(ahead, total, size=10):
    return [
        number
        for start in range(0, total, size)
        for number in ahead.page("claim", start, size).records
    ]


def test_every_page_is_asked_for_once_and_in_order():
    pages = Pages()
    assert read_all(read_ahead.ReadAhead(pages), 50) == list(range(50))
    assert [start for _kind, start, *_rest in pages.asked] == [0, 10, 20, 30, 40]


def test_the_next_page_is_fetched_while_the_caller_works():
    pages = Pages()
    ahead = read_ahead.ReadAhead(pages)
    ahead.page("claim", 0, 10)
    assert ahead.client == "the client"  # whoever asks waits for the thread
    assert [start for _kind, start, *_rest in pages.asked] == [0, 10]
    assert "openimis-read-ahead" in pages.threads


def test_nothing_is_fetched_after_the_last_page():
    pages = Pages(total=10)
    ahead = read_ahead.ReadAhead(pages)
    ahead.page("claim", 0, 10)
    assert ahead.client
    assert len(pages.asked) == 1


def test_a_failure_ahead_of_time_is_told_to_whoever_asks_for_that_page():
    pages = Pages(failing={10})
    ahead = read_ahead.ReadAhead(pages)
    assert len(ahead.page("claim", 0, 10).records) == 10
    with pytest.raises(exceptions.ServerUnavailable):
        ahead.page("claim", 10, 10)
    assert [start for _kind, start, *_rest in pages.asked] == [0, 10]
    pages.failing = ()
    assert ahead.page("claim", 10, 10).records == list(range(10, 20))


def test_a_page_nobody_asks_for_is_dropped():
    ahead = read_ahead.ReadAhead(Pages())
    ahead.page("claim", 0, 10)
    assert ahead.page("claim", 30, 10).records == list(range(30, 40))
    assert ahead.page("claim", 30, 5).records == list(range(30, 35))
    assert ahead.page("bill", 40, 10, "2026").records == list(range(40, 50))
