"""`python -m tests.simulators.openimis [port]`: a small openIMIS to look at."""

import sys
import time

from .server import LOGIN, OpenimisServer
from .store import Store


def main():
    """Serve the captured records and some made ones until interrupted."""
    store = Store().load_captured()
    product = store.add_product(1, "BCUL0001")
    facility = store.add_facility(1)
    for number in range(1, 51):
        patient = store.add_patient(number)
        coverage = store.add_policy(number, "BCUL0001")
        store.add_claim(number, facility, coverage, patient)
    store.add_bill(1, facility)
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    with OpenimisServer(store, port=port) as server:
        print(f"openIMIS at {server.url}, login {LOGIN[0]}, product {product}")
        while True:
            time.sleep(3600)


if __name__ == "__main__":
    main()
