"""Residences of the simulator: data, tokens, idempotency, effects."""

import copy
import json
import secrets
import threading
import time
from collections import Counter
from pathlib import Path

FIXTURE = Path(__file__).with_name("fixture.json")
TOKEN_SECONDS = 3600


class Refused(Exception):
    """An answer that is no success: HTTP status and body."""

    def __init__(self, status, code, message="", oauth=False, **details):
        super().__init__(code)
        self.status = status
        if oauth:
            self.body = {"error": code, "error_description": message}
        else:
            self.body = {"error": {"code": code, "message": message, **details}}


class Store:
    """All residences and the simulator's clock.

    :param dict fixture: residences by their path, the shipped ones by default
    """

    def __init__(self, fixture=None):
        self._fixture = fixture or json.loads(FIXTURE.read_text(encoding="utf-8"))
        self.lock = threading.RLock()
        self.reset()

    def reset(self):
        """Return to the fixture."""
        with self.lock:
            self.offset = 0
            self.residences = {
                path: Residence(copy.deepcopy(data), self)
                for path, data in self._fixture.items()
            }

    def now(self):
        """Return the simulator's time in seconds."""
        return time.time() + self.offset

    def add_residence(self, path, data):
        """Add or replace a residence."""
        with self.lock:
            self.residences[path] = Residence(data, self)

    def state(self):
        """Return what tests look at: statuses, archive calls, requests."""
        with self.lock:
            return {path: r.state() for path, r in self.residences.items()}


