from werkzeug.exceptions import Forbidden

from odoo import http
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.http import content_disposition, request

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..core.upload import MAX_BYTES

#: A form with a document that is just too large is still told so in words.
MAX_REQUEST = 2 * MAX_BYTES


class DaycarePortal(CustomerPortal):
    """Pages for parents; what they show is worked out by `daycare.portal`."""

    def _prepare_portal_layout_values(self):
        values = super()._prepare_portal_layout_values()
        portal = request.env["daycare.portal"]
        return {
            **values,
            "daycare_guardian": portal._guardian(),
            "daycare_sends_incomes": portal._may_send_incomes(),
        }

    def _create_or_update_address(self, partner_sudo, **kwargs):
        """Leave names and addresses of guardians to the office: see `res.partner`."""
        if not request.env.user.partner_id._can_be_edited_by_current_customer():
            raise Forbidden()
        return super()._create_or_update_address(partner_sudo, **kwargs)

    def _daycare_page(self, template, name, **values):
        """Render a page, for this user alone.

        :param str template: of this addon
        :param str name: which breadcrumb it has
        """
        layout = self._prepare_portal_layout_values()
        response = request.render(
            f"daycare_portal.{template}", {**layout, **values, "page_name": name}
        )
        response.headers["Cache-Control"] = "no-store"
        return response

    @http.route("/my/children", type="http", auth="user", website=True)
    def daycare_children(self, **_kwargs):
        """Show the children the user sees."""
        children = request.env["daycare.portal"]._children()
        return self._daycare_page(
            "portal_children", "daycare_children", children=children
        )

    @http.route("/my/children/<int:child_id>", type="http", auth="user", website=True)
    def daycare_child(self, child_id, **_kwargs):
        """Show a child, its placements and its next weeks.

        :raises NotFound: no such child, or none of this user's
        """
        portal = request.env["daycare.portal"]
        try:
            child = portal._child(child_id)
        except AccessError:
            raise request.not_found() from None
        return self._daycare_page(
            "portal_child",
            "daycare_child",
            child=child,
            placements=portal._placements(child),
            weeks=portal._weeks(child),
        )

    @http.route("/my/attestations", type="http", auth="user", website=True)
    def daycare_attestations(self, **_kwargs):
        """Show the years of which there are attestations."""
        return self._daycare_attestations()

    def _daycare_attestations(self, error=None):
        years = request.env["daycare.portal"]._attestation_years()
        return self._daycare_page(
            "portal_attestations", "daycare_attestations", years=years, error=error
        )

    @http.route("/my/attestations/<int:year>", type="http", auth="user", website=True)
    def daycare_attestation(self, year, **_kwargs):
        """Send the attestation of a year.

        :raises NotFound: there is none for this user
        """
        try:
            content = request.env["daycare.portal"]._attestation(year)
        except AccessError:
            raise request.not_found() from None
        except UserError as fault:
            return self._daycare_attestations(error=str(fault))
        name = request.env._("Attestation %(year)s", year=year)
        headers = [
            ("Content-Type", "application/pdf"),
            ("Content-Length", len(content)),
            ("Content-Disposition", content_disposition(f"{name}.pdf")),
            ("Cache-Control", "no-store"),
        ]
        return request.make_response(content, headers)

    @http.route("/my/incomes", type="http", auth="user", website=True, methods=["GET"])
    def daycare_incomes(self, sent=None, **_kwargs):
        """Show what the user has sent, and the form to send more.

        :raises NotFound: incomes of this user do not count
        """
        return self._daycare_incomes(sent=bool(sent))

    def _daycare_incomes(self, **values):
        portal = request.env["daycare.portal"]
        if not portal._may_send_incomes():
            raise request.not_found()
        return self._daycare_page(
            "portal_incomes",
            "daycare_incomes",
            proposals=portal._proposals(),
            **{"sent": False, "error": None, "typed": {}, **values},
        )

    @http.route(
        "/my/incomes/send",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
        max_content_length=MAX_REQUEST,
    )
    def daycare_send_income(self, **post):
        """Keep an income that a parent sends, with its document.

        :raises NotFound: incomes of this user do not count
        """
        portal = request.env["daycare.portal"]
        document = request.httprequest.files.get("document")
        content = document.stream.read(MAX_BYTES + 1) if document else b""
        typed = {
            name: post.get(name, "")
            for name in ("date_from", "amount", "basis", "note")
        }
        try:
            portal._send_income(**typed, content=content)
        except AccessError:
            raise request.not_found() from None
        except (UserError, ValidationError) as fault:
            return self._daycare_incomes(error=str(fault), typed=typed)
        return request.redirect("/my/incomes?sent=1")
