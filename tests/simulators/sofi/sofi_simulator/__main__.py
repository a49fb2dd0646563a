"""Command line: python -m sofi_simulator [--port 8766] [--fixture FILE]."""

import argparse
import json
from pathlib import Path

from .server import DEFAULT_PORT, Simulator


def main():
    """Serve until interrupted; the first line printed is the address."""
    parser = argparse.ArgumentParser(prog="sofi_simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="0 takes any")
    parser.add_argument("--fixture", type=Path, help="JSON file with the residences")
    options = parser.parse_args()
    fixture = json.loads(options.fixture.read_text()) if options.fixture else None
    simulator = Simulator(options.port, fixture)
    print(simulator.url, flush=True)
    try:
        simulator.serve_forever()
    except KeyboardInterrupt:
        simulator.close()


if __name__ == "__main__":
    main()
