"""HTTP towards openIMIS: login and renewal, CSRF, retries, rate limit, size cap.

One method sends (`_send`), one decides whether to try again (`_request`); everything
else is a thin name for a kind of request. Secrets never enter an exception.
"""

import json
import re
import time
from dataclasses import dataclass, field
from decimal import Decimal
from email.utils import parsedate_to_datetime

from ...exchange_run.core import http
from .address import check_url, reach, told
from .exceptions import (
    AccessRefused,
    AuthenticationFailed,
    NotFound,
    RequestRefused,
    ServerFailed,
    ServerUnavailable,
    TimedOut,
    UnknownField,
    UnreadableAnswer,
    UnsafeAddress,
)

FHIR_PATH = "api/api_fhir_r4"
GRAPHQL_PATH = "api/graphql"
UNKNOWN_FIELD = re.compile(r"Cannot query field .(\w+). on type")
BUSY = {429, 502, 503, 504}
MAX_WAIT = 60.0
#: «Too many requests» names no time: openIMIS counts by the minute. So we wait this
#: many times longer than after other trouble.
RATE_PATIENCE = 20


@dataclass(frozen=True, slots=True)
class Settings:
    """How to reach one openIMIS.

    `rate` is the number of requests per minute we allow ourselves; GraphQL is asked at
    most `graphql_rate` times, for openIMIS refuses more than 150 (section 6); once it
    has refused a FHIR request for that reason, FHIR too. `retries`
    counts further attempts after the first, each after twice the wait of the one
    before, which starts at `backoff` seconds.
    """

    url: str
    login: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    internal: bool = False
    timeout: float = 30.0
    retries: int = 4
    rate: int = 600
    graphql_rate: int = 140
    backoff: float = 0.5


def loads(content, repair=True):
    """JSON with exact numbers.

    Characters that the database cannot keep become U+FFFD.

    :param bytes content: body of an answer
    :param bool repair: False leaves them, for the caller to refuse
    :raises UnreadableAnswer: when it is no JSON
    """
    try:
        return http.read_json(content, repair, parse_float=Decimal)
    except ValueError:
        raise UnreadableAnswer(bytes(content[:80]).decode("utf-8", "replace")) from None


def dumps(value):
    """JSON text of plain values; `Decimal` becomes a number, exact up to 15 digits."""
    return json.dumps(value, default=_plain, ensure_ascii=False, separators=(",", ":"))


def _plain(value):
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat()