class Residence:
    """One residence of the simulator.

    :param dict data: users, dictionaries, residents, services, charges, archive_right
    :param Store store: for the clock and the lock
    """

    def __init__(self, data, store):
        self._store = store
        self.data = data
        self.archive_right = data.get("archive_right", "bill:view")
        self.charges = {row["id"]: row for row in data.get("charges", ())}
        self.tokens = {}
        self.idempotency = {}
        # A SOFI that knows no keys for residents is as likely: see `keeps_keys`.
        self.created, self.keeps_keys = {}, True
        self.archive_calls = []
        self.archived_times = Counter()
        self.requests = Counter()
        self._cache = {}

    def state(self):
        """Return the state as JSON values."""
        return {
            "charges": {key: row["status"] for key, row in self.charges.items()},
            "archived_times": dict(self.archived_times),
            "archive_calls": self.archive_calls,
            "requests": dict(self.requests),
            "residents": self.data.get("residents", []),
        }

    # --- Login -----------------------------------------------------------------

    def issue_token(self, form):
        """Answer the token endpoint."""
        if set(form) < {"grant_type", "client_id", "client_secret"}:
            raise Refused(400, "invalid_request", "missing field", oauth=True)
        if form["grant_type"] != "client_credentials":
            raise Refused(400, "unsupported_grant_type", oauth=True)
        user = self._user(form["client_id"], form["client_secret"])
        token = secrets.token_hex(16)
        with self._store.lock:
            self.tokens[token] = (user, self._store.now() + TOKEN_SECONDS)
        return {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": TOKEN_SECONDS,
            "scope": " ".join(user["rights"]),
            "residence": self.description(),
        }

    def description(self):
        """Return what the token and ping endpoints tell of the residence."""
        return {key: self.data[key] for key in ("id", "name", "timezone")}

    def basic_user(self, key, secret):
        """Return the user of a key sent with every call."""
        return self._user(key, secret)

    def token_user(self, token):
        """Return the user of a token.

        :raises Refused: 401 when it is unknown or has expired
        """
        user, expires = self.tokens.get(token, (None, 0))
        if not user or self._store.now() >= expires:
            raise Refused(401, "invalid_token")
        return user

    def _user(self, key, secret):
        for user in self.data["users"]:
            if user["key"] == key and user["secret"] == secret:
                if not user.get("api_login", True):
                    raise Refused(403, "access_denied", "API login not allowed", True)
                return user
        raise Refused(401, "invalid_client", "Invalid client credentials", True)

    # --- Lists -----------------------------------------------------------------

    def page(self, name, query):
        """Return one page of a list and its total."""
        rows = self._filtered(name, query)
        number = max(int(query.get("page", 1)), 1)
        size = min(max(int(query.get("per_page", 100)), 1), 500)
        start = (number - 1) * size
        return {
            "data": rows[start : start + size],
            "meta": {
                "page": number,
                "per_page": size,
                "total": len(rows),
                "total_pages": -(-len(rows) // size),
            },
        }

    def _filtered(self, name, query):
        paging = ("page", "per_page", "sort")
        key = (name, *sorted((k, v) for k, v in query.items() if k not in paging))
        with self._store.lock:
            if key not in self._cache:
                self._cache[key] = [r for r in self._rows(name) if _keep(r, query)]
            return self._cache[key]

    def _rows(self, name):
        rows = self.charges.values() if name == "charges" else self.data.get(name, [])
        return sorted(rows, key=lambda row: (row.get("position", 0), str(row["id"])))

    # --- Changes ---------------------------------------------------------------

    def set_status(self, charge_id, status):
        """Change a charge as SOFI's own screen would."""
        with self._store.lock:
            self.charges[charge_id]["status"] = status
            self._cache.clear()

    def archive(self, body, key):
        """Answer the archive endpoint; the same key has its effect only once."""
        ids = body.get("ids")
        if not isinstance(ids, list) or not ids or len(ids) > 200:
            raise Refused(422, "invalid_parameter", "ids: 1 to 200")
        with self._store.lock:
            if key in self.idempotency:
                known, answer = self.idempotency[key]
                if known != body:
                    raise Refused(409, "idempotency_conflict")
                return answer
            answer = self._archive(ids)
            self.archive_calls.append({"key": key, **body})
            if key:
                self.idempotency[key] = (body, answer)
            return answer

    def _archive(self, ids):
        answer = {"archived": [], "already_archived": [], "rejected": []}
        for charge_id in ids:
            self._archive_one(charge_id, answer)
        self._cache.clear()
        return answer

    def _archive_one(self, charge_id, answer):
        charge = self.charges.get(charge_id)
        status = charge and charge["status"]
        if status == "accepted":
            charge["status"] = "archived"
            self.archived_times[charge_id] += 1
            answer["archived"].append(charge_id)
        elif status == "archived":
            answer["already_archived"].append(charge_id)
        else:
            code = "status_changed" if charge else "not_found"
            row = {"id": charge_id, "code": code, "status": status}
            answer["rejected"].append(row)

    def patch_charge(self, charge_id, body):
        """Answer the one-by-one way of archiving."""
        with self._store.lock:
            charge = self.one("charges", charge_id)
            if charge["status"] not in ("accepted", "archived"):
                raise Refused(409, "status_changed")
            if charge["status"] == "accepted" and body.get("status") == "archived":
                self.archived_times[charge_id] += 1
                self.set_status(charge_id, "archived")
            return charge

    def one(self, name, identifier):
        """Return one record.

        :raises Refused: 404
        """
        rows = self.charges if name == "charges" else None
        rows = rows or {row["id"]: row for row in self.data.get(name, [])}
        if identifier not in rows:
            raise Refused(404, "not_found")
        return rows[identifier]

    def write_resident(self, identifier, values):
        """Change a resident."""
        with self._store.lock:
            resident = self.one("residents", identifier)
            resident.update(values)
            self._cache.clear()
            return resident

    def create_resident(self, values, key=None):
        """Create a resident with the next number; the same key creates only once."""
        with self._store.lock:
            if key in self.created:
                return self.created[key]
            residents = self.data.setdefault("residents", [])
            number = max((int(row["id"]) for row in residents), default=0) + 1
            resident = {"id": str(number), "status": "active", **values}
            residents.append(resident)
            if key and self.keeps_keys:
                self.created[key] = resident
            self._cache.clear()
            return resident


def _keep(row, query):
    """Apply the filters of a list to one record."""
    if (wanted := query.get("status")) and row.get("status") not in wanted.split(","):
        return False
    if (resident := query.get("resident_id")) and row["resident"]["id"] != resident:
        return False
    if (since := query.get("updated_since")) and row.get("updated_at", "") < since:
        return False
    moment = row.get("service_date") or ""
    start, end = query.get("from"), query.get("to")
    return (not start or moment >= start) and (not end or moment < end)
