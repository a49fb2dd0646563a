"""Signatures, waits and what counts as delivered."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from .openimis_samples import exceptions, webhook

BODY = b'{"resourceType":"Bundle"}'


def test_a_signature_is_verified():
    header = webhook.sign("secret", 1000, BODY)
    assert webhook.verify("secret", header, BODY, 1000)
    assert webhook.verify("secret", header, BODY, 1299)


@pytest.mark.parametrize(
    "secret, header, body, now",
    [
        ("other", None, BODY, 1000),
        ("secret", None, BODY + b" ", 1000),
        ("secret", None, BODY, 1301),
        ("secret", None, BODY, 699),
        ("secret", "", BODY, 1000),
        ("secret", "t=1000", BODY, 1000),
        ("secret", "t=abc,v1=00", BODY, 1000),
        ("secret", "nonsense", BODY, 1000),
    ],
)
def test_a_forged_or_old_one_is_not(secret, header, body, now):
    header = webhook.sign("secret", 1000, BODY) if header is None else header
    assert not webhook.verify(secret, header, body, now)


def test_the_time_is_part_of_the_signature():
    header = webhook.sign("secret", 1000, BODY).replace("t=1000", "t=1100")
    assert not webhook.verify("secret", header, BODY, 1100)


def test_waits_grow_and_end():
    waits = [webhook.wait_minutes(n) for n in range(1, len(webhook.WAITS) + 2)]
    assert waits[-1] is None
    assert waits[:-1] == sorted(waits[:-1])
    assert 3 * 1440 > sum(waits[:-1]) > 2 * 1440


class Subscriber(BaseHTTPRequestHandler):
    status = 200
    seen = []

    def log_message(self, *args):
        """Silence."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append((self.path, self.headers["X-Delivery"], body))
        self.send_response(self.status)
        self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()


@pytest.fixture
def subscriber():
    handler = type("Handler", (Subscriber,), {"seen": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    handler.url = f"http://127.0.0.1:{server.server_port}/bills"
    yield handler
    server.shutdown()
    server.server_close()


def send(url, internal=True):
    return webhook.deliver(url, BODY, {"X-Delivery": "k"}, internal)


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_2xx_is_received(subscriber, status):
    subscriber.status = status
    assert send(subscriber.url) == status
    assert subscriber.seen == [("/bills", "k", BODY)]


@pytest.mark.parametrize(
    "status, error",
    [
        (301, exceptions.RequestRefused),
        (307, exceptions.RequestRefused),
        (400, exceptions.RequestRefused),
        (404, exceptions.RequestRefused),
        (408, exceptions.ServerUnavailable),
        (429, exceptions.ServerUnavailable),
        (500, exceptions.ServerUnavailable),
        (503, exceptions.ServerUnavailable),
    ],
)
def test_everything_else_is_not(subscriber, status, error):
    subscriber.status = status
    with pytest.raises(error) as caught:
        send(subscriber.url)
    assert caught.value.status == status
    assert len(subscriber.seen) == 1  # a redirect is not followed


def test_nobody_there():
    with pytest.raises(exceptions.ServerUnavailable):
        send("http://127.0.0.1:9/x")


def test_internal_addresses_need_permission(subscriber):
    for url in (subscriber.url, subscriber.url.replace("http:", "https:")):
        with pytest.raises(exceptions.UnsafeAddress):
            send(url, internal=False)
    assert subscriber.seen == []
