"""The session against servers that really listen."""

import gzip
import socket
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests_core_loader import load_core

load_core("exchange_run")

from exchange_run_core import http  # noqa: E402
from exchange_run_core.http import Answer, Reach, Session, read_json  # noqa: E402

PUBLIC = Reach()
INTERNAL = Reach(internal=True, plain=True)
OWN = Reach(own=True)


class Site(BaseHTTPRequestHandler):
    """Answers as told, and notes what it was asked."""

    status, headers_sent, body, length, hang = 200, {}, b"{}", None, None
    protocol_version = "HTTP/1.1"

    def log_message(self, *_args):
        pass

    def do_GET(self):
        size = int(self.headers.get("Content-Length") or 0)
        self.seen.append((self.path, dict(self.headers), self.rfile.read(size)))
        self.send_response(self.status)
        for name, value in self.headers_sent.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(self.length or len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)
        if self.hang:
            self.hang.wait(30)
        if self.length:
            self.close_connection = True

    do_POST = do_GET


@pytest.fixture
def site():
    handler = type("Handler", (Site,), {"seen": [], "hang": None})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    handler.port = server.server_port
    handler.url = f"http://127.0.0.1:{server.server_port}/x"
    yield handler
    if handler.hang:
        handler.hang.set()
    server.shutdown()
    server.server_close()


def leads_to(monkeypatch, *addresses):
    """Let every name lead to the addresses, one a look-up; the last one stays."""
    waiting = list(addresses)

    def getaddrinfo(_host, port, *_args, **_options):
        address = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, int(port)))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


# === ADDRESSES ===


@pytest.mark.parametrize(
    ("reach", "url", "code"),
    [
        (PUBLIC, "http://a.example", "scheme"),
        (PUBLIC, "ftp://a.example", "scheme"),
        (INTERNAL, "file:///etc/passwd", "scheme"),
        (PUBLIC, "", "scheme"),
        (PUBLIC, None, "scheme"),
        (PUBLIC, "https://", "host"),
        (PUBLIC, "https://a.example:99999", "host"),
        (INTERNAL, "https://[::1", "host"),
        (INTERNAL, "https://user:pw@a.example", "credentials_in_url"),
        (INTERNAL, "https://:pw@a.example", "credentials_in_url"),
        (OWN, "http://user@localhost", "credentials_in_url"),
        (PUBLIC, "https://a.example/?x=1", "query"),
        (PUBLIC, "https://a.example/#x", "query"),
        (PUBLIC, "https://127.0.0.1", "private"),
        (PUBLIC, "https://10.1.2.3", "private"),
        (PUBLIC, "https://2130706433", "private"),
        (PUBLIC, "https://0x7f.1", "private"),
        (PUBLIC, "https://[::1]", "private"),
        (PUBLIC, "https://[fd00::1]", "private"),
        (OWN, "http://10.1.2.3", "scheme"),
        (OWN, "https://127.0.0.2", "private"),
        (OWN, "ftp://localhost", "scheme"),
    ],
)
def test_form_refused(reach, url, code):
    with pytest.raises(http.UnsafeAddress) as caught:
        reach.check_form(url)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("reach", "url"),
    [
        (PUBLIC, "https://a.example/path"),
        (PUBLIC, "https://93.184.215.14:8443"),
        (PUBLIC, "https://[2606:2800:21f:cb07::1]"),
        (INTERNAL, "http://10.0.0.5:8000/"),
        (INTERNAL, "http://127.1"),
        (OWN, "http://localhost:8069"),
        (OWN, "http://[::1]:8069"),
        (OWN, "https://127.0.0.1"),
    ],
)
def test_form_allowed(reach, url):
    assert reach.check_form(f" {url} ").geturl() == url


@pytest.mark.parametrize("reach", [PUBLIC, INTERNAL, OWN, Reach(internal=True)])
@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "2852039166",
        "0xA9FEA9FE",
        "0251.0376.0251.0376",
        "169.254.43518",
        "[fe80::1]",
        "[::ffff:169.254.169.254]",
        "[64:ff9b::a9fe:a9fe]",
        "[2002:a9fe:a9fe::]",
        "0",
        "0.0.0.0",
        "[::]",
        "224.0.0.1",
        "[ff02::1]",
    ],
)
def test_some_machines_are_refused_in_every_mode_however_written(reach, host):
    with pytest.raises(http.UnsafeAddress) as caught:
        reach.check_form(f"https://{host}/")
    assert caught.value.code == "private"


