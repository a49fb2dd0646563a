"""Pulling from openIMIS: how fast our side is, beside the server's own time.

The answers are made beforehand and handed over in memory, so that what is measured is
reading, comparing and writing; claims have an item and a service each.
"""

import json
import resource

from tests.simulators.openimis import Store

from .fhir_cpu import cpuwatch
from .report import Result

ADDONS = ["openimis_fhir"]
CLAIMS = 4000
PAGE = 200


class Loopback:
    """A client whose answers come from memory, as parsed as the real one's."""

    server_date = None

    def __init__(self, store):
        from odoo.addons.openimis_fhir.core.client import loads

        rows = list(store.rows["Claim"].values())
        self.loads = loads
        self.total = len(rows)
        self.pages = {
            name: [
                json.dumps(
                    {
                        "resourceType": "Bundle",
                        "total": len(rows),
                        "entry": [
                            {"resource": getattr(row, attribute)}
                            for row in rows[start : start + PAGE]
                        ],
                    }
                ).encode()
                for start in range(0, len(rows), PAGE)
            ]
            for name, attribute in (
                ("Claim", "resource"),
                ("ClaimResponse", "response"),
            )
        }

    def get(self, path, parameters=None):
        number = parameters["page-offset"]
        return self.loads(self.pages[path.strip("/")][number - 1])


def bench(env):
    """First load, then the same again with nothing changed."""
    from odoo.addons.openimis_fhir.core.transport import FhirTransport

    company = env["res.company"].create(
        {"name": "Bench", "currency_id": env.ref("base.USD").id}
    )
    env = env(context={**env.context, "allowed_company_ids": company.ids})
    pull, store = _prepare(env, company)
    transport = FhirTransport(Loopback(store), {"$": "USD"})
    for name in ("claims, first load", "claims, unchanged"):
        before = _peak()
        reading, writing = _load(env, transport, pull)
        yield Result(name, CLAIMS / (reading[0] + writing[0]), "per s")
        yield Result(f"{name}: reading only", CLAIMS / reading[0], "per s")
        yield Result(
            f"{name}: per second of our CPU",
            CLAIMS / (reading[1] + writing[1]),
            "per s",
        )
        yield Result(f"{name}: memory grows by", _peak() - before, "MB")
    assert env["openimis.claim"].search_count([]) >= CLAIMS


def _load(env, transport, pull):
    """Take all pages as a pull does; return (seconds, CPU) of reading, writing."""
    reading, writing = [0.0, 0.0], [0.0, 0.0]
    for start in range(0, CLAIMS, PAGE):
        with cpuwatch() as watch:
            page = transport.page("claim", start, PAGE)
        reading[0] += watch.seconds
        reading[1] += watch.cpu
        with cpuwatch() as watch:
            pull._take("claim", page)
            env.cr.commit()
            env.invalidate_all()
        writing[0] += watch.seconds
        writing[1] += watch.cpu
    return reading, writing


def _peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _prepare(env, company):
    store = Store()
    facility = store.add_facility(1)
    product = env["openimis.product"].create(
        {"code": "BCUL0001", "name": "P", "company_id": company.id}
    )
    env["res.partner"].create(
        {
            "name": "HF",
            "company_id": company.id,
            "openimis_uuid": facility,
            "openimis_is_facility": True,
        }
    )
    policy = store.add_policy(1, "BCUL0001")
    env["openimis.policy"].create(
        {"openimis_uuid": policy, "product_id": product.id, "company_id": company.id}
    )
    for number in range(CLAIMS):
        store.add_claim(number, facility, policy)
    connection = env["openimis.connection"].create(
        {
            "name": "Bench",
            "url": "https://imis.example.org",
            "company_id": company.id,
            "currency_id": env.ref("base.USD").id,
        }
    )
    pull = env["openimis.pull"].create(
        {"connection_id": connection.id, "company_id": company.id}
    )
    env.cr.commit()
    return pull, store
