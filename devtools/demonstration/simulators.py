"""What the companies of the demonstration speak with, until interrupted.

`python -m devtools.demonstration.simulators`: SOFI, openIMIS and a subscriber to its
bills, on loopback.
"""

import json
import sys
import time
from datetime import date

from tests.simulators.openimis.__main__ import small
from tests.simulators.openimis.server import OpenimisServer

from .. import paths
from ..server import is_free
from . import primmo, sofi

sys.path.insert(0, str(paths.ADDONS / "openimis_fhir" / "tests"))
from receiver import Receiver  # noqa: E402

OPENIMIS_PORT = 8767
PAID = 2
#: amounts of the lines of bills that the scheme books
BOOKED = ((61500.0,), (48250.0,), (33000.0,))


def openimis_store():
    """Return what the openIMIS has, in the scheme's currency."""
    store = small()
    facility = list(store.rows["Organization"])[-1]
    store.booked = [
        store.add_bill(number, facility, amounts)
        for number, amounts in enumerate(BOOKED, 11)
    ]
    for row in store.rows["Invoice"].values():
        _in_shillings(row.resource)
    return store


def as_left():
    """Return the openIMIS as the scheme left it: bills paid, and one deleted."""
    store = openimis_store()
    *paid, deleted = store.booked
    store.bill_status.update(dict.fromkeys(paid, PAID))
    store.delete("Invoice", deleted)
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
    """Serve; the line printed are the addresses of SOFI, openIMIS, the subscriber."""
    shipped = json.loads(
        (sofi.paths.TESTS / "simulators/sofi/sofi_simulator/fixture.json").read_text()
    )
    residences = sofi.simulator(primmo.site, _free(sofi.DEFAULT_PORT), shipped)
    sofi.left_out(residences, date.today())
    sofi.evening(residences, date.today())
    residences.start()
    receiver = Receiver().start()
    with OpenimisServer(as_left(), port=_free(OPENIMIS_PORT)) as openimis:
        subscriber = receiver.url.rpartition("/")[0]
        print(json.dumps([residences.url, openimis.url, subscriber]), flush=True)
        try:
            time.sleep(10**9)
        except KeyboardInterrupt:
            residences.close()
            receiver.stop()


if __name__ == "__main__":
    main()
