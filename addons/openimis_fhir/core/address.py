"""Where requests to other systems may go, and what is said when they may not."""

from contextlib import contextmanager

from ...exchange_run.core import http
from .exceptions import ServerUnavailable, TimedOut, UnreadableAnswer, UnsafeAddress


def reach(internal=False):
    """Return where requests may go.

    :param bool internal: plain http, private and loopback hosts are allowed
    :rtype: exchange_run.core.http.Reach
    """
    return http.Reach(internal=bool(internal), plain=bool(internal))


def check_url(url, internal=False):
    """Return the URL without trailing slash when it may be called.

    :param str url: address entered by an administrator
    :param bool internal: as of `reach`
    :raises UnsafeAddress: other scheme than https, credentials in the address, no host
    """
    with told():
        return reach(internal).check_form(url).geturl().rstrip("/")


@contextmanager
def told():
    """Raise what the toolbox says of an address or a request as errors of ours.

    :raises ExchangeError: one of its kinds
    """
    try:
        yield
    except http.UnsafeAddress as error:
        raise UnsafeAddress(error.detail, code=error.code) from None
    except http.TooLarge:
        raise UnreadableAnswer(f"> {http.LARGEST} bytes", code="too_large") from None
    except http.NoAnswer as error:
        kind = TimedOut if error.late else ServerUnavailable
        raise kind(error.kind) from None