@pytest.mark.parametrize(
    ("reach", "peer", "host", "allowed"),
    [
        (PUBLIC, "93.184.215.14", "a.example", True),
        (PUBLIC, "10.0.0.1", "a.example", False),
        (PUBLIC, "100.64.0.1", "a.example", False),
        (PUBLIC, "::1", "a.example", False),
        (PUBLIC, "::ffff:127.0.0.1", "a.example", False),
        (PUBLIC, "::ffff:93.184.215.14", "a.example", True),
        (PUBLIC, "64:ff9b::a00:1", "a.example", False),
        (PUBLIC, "2002:a00:1::", "a.example", False),
        (PUBLIC, "fe80::1%eth0", "a.example", False),
        (INTERNAL, "10.0.0.1", "a.example", True),
        (INTERNAL, "fe80::1%eth0", "a.example", False),
        (OWN, "127.0.0.1", "localhost", True),
        (OWN, "127.0.0.1", "a.example", False),
        (OWN, "127.0.0.1", None, False),
        (OWN, "10.0.0.1", "localhost", False),
        (OWN, "93.184.215.14", "localhost", False),
        (Reach(internal=True, own=True), "10.0.0.1", "localhost", False),
        (PUBLIC, "127.0.0.1", "localhost", False),
    ],
)
def test_peers(reach, peer, host, allowed):
    if allowed:
        reach.check_peer(peer, host)
    else:
        with pytest.raises(http.UnsafeAddress):
            reach.check_peer(peer, host)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_name_that_leads_home_is_refused_before_anybody_is_called(
    site, monkeypatch, scheme
):
    leads_to(monkeypatch, "127.0.0.1")
    with pytest.raises(http.UnsafeAddress):
        Session(Reach(plain=True)).request("GET", f"{scheme}://a.example:{site.port}/")
    assert site.seen == []


def test_a_name_that_leads_home_a_moment_later_gets_no_request(site, monkeypatch):
    leads_to(monkeypatch, "93.184.215.14", "127.0.0.1")
    with pytest.raises(http.UnsafeAddress):
        Session(Reach(plain=True)).request("GET", f"http://a.example:{site.port}/")
    assert site.seen == []


@pytest.mark.parametrize("own", [False, True])
def test_the_machine_reached_is_looked_at_in_every_mode(site, monkeypatch, own):
    reach = Reach(internal=True, plain=True, own=own)
    forbidden = ("169.254.169.254", site.port)
    monkeypatch.setattr("socket.socket.getpeername", lambda self: forbidden)
    with pytest.raises(http.UnsafeAddress):
        Session(reach).request("GET", site.url)
    assert site.seen == []


def test_all_machines_of_a_name_must_be_allowed(monkeypatch):
    found = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443))
        for address in ("93.184.215.14", "10.0.0.1")
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: found)
    with pytest.raises(http.UnsafeAddress):
        PUBLIC.check_name("a.example", 443)


# === REQUESTS ===


def test_an_answer_as_it_came(site):
    site.status, site.headers_sent, site.body = 404, {"X-Id": "7"}, b"gone"
    session = Session(OWN, headers={"User-Agent": "me"})
    answer = session.request("POST", site.url, data=b"abc", params={"q": "é"})
    assert (answer.status, answer.headers["x-id"], answer.body) == (404, "7", b"gone")
    [(path, headers, body)] = site.seen
    assert (path, headers["User-Agent"], body) == ("/x?q=%C3%A9", "me", b"abc")
    session.close()


def test_content_that_is_not_wanted_is_not_read(site, monkeypatch):
    monkeypatch.setattr(http, "LARGEST", 1)
    answer = Session(OWN).request("GET", site.url, read=False)
    assert (answer.status, answer.body) == (200, b"")


def test_redirects_are_not_followed(site):
    site.status, site.headers_sent = 302, {"Location": f"{site.url}/elsewhere"}
    assert Session(OWN).request("GET", site.url).status == 302
    assert len(site.seen) == 1


