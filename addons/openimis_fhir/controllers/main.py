from contextlib import contextmanager

from odoo import fields, http
from odoo.http import Response, request

from ..core.client import loads
from ..core.exceptions import UnreadableAnswer
from ..core.fhir_search import BadSearch, parse_search
from ..core.fhir_server import SERVED, capability_statement
from ..fhir_error import FhirError
from .fhir_dispatcher import CONTENT_TYPE, fhir_response

BASE = "/fhir/R4"
MAX_BODY = 1024 * 1024
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
        """CapabilityStatement; the only page that needs no key."""
        # sudo: the version of the addon is no secret
        module = request.env["ir.module.module"].sudo()
        addon = module.search([("name", "=", "openimis_fhir")], limit=1)
        version = addon.installed_version or "19.0"
        today = fields.Date.context_today(addon)
        return fhir_response(capability_statement(_base(), today, version))

    @http.route(f"{BASE}/<string:resource>", **READ)
    def search_resources(self, resource, **_parameters):
        """Search; pages are linked by `next`."""
        arguments = list(request.httprequest.args.items(multi=True))
        with _understood():
            search = parse_search(_known(resource), arguments)
            return fhir_response(_server(resource)._search_bundle(search, arguments))

    @http.route(f"{BASE}/<string:resource>/<string:identifier>", **READ)
    def read_resource(self, resource, identifier, **_parameters):
        """One resource; a large bill is streamed line by line."""
        server = _server(resource)
        if identifier == "_history":
            return self._history(resource)
        record = server._find(identifier)
        headers = server._headers(record)
        if server._is_large(record):
            return Response(
                server._stream(record), content_type=CONTENT_TYPE, headers=headers
            )
        (found,) = server._resources(record)
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
        if resource != "PaymentNotice":
            raise FhirError(405, "not-supported", f"{resource} cannot be created.")
        content = request.httprequest.get_data()
        if len(content) > MAX_BODY:
            raise FhirError(413, "too-long", "The request is too large.")
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
        since = request.httprequest.args.get("_since")
        with _understood():
            return fhir_response(_server(resource)._history_bundle(identifier, since))


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
