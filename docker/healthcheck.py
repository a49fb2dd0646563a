#!/usr/bin/env python3
"""Succeed when Odoo answers: its own health address, which needs no database."""

import os
import sys
import urllib.request

PORT = os.environ.get("HTTP_PORT", "8069")
TIMEOUT = 5


def main():
    """Return 0 when Odoo is well, 1 when it is not or does not answer."""
    url = f"http://127.0.0.1:{PORT}/web/health"
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT) as answer:
            return 0 if answer.status == 200 else 1
    except OSError as error:
        print(f"{url}: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
