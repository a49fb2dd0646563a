"""Names of SOFI's interface as data (spec 3): paths, parameters, fields.

Telemedic publishes no reference, so nothing here is written into the code that uses
it: a profile may give any name anew.
"""

from dataclasses import dataclass, field
from urllib.parse import quote

PATHS = {
    "token": "/oauth/token",
    "ping": "/ping",
    "charges": "/charges",
    "charge": "/charges/{id}",
    "archive": "/charges/archive",
    "accommodation_types": "/dictionaries/accommodation-types",
    "residents": "/residents",
    "resident": "/residents/{id}",
    "rooms": "/rooms",
    "units": "/units",
    "services": "/services",
}
PARAMETERS = {
    "status": "status",
    "from": "from",
    "to": "to",
    "page": "page",
    "per_page": "per_page",
    "sort": "sort",
}
VALUES = {"accepted": "accepted", "archived": "archived"}
KINDS = {"path": PATHS, "parameter": PARAMETERS, "value": VALUES}


@dataclass(frozen=True, slots=True)
class ApiProfile:
    """How to speak with one generation of SOFI's interface.

    :ivar str prefix: path before every endpoint
    :ivar str auth: `oauth` (client credentials), `basic` or `headers`
    :ivar str archive_mode: `batch`, or `single` (one PATCH per charge)
    :ivar dict names: (kind, our name) -> SOFI's name; kinds are those of `KINDS`
        and `field`
    """

    prefix: str = "/api/v1"
    auth: str = "oauth"
    archive_mode: str = "batch"
    key_header: str = "X-Api-Key"
    secret_header: str = "X-Api-Secret"
    names: dict = field(default_factory=dict)

    def path(self, name, **values):
        """Return the path of an endpoint below the residence's address."""
        quoted = {key: quote(str(value), safe="") for key, value in values.items()}
        return self.prefix + self._name("path", name).format(**quoted)

    def parameter(self, name):
        """Return SOFI's name of a query parameter."""
        return self._name("parameter", name)

    def value(self, name):
        """Return SOFI's word for a status."""
        return self._name("value", name)

    def field(self, name):
        """Return SOFI's name of a field of its records."""
        return self.names.get(("field", name), name)

    def _name(self, kind, name):
        return self.names.get((kind, name), KINDS[kind][name])
