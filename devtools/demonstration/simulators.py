"""What the companies of the demonstration speak with, until interrupted.

`python -m devtools.demonstration.simulators`: SOFI and openIMIS, on loopback.
"""

import json
import time
from datetime import date

from tests.simulators.openimis.__main__ import small
from tests.simulators.openimis.server import OpenimisServer

from ..server import is_free
from . import primmo, sofi

OPENIMIS_PORT = 8767


def openimis_store():
    """Return what the openIMIS has, in the scheme's currency."""
    store = small()
    for row in store.rows["Invoice"].values():
        _in_shillings(row.resource)
    return store


def _in_shillings(part):
    for name, value in part.items() if isinstance(part, dict) else enumerate(part):
        if name == "currency":
            part[name] = "TZS"
        elif isinstance(value, (dict, list)):
            _in_shillings(value)


def _free(port):
    """Return a port, or zero for any when it is taken."""
    return port if is_free(port) else 0


def main():
    """Serve; the line printed are the addresses of SOFI and openIMIS."""
    shipped = json.loads(
        (sofi.paths.TESTS / "simulators/sofi/sofi_simulator/fixture.json").read_text()
    )
    residences = sofi.simulator(primmo.site, _free(sofi.DEFAULT_PORT), shipped)
    sofi.evening(residences, date.today())
    residences.start()
    with OpenimisServer(openimis_store(), port=_free(OPENIMIS_PORT)) as openimis:
        print(json.dumps([residences.url, openimis.url]), flush=True)
        try:
            time.sleep(10**9)
        except KeyboardInterrupt:
            residences.close()


if __name__ == "__main__":
    main()
