"""Errors of the connector; the models turn them into messages for people."""


class SofiError(Exception):
    """Anything that went wrong between Odoo and SOFI.

    :param str message: technical text without secrets or personal data
    :param str code: SOFI's own error code, when it gave one
    :param int status: HTTP status, 0 when there was no answer
    :param str request_id: SOFI's number of the request, for a support case
    :ivar bool no_effect: the request certainly changed nothing in SOFI, in none of its
        tries; known only of requests to archive
    """

    no_effect = False

    def __init__(self, message, code="", status=0, request_id=""):
        super().__init__(message)
        self.code = code
        self.status = status
        self.request_id = request_id


class SofiConfigError(SofiError):
    """The residence is not configured in a usable way; no call was made."""


class SofiAuthError(SofiError):
    """Key or secret refused, API login not allowed, or a right is missing."""

    def __init__(self, message, missing_right="", **kwargs):
        super().__init__(message, **kwargs)
        self.missing_right = missing_right


class SofiRequestError(SofiError):
    """SOFI did not accept the request as such (400, 422)."""


class SofiNotFound(SofiError):
    """The object does not exist (any more) in SOFI (404)."""


class SofiConflict(SofiError):
    """The object changed, or the idempotency key was used for another body (409)."""


class SofiTransient(SofiError):
    """Too many requests, server trouble or no answer: trying again may help.

    :param float retry_after: seconds SOFI asks to wait, None when it did not say
    :param bool unsent: the request never reached SOFI
    """

    def __init__(self, message, retry_after=None, unsent=False, **kwargs):
        super().__init__(message, **kwargs)
        self.retry_after = retry_after
        self.unsent = unsent


class SofiStopped(SofiError):
    """The run stops here: the request was not sent any more."""

    no_effect = True


class SofiProtocolError(SofiError):
    """SOFI answered something that is not what its interface promises."""


class SofiShortList(SofiProtocolError):
    """A list has fewer records than SOFI announced.

    :param int found: number of records that were listed
    :param int total: number that was announced
    """

    def __init__(self, found, total):
        super().__init__(f"{found} of {total} records", code="short_list")
        self.found = found
        self.total = total


class SofiGarbled(SofiProtocolError):
    """No JSON: cut short, or the page of a gateway; trying again may help."""

    retry_after = None


def had_no_effect(error):
    """Tell whether a request that ended so certainly changed nothing in SOFI.

    :param SofiError error: how it ended
    :rtype: bool
    """
    if isinstance(error, SofiTransient):
        return error.unsent or error.status == 429
    refusals = SofiConfigError, SofiAuthError, SofiRequestError, SofiNotFound
    return isinstance(error, (*refusals, SofiStopped))


class CodedError(ValueError):
    """A refused value, with a stable code for programs and people.

    :param str code: one of the codes of the specification
    :param str message: technical detail
    """

    def __init__(self, code, message=""):
        super().__init__(message or code)
        self.code = code
