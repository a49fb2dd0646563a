"""Signed delivery of changes to a subscriber.

The signature covers time and body, so that a caught delivery cannot be replayed later:
`X-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>">`.
"""

import hashlib
import hmac

from ...exchange_run.core import http
from .address import check_url, reach, told
from .exceptions import RequestRefused, ServerUnavailable

TIMEOUT = 15
TOLERANCE = 300
#: minutes to wait after the n-th failure; after the last one the delivery is given up
WAITS = (1, 2, 5, 15, 30, 60, 120, 240, 480, 720, 1440)


def sign(secret, moment, body):
    """Signature header of a body.

    :param str secret: shared with the subscriber
    :param int moment: unix seconds
    :param bytes body: as sent
    """
    text = str(int(moment)).encode() + b"." + body
    digest = hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()
    return f"t={int(moment)},v1={digest}"


def verify(secret, header, body, now):
    """Whether a signature is genuine and not older than five minutes.

    What a subscriber does with a delivery; also our own test of `sign`.
    """
    parts = dict(part.partition("=")[::2] for part in (header or "").split(","))
    if not parts.get("t", "").isdigit() or abs(now - int(parts["t"])) > TOLERANCE:
        return False
    return hmac.compare_digest(sign(secret, int(parts["t"]), body), header)


def wait_minutes(failures):
    """Minutes until the next try after so many failures; None: give up.

    :param int failures: 1 after the first
    """
    return WAITS[failures - 1] if failures <= len(WAITS) else None


def deliver(url, body, headers, internal=False):
    """POST a body; any 2xx answer means received.

    :param str url: the subscriber's address
    :param bytes body: JSON
    :param dict headers: signature, event and delivery id
    :param bool internal: allow plain http and private addresses
    :return: HTTP status
    :raises UnsafeAddress: the address may not be called
    :raises RequestRefused: the subscriber said no (4xx, redirect)
    :raises ServerUnavailable: no answer, or a failure of the subscriber
    """
    session = http.Session(reach(internal), TIMEOUT)
    try:
        with told():
            status = session.request(
                "POST",
                check_url(url, internal),
                read=False,
                data=body,
                headers={"Content-Type": "application/fhir+json", **headers},
            ).status
    finally:
        session.close()
    if 200 <= status < 300:
        return status
    if 300 <= status < 500 and status not in (408, 429):
        raise RequestRefused("", status=status)
    raise ServerUnavailable("", status=status)
