from contextlib import contextmanager

from werkzeug.http import is_resource_modified

from odoo import fields, http
from odoo.http import Response, request

from ..core.client import loads
from ..core.exceptions import UnreadableAnswer
from ..core.fhir_search import BadSearch, parse_history, parse_search, parse_view
from ..core.fhir_server import SERVED, capability_statement
from ..core.openapi import openapi_document
from ..fhir_error import FhirError
from .fhir_dispatcher import CONTENT_TYPE, fhir_response

BASE = "/fhir/R4"
MAX_BODY = 1024 * 1024
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
        arguments = _arguments()
        with _understood():
            search = parse_search(_known(resource), arguments)
            server = _reading(resource)
            return fhir_response(server._search_bundle(search, arguments))

    @http.route(f"{BASE}/<string:resource>/_search", **{**READ, "methods": ["POST"]})
    def search_by_form(self, resource, **_parameters):
        """Search whose parameters come in the body, so that no log keeps them."""
        return self.search_resources(resource)

    @http.route([BASE, f"{BASE}/<path:anything>"], **{**READ, "methods": METHODS})
    def refuse(self, **_parameters):
        """Whatever no other route knows."""
        if request.httprequest.method in ("GET", "HEAD"):
            raise FhirError(404, "not-supported", "This is not served.")
        raise FhirError(405, "not-supported", "This cannot be changed here.")

    @http.route(f"{BASE}/<string:resource>/<string:identifier>", **READ)
    def read_resource(self, resource, identifier, **_parameters):
        """One resource; a large bill is streamed line by line."""
        if identifier == "_history":
            return self._history(resource)
        view = _view(_known(resource))
        server = _reading(resource)
        record = server._find(identifier)
        headers = server._headers(record)
        if _is_known(headers):
            return Response(status=304, headers=headers)
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
            raise FhirError(405, "not-supported", f"{resource} cannot be created.")
        if request.httprequest.mimetype not in BODY_TYPES:
            text = request.env._(
                "Say «Content-Type: application/fhir+json»; nothing else is read."
            )
            raise FhirError(415, "not-supported", text)
        content = request.httprequest.get_data()
        if len(content) > MAX_BODY:
            raise FhirError(413, "too-long", "The request is too large.")
        if b"\\u0000" in content:
            # the database keeps no such letter
            raise FhirError(422, "value", "The request holds the character NUL.")
        try:
            body = loads(content)
        except UnreadableAnswer:
            raise FhirError(400, "structure", "The request is no JSON.") from None
        notice, created = _server(resource)._receive(body)
        (found,) = _server(resource)._resources(notice)
        headers = [("Location", f"{_base()}/PaymentNotice/{found['id']}")]
        return fhir_response(found, 201 if created else 200, headers)

    def _history(self, resource, identifier=None):
        if resource != "Invoice":
            raise FhirError(405, "not-supported", "Only Invoice keeps a history.")
        arguments = _arguments()
        with _understood():
            asked = parse_history(arguments)
            server = _reading(resource)
            return fhir_response(server._history_bundle(asked, arguments, identifier))


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
    return request.httprequest.host_url.rstrip("/") + BASE


def _known(resource):
    if resource not in SERVED:
        raise FhirError(404, "not-supported", f"{resource} is not served.")
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
