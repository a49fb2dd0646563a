from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core.address import check_url
from ..core.exceptions import UnsafeAddress


class OpenimisAddress(models.AbstractModel):
    """Another system that is called over the network: where it is, what went wrong."""

    _name = "openimis.address.mixin"
    _description = "Address of Another System"
    _inherit = ["mail.thread"]

    url = fields.Char("Address", required=True, tracking=True)
    internal = fields.Boolean(
        "Internal Server",
        tracking=True,
        help="Allows plain http and addresses of the local network. Leave it off for "
        "servers on the internet.",
    )

    @api.constrains("url", "internal")
    def _check_url(self):
        for system in self:
            try:
                check_url(system.url, system.internal)
            except UnsafeAddress as error:
                raise UserError(system._explain(error)) from None

    def _explain(self, error):
        """Say in the user's language what went wrong and what to do.

        :param ExchangeError error: as raised by `core`
        :rtype: str
        """
        detail = f"{error.status or ''} {error.detail}" if error.detail else ""
        return self._explain_code(error.code, detail)

    def _explain_code(self, code, detail=""):
        """The same of an error that was written down.

        :param str code: of the error
        :param str detail: what the other side said
        :rtype: str
        """
        text = self._error_texts().get(code) or self.env._(
            "openIMIS could not be read (%(code)s).", code=code
        )
        return f"{text} [{detail}]" if detail else text

    def _error_texts(self):
        return {
            "authentication": self.env._(
                "openIMIS refuses login or token. Check them; openIMIS locks the "
                "account after five failures, so nothing more was tried."
            ),
            "access": self.env._(
                "The openIMIS account lacks a right. Bills need 156101, payments "
                "155201."
            ),
            "unavailable": self.env._(
                "openIMIS does not answer. What is missing is read by «Resume» or at "
                "the next pull."
            ),
            "server_error": self.env._("openIMIS failed on this question (error 500)."),
            "not_found": self.env._("openIMIS does not know this address or record."),
            "refused": self.env._("openIMIS refuses the request."),
            "unreadable": self.env._(
                "The answer is not what openIMIS sends. Is the address right, is a "
                "proxy in between?"
            ),
            "too_large": self.env._("The answer is too large. Take smaller pages."),
            "no_token": self.env._("openIMIS gave no token at login."),
            "redirect": self.env._(
                "openIMIS sends the request elsewhere. Enter its final address."
            ),
            "scheme": self.env._("The address must start with https://."),
            "host": self.env._("The address names no server."),
            "credentials_in_url": self.env._(
                "Enter login and password in their own fields."
            ),
            "query": self.env._("The address must end with the site's root."),
            "private": self.env._(
                "The address leads into a private network. Tick «Internal Server» if "
                "that is intended."
            ),
        }
