"""HTTP in front of the store: login, FHIR lists and reads, GraphQL, payments."""

import json
import re
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlencode, urlsplit

from . import graphql
from .errors import ApiError, Refused
from .faults import Faults
from .listing import Listing, fits, unknown
from .store import Store

FHIR = "/api/api_fhir_r4/"
LOGIN = ("accounting", "s3cret-and-long")
#: wrong passwords after which openIMIS refuses everybody from the same address
LOCK_AFTER = 5
#: number of records a query of GraphQL asks for
FIRST = re.compile(r"first:\s*(\d+)")


class OpenimisServer:
    """An openIMIS on a free port of this machine; use it as a context manager.

    :param Store store: what it knows
    :param Faults faults: what goes wrong
    :param int token_life: requests after which a token expires
    """

    def __init__(self, store=None, faults=None, token_life=10**9, port=0):
        self.store = store or Store()
        self.listing = Listing(self.store)
        self.faults = faults or Faults()
        self.token_life = token_life
        self.requests = []
        self.logins = 0
        self.refused = 0
        self.tokens = {}
        self.lock = threading.Lock()
        #: pages of more records than this are never ready in time
        self.stalls_above = None
        self.closing = threading.Event()
        handler = type("Handler", (_Handler,), {"simulator": self})
        self._http = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    @property
    def csrf(self):
        """The CSRF token that goes with every token; a test may change it."""
        return self.store.csrf

    @csrf.setter
    def csrf(self, value):
        self.store.csrf = value

    def __enter__(self):
        threading.Thread(
            target=self._http.serve_forever, args=(0.02,), daemon=True
        ).start()
        return self

    def __exit__(self, *details):
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()


