"""SOFI's interface as the connector uses it (spec 3)."""

from dataclasses import dataclass, field

from .api_profile import ApiProfile
from .const import ARCHIVE_BATCH, MAX_PAGES, PAGE_SIZE, RIGHTS
from .exceptions import (
    SofiAuthError,
    SofiConflict,
    SofiError,
    SofiNotFound,
    SofiProtocolError,
    SofiShortList,
    had_no_effect,
)
from .transport import Transport

VERSION = "19.0"
NO_ANSWER = "no_answer"  # SOFI neither confirmed nor refused to archive a charge
# Right -> a list that only a user with it may read.
PROBES = {
    "admin:view": "services",
    "bill:view": "charges",
    "general:view": "residents",
}


@dataclass(slots=True)
class Listing:
    """All records of a list.

    :ivar list rows: in SOFI's order, each id once, converted
    :ivar bool drifted: the total changed between pages even on the second reading
    """

    rows: list = field(default_factory=list)
    drifted: bool = False


@dataclass(slots=True)
class Archived:
    """Answer to an archive request.

    :ivar set done: ids that this request archived
    :ivar set already: ids that were archived when it came; by whom, SOFI does not say
    :ivar dict rejected: id -> SOFI's reason
    :ivar bool repeated: the request was sent before, and may have had its effect then
    """

    done: set = field(default_factory=set)
    already: set = field(default_factory=set)
    rejected: dict = field(default_factory=dict)
    repeated: bool = False


