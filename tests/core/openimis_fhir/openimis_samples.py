"""Captured responses, and the core package they are read with."""

from pathlib import Path

from tests_core_loader import load_core

core = load_core("openimis_fhir")
from openimis_fhir_core import (  # noqa: E402
    address,
    bundle,
    client,
    const,
    exceptions,
    fhir_build,
    fhir_read,
    fhir_read_bill,
    fhir_read_claim,
    fhir_search,
    fhir_served,
    fhir_server,
    fhir_transport,
    fhir_values,
    fhir_view,
    graphql_query,
    graphql_read,
    graphql_read_policy,
    graphql_transport,
    ledger,
    notices,
    openapi,
    outgoing,
    read_ahead,
    record_json,
    records,
    transport,
    webhook,
)

SAMPLES = Path(__file__).parent / "samples"
DOLLAR = {"$": "USD"}


def sample(name):
    """A captured response as the client reads it: exact numbers."""
    return client.loads((SAMPLES / f"{name}.json").read_bytes())


def resources(name):
    """Resources of a captured bundle."""
    return [entry["resource"] for entry in sample(name).get("entry", ())]


__all__ = [
    "DOLLAR",
    "address",
    "bundle",
    "client",
    "const",
    "core",
    "exceptions",
    "fhir_build",
    "fhir_read",
    "fhir_read_bill",
    "fhir_read_claim",
    "fhir_search",
    "fhir_served",
    "fhir_server",
    "fhir_transport",
    "fhir_view",
    "fhir_values",
    "graphql_query",
    "graphql_read",
    "graphql_read_policy",
    "graphql_transport",
    "ledger",
    "notices",
    "openapi",
    "outgoing",
    "read_ahead",
    "record_json",
    "records",
    "resources",
    "sample",
    "transport",
    "webhook",
]
