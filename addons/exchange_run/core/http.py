"""HTTP towards other systems: one session that never goes where it must not.

Whom it reaches is looked at on every connection, for a name may lead elsewhere than it
did when it was entered. Proxies and passwords of the server's environment are ignored,
redirects are not followed, every request has limits of time, every answer one of size.
What goes wrong is told without the address or anything that was sent.
"""

import ipaddress
import json
import re
import socket
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import requests
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError

from .text import storable

#: Seconds to connect, to read.
TIMEOUT = (10, 60)
#: Bytes of an answer.
LARGEST = 64 * 1024 * 1024
#: bytes of memory that what is read of a JSON text may take
MOST_MEMORY = 256 * 1024 * 1024
#: bytes of memory that what a character of JSON stands for takes, at most
COSTS = ((b"{", 250), (b"[", 100), (b",", 40), (b".", 110), (b'"', 30))
BLOCK = 64 * 1024
LOOPBACK = ("127.0.0.1", "localhost", "::1")
#: Networks in which a gateway reaches the IPv4 address of the last four bytes.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Escapes of characters that the database cannot keep: NUL, halves of pairs.
_UNSTORABLE_ESCAPE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")


class UnsafeAddress(Exception):
    """An address that must not be called.

    :param str code: `scheme`, `host`, `credentials_in_url`, `query` or `private`
    :param str detail: the host, or what stands in its place
    """

    def __init__(self, code, detail=""):
        super().__init__(code)
        self.code = code
        self.detail = detail


class NoAnswer(Exception):
    """No answer came, or only a part of one.

    :param str kind: class of the fault; its text may hold the whole address
    :param bool unsent: the server was never reached, so that it cannot have acted
    :param bool late: it took longer than the limit
    """

    def __init__(self, kind, unsent=False, late=False):
        super().__init__(kind)
        self.kind = kind
        self.unsent = unsent
        self.late = late


class TooLarge(Exception):
    """The answer is larger than any that makes sense."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Where requests may go: https on the public internet, and what is allowed more.

    Link-local, multicast and unspecified addresses are refused in any case: services of
    the cloud's own live there, what we talk to never does.

    :ivar bool internal: the networks of the house, and this machine
    :ivar bool plain: http without encryption
    :ivar bool own: http on this machine, by its usual names
    """

    internal: bool = False
    plain: bool = False
    own: bool = False

    def check_form(self, url):
        """Check what can be told of an address without asking the network.

        :param str url: as entered by a person
        :return: its parts
        :rtype: urllib.parse.SplitResult
        :raises UnsafeAddress: it may not be called
        """
        parts = split(url)
        if parts.scheme not in ("http", "https"):
            raise UnsafeAddress("scheme", parts.scheme or (url or ""))
        if not parts.hostname:
            raise UnsafeAddress("host", url)
        if "@" in parts.netloc:
            raise UnsafeAddress("credentials_in_url", parts.hostname)
        if parts.query or parts.fragment:
            raise UnsafeAddress("query", parts.hostname)
        if self._is_own(parts.hostname):
            return parts
        if parts.scheme == "http" and not self.plain:
            raise UnsafeAddress("scheme", parts.scheme)
        if peer := _literal(parts.hostname):
            self.check_peer(peer)
        return parts

    def check_peer(self, peer, host=None):
        """Check a machine by its number.

        :param str peer: IP address
        :param str host: name by which it was found
        :raises UnsafeAddress: it may not be talked to
        """
        address = _meant(ipaddress.ip_address(str(peer).partition("%")[0]))
        if self._is_own(host):
            allowed = address.is_loopback
        else:
            allowed = self.internal or address.is_global
        if (
            not allowed
            or address.is_link_local
            or address.is_multicast
            or address.is_unspecified
        ):
            raise UnsafeAddress("private", str(address))

    def check_name(self, host, port):
        """Check every machine a name leads to at present.

        :raises UnsafeAddress: one of them may not be talked to
        :raises OSError: the name is not found
        :raises UnicodeError: it cannot be one
        """
        for *_ignored, found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            self.check_peer(found[0], host)

    def _is_own(self, host):
        return self.own and host in LOOPBACK


def split(url):
    """Return the parts of an address.

    :raises UnsafeAddress: `host`, such as of port 99999 or an unclosed bracket
    """
    try:
        parts = urlsplit((url or "").strip())
        _readable = parts.port
    except ValueError as error:
        raise UnsafeAddress("host", url) from error
    return parts


def _literal(host):
    """Return the IP address a host is written as, None for a name.

    The resolver also reads `2852039166`, `0xA9FEA9FE` and `169.254.43518`.
    """
    with suppress(OSError, UnicodeError):
        return ipaddress.IPv4Address(socket.inet_aton(host))
    with suppress(ValueError):
        return ipaddress.ip_address(host.partition("%")[0])
    return None