class SofiClient:
    """Speaks with one residence.

    :param str url: the residence's address, checked before by `check_url`
    :param str key: access key
    :param str secret: its secret
    :param ApiProfile profile: names of the interface
    :param options: `sleep`, `pauses`, `timeout`, `gate`, `allow_private` of
        `Transport`
    """

    def __init__(self, url, key, secret, profile=None, **options):
        self.profile = profile or ApiProfile()
        self._transport = Transport(url, f"odoo-sofi-primmo/{VERSION}", **options)
        self._key, self._secret = key, secret
        self._token = None  # lives as long as this object, that is one run
        self.scope = ""

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self._transport.close()

    # --- Login -----------------------------------------------------------------

    def login(self):
        """Log in; with `basic` and `headers` a ping proves the key.

        :return: SOFI's description of the residence (may be empty)
        :rtype: dict
        :raises SofiAuthError: key or secret refused, or API login not allowed
        """
        if not _is_plain(self._key + self._secret):
            raise SofiAuthError("no key has such characters")
        if self.profile.auth != "oauth":
            return self._described(self.ping())
        answer = self._transport.send(
            "POST",
            self.profile.path("token"),
            retry=True,  # a token more has no effect
            data={
                "grant_type": "client_credentials",
                "client_id": self._key,
                "client_secret": self._secret,
            },
        )
        token = answer.get("access_token")
        if not (token and isinstance(token, str) and _is_plain(token)):
            raise SofiProtocolError("no access token")
        self._token = token
        self.scope = str(answer.get("scope") or "")
        return self._described(answer)

    @staticmethod
    def _described(answer):
        residence = answer.get("residence")
        return residence if isinstance(residence, dict) else {}

    def missing_rights(self):
        """Return the labels of needed rights that the user lacks.

        Asked of SOFI itself, by reading one record each: what the login tells of the
        rights may be nothing, or not the whole truth.

        :rtype: list[str]
        :raises SofiError: a list cannot be read for another reason
        """
        return [label for right, label in RIGHTS.items() if not self._may(right)]

    def _may(self, right):
        try:
            self._page(PROBES[right], {"page": 1, "per_page": 1})
        except SofiAuthError as error:
            if error.status != 403:
                raise
            return False
        return True

    def ping(self):
        """Return the answer of the connection test."""
        return self._call("GET", "ping")

    # --- Charges ---------------------------------------------------------------

    def accepted_charges(self, period, convert, unnamed=None):
        """Return all accepted charges of a period, every page read.

        :param Period period: limits on the day of service
        :param convert: called with each JSON object, gives what is kept of it
        :param unnamed: likewise for a record without id, with its place too
        :rtype: Listing
        """
        first, last = period.parameters()
        filters = {"status": self.profile.value("accepted"), "from": first, "to": last}
        return self.read_all("charges", convert, unnamed, **filters)

    def charge(self, charge_id):
        """Return one charge as SOFI has it now.

        :raises SofiNotFound: when it does not exist
        :raises SofiProtocolError: the answer is not this charge; what is not known of
            a charge must never be taken for its end
        """
        answer = self._call("GET", "charge", id=charge_id)
        name = self.profile.field
        if str(answer.get(name("id"))) != charge_id or not answer.get(name("status")):
            raise SofiProtocolError("not the charge asked for")
        return answer

    def statuses(self, ids):
        """Return what SOFI says of charges now.

        :param list ids: of charges
        :return: {id: status}, None for one that is gone
        :rtype: dict
        :raises SofiError: SOFI cannot say it of one of them
        """
        return {charge_id: self._status(charge_id) for charge_id in ids}

    def _status(self, charge_id):
        try:
            return self.charge(charge_id)[self.profile.field("status")]
        except SofiNotFound:
            return None

    def archive(self, ids, reference, idempotency_key):
        """Set the status *Archivé* on charges; repeating the call has no second effect.

        :param list ids: at most 200
        :param str reference: name of the file they are in
        :param str idempotency_key: the same for the same ids
        :rtype: Archived
        :raises SofiError: its `no_effect` tells whether SOFI can have acted
        """
        if len(ids) > ARCHIVE_BATCH:
            raise ValueError(f"at most {ARCHIVE_BATCH} charges at a time")
        if self.profile.archive_mode == "single":
            return self._archive_singly(ids)
        troubles = []
        try:
            answer = self._call(
                "POST",
                "archive",
                json={"ids": list(ids), "reference": reference},
                headers={"Idempotency-Key": idempotency_key},
                repeated=troubles.append,
            )
        except SofiError as error:
            error.no_effect = all(map(had_no_effect, [*troubles, error]))
            raise
        done, already = (
            {str(charge_id) for charge_id in _list(answer, name)} & set(ids)
            for name in ("archived", "already_archived")
        )
        rejected = {
            str(row.get("id")): str(row.get("code") or "")
            for row in _list(answer, "rejected")
            if isinstance(row, dict)
        }
        # Neither confirmed nor refused is not archived; both at once is not either.
        silent = dict.fromkeys(set(ids) - done - already, NO_ANSWER)
        return Archived(
            done - already - set(rejected),
            already - set(rejected),
            silent | rejected,
            not all(map(had_no_effect, troubles)),
        )

    def _archive_singly(self, ids):
        """Archive one by one; asked before, as the answer does not tell by whom."""
        result = Archived()
        archived = self.profile.value("archived")
        status = self.profile.field("status")
        for charge_id in ids:
            try:
                if self.charge(charge_id)[status] == archived:
                    result.already.add(charge_id)
                    continue
                body = {"status": archived}
                self._call("PATCH", "charge", id=charge_id, json=body)
                result.done.add(charge_id)
            except (SofiNotFound, SofiConflict) as error:
                result.rejected[charge_id] = error.code
            except SofiError as error:
                error.no_effect = not result.done and had_no_effect(error)
                raise
        return result

    # --- Convention ------------------------------------------------------------

    def update_resident(self, resident_id, values):
        """Write values on a resident (spec 3.4, endpoint 10).

        :raises SofiAuthError: when the right to write is missing
        """
        return self._call("PATCH", "resident", id=resident_id, json=values)

    def create_resident(self, values, idempotency_key):
        """Create a resident and return it as SOFI has it.

        :param dict values: SOFI field -> value
        :param str idempotency_key: the same whenever this creation is sent again
        """
        headers = {"Idempotency-Key": idempotency_key}
        return self._call("POST", "residents", json=values, headers=headers)

    # --- Lists -----------------------------------------------------------------

    def read_all(self, endpoint, convert=dict, unnamed=None, **filters):
        """Return a whole list; read once more when it changed under our eyes.

        :param str endpoint: name of a path of the profile
        :param convert: called with each JSON object, gives what is kept of it
        :param unnamed: called with what has no id, and its place such as `2.17` (page
            and row); without it, such a record is an error
        :param filters: query parameters by our names, None ones are left out
        :rtype: Listing
        :raises SofiShortList: fewer records than announced, on the second reading too
        """
        keep = convert, unnamed
        listing, total = self._read_pages(endpoint, keep, filters)
        if listing.drifted or len(listing.rows) < total:
            listing, total = self._read_pages(endpoint, keep, filters)
        if len(listing.rows) < total:
            raise SofiShortList(len(listing.rows), total)
        return listing

    def _read_pages(self, endpoint, keep, filters):
        """Return (Listing, smallest total that SOFI told)."""
        convert, unnamed = keep
        rows, totals = {}, set()
        for page in range(1, MAX_PAGES + 1):
            query = {**filters, "page": page, "per_page": PAGE_SIZE, "sort": "id"}
            data, total, pages = self._page(endpoint, query)
            for number, row in enumerate(data, start=1):
                identifier = self._id(row)
                if not identifier and unnamed:
                    rows[page, number] = unnamed(row, f"{page}.{number}")
                elif not identifier:
                    raise SofiProtocolError("a record without id")
                elif identifier not in rows:
                    rows[identifier] = convert(row)
            totals.add(total)
            if not data or page >= (pages or MAX_PAGES):
                return Listing(list(rows.values()), len(totals) > 1), min(totals)
        raise SofiProtocolError("the list does not end")

    def _page(self, endpoint, query):
        """Return (rows, total, number of pages); numbers SOFI does not tell are 0."""
        parameter = self.profile.parameter
        named = {
            (parameter(name) if name in self._paging_names else name): value
            for name, value in query.items()
            if value is not None
        }
        answer = self._call("GET", endpoint, params=named)
        data, meta = answer.get("data"), answer.get("meta")
        if not isinstance(data, list) or not isinstance(meta, dict):
            raise SofiProtocolError("the list has no data or no meta")
        numbers = [meta.get(name) or 0 for name in ("total", "total_pages")]
        if not all(isinstance(number, int) for number in numbers):
            raise SofiProtocolError("the list does not tell its length")
        return data, *numbers

    _paging_names = frozenset(("status", "from", "to", "page", "per_page", "sort"))

    def _id(self, row):
        """Return the id of a record as a text, "" where it has none.

        One page may write as a number what another writes as a text.
        """
        found = row.get(self.profile.field("id")) if isinstance(row, dict) else None
        known = isinstance(found, str | int) and not isinstance(found, bool)
        return str(found) if known else ""

    # --- One call --------------------------------------------------------------

    def _call(self, method, endpoint, id=None, **options):
        """Call an endpoint; an expired token is renewed once."""
        path = self.profile.path(endpoint, id=id)
        # Reading and archiving may be repeated without a second effect, else nothing.
        repeatable = method == "GET" or endpoint in ("archive", "charge")
        headers = options.pop("headers", {})
        try:
            return self._send(method, path, repeatable, headers, options)
        except SofiAuthError as error:
            if error.code != "invalid_token" or self.profile.auth != "oauth":
                raise
        self.login()
        return self._send(method, path, repeatable, headers, options)

    def _send(self, method, path, repeatable, headers, options):
        return self._transport.send(
            method,
            path,
            retry=repeatable,
            headers=headers | self._auth_headers(),
            auth=(self._key, self._secret) if self.profile.auth == "basic" else None,
            **options,
        )

    def _auth_headers(self):
        if self.profile.auth == "headers":
            names = self.profile.key_header, self.profile.secret_header
            return dict(zip(names, (self._key, self._secret), strict=True))
        return {"Authorization": f"Bearer {self._token}"} if self._token else {}


def _is_plain(text):
    """Tell whether a header can carry a text."""
    return text.isascii() and text.isprintable()


def _list(answer, name):
    """Return a list of an answer, empty where SOFI leaves it out."""
    found = answer.get(name) or []
    if not isinstance(found, list):
        raise SofiProtocolError(f"{name} is no list")
    return found
