"""One HTTP request to SOFI: limits, errors, retries (spec 3.1, 3.4)."""

import ipaddress
import json
import re
import socket
import time
from contextlib import nullcontext, suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import quote, unquote, urlsplit

import requests
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError

from . import exceptions as exc

TIMEOUT = (10, 60)  # seconds to connect, to read
PAUSES = (1, 2, 4)  # seconds before each new try
LONGEST_PAUSE = 60
LARGEST_ANSWER = 64 * 1024 * 1024
LOOPBACK = ("127.0.0.1", "localhost", "::1")
USUAL_PORTS = (80, 443)


def check_url(url, allow_private=False):
    """Check a residence's address: https, http only on this machine itself.

    :param str url: as configured
    :param bool allow_private: accept addresses of the internal network
    :raises SofiConfigError: `url`, `url_scheme` or `url_private`
    """
    check_form(url, allow_private)
    parts = _split(url)
    if parts.hostname not in LOOPBACK and not allow_private:
        _check_public(parts.hostname, parts.port or 443)


def check_form(url, allow_private=False):
    """Check what can be told of an address without asking the network.

    :param str url: as configured
    :param bool allow_private: accept numbers of the internal network
    :raises SofiConfigError: `url`, `url_scheme` or `url_private`
    """
    parts = _split(url)
    if not parts.hostname or parts.username or parts.query or parts.fragment:
        raise exc.SofiConfigError("not an address", code="url")
    if parts.hostname in LOOPBACK and parts.scheme in ("http", "https"):
        return
    if parts.scheme != "https":
        raise exc.SofiConfigError("https is required", code="url_scheme")
    if not allow_private:
        _check_literal(parts.hostname)


def _check_literal(name):
    """Refuse an internal machine that is written as a number.

    The resolver also reads `2852039166`, `0xA9FEA9FE` and `169.254.43518`.
    """
    try:
        peer = socket.inet_ntoa(socket.inet_aton(name))
    except (OSError, UnicodeError):
        peer = name
    try:
        check_peer(peer)
    except exc.SofiConfigError:
        raise
    except ValueError:  # a name: asked for when the address is used
        return


def site(url):
    """Return what all spellings of one site's address have in common.

    The scheme, the case of scheme and host, a final dot of the host, the usual port,
    needless slashes, and how a character is escaped do not make another site.

    :param str url: as configured
    :return: such as `site.example.com/path`, "" for what is no address
    :rtype: str
    """
    try:
        parts = _split(url)
    except exc.SofiConfigError:
        return ""
    name = (parts.hostname or "").rstrip(".")
    if not name:
        return ""
    with suppress(UnicodeError):  # a name that no server has stays as it is
        name = name.encode("idna").decode("ascii")
    name = "localhost" if name in LOOPBACK else name
    port = f":{parts.port}" if parts.port not in (None, *USUAL_PORTS) else ""
    path = "/".join(quote(unquote(p), "") for p in parts.path.split("/") if p)
    return f"{name}{port}/{path}".rstrip("/")


def host(url):
    """Return the host of an address, "" when it is none.

    :param str url: as configured
    :rtype: str
    """
    try:
        return _split(url).hostname or ""
    except exc.SofiConfigError:
        return ""


def _split(url):
    try:
        parts = urlsplit((url or "").strip())
        _readable = parts.port
    except ValueError as error:  # such as port 99999 or an unclosed bracket
        raise exc.SofiConfigError("not an address", code="url") from error
    return parts


def _check_public(name, port):
    """Refuse names that lead into the internal network (spec 3.1)."""
    try:
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:  # no name at all, such as one of 70 letters
        raise exc.SofiConfigError("not an address", code="url") from error
    except OSError as error:
        raise exc.SofiTransient(f"{name} is not found") from error
    for *_ignored, address in found:
        check_peer(address[0])


def check_peer(peer):
    """Refuse a machine that is not on the public internet (spec 3.1).

    :param str peer: its IP address
    :raises SofiConfigError: `url_private`
    """
    address = ipaddress.ip_address(peer.partition("%")[0])
    address = getattr(address, "ipv4_mapped", None) or address
    if not address.is_global:
        raise exc.SofiConfigError("internal address", code="url_private")


