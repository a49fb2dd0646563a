from odoo import api, models
from odoo.exceptions import UserError

from ..core import credentials
from ..core import exceptions as exc
from ..core.api_client import SofiClient
from ..core.const import LOG_INVALID_CREDENTIALS
from ..core.transport import check_url, host

ALLOW_PRIVATE_PARAMETER = "sofi_primmo.allow_private_hosts"


class SofiUserError(UserError):
    """A clear failure with a code, shown to people and kept with the run.

    :param str advice: what to do, where the message is an exact text of the script
    """

    def __init__(self, message, code, residence, advice=False):
        super().__init__(message)
        self.code = code
        self.residence = residence
        self.advice = advice


class SofiResidence(models.Model):
    """How a residence speaks with SOFI."""

    # One file a concern: together they would be too long to read.
    _inherit = "sofi.residence"  # pylint: disable=consider-merging-classes-inherited

    def _host(self):
        return host(self.url)

    @api.model
    def _allow_private(self):
        """Tell whether addresses of the internal network may be used."""
        # sudo: the administrator of the server decides
        parameters = self.env["ir.config_parameter"].sudo()
        return parameters.get_param(ALLOW_PRIVATE_PARAMETER) in ("1", "True", "true")

    def _client(self, gate=None):
        """Return a client that has not logged in yet.

        :param gate: limits the requests at once, see `Transport`
        :rtype: SofiClient
        :raises SofiConfigError: when the address may not be used
        """
        self.ensure_one()
        # sudo: key and secret are read here and nowhere else; who may run an export
        # need not see them
        secret = self.sudo()
        allow_private = self._allow_private()
        check_url(self.url, allow_private)
        return SofiClient(
            self.url,
            secret.api_access_key or "",
            secret.api_secret or "",
            self.profile_id._to_core(),
            gate=gate,
            allow_private=allow_private,
        )

    def _translate_error(self, error):
        """Return the error for people that an error of the client means.

        :param SofiError error: what the client raised
        :rtype: SofiUserError
        """
        code = error.code or type(error).__name__
        if isinstance(error, exc.SofiAuthError):
            # Exact text of the script; the missing right is our addition [S0].
            text = LOG_INVALID_CREDENTIALS.format(vendor=self._vendor_label())
            if error.missing_right:
                text = self.env._(
                    "%(text)s (missing right %(right)s)",
                    text=text,
                    right=error.missing_right,
                )
            advice = self.env._(
                "Check the key and the secret of %(residence)s, and in SOFI that their "
                "user may log in to the API and has all rights needed.",
                residence=self.name,
            )
            return SofiUserError(text, code, self, advice)
        return SofiUserError(self._error_text(error), code, self)

    def _error_text(self, error):
        values = {"residence": self.name, "detail": str(error)}
        if isinstance(error, exc.SofiConfigError):
            return self._config_text(error)
        if isinstance(error, exc.SofiShortList):
            return self.env._(
                "%(residence)s: SOFI announced %(total)s records and listed only "
                "%(found)s. Nothing was exported; try again, then ask SOFI's support.",
                total=error.total,
                found=error.found,
                **values,
            )
        if isinstance(error, exc.SofiTransient):
            return self.env._(
                "%(residence)s: SOFI does not answer (%(detail)s). Try again later.",
                **values,
            )
        if isinstance(error, exc.SofiRequestError):
            return self.env._(
                "%(residence)s: SOFI did not understand the request (%(detail)s, "
                "request %(request)s). Report this to support.",
                request=error.request_id or "?",
                **values,
            )
        return self.env._(
            "%(residence)s: SOFI answered something unexpected (%(detail)s). Check the "
            "address and the API profile.",
            **values,
        )

    def _config_text(self, error):
        if error.code == "url_private":
            return self.env._(
                "%(residence)s: the address %(url)s leads into an internal network. "
                "The administrator of the server can allow that.",
                residence=self.name,
                url=self.url,
            )
        return self.env._(
            "%(residence)s: %(url)s is not a usable address. It must begin with "
            "https://.",
            residence=self.name,
            url=self.url or "–",
        )

    # === SHAPE OF THE KEYS ===

    @api.onchange("api_access_key", "api_secret")
    def _onchange_credentials(self):
        """Warn of a key that was cut or mixed up; it may be right all the same.

        :return: a warning for the client, or nothing
        """
        if hint := self._credentials_hint():
            return {"warning": {"title": self.env._("Check the key"), "message": hint}}
        return None

    def _credentials_hint(self):
        """Return what is unusual about key and secret, without showing them."""
        secret = self.sudo()  # sudo: only what they look like leaves
        texts = {
            "key": self.env._(
                "An access key of SOFI usually has 20 capital letters and digits."
            ),
            "secret": self.env._("A secret of SOFI usually has 40 characters."),
        }
        odd = credentials.odd(secret.api_access_key, secret.api_secret)
        return " ".join(texts[name] for name in odd)

    # === BUTTON ===

    def action_test_connection(self):
        """Log in, name missing rights; where refused, tell what the key looks like.

        The rights are tried, by reading one record of each kind.

        :return: a notification
        """
        self.ensure_one()
        self.check_access("read")
        try:
            with self._client() as client:
                described = client.login()
                client.ping()
                missing = client.missing_rights()
        except exc.SofiError as error:
            texts = str(self._translate_error(error)), self._credentials_hint()
            return self._notify("danger", "\n".join(filter(None, texts)))
        if missing:
            text = self.env._(
                "The login works, but these rights are missing: %(rights)s.",
                rights=", ".join(missing),
            )
            return self._notify("warning", text)
        text = self.env._(
            "Connected to %(name)s.", name=described.get("name") or self.name
        )
        return self._notify("success", text)

    def _notify(self, kind, text):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": kind,
                "title": self.name,
                "message": text,
                "sticky": kind != "success",
            },
        }
