"""The recorded answers, schema and tables of a real openIMIS."""

import csv
import gzip
import io
import json
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent / "recordings"
#: Names of recordings that belong to a state changed on purpose after the others.
LATER = ("after_", "ties", "new_claim", "withdrawn_claim", "relative_status8")


def read(name):
    """Text of a compressed file below `recordings/`.

    :param str name: path without `.gz`
    :rtype: str
    """
    return gzip.decompress((ROOT / f"{name}.gz").read_bytes()).decode()


@cache
def graphql():
    """Requests and answers of GraphQL, in the order of their names.

    :return: list of dicts, see `recordings/README.md`
    """
    return json.loads(read("graphql.json"))


def fresh():
    """Those of the state that `truth` shows.

    :rtype: list[dict]
    """
    return [
        recording
        for recording in graphql()
        if not any(word in recording["name"].partition("/")[2] for word in LATER)
    ]


def truth(name):
    """Rows of a table of the recorded state.

    :param str name: e.g. `claim_lines`
    :return: list of dicts of texts, "" where the table held nothing
    """
    return list(csv.DictReader(io.StringIO(read(f"truth/{name}.csv"))))
