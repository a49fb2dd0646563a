"""`python -m tests.simulators.openimis`: a small openIMIS to look at, or a large."""

import argparse
import time

from .mass import MassClaims
from .server import LOGIN, OpenimisServer
from .store import Store

PRODUCT = "BCUL0001"


def small():
    """The captured records and some made ones."""
    store = Store().load_captured()
    store.add_product(1, PRODUCT)
    facility = store.add_facility(1)
    for number in range(1, 51):
        patient = store.add_patient(number)
        policy = store.add_policy(number, PRODUCT)
        store.add_claim(number, facility, policy, patient)
    store.add_bill(1, facility)
    return store


def large(claims):
    """One facility with as many claims as wanted, made when they are asked for."""
    store = Store()
    store.add_product(1, PRODUCT)
    facility = store.add_facility(1)
    store.mass = MassClaims(claims, facility, store.add_policy(1, PRODUCT))
    return store


def main():
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", nargs="?", type=int, default=0)
    parser.add_argument("--claims", type=int, help="as many claims, little else")
    options = parser.parse_args()
    store = large(options.claims) if options.claims else small()
    with OpenimisServer(store, port=options.port) as server:
        print(f"openIMIS at {server.url} login {LOGIN[0]}", flush=True)
        while True:
            time.sleep(3600)


if __name__ == "__main__":
    main()
