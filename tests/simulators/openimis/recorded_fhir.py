"""The recorded FHIR answers of a real openIMIS, see `recordings/README.md`."""

import csv
import gzip
import io
import json
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent / "recordings"


@cache
def answers(resource):
    """Requests and answers about one resource.

    :param str resource: file below `recordings/fhir`, e.g. `Claim`
    :return: {name: list of {"request", "response"}}
    """
    return json.loads(gzip.decompress((ROOT / f"fhir/{resource}.json.gz").read_bytes()))


@cache
def truth(table):
    """Rows of a table of the recorded state, texts by name of the column."""
    content = gzip.decompress((ROOT / f"truth/{table}.csv.gz").read_bytes()).decode()
    return list(csv.DictReader(io.StringIO(content)))


def resources(resource, *prefixes):
    """{UUID: resource} in the answers whose name starts with one of the prefixes."""
    found = {}
    for name, records in answers(resource).items():
        if not name.startswith(prefixes) or "status8" in name:
            continue
        for record in records:
            for value in _resources(record["response"]["body"]):
                if value["resourceType"] == resource:
                    found[uuid_of(value)] = value
    return found


def _resources(body):
    if not isinstance(body, dict):
        return []
    if body.get("resourceType") == "Bundle":
        return [entry["resource"] for entry in body.get("entry") or ()]
    return [body]


def uuid_of(resource):
    """UUID of a resource, which not all of them have as `id`."""
    return resource.get("id") or resource["identifier"][0]["value"]


#: Names of the answers that belong to the state `truth` shows.
FRESH = (
    "bills_count",
    "case_",
    "list_count1_offsets",
    "list_p",
    "list_type-bill_p",
    "list_type-prov_p",
)


def fresh(resource):
    """{UUID: resource} of the recorded state, as far as the answers show it."""
    return resources(resource, *FRESH)
