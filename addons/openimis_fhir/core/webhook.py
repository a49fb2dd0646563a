"""Signed delivery of changes to a subscriber.

The signature covers time and body, so that a caught delivery cannot be replayed later:
`X-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>">`.
"""

import hashlib
import hmac

import requests

from .address import check_url, guarded_session
from .exceptions import RequestRefused, ServerUnavailable, UnsafeAddress

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
    session = guarded_session(requests.Session(), internal)
    try:
        with session.post(
            check_url(url, internal),
            data=body,
            headers={"Content-Type": "application/fhir+json", **headers},
            timeout=TIMEOUT,
            allow_redirects=False,
            stream=True,
        ) as answer:
            status = answer.status_code
    except UnsafeAddress:
        raise
    except requests.RequestException as error:
        raise ServerUnavailable(type(error).__name__) from None
    if 200 <= status < 300:
        return status
    if 300 <= status < 500 and status not in (408, 429):
        raise RequestRefused("", status=status)
    raise ServerUnavailable("", status=status)