def test_proxies_and_passwords_of_the_environment_are_ignored(
    site, monkeypatch, tmp_path
):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login a password b\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    Session(OWN).request("GET", site.url)
    assert "Authorization" not in site.seen[0][1]


def test_nobody_there():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(http.NoAnswer) as caught:
            Session(OWN).request("GET", f"http://127.0.0.1:{port}/secret?token=x")
    assert caught.value.unsent and not caught.value.late
    assert "secret" not in str(caught.value)


def test_a_name_nobody_has(monkeypatch):
    def unknown(*_args, **_options):
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(http.NoAnswer) as caught:
        Session(PUBLIC).request("GET", "https://a.example/")
    assert caught.value.unsent


def test_an_answer_cut_short(site):
    site.length = 100
    with pytest.raises(http.NoAnswer) as caught:
        Session(OWN).request("GET", site.url)
    assert not caught.value.unsent and not caught.value.late


@pytest.mark.parametrize("length", [100, None])
def test_an_answer_that_stops_coming(site, length):
    """Half way, and before its first byte."""
    site.hang, site.length = threading.Event(), length
    if length is None:
        site.send_response = lambda self, _status: self.hang.wait(30)
    with pytest.raises(http.NoAnswer) as caught:
        Session(OWN, timeout=(5, 0.2)).request("GET", site.url)
    assert caught.value.late and not caught.value.unsent


def test_the_largest_answer(site, monkeypatch):
    monkeypatch.setattr(http, "LARGEST", 2)
    assert Session(OWN).request("GET", site.url).body == b"{}"
    monkeypatch.setattr(http, "LARGEST", 1)
    with pytest.raises(http.TooLarge):
        Session(OWN).request("GET", site.url)


def test_an_answer_is_measured_unpacked(site, monkeypatch):
    monkeypatch.setattr(http, "LARGEST", 1000)
    site.body, site.headers_sent = (
        gzip.compress(bytes(10**6)),
        {"Content-Encoding": "gzip"},
    )
    with pytest.raises(http.TooLarge):
        Session(OWN).request("GET", site.url)


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        (None, None),
        ("", None),
        ("7", 7.0),
        (" 7 ", 7.0),
        ("0", 0.0),
        ("1.5", 1.5),
        ("-3", None),
        ("nan", None),
        ("inf", None),
        ("soon", None),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("Wed, 21 Oct 2015 07:28:00", None),
    ],
)
def test_retry_after(told, seconds):
    headers = {} if told is None else {"Retry-After": told}
    assert Answer(429, headers).retry_after == seconds


def test_retry_after_as_an_instant():
    told = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    assert 3000 < Answer(503, {"Retry-After": told}).retry_after <= 3600


# === JSON ===


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32-be"])
def test_json_in_its_encodings(encoding):
    assert read_json('{"id": "é"}'.encode(encoding)) == {"id": "é"}


@pytest.mark.parametrize(
    ("content", "value"),
    [
        (rb'{"a\u0000":["\ud800","\uDFFF"]}', {"a\ufffd": ["\ufffd", "\ufffd"]}),
        (rb'["\ud83d\ude00", 1, null]', ["\U0001f600", 1, None]),
        # a backslash and five characters, which any database keeps
        (rb'"C:\\u0000"', r"C:\u0000"),
    ],
)
def test_characters_no_database_keeps(content, value):
    assert read_json(content) == value


@pytest.mark.parametrize("content", [b"", b"{", b"\xff{", b"[" * 200_000, b"\xed\xa0"])
def test_no_json(content):
    with pytest.raises(ValueError):
        read_json(content)


@pytest.mark.parametrize("part", [b"[]", b"{}", b"1.5", b'""', b"[1.5]"])
def test_what_would_fill_the_memory_is_not_read(part):
    """Twenty megabytes that say little more than nothing are half a gigabyte."""
    most = 20 * 1024**2 // (len(part) + 1)
    with pytest.raises(ValueError, match="too many values"):
        read_json(b"[%b]" % b",".join([part] * most))


def test_a_large_answer_is_read():
    row = b'{"id": "0123456789", "amount": 12.50, "note": "%b"}' % (b"x" * 200)
    content = b"[%b]" % b",".join([row] * 20_000)
    assert len(content) > 5_000_000
    assert len(read_json(content)) == 20_000