class Transport:
    """Sends requests to one residence's address.

    :param str url: base address, checked by the caller
    :param str user_agent: told to SOFI
    :param sleep: called with seconds between tries
    :param pauses: seconds before each new try
    :param timeout: (connect, read) in seconds
    :param gate: entered by every request, limits those at once; not while pausing
    :param bool allow_private: talk to addresses of the internal network; else every
        connection is checked, for a name may lead elsewhere than `check_url` saw
    """

    def __init__(
        self,
        url,
        user_agent,
        sleep=None,
        pauses=PAUSES,
        timeout=TIMEOUT,
        gate=None,
        allow_private=False,
    ):
        public_only = not allow_private and _split(url).hostname not in LOOPBACK
        self._url = url.strip().rstrip("/")
        self._sleep = sleep or time.sleep
        self._pauses = pauses
        self._gate = gate or nullcontext()
        self._session = requests.Session()
        self._session.mount("https://", _LimitedAdapter(timeout, public_only))
        # only ever to this machine itself, see `check_url`
        self._session.mount("http://", _LimitedAdapter(timeout))
        self._session.headers.update(
            {"User-Agent": user_agent, "Accept": "application/json"}
        )
        # Neither a proxy nor a .netrc of the server may see or change the keys.
        self._session.trust_env = False

    def send(self, method, path, retry=False, repeated=None, **options):
        """Send one request, again after passing trouble when `retry` is set.

        :param str method: HTTP method
        :param str path: below the base address
        :param bool retry: only for what may be repeated without a second effect
        :param repeated: called with the trouble before the request is sent again
        :param options: `params`, `json`, `data`, `headers`, `auth` of `requests`
        :return: the decoded JSON
        :raises SofiError: one of its classes, by what happened
        """
        for pause in self._pauses if retry else ():
            try:
                return self._once(method, path, options)
            except (exc.SofiTransient, exc.SofiGarbled) as error:
                wait = error.retry_after
                if repeated:
                    repeated(error)
                self._sleep(pause if wait is None else min(wait, LONGEST_PAUSE))
        return self._once(method, path, options)

    def close(self):
        """Give the connections back."""
        self._session.close()

    def _once(self, method, path, options):
        try:
            with self._gate:
                return self._exchange(method, path, options)
        except requests.RequestException as error:
            # Its text may hold the whole address: only the kind is told.
            unsent = isinstance(error, requests.ConnectTimeout) or _unconnected(error)
            raise exc.SofiTransient(type(error).__name__, unsent=unsent) from error

    def _exchange(self, method, path, options):
        with self._session.request(
            method,
            self._url + path,
            allow_redirects=False,
            stream=True,
            **options,
        ) as response:
            return _decode(response, _body(response))


def _unconnected(error):
    """Tell whether the server was never reached, so that it cannot have acted."""
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    return isinstance(reason, NewConnectionError)


class _PublicConnection(HTTPSConnection):
    """Looks at whom it reached before the first byte is sent."""

    def _new_conn(self):
        connected = super()._new_conn()
        try:
            check_peer(connected.getpeername()[0])
        except exc.SofiConfigError:
            connected.close()
            raise
        return connected


class _PublicPool(HTTPSConnectionPool):
    ConnectionCls = _PublicConnection


class _LimitedAdapter(requests.adapters.HTTPAdapter):
    """Gives every request the same limits of time and place; none can forget them."""

    def __init__(self, timeout, public_only=False):
        super().__init__()
        self._timeout = timeout
        if public_only:
            pools = {**self.poolmanager.pool_classes_by_scheme, "https": _PublicPool}
            self.poolmanager.pool_classes_by_scheme = pools

    def send(self, request, **options):
        """Send with the limits of time."""
        return super().send(request, **options | {"timeout": self._timeout})


def _body(response):
    """Read the answer, but never more than a sane amount of it."""
    parts, size = [], 0
    for part in response.iter_content(65536):
        size += len(part)
        if size > LARGEST_ANSWER:
            raise exc.SofiProtocolError("answer too large")
        parts.append(part)
    return b"".join(parts)


def _decode(response, body):
    status = response.status_code
    try:
        payload = _read_json(body) if body else None
    except (ValueError, RecursionError) as error:
        if status < 300:
            raise exc.SofiGarbled("answer is not JSON", status=status) from error
        payload = None
    if status >= 300:
        raise _error(response, payload)
    if not isinstance(payload, dict):
        raise exc.SofiProtocolError("answer is no object", status=status)
    return payload


# Escapes of characters that the database cannot keep: NUL, halves of pairs.
_UNSTORABLE_ESCAPE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def _read_json(body):
    text = body.decode(json.detect_encoding(body))
    payload = json.loads(text)
    return _storable(payload) if _UNSTORABLE_ESCAPE.search(text) else payload


def _storable(value):
    """Return a JSON value without the characters that the database cannot keep."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_storable(item) for item in value]
    if isinstance(value, dict):
        return {_storable(key): _storable(item) for key, item in value.items()}
    return value


_CLASSES = {
    400: exc.SofiRequestError,
    422: exc.SofiRequestError,
    404: exc.SofiNotFound,
    409: exc.SofiConflict,
}


def _error(response, payload):
    """Return the error an HTTP answer means (table of spec 3.4)."""
    status, payload = response.status_code, payload if isinstance(payload, dict) else {}
    detail = payload.get("error")
    if not isinstance(detail, dict):  # the token endpoint speaks OAuth 2
        detail = {"code": detail, "message": payload.get("error_description")}
    code = str(detail.get("code") or "")
    known = {
        "code": code,
        "status": status,
        "request_id": str(payload.get("request_id") or ""),
    }
    message = f"HTTP {status} {code}".strip()
    if status in _CLASSES and not code:
        # A gateway's page says nothing about a charge, not even with 404.
        return exc.SofiProtocolError(message, **known)
    if status in (401, 403):
        return exc.SofiAuthError(message, missing_right=_missing_right(detail), **known)
    if status == 429 or status >= 500:
        return exc.SofiTransient(message, retry_after=_retry_after(response), **known)
    return _CLASSES.get(status, exc.SofiProtocolError)(message, **known)


def _missing_right(detail):
    module, right = detail.get("module"), detail.get("right")
    return f"{module}/{right}" if module and right else ""


def _retry_after(response):
    """Return the seconds SOFI asks to wait, told as a number or as an instant."""
    text = response.headers.get("Retry-After", "")
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
        return max(0.0, (moment - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):  # no date, or one without time zone
        return None
