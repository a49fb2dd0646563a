import re
from contextlib import contextmanager
from urllib.parse import parse_qsl

from werkzeug.http import is_resource_modified

from odoo import fields, http
from odoo.http import Response, request

from ..core.client import dumps, loads
from ..core.exceptions import UnreadableAnswer
from ..core.fhir_search import (
    BadSearch,
    parse_history,
    parse_search,
    parse_view,
    understood,
)
from ..core.fhir_served import SERVED
from ..core.fhir_server import capability_statement
from ..core.openapi import openapi_document
from ..fhir_error import FhirError
from .fhir_dispatcher import CONTENT_TYPE, fhir_response

BASE = "/fhir/R4"
MAX_BODY = 1024 * 1024
FORM_TYPES = {"application/x-www-form-urlencoded", "multipart/form-data"}
BODY_TYPES = {"application/fhir+json", "application/json", "text/json"}
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
READ = {
    "type": "fhir",
    "auth": "fhir",
    "methods": ["GET"],
    "csrf": False,
    "save_session": False,
}


class FhirController(http.Controller):
    """FHIR R4 for accounting systems. Who asks is the API key's user."""

    @http.route(f"{BASE}/metadata", **{**READ, "auth": "public"})
    def metadata(self, **_parameters):
        """CapabilityStatement; like the OpenAPI document it needs no key."""
        today = fields.Date.context_today(request.env["base"])
        return fhir_response(capability_statement(_base(), today, _version()))

    @http.route(f"{BASE}/openapi.json", **{**READ, "auth": "public"})
    def openapi(self, **_parameters):
        """The same as OpenAPI document, for tools that make clients of it."""
        return request.make_json_response(openapi_document(_base(), _version()))

    @http.route(f"{BASE}/<string:resource>", **READ)
    def search_resources(self, resource, **_parameters):
        """Search; pages are linked by `next`."""
        return _search(resource, _arguments())

    @http.route(f"{BASE}/<string:resource>/_search", **{**READ, "methods": ["POST"]})
    def search_by_form(self, resource, **_parameters):
        """Search whose parameters come in the body, so that no log keeps them."""
        asked = request.httprequest
        if asked.mimetype not in FORM_TYPES and (
            asked.content_length or asked.mimetype
        ):
            text = request.env._(
                "Say «Content-Type: application/x-www-form-urlencoded»; nothing else "
                "is read."
            )
            raise FhirError(415, "not-supported", text)
        return _search(resource, _arguments(), in_body=bool(asked.form))

    @http.route([BASE, f"{BASE}/<any_path:anything>"], **{**READ, "methods": METHODS})
    def refuse(self, **_parameters):
        """Whatever no other route knows."""
        if request.httprequest.method in ("GET", "HEAD"):
            raise FhirError(404, "not-supported", request.env._("This is not served."))
        text = request.env._("This cannot be changed here.")
        raise FhirError(405, "not-supported", text)

    @http.route(f"{BASE}/<string:resource>/<string:identifier>", **READ)
    def read_resource(self, resource, identifier, **_parameters):
        """One resource; a large bill is streamed line by line."""
        if identifier == "_history":
            return self._history(resource)
        view = _view(_known(resource))
        server = _reading(resource)
        return self._answer(server, server._find(identifier), view)

    def _answer(self, server, record, view):
        """One resource, or that the caller has it already."""
        # a part has no version of its own: it is never said to be known already
        headers = server._headers(record) if view.is_whole else []
        if _is_known(headers):
            return Response(status=304, headers=headers)
        server._note_served(record)
        if server._is_large(record) and view.keeps("lineItem"):
            return Response(
                server._stream(record, view), content_type=CONTENT_TYPE, headers=headers
            )
        (found,) = server._parts(record, view)
        return fhir_response(found, headers=headers)

    @http.route(f"{BASE}/<string:resource>/<string:identifier>/_history", **READ)
    def history(self, resource, identifier, **_parameters):
        """Current version of a bill, or its tombstone."""
        return self._history(resource, identifier)

    @http.route(
        f"{BASE}/<string:resource>/<string:identifier>/_history/<string:version>",
        **READ,
    )
    def read_version(self, resource, identifier, version, **_parameters):
        """One version of a bill: the present one; others are not kept."""
        if "vread" not in SERVED[_known(resource)].interactions:
            text = request.env._("%s has no versions.", resource)
            raise FhirError(404, "not-supported", text)
        view = _view(resource)
        server = _reading(resource)
        record = server._find_version(identifier, version)
        return self._answer(server, record, view)

    @http.route(
        f"{BASE}/<string:resource>",
        type="fhir",
        auth="fhir",
        methods=["POST"],
        csrf=False,
        save_session=False,
    )
    def create_resource(self, resource, **_parameters):
        """Create; only PaymentNotice can be created."""
        if _known(resource) != "PaymentNotice":
            text = request.env._("%s cannot be created.", resource)
            raise FhirError(405, "not-supported", text)
        if request.httprequest.mimetype not in BODY_TYPES:
            text = request.env._(
                "Say «Content-Type: application/fhir+json»; nothing else is read."
            )
            raise FhirError(415, "not-supported", text)
        body = _body()
        server = _server(resource)
        condition = request.httprequest.headers.get("If-None-Exist")
        notice, created = None, False
        if condition is not None:
            notice = _existing(server, condition)
        if not notice:
            notice, created = server._receive(body)
        (found,) = _server(resource)._resources(notice)
        headers = [("Location", f"{_base()}/PaymentNotice/{found['id']}")]
        return fhir_response(found, 201 if created else 200, headers)

    def _history(self, resource, identifier=None):
        if resource != "Invoice":
            text = request.env._("Only Invoice keeps a history.")
            raise FhirError(405, "not-supported", text)
        arguments = _arguments()
        with _understood():
            asked = parse_history(arguments)
            server = _reading(resource)
            if identifier is None:
                server = _settled(server)
            elif "\0" in identifier:
                server._find(identifier)  # says that it is not known
            return fhir_response(server._history_bundle(asked, arguments, identifier))


