from werkzeug.routing import PathConverter

from odoo import models
from odoo.exceptions import AccessDenied
from odoo.http import request


class AnyPath(PathConverter):
    """Whatever is left of an address, line breaks included."""

    regex = r"[^/][\s\S]*?"
    part_isolating = False


class IrHttp(models.AbstractModel):
    """Login at the FHIR server."""

    _inherit = "ir.http"

    @classmethod
    def _get_converters(cls):
        return {**super()._get_converters(), "any_path": AnyPath}

    @classmethod
    def _auth_method_fhir(cls):
        """API key of a user as bearer token; a browser session does not count.

        The key must have been made for FHIR: what an accounting system holds opens
        nothing else, and what opens everything is not handed to it.

        :raises AccessDenied: no key, one for something else, or one that is not valid
            (any more)
        """
        header = request.httprequest.headers.get("Authorization") or ""
        scheme, _separator, key = header.partition(" ")
        if scheme.lower() != "bearer" or not key.strip():
            raise AccessDenied
        user_id = request.env["res.users.apikeys"]._check_fhir_key(key.strip())
        if not user_id:
            raise AccessDenied
        request.update_env(user=user_id)
        request.session.can_save = False  # stateless
        request.update_context(lang=request.env.user.lang, tz=request.env.user.tz)
