from odoo import api, models
from odoo.exceptions import AccessError, UserError

from ..core import config_file

ADMINISTRATOR = "sofi_primmo.group_sofi_administrator"


class SofiResidence(models.Model):
    """Residences from and to the script's config.json (spec 9.1)."""

    # One file a concern: together they would be too long to read.
    _inherit = "sofi.residence"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _import_config(self, content, name):
        """Create or update residences from a config.json, all or none.

        :param bytes content: the file
        :param str name: its name, for messages
        :return: (residences, unknown keys)
        :raises UserError: naming the place in the file that cannot be read
        """
        try:
            config = config_file.load(content)
        except config_file.ConfigFileError as error:
            raise UserError(self._config_error(error, name)) from error
        known = self.search([("company_id", "=", self.env.company.id)]).grouped("url")
        residences = self.browse()
        for values in config.entries:
            residence = known.get(values["url"])
            if residence:
                residence.write(values)
            else:
                residence = self.create(
                    {"name": self._name_from(values["url"]), **values}
                )
            residences |= residence
        return residences, config.unknown

    @api.model
    def _name_from(self, url):
        """Return a first name for a residence: its host without domain."""
        host = self.new({"url": url})._host() or url
        return host.split(".")[0]

    def _config_error(self, error, name):
        texts = {
            "json": self.env._("%(file)s is no JSON file: %(detail)s."),
            "companies": self.env._(
                "%(file)s has no list of residences under %(detail)s."
            ),
            "url": self.env._("%(file)s: the address %(detail)s is missing."),
            "value": self.env._(
                "%(file)s: the value of %(detail)s is of a wrong kind."
            ),
        }
        return texts[error.code] % {"file": name, "detail": str(error)}

    def _export_config(self, with_secrets=False):
        """Return the config.json of these residences.

        :param bool with_secrets: write keys and secrets, for administrators only
        :rtype: bytes
        """
        if with_secrets and not self.env.user.has_group(ADMINISTRATOR):
            raise AccessError(self.env._("Only administrators may export keys."))
        names = [
            *config_file.DEFAULTS,
            *config_file.BILLING_KEYS.values(),
            "url",
            *(config_file.SECRETS if with_secrets else ()),
        ]
        entries = [
            {name: residence[name] or None for name in names}
            | {"dry_run": residence.dry_run}
            for residence in self
        ]
        return config_file.dump(entries, with_secrets)