def _search(resource, arguments, in_body=False):
    """One page of a search."""
    _known(resource)
    with _understood():
        if _is_lenient():
            arguments = understood(resource, arguments)
        server = _reading(resource).with_context(fhir_body=in_body)
        page = next((value for name, value in arguments if name == "_page"), None)
        if page is not None:
            kept = server.env["openimis.fhir.query"]._kept(resource, page)
            cursor = [pair for pair in arguments if pair[0] == "_cursor"]
            arguments = kept + cursor
            server = server.with_context(fhir_body=True, fhir_page=page)
        search = parse_search(resource, arguments)
        server._check_includes(search)
        # the link `self` tells what was done, not what was asked
        arguments = [
            (name, str(search.count) if name == "_count" else value)
            for name, value in arguments
        ]
        if server._follows_changes(search):
            server = _settled(server)
        return fhir_response(server._search_bundle(search, arguments))


def _settled(server):
    """The same server, that tells of no change younger than one not written yet.

    What is still being written is looked at first, what is there afterwards: else a
    change that ends between the two would be in neither.
    """
    moment = server._settled_moment()
    request.env.cr.rollback()  # nothing was written; the next query sees what is there
    return server.with_context(fhir_settled=moment)


def _is_lenient():
    """Whether the caller asks to pass over what is not understood."""
    preferences = request.httprequest.headers.getlist("Prefer")
    asked = {p.strip().lower() for text in preferences for p in re.split("[;,]", text)}
    return "handling=lenient" in asked


def _body():
    """JSON of the request.

    :raises FhirError: 400, 413 or 422 with what is wrong
    """
    asked = request.httprequest
    if (asked.content_length or 0) > MAX_BODY:
        raise FhirError(413, "too-long", request.env._("The request is too large."))
    content = asked.get_data()
    if len(content) > MAX_BODY:
        raise FhirError(413, "too-long", request.env._("The request is too large."))
    try:
        if b"\\u0000" in content:
            raise UnicodeError  # the database keeps no such letter
        body = loads(content, repair=False)
        dumps(body).encode()  # half a pair of surrogates is no letter
    except UnreadableAnswer:
        text = request.env._("The request is no JSON.")
        raise FhirError(400, "structure", text) from None
    except (UnicodeError, RecursionError):
        text = request.env._("The request holds characters that no text has.")
        raise FhirError(422, "value", text) from None
    return body


def _existing(server, condition):
    """What a conditional create finds (R4 http.html#ccreate): one match, or nothing.

    :param str condition: header If-None-Exist, the query of a search
    :raises FhirError: 400 when it is not understood, 412 when several match
    """
    server._check_right()
    with _understood():
        arguments = parse_qsl(condition.removeprefix("?"), keep_blank_values=True)
        search = parse_search("PaymentNotice", arguments)
        if not search.criteria:
            raise BadSearch("If-None-Exist", condition)
        found = server._matches(search, limit=2)
    if len(found) > 1:
        text = request.env._("Several resources match If-None-Exist: nothing is done.")
        raise FhirError(412, "multiple-matches", text)
    return found


def _arguments():
    """Parameters of the request as (name, value), those of a form included."""
    asked = request.httprequest
    return [*asked.args.items(multi=True), *asked.form.items(multi=True)]


@contextmanager
def _understood():
    """Refuse what cannot be understood, in words."""
    try:
        yield
    except BadSearch as error:
        text = request.env._(
            "Parameter %(parameter)s with value «%(value)s» is not understood. See "
            "/fhir/R4/metadata.",
            parameter=error.parameter,
            value=error.value,
        )
        raise FhirError(400, "invalid", text, error.parameter) from None


def _view(resource):
    """Which part of one resource is asked for; a number of matches it has not."""
    with _understood():
        view = parse_view(resource, _arguments())
        if view.count_only:
            raise BadSearch("_summary", "count")
    return view


def _is_known(headers):
    """Whether the caller has this very version (If-None-Match, If-Modified-Since)."""
    told = dict(headers)
    return not is_resource_modified(
        request.httprequest.environ,
        etag=told.get("ETag"),
        last_modified=told.get("Last-Modified"),
    )


def _version():
    # sudo: the version of the addon is no secret
    addons = request.env["ir.module.module"].sudo()
    addon = addons.search([("name", "=", "openimis_fhir")], limit=1)
    return addon.installed_version or "19.0"


def _base():
    """Address of this server as the administrator set it, not as the caller says."""
    # sudo: the public address of this server is no secret
    parameters = request.env["ir.config_parameter"].sudo()
    url = parameters.get_param("web.base.url") or request.httprequest.host_url
    return url.rstrip("/") + BASE


def _known(resource):
    if resource not in SERVED:
        raise FhirError(
            404, "not-supported", request.env._("%s is not served.", resource)
        )
    return resource


def _server(resource):
    """The model that serves a resource, for all companies of the user."""
    env = request.env(
        context={
            **request.env.context,
            "allowed_company_ids": request.env.user.company_ids.ids,
            "fhir_base": _base(),
        }
    )
    return env["openimis.fhir.resource"]._server(_known(resource))


def _reading(resource):
    """The model that serves a resource, to who may read it."""
    server = _server(resource)
    server._check_right()
    return server