class Client:
    """A logged-in conversation with one openIMIS.

    :param Settings settings: address and credentials
    :param sleep: called with seconds to wait (tests pass their own)
    :param clock: monotonic seconds
    """

    def __init__(self, settings, sleep=time.sleep, clock=time.monotonic):
        self.settings = settings
        self.server_date = None
        self._base = check_url(settings.url, settings.internal)
        self._session = http.Session(reach(settings.internal), settings.timeout)
        self._sleep = sleep
        self._clock = clock
        self._token = settings.token
        self._csrf = None
        self._next_slot = 0.0
        self._given_up = None
        self._rate = settings.rate

    # === PUBLIC === #

    @property
    def given_up(self):
        """The error every further request is answered with, None while we ask."""
        return self._given_up

    def give_up(self, error):
        """Answer every further request with this error, without sending it.

        Whoever works through a long list calls this when the server is down or the
        login refused: trying on would wait for hours, or lock the account.
        """
        self._given_up = error

    def get(self, path, params=None, patient=True):
        """GET a FHIR path, e.g. `get("Claim/", {"_count": 10})`.

        :param bool patient: False where the caller can ask for less: what takes too
            long is then not asked again
        :return: the resource or bundle as dict, numbers as `Decimal`
        :raises ExchangeError: one of its kinds, see `exceptions`
        """
        return self._request(
            "GET", f"{FHIR_PATH}/{path}", patient=patient, params=params
        )

    def post(self, path, resource):
        """POST a FHIR resource once: a lost answer is not repeated (not idempotent).

        :raises ServerUnavailable: when it is unknown whether it was stored
        """
        return self._request("POST", f"{FHIR_PATH}/{path}", body=resource, attempts=1)

    def graphql(self, query, variables=None, patient=True):
        """Run a GraphQL query.

        :param bool patient: as of `get`
        :return: the content of `data`
        :raises ServerFailed: when the answer carries errors
        :raises AccessRefused: when the account lacks the right
        """
        try:
            return self._graphql(query, variables, patient)
        except ServerUnavailable as error:
            if error.code != "csrf":
                raise
            self._csrf = None  # no longer valid: ask for another, once
            return self._graphql(query, variables, patient)

    def _graphql(self, query, variables, patient=True):
        if self._csrf is None:
            self._csrf = ""  # the token query itself goes without
            answer = self._graphql("mutation{getCsrfToken{csrfToken}}", None)
            self._csrf = (answer.get("getCsrfToken") or {}).get("csrfToken") or ""
        answer = self._request(
            "POST",
            GRAPHQL_PATH,
            patient=patient,
            body={"query": query, "variables": variables or {}},
            headers={"X-CSRFToken": self._csrf} if self._csrf else {},
        )
        if answer.get("errors"):
            self._raise_graphql(answer["errors"])
        if "data" not in answer:
            raise UnreadableAnswer("GraphQL")
        return answer["data"] or {}

    def test(self):
        """Log in and read one facility; returns the number of facilities.

        :rtype: int
        """
        if self.settings.login:
            self._login()
        bundle = self.get("Organization/", {"type": "prov", "_count": 1})
        return int(bundle.get("total") or 0)

    # === REQUESTS === #

    def _request(self, method, path, attempts=None, patient=True, **options):
        if self._given_up:
            raise self._given_up
        attempts = attempts or self.settings.retries + 1
        renewed = False
        attempt = 0
        while True:
            if not self._token and self.settings.login:
                self._login()
                renewed = True
            try:
                return self._send(method, path, **options)
            except AuthenticationFailed:
                if renewed or not self.settings.login:
                    raise
                self._token = ""  # expired: log in again, once
            except ServerUnavailable as error:
                attempt += 1
                if attempt >= attempts or (isinstance(error, TimedOut) and not patient):
                    raise
                self._sleep(self._wait(attempt, error))

    def _send(self, method, path, params=None, body=None, headers=None):
        self._wait_for_slot(path)
        headers = {"Accept": "application/json", **(headers or {})}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        with told():
            answer = self._session.request(
                method,
                f"{self._base}/{path}",
                params=params,
                data=dumps(body).encode() if body is not None else None,
                headers={"Content-Type": "application/json", **headers},
            )
        self._note_date(answer)
        # GraphQL says 400 where a query is wrong, and why in its answer
        if path == GRAPHQL_PATH:
            return self._check(answer, (200, 400))
        return self._check(answer)

    def _check(self, answer, good=(200, 201)):
        status, content = answer.status, answer.body
        if status in good:
            value = loads(content)
            if not isinstance(value, dict):
                raise UnreadableAnswer(type(value).__name__)
            return value
        detail = _outcome_text(content)
        if status in BUSY:
            kind = TimedOut if status == 504 else ServerUnavailable
            error = kind(detail, status=status)
            error.wait = min(MAX_WAIT, answer.retry_after or 0.0)
            if status == 429:
                self._rate = min(self._rate, self.settings.graphql_rate)
            raise error
        if status == 401:
            raise AuthenticationFailed(detail, status=status)
        kinds = {403: AccessRefused, 404: NotFound, 410: NotFound}
        if status in kinds:
            raise kinds[status](detail, status=status)
        if 300 <= status < 400:
            # a redirect may lead anywhere: the administrator enters the final address
            raise UnsafeAddress(str(status), code="redirect", status=status)
        raise (ServerFailed if status >= 500 else RequestRefused)(detail, status=status)

    def _login(self):
        body = {"username": self.settings.login, "password": self.settings.password}
        self._token = ""
        for attempt in range(1, self.settings.retries + 2):
            try:
                answer = self._send("POST", f"{FHIR_PATH}/login/", body=body)
                break
            except ServerUnavailable as error:
                if attempt > self.settings.retries:
                    raise
                self._sleep(self._wait(attempt, error))
            except (AccessRefused, RequestRefused) as error:
                raise AuthenticationFailed(error.detail, status=error.status) from None
        if not answer.get("token"):
            raise UnreadableAnswer("login", code="no_token")
        self._token = str(answer["token"])

    def _wait(self, attempt, error):
        """Seconds to wait before the next attempt."""
        wait = self.settings.backoff * 2**attempt
        if error.status == 429:
            wait *= RATE_PATIENCE
        return getattr(error, "wait", 0) or min(MAX_WAIT, wait)

    def _wait_for_slot(self, path):
        now = self._clock()
        if now < self._next_slot:
            self._sleep(self._next_slot - now)
        rate = self._rate
        if path == GRAPHQL_PATH:
            rate = min(rate, self.settings.graphql_rate)
        self._next_slot = max(now, self._next_slot) + 60.0 / max(rate, 1)

    def _note_date(self, answer):
        try:
            self.server_date = parsedate_to_datetime(answer.headers["Date"])
        except (KeyError, TypeError, ValueError):
            self.server_date = self.server_date or None

    def _raise_graphql(self, errors):
        text = "; ".join(str(error.get("message")) for error in errors)
        if "unauthorized" in text.lower() or "permission" in text.lower():
            raise AccessRefused(text)
        if "csrf" in text.lower():
            raise ServerUnavailable(text, code="csrf")
        for error in errors:
            if match := UNKNOWN_FIELD.search(str(error.get("message"))):
                raise UnknownField(text, match[1], _place(error))
        raise ServerFailed(text)


def _place(error):
    """Where in the query (one line) an error stands, from 0; 0 if it is not told."""
    try:
        return int(error["locations"][0]["column"]) - 1
    except (KeyError, IndexError, TypeError, ValueError):
        return 0


def _outcome_text(content):
    """Text of an OperationOutcome, or the first characters of the answer."""
    try:
        value = http.read_json(content)
        issues = value["issue"]
        return "; ".join(
            (issue.get("details") or {}).get("text") or issue.get("diagnostics") or ""
            for issue in issues
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return content[:200].decode("utf-8", "replace")
