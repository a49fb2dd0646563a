"""Errors of the exchange with openIMIS.

`code` is stable and meant for programs; the text shown to a user is made (and
translated) by the model that catches the error.
"""


class ExchangeError(Exception):
    """Base of all errors of this package.

    :param str code: stable machine-readable code
    :param str detail: what the other side said, shortened, never a secret
    :param int status: HTTP status, when there was one
    """

    code = "exchange"

    def __init__(self, detail="", *, code=None, status=None):
        super().__init__(detail)
        self.code = code or self.code
        self.detail = str(detail).replace("\0", "\ufffd")[:500]
        self.status = status


class UnsafeAddress(ExchangeError):
    """The address leads to a host we must not talk to (SSRF guard)."""

    code = "unsafe_address"


class AuthenticationFailed(ExchangeError):
    """Login or token refused; never retried (openIMIS locks after 5 failures)."""

    code = "authentication"


class AccessRefused(ExchangeError):
    """The account is known but lacks a right (HTTP 403, GraphQL "unauthorized")."""

    code = "access"


class ServerUnavailable(ExchangeError):
    """No usable answer after all retries (network, timeout, 429, 502-504)."""

    code = "unavailable"


class TimedOut(ServerUnavailable):
    """No answer within the time limit (or the proxy's): ask for less at a time."""


class ServerFailed(ExchangeError):
    """openIMIS answered 500: repeating the same question does not help."""

    code = "server_error"


class UnknownField(ServerFailed):
    """GraphQL of another version: a field that is asked for does not exist.

    :param str name: of the field
    :param int place: where it stands in the query, from 0
    """

    def __init__(self, detail, name, place):
        super().__init__(detail)
        self.name = name
        self.place = place


class NotFound(ExchangeError):
    """The resource or the page does not exist (404, 410)."""

    code = "not_found"


class RequestRefused(ExchangeError):
    """The request was understood and refused (other 4xx)."""

    code = "refused"


class UnreadableAnswer(ExchangeError):
    """The answer is not JSON, too large, or not the resource asked for."""

    code = "unreadable"


class UnreadableResource(ExchangeError):
    """One resource lacks what is needed to keep it.

    :param str path: FHIRPath-like place of the defect, e.g. `Claim.provider`
    """

    code = "resource"

    def __init__(self, path, detail=""):
        super().__init__(f"{path}: {detail}" if detail else path)
        self.path = path


def is_gone(error):
    """Whether an error says that the record asked for does not exist (any more).

    openIMIS answers 404 for some resources and 500 for others, with the words of the
    query that found nothing. Any other failure says nothing about the record.

    :param ExchangeError error: of a request for one record by its UUID
    :rtype: bool
    """
    if isinstance(error, NotFound):
        return True
    text = error.detail
    return isinstance(error, ServerFailed) and (
        "failed to retrieve" in text and "matching query does not exist" in text
    )
