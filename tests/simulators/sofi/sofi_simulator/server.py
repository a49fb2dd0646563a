"""HTTP of the simulator: one address, one path per residence."""

import base64
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from . import generate
from .faults import Faults
from .store import Refused, Store

DEFAULT_PORT = 8766
PREFIX = "/api/v1"
LISTS = {
    "/charges": ("charges", "bill:view"),
    "/dictionaries/accommodation-types": ("accommodation_types", "admin:view"),
    "/residents": ("residents", "general:view"),
    "/rooms": ("rooms", "general:view"),
    "/units": ("units", "general:view"),
    "/services": ("services", "admin:view"),
}
RIGHT_NAMES = {
    "admin:view": ("Admin", "View"),
    "bill:view": ("Bill", "View"),
    "bill:edit": ("Bill", "Edit"),
    "general:view": ("General Information", "View"),
    "general:edit": ("General Information", "Edit"),
}


class Simulator:
    """A running simulator, bound to this machine only.

    :ivar float busy_seconds: what answering has taken so far

    :param int port: 0 takes any free one
    :param dict fixture: residences by path; the shipped ones by default
    """

    def __init__(self, port=0, fixture=None):
        self.store = Store(fixture)
        self.faults = Faults()
        self.busy_seconds = 0.0
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _Handler)
        self._server.daemon_threads = True
        self._server.simulator = self
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = None

    def start(self):
        """Serve from a thread of its own and return the simulator."""
        self._thread = threading.Thread(target=self.serve_forever, daemon=True)
        self._thread.start()
        return self

    def serve_forever(self):
        """Serve in this thread."""
        self._server.serve_forever(poll_interval=0.05)

    def close(self):
        """Stop serving and free the port."""
        if self._thread:
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def residence(self, path):
        """Return a residence of the store by its path."""
        return self.store.residences[path]

    def address(self, path):
        """Return the address to configure for a residence."""
        return f"{self.url}/{path}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body leave in one packet

    def log_message(self, *_args):
        """Stay quiet."""

    def do_GET(self):
        """Answer a GET."""
        self._answer("GET")

    def do_POST(self):
        """Answer a POST."""
        self._answer("POST")

    def do_PATCH(self):
        """Answer a PATCH."""
        self._answer("PATCH")

    @property
    def _simulator(self):
        return self.server.simulator

    def _answer(self, method):
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        try:
            if parts.path.startswith("/__sim__/"):
                self._reply(200, self._control(parts.path[9:], body))
            else:
                started = time.perf_counter()
                self._residence_call(method, parts, body)
                self._simulator.busy_seconds += time.perf_counter() - started
        except Refused as refused:
            self._refuse(refused)

    # --- Control ---------------------------------------------------------------

    def _control(self, name, body):
        values = json.loads(body) if body else {}
        simulator = self._simulator
        if name == "reset":
            simulator.faults.clear()
            simulator.store.reset()
        elif name == "faults":
            simulator.faults.add(values)
        elif name == "clock":
            simulator.store.offset += values["advance"]
        elif name == "status":
            residence = simulator.residence(values["residence"])
            residence.set_status(values["id"], values["status"])
        elif name == "generate":
            path, count = values["residence"], values["charges"]
            simulator.store.add_residence(path, generate.residence(path, count))
        elif name == "time":
            return {"seconds": simulator.busy_seconds}
        elif name != "state":
            raise Refused(404, "not_found")
        return simulator.store.state() if name == "state" else {"ok": True}

    # --- Residences ------------------------------------------------------------

    def _residence_call(self, method, parts, body):
        path, separator, endpoint = parts.path.strip("/").partition(PREFIX[1:])
        residence = self._simulator.store.residences.get(path.strip("/"))
        if not residence or not separator:
            raise Refused(404, "not_found")
        residence.requests[f"{method} {endpoint}"] += 1
        fault = self._simulator.faults.hit(path.strip("/"), method, endpoint)
        if fault and self._fail_before(fault):
            return
        query = dict(parse_qsl(parts.query))
        answer = self._dispatch(residence, method, endpoint, query, body)
        if fault and self._fail_after(fault, answer, residence, endpoint, query):
            return
        self._reply(200, answer)

    def _dispatch(self, residence, method, endpoint, query, body):
        if (method, endpoint) == ("POST", "/oauth/token"):
            return residence.issue_token(dict(parse_qsl(body.decode())))
        user = self._user(residence)
        if endpoint == "/ping":
            return {"status": "ok", "residence": residence.description()}
        if method == "GET":
            return self._read(residence, user, endpoint, query)
        return self._write(residence, user, method, endpoint, json.loads(body or "{}"))

    def _read(self, residence, user, endpoint, query):
        if endpoint in LISTS:
            name, right = LISTS[endpoint]
            _require(user, right)
            return residence.page(name, query)
        name, _slash, identifier = endpoint.strip("/").partition("/")
        rights = {"charges": "bill:view", "residents": "general:view"}
        if name not in rights:
            raise Refused(404, "not_found")
        _require(user, rights[name])
        return residence.one(name, identifier)

    def _write(self, residence, user, method, endpoint, body):
        if (method, endpoint) == ("POST", "/charges/archive"):
            _require(user, residence.archive_right)
            return residence.archive(body, self.headers.get("Idempotency-Key"))
        name, _slash, identifier = endpoint.strip("/").partition("/")
        if method == "PATCH" and name == "charges":
            _require(user, residence.archive_right)
            return residence.patch_charge(identifier, body)
        if name != "residents":
            raise Refused(404, "not_found")
        _require(user, "general:edit")
        if method == "PATCH":
            return residence.write_resident(identifier, body)
        return residence.create_resident(body, self.headers.get("Idempotency-Key"))

    def _user(self, residence):
        kind, _blank, value = (self.headers.get("Authorization") or "").partition(" ")
        if kind == "Basic":
            key, _colon, secret = base64.b64decode(value).decode().partition(":")
            return residence.basic_user(key, secret)
        if self.headers.get("X-Api-Key"):
            names = ("X-Api-Key", "X-Api-Secret")
            return residence.basic_user(*(self.headers.get(name) for name in names))
        return residence.token_user(value)

    # --- Faults ----------------------------------------------------------------

    def _fail_before(self, fault):
        """Play a fault that hits before anything happens; True when answered."""
        if fault.kind == "status":
            headers = {"Retry-After": fault.retry_after} if fault.retry_after else {}
            status = fault.status or 500
            code = "rate_limited" if status == 429 else "server_error"
            self._reply(status, {"error": {"code": code}}, headers)
            return True
        if fault.kind == "timeout":
            time.sleep(fault.delay)
        if fault.kind in ("timeout", "drop_before_commit"):
            self.close_connection = True
            return True
        return False

    def _fail_after(self, fault, answer, residence, endpoint, query):
        """Play a fault that hits after the effect; True when answered."""
        if fault.kind == "drop_after_commit":
            self.close_connection = True
            return True
        if fault.kind in ("bad_json", "body"):
            page = fault.body if fault.kind == "body" else "<html>gateway</html>"
            self._send(fault.status or 200, page.encode("latin-1"), {})
            return True
        if fault.kind == "truncated":
            content = json.dumps(answer).encode()
            self._send(200, content[: len(content) // 2], {}, len(content))
            self.close_connection = True
            return True
        if fault.kind == "total_drift":
            answer["meta"]["total"] += 1
        if fault.kind == "duplicate_across_pages":
            before = dict(query, page=int(query.get("page", 1)) - 1)
            page = residence.page(LISTS[endpoint][0], before)
            answer["data"] = page["data"][-1:] + answer["data"]
        return False

    # --- Answers ---------------------------------------------------------------

    def _refuse(self, refused):
        headers = {}
        if refused.status == 401:
            headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
        self._reply(refused.status, {**refused.body, "request_id": "sim-1"}, headers)

    def _reply(self, status, body, headers=None):
        self._send(status, json.dumps(body).encode(), headers or {})

    def _send(self, status, content, headers, length=None):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(length or len(content)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()


def _require(user, right):
    if right not in user["rights"]:
        module, name = RIGHT_NAMES[right]
        raise Refused(403, "insufficient_rights", module=module, right=name)