class _Handler(BaseHTTPRequestHandler):
    simulator = None
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are written apart

    def log_message(self, *args):
        """Silence."""

    def do_GET(self):
        self._answer()

    def do_POST(self):
        self._answer()

    def do_PUT(self):
        self._answer()

    def do_PATCH(self):
        self._answer()

    def do_DELETE(self):
        self._answer()

    def _answer(self):
        server = self.simulator
        length = int(self.headers.get("Content-Length") or 0)
        self.body = self.rfile.read(length)
        url = urlsplit(self.path)
        if server.stalls_above and self._asked(url) > server.stalls_above:
            server.closing.wait()
            return
        with server.lock:
            server.requests.append((self.command, self.path))
            number = len(server.requests)
            login = url.path.endswith("/login/")
            self.fault = None if login else server.faults.next(number, url.path)
            try:
                status, value, headers = self._respond(url)
            except ApiError as error:
                status, value, headers = error.status, error.outcome, error.headers
        self._send(status, value, headers)

    def _asked(self, url):
        """Number of records a request asks for."""
        if count := dict(parse_qsl(url.query)).get("_count"):
            return int(count)
        match = FIRST.search(self.body.decode())
        return int(match[1]) if match else 0

    def _respond(self, url):
        early = {
            "error_500": ApiError(500, "injected"),
            "busy_503": ApiError(503, "injected"),
            "gateway_502": ApiError(502, "injected"),
            "too_many_429": ApiError(429, "Rate limit exceeded"),
            "too_many_429_told": ApiError(429, "proxy", {"Retry-After": "0.01"}),
            "gateway_504": ApiError(504, "proxy"),
        }
        if self.fault in early:
            raise early[self.fault]
        if self.fault == "drop":
            return None, None, {}
        if self.fault == "expired_token":
            self.simulator.tokens.clear()
        if self.fault == "slow":
            time.sleep(0.05)
        if url.path == f"{FHIR}login/":
            return 200, self._login(), {}
        if url.path == "/api/graphql":
            return *self._graphql(url), {}
        self._check_token()
        if not url.path.startswith(FHIR):
            raise ApiError(404, "Not found.")
        parts = [part for part in url.path.removeprefix(FHIR).split("/") if part]
        if self.command == "POST":
            return 201, self._create(parts[0]), {}
        if self.command != "GET":
            # as recorded: what was stored is never changed
            raise ApiError(500, "`update()` did not return an object instance.")
        if len(parts) == 2:
            return 200, self._read(*parts, url), {}
        return 200, self._list(parts[0], url), {}

    # === AUTHENTICATION === #

    def _login(self):
        given = json.loads(self.body)
        server = self.simulator
        if not (given.get("username") and given.get("password")):
            raise Refused(400, "Missing username or password")
        wrong = (given.get("username"), given.get("password")) != LOGIN
        if wrong or server.refused >= LOCK_AFTER:
            server.refused += 1
            raise Refused(401, "INCORRECT_CREDENTIALS")
        server.refused = 0
        server.logins += 1
        token = f"jwt-{server.logins}"
        server.tokens[token] = server.token_life
        return {"token": token, "exp": int(time.time()) + 86400}

    def _check_token(self):
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        if not token:
            raise ApiError(401, "Authentication credentials were not provided.")
        left = self.simulator.tokens.get(token, 0)
        if left <= 0:
            raise ApiError(401, "INCORRECT_CREDENTIALS")
        self.simulator.tokens[token] = left - 1

    # === GRAPHQL === #

    def _graphql(self, url):
        """Status and body; who is not logged in is told so query by query."""
        if self.command == "GET":
            query = dict(parse_qsl(url.query))["query"]
        else:
            query = json.loads(self.body)["query"]
        if self.headers.get("Authorization"):
            try:
                self._check_token()
            except ApiError:
                known = self.headers["Authorization"].startswith("Bearer jwt-")
                return 401, graphql.bad_token(query, known)
        token = "getCsrfToken" in query or "__typename" in query
        return graphql.answer(
            self.simulator.store,
            query,
            logged_in=bool(self.headers.get("Authorization")),
            csrf=token or self.headers.get("X-CSRFToken") == self.simulator.csrf,
        )

    # === FHIR === #

    def _list(self, name, url):
        store = self.simulator.store
        parameters = dict(parse_qsl(url.query))
        source = "Claim" if name == "ClaimResponse" else name
        if source not in store.rows:
            raise ApiError(404, "Not found.")
        if name in store.failing:
            raise ApiError(500, "Converter init need a valid user")
        if name == "Invoice" and "resourceType" not in parameters:
            raise ApiError(500, "premium is missing")
        if source == "Claim" and store.mass:
            return self._mass_list(name, parameters)
        rows, total, number, more = self.simulator.listing.page(name, parameters)
        links = [("self", self._url(url, parameters))]
        if more:
            links.append(("next", self._url(url, parameters, number + 1)))
        if number > 1:
            links.append(("previous", self._url(url, parameters, number - 1)))
        return _bundle(total, links, [self._entry(name, row) for row in rows])

    def _mass_list(self, name, parameters):
        mass = self.simulator.store.mass
        if not fits(mass, parameters.get("_lastUpdated")):
            return _bundle(0, [], [])
        count = int(parameters.get("_count", 10))
        start = (int(parameters.get("page-offset", 1)) - 1) * count
        if start >= max(len(mass), 1):
            raise ApiError(404, "Invalid page.")
        return mass.bundle(name, start, count)

    def _url(self, url, parameters, number=None):
        if number:
            parameters = {"page-offset": number, **parameters} | {"page-offset": number}
        query = f"?{urlencode(parameters)}" if parameters else ""
        return f"{self.simulator.url}{url.path}{query}"

    def _entry(self, name, row):
        resource = Listing.shown(name, row)
        entry = {"resource": resource}
        if resource.get("id"):
            full = f"{self.simulator.url}{FHIR}{name}/{resource['id']}"
            entry = {"fullUrl": full, **entry}
        return entry

    def _read(self, name, key, url):
        parameters = dict(parse_qsl(url.query))
        source = "Claim" if name == "ClaimResponse" else name
        if source not in self.simulator.store.rows:
            raise ApiError(404, "Not found.")
        row = self.simulator.listing.one(name, key, parameters)
        if name == "ClaimResponse" and row.response is None:
            raise unknown(name, key, parameters)
        return Listing.shown(name, row)

    def _create(self, name):
        if name != "PaymentNotice":
            raise ApiError(405, "Method not allowed.")
        try:
            return self.simulator.store.pay(json.loads(self.body))
        except KeyError as error:
            raise ApiError(500, f"{error}") from error

    # === ANSWER === #

    def _send(self, status, value, headers):
        if self.fault in ("drop", "drop_after") or status is None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        content = value if isinstance(value, bytes) else json.dumps(value).encode()
        length = len(content)
        if self.fault == "not_json":
            content = b"<html>proxy error</html>"
            length = len(content)
        if self.fault == "truncate":
            content = content[: len(content) // 2]
            self.close_connection = True
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(length))
        for name, text in headers.items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(content)
        if self.fault == "truncate":
            self.connection.shutdown(socket.SHUT_RDWR)


def _bundle(total, links, entries):
    bundle = {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": total,
        "link": [{"relation": relation, "url": url} for relation, url in links],
    }
    return bundle | ({"entry": entries} if entries else {})