def _meant(address):
    """Return the IPv4 address that is reached by an IPv6 one, or the address itself."""
    if address.version == 4:
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(address.packed[-4:])
    return address.ipv4_mapped or address.sixtofour or address


def _guarded(connection, pool, reach):
    """Return a pool of connections that look at whom they reach.

    A name is looked up before anything is sent to anybody; whom it led to is looked at
    again before the request is sent, for it may lead elsewhere a moment later.
    """

    class Connection(connection):
        def connect(self):
            with suppress(OSError, UnicodeError):  # said by the connection itself
                reach.check_name(self.host, self.port)
            done = super().connect()
            try:
                reach.check_peer(self.sock.getpeername()[0], self.host)
            except UnsafeAddress:
                self.close()
                raise
            return done

    return type("Pool", (pool,), {"ConnectionCls": Connection})


class _Adapter(requests.adapters.HTTPAdapter):
    """Gives every request the same limits of time and place; none can forget them."""

    def __init__(self, reach, timeout):
        self._reach, self._timeout = reach, timeout
        super().__init__()

    def init_poolmanager(self, *args, **options):
        """Make the pools, with connections that look at whom they reach."""
        done = super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {
            "http": _guarded(HTTPConnection, HTTPConnectionPool, self._reach),
            "https": _guarded(HTTPSConnection, HTTPSConnectionPool, self._reach),
        }
        return done

    def send(self, request, **options):
        """Send with the limits of time."""
        return super().send(request, **options | {"timeout": self._timeout})


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other system said.

    :ivar int status: of HTTP
    :ivar headers: their names in any case
    :ivar bytes body: empty where it was not wanted
    """

    status: int
    headers: dict
    body: bytes = b""

    @property
    def retry_after(self):
        """Seconds we are asked to wait, told as a number or as an instant, or None."""
        text = self.headers.get("Retry-After", "").strip()
        with suppress(ValueError):
            seconds = float(text)
            return seconds if 0 <= seconds < float("inf") else None
        with suppress(ValueError, TypeError):  # no date, or one without time zone
            moment = parsedate_to_datetime(text)
            return max(0.0, (moment - datetime.now(UTC)).total_seconds())
        return None


class Session:
    """A conversation with one system.

    :param Reach reach: where requests may go
    :param timeout: seconds for everything, or (to connect, to read)
    :param dict headers: of every request
    """

    def __init__(self, reach, timeout=TIMEOUT, headers=None):
        self._session = requests.Session()
        # A proxy would look names up itself and so walk around the check; neither it
        # nor a .netrc may see or change secrets.
        self._session.trust_env = False
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, _Adapter(reach, timeout))
        self._session.headers.update(headers or {})

    def request(self, method, url, read=True, **options):
        """Send a request, once.

        :param bool read: whether the content of the answer is wanted
        :param options: `params`, `json`, `data`, `headers`, `auth` of `requests`
        :rtype: Answer
        :raises UnsafeAddress: the address leads where requests may not go
        :raises NoAnswer: no complete answer came
        :raises TooLarge: more than a sane amount of it
        """
        try:
            with self._session.request(
                method,
                url,
                allow_redirects=False,
                stream=True,
                **options,
            ) as response:
                body = _body(response) if read else b""
                return Answer(response.status_code, response.headers, body)
        except requests.RequestException as error:
            unsent = isinstance(error, requests.ConnectTimeout) or _unconnected(error)
            raise NoAnswer(type(error).__name__, unsent, _is_late(error)) from error

    def close(self):
        """Give the connections back."""
        self._session.close()


def _body(response):
    parts, size = [], 0
    for part in response.iter_content(BLOCK):
        size += len(part)
        if size > LARGEST:
            raise TooLarge
        parts.append(part)
    return b"".join(parts)


def _unconnected(error):
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    return isinstance(reason, NewConnectionError)


def _is_late(error):
    """Tell a time-out, also of an answer that stops half way: no class of its own."""
    return isinstance(error, requests.Timeout) or "Read timed out" in str(error)


def read_json(content, repair=True, **options):
    """Return the value of a JSON text, in any encoding that JSON may have.

    Characters that the database cannot keep become U+FFFD.

    :param bytes content: body of an answer
    :param bool repair: False leaves them, for the caller to refuse
    :param options: of `json.loads`, such as `parse_float`
    :raises ValueError: it is no JSON, or what it says would fill the memory
    """
    if sum(content.count(mark) * cost for mark, cost in COSTS) > MOST_MEMORY:
        raise ValueError("too many values")
    try:
        text = content.decode(json.detect_encoding(content))
        value = json.loads(text, **options)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if repair and _UNSTORABLE_ESCAPE.search(text):
        return storable(value)
    return value
