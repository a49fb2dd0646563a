"""What the companies of the demonstration speak with, until interrupted.

`python -m devtools.demonstration.simulators`: SOFI and openIMIS, on loopback.
"""

import json
import time
from datetime import date

from tests.simulators.openimis.__main__ import small
from tests.simulators.openimis.server import OpenimisServer

from . import sofi

OPENIMIS_PORT = 8767


def main():
    """Serve; the lines printed are the addresses."""
    shipped = json.loads(
        (sofi.paths.TESTS / "simulators/sofi/sofi_simulator/fixture.json").read_text()
    )
    residences = sofi.simulator(shipped)
    sofi.evening(residences, date.today())
    residences.start()
    with OpenimisServer(small(), port=OPENIMIS_PORT) as openimis:
        print(f"SOFI {residences.url}, openIMIS {openimis.url}", flush=True)
        try:
            time.sleep(10**9)
        except KeyboardInterrupt:
            residences.close()


if __name__ == "__main__":
    main()
