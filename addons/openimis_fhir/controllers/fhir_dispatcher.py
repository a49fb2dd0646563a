"""Answer everything that goes wrong under /fhir/R4 with an OperationOutcome."""

import gzip
import logging

from werkzeug.exceptions import HTTPException
from werkzeug.http import parse_accept_header

from odoo.exceptions import AccessDenied, AccessError, MissingError, UserError
from odoo.http import HttpDispatcher, Response, SessionExpiredException

from ..core.client import dumps
from ..core.fhir_build import operation_outcome
from ..fhir_error import FhirError

_logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/fhir+json; charset=utf-8"
JSON_TYPES = {
    "application/fhir+json",
    "application/json",
    "text/json",
    "json",
    "application/*",
    "*/*",
}
#: bytes from which an answer is compressed
COMPRESS_FROM = 1024
CODES = {400: "invalid", 403: "forbidden", 404: "not-found", 405: "not-supported"}


class FhirDispatcher(HttpDispatcher):
    """Routes of `type="fhir"`: plain HTTP whose errors are FHIR resources."""

    routing_type = "fhir"

    def pre_dispatch(self, rule, args):
        """Refuse who understands no JSON; `_format` counts more than the header."""
        asked = self.request.httprequest
        accepted = [(name, 1) for name in asked.args.getlist("_format")]
        # without their parameters, such as the version of FHIR
        names = {
            name.partition(";")[0].replace(" ", "+")
            for name, quality in accepted or asked.accept_mimetypes
            if quality
        }
        if names and not names & JSON_TYPES:
            text = self.request.env._("Only JSON is spoken here.")
            raise FhirError(406, "not-supported", text)
        return super().pre_dispatch(rule, args)

    def post_dispatch(self, response):
        """Keep answers out of caches; compress what is worth it and asked for."""
        done = super().post_dispatch(response)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.add("Vary", "Accept-Encoding, Authorization")
        header = self.request.httprequest.headers.get("Accept-Encoding")
        if (
            parse_accept_header(header).quality("gzip")
            and response.is_sequence
            and len(response.data) >= COMPRESS_FROM
            and "Content-Encoding" not in response.headers
        ):
            response.data = gzip.compress(response.data, compresslevel=5, mtime=0)
            response.headers["Content-Encoding"] = "gzip"
        return done

    def handle_error(self, exc):
        """Turn an exception into an answer; nothing internal is told.

        :param Exception exc: whatever the route raised
        :return: a WSGI application
        """
        if isinstance(exc, UserError):
            # what was asked for, such as the number of a person, is the caller's to
            # know and no log's: Odoo would write the whole sentence down
            exc.loglevel = logging.NOTSET
            why = getattr(exc, "issue", type(exc).__name__)
            _logger.info("Refused: %s %s", self.request.httprequest.method, why)
        if isinstance(exc, FhirError):
            response = outcome(exc.status, exc.issue, str(exc), exc.expression)
            if exc.status == 405:
                # RFC 9110 15.5.6: what can be done instead
                response.headers["Allow"] = exc.allow
            return response
        if isinstance(exc, AccessDenied | SessionExpiredException):
            return self._unauthorized()
        if isinstance(exc, AccessError):
            return outcome(403, "forbidden", str(exc))
        if isinstance(exc, MissingError):
            return outcome(404, "not-found", str(exc))
        if isinstance(exc, UserError):
            return outcome(422, "business-rule", str(exc))
        if isinstance(exc, HTTPException):
            if exc.code == 401:
                return self._unauthorized()
            return outcome(exc.code, CODES.get(exc.code, "processing"), exc.name)
        # Odoo has logged it with its traceback; the caller learns only that it failed
        return outcome(500, "exception", "Internal server error")

    def _unauthorized(self):
        text = "Send «Authorization: Bearer <API key>» of an Odoo user."
        response = outcome(401, "login", text)
        response.headers["WWW-Authenticate"] = "Bearer"
        return response


def outcome(status, issue, text, expression=None):
    """Response with an OperationOutcome."""
    return fhir_response(operation_outcome(issue, text, expression), status)


def fhir_response(resource, status=200, headers=()):
    """Response with a resource."""
    response = Response(
        dumps(resource), status=status, content_type=CONTENT_TYPE, headers=list(headers)
    )
    response.headers.setdefault("Cache-Control", "no-store")
    return response
