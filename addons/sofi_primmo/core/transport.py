"""One HTTP request to SOFI: addresses, errors, retries (spec 3.1, 3.4)."""

import time
from contextlib import nullcontext, suppress
from urllib.parse import quote, unquote

from ...exchange_run.core import http
from . import exceptions as exc

PAUSES = (1, 2, 4)  # seconds before each new try
LONGEST_PAUSE = 60
USUAL_PORTS = (80, 443)
#: What is wrong with an address, by the toolbox's word for it.
_ADDRESS_CODES = {"scheme": "url_scheme", "private": "url_private"}


def check_url(url, allow_private=False):
    """Check a residence's address: https, http only on this machine itself.

    :param str url: as configured
    :param bool allow_private: accept addresses of the internal network
    :raises SofiConfigError: `url`, `url_scheme` or `url_private`
    :raises SofiTransient: nobody knows the name at present
    """
    check_form(url, allow_private)
    if allow_private or host(url) in http.LOOPBACK:
        return
    try:
        _reach(allow_private).check_name(host(url), http.split(url).port or 443)
    except http.UnsafeAddress as error:
        raise _unsafe(error) from None
    except UnicodeError as error:  # no name at all, such as one of 70 letters
        raise exc.SofiConfigError("not an address", code="url") from error
    except OSError as error:
        raise exc.SofiTransient(f"{host(url)} is not found") from error


def check_form(url, allow_private=False):
    """Check what can be told of an address without asking the network.

    :param str url: as configured
    :param bool allow_private: accept numbers of the internal network
    :raises SofiConfigError: `url`, `url_scheme` or `url_private`
    """
    if not host(url):
        raise exc.SofiConfigError("not an address", code="url")
    try:
        _reach(allow_private).check_form(url)
    except http.UnsafeAddress as error:
        raise _unsafe(error) from None


def _reach(allow_private):
    return http.Reach(internal=allow_private, own=True)


def _unsafe(error):
    code = _ADDRESS_CODES.get(error.code, "url")
    return exc.SofiConfigError(f"address refused: {error.code}", code=code)


def site(url):
    """Return what all spellings of one site's address have in common.

    The scheme, the case of scheme and host, a final dot of the host, the usual port,
    needless slashes, `.` and `..` in the path, and how a character is escaped do not
    make another site.

    :param str url: as configured
    :return: such as `site.example.com/path`, "" for what is no address
    :rtype: str
    """
    name = host(url).rstrip(".")
    if not name:
        return ""
    parts = http.split(url)
    with suppress(UnicodeError):  # a name that no server has stays as it is
        name = name.encode("idna").decode("ascii")
    name = "localhost" if name in http.LOOPBACK else name
    port = f":{parts.port}" if parts.port not in (None, *USUAL_PORTS) else ""
    path = []
    for part in map(unquote, parts.path.split("/")):
        if part == "..":
            path = path[:-1]
        elif part not in ("", "."):
            path.append(quote(part, ""))
    return f"{name}{port}/{'/'.join(path)}".rstrip("/")


def host(url):
    """Return the host of an address, "" when it is none.

    :param str url: as configured
    :rtype: str
    """
    try:
        return http.split(url).hostname or ""
    except http.UnsafeAddress:
        return ""


class Transport:
    """Sends requests to one residence's address.

    :param str url: base address, checked by the caller
    :param str user_agent: told to SOFI
    :param sleep: called with seconds between tries
    :param pauses: seconds before each new try
    :param timeout: (connect, read) in seconds
    :param gate: entered by every request, limits those at once; not while pausing
    :param bool allow_private: talk to addresses of the internal network
    """

    def __init__(
        self,
        url,
        user_agent,
        sleep=None,
        pauses=None,
        timeout=None,
        gate=None,
        allow_private=False,
    ):
        self._url = url.strip().rstrip("/")
        self._sleep = sleep or time.sleep
        self._pauses = PAUSES if pauses is None else pauses
        self._gate = gate or nullcontext()
        headers = {"User-Agent": user_agent, "Accept": "application/json"}
        limits = timeout or http.TIMEOUT
        self._session = http.Session(_reach(allow_private), limits, headers)

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
        with self._gate:
            return self._exchange(method, path, options)

    def _exchange(self, method, path, options):
        try:
            answer = self._session.request(method, self._url + path, **options)
        except http.UnsafeAddress as error:
            raise _unsafe(error) from None
        except http.NoAnswer as error:
            raise exc.SofiTransient(error.kind, unsent=error.unsent) from error
        except http.TooLarge as error:
            raise exc.SofiProtocolError("answer too large") from error
        return _decode(answer)


def _decode(answer):
    status = answer.status
    try:
        payload = http.read_json(answer.body) if answer.body else None
    except ValueError as error:
        if status < 300:
            raise exc.SofiGarbled("answer is not JSON", status=status) from error
        payload = None
    if status >= 300:
        raise _error(answer, payload)
    if not isinstance(payload, dict):
        raise exc.SofiProtocolError("answer is no object", status=status)
    return payload


_CLASSES = {
    400: exc.SofiRequestError,
    422: exc.SofiRequestError,
    404: exc.SofiNotFound,
    409: exc.SofiConflict,
}


def _error(answer, payload):
    """Return the error an HTTP answer means (table of spec 3.4)."""
    status, payload = answer.status, payload if isinstance(payload, dict) else {}
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
        return exc.SofiTransient(message, retry_after=answer.retry_after, **known)
    return _CLASSES.get(status, exc.SofiProtocolError)(message, **known)


def _missing_right(detail):
    module, right = detail.get("module"), detail.get("right")
    return f"{module}/{right}" if module and right else ""
