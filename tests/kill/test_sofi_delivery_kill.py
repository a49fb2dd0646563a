"""kill -9 of a real Odoo at every step of a delivery by SFTP and to S3, then resume:
nothing lost, nothing twice."""

import json
import sys
from collections import Counter
from pathlib import Path

import pytest

from ..databases import cloned
from .common import assert_killed_all_along, run_victim

SIMULATORS = Path(__file__).parents[1] / "simulators"
sys.path.insert(0, str(SIMULATORS / "sofi"))
sys.path.insert(0, str(SIMULATORS / "storages"))

from sofi_simulator import Simulator, generate  # noqa: E402

storage_servers = pytest.importorskip(
    "storage_servers", reason="./dev test --oca installs the servers"
)

ADDONS = ["sofi_primmo_storage"]
CHARGES = 201  # two batches
MOST_STEPS = 120


@pytest.fixture(scope="module", params=["SftpServer", "S3Server"])
def outcome(request, tmp_path_factory):
    """(reports of the victim, simulator, server)"""
    residences = {
        f"k{step}": generate.residence(f"k{step}", CHARGES)
        for step in range(1, MOST_STEPS + 1)
    }
    kind = getattr(storage_servers, request.param)
    server = kind(tmp_path_factory.mktemp("delivered"))
    simulator = Simulator(fixture=residences).start()
    storage = {
        "name": "Primmo",
        "code": "primmo",
        "protocol": server.protocol,
        "options": json.dumps(server.options()),
        "directory_path": storage_servers.BUCKET if kind.protocol == "s3" else False,
        "server_key": server.key,
    }
    try:
        with cloned(f"kill-delivery{server.protocol}") as name:
            arguments = simulator.url, json.dumps(storage), MOST_STEPS
            reports = run_victim("sofi_delivery_victim.py", name, *arguments)
        yield reports, simulator, server
    finally:
        simulator.close()
        server.close()


def test_every_step_was_killed_until_one_run_came_through(outcome):
    assert_killed_all_along(outcome[0], more_than=20)


def test_every_run_ends_well(outcome):
    for report in outcome[0]:
        assert (report["state"], report["archived"]) == ("done", CHARGES), report
        assert report["proved"] is not report["asked"], report


def test_every_charge_is_archived_exactly_once(outcome):
    reports, simulator, _server = outcome
    for report in reports:
        times = simulator.residence(f"k{report['step']}").archived_times
        assert (len(times), set(times.values())) == (CHARGES, {1}), report


def test_every_charge_is_delivered_once_or_somebody_is_asked(outcome):
    """S3 knows no renaming: killed around its last request, nobody can know."""
    reports, _simulator, server = outcome
    for report in reports:
        files = server.files(f"k{report['step']}")
        if report["asked"]:
            assert server.protocol == "s3", report
            assert files == {}, report
            continue
        [(name, content)] = files.items()
        assert name.endswith(".csv"), report
        ids = Counter(line.split(b",")[6] for line in content.splitlines())
        assert (len(ids), set(ids.values())) == (CHARGES, {1}), report
    asked = sum(report["asked"] for report in reports)
    # from the intention to publish, which is committed, to the one request
    assert asked <= 10, "only around the last request"
