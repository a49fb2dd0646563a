"""Make the plain-Python package and the simulator importable; a running simulator."""

import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[2]
for folder in (TESTS / "core", TESTS / "simulators/sofi", Path(__file__).parent):
    sys.path.insert(0, str(folder))

from tests_core_loader import load_core  # noqa: E402

load_core("sofi_primmo")

from sofi_primmo_core.api_client import SofiClient  # noqa: E402
from sofi_samples import KEY, SECRET  # noqa: E402
from sofi_simulator import Simulator  # noqa: E402


@pytest.fixture(scope="module")
def server():
    simulator = Simulator().start()
    yield simulator
    simulator.close()


@pytest.fixture
def simulator(server):
    server.faults.clear()
    server.store.reset()
    return server


@pytest.fixture
def pauses():
    return []


@pytest.fixture
def connect(simulator, pauses):
    clients = []

    def make(path="erables", key=KEY, secret=SECRET, login=True, **options):
        options = {"sleep": pauses.append, "timeout": (2, 1)} | options
        clients.append(SofiClient(simulator.address(path), key, secret, **options))
        if login:
            clients[-1].login()
        return clients[-1]

    yield make
    for client in clients:
        client.__exit__()
