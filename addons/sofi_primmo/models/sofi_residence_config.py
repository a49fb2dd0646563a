from odoo import api, models
from odoo.exceptions import AccessError, UserError

from ..core import config_file, output_directory
from ..core.exceptions import SofiConfigError
from ..core.transport import check_form, site

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
        for number, values in enumerate(config.entries):
            self._check_entry(values, f"Companies[{number}]", name)
        mine = self.search([("company_id", "=", self.env.company.id)])
        known = mine.grouped("site")
        residences = self.browse()
        for values in config.entries:
            residence = known.get(site(values["url"]))
            if residence:
                # One site however it is spelled: the spelling in use stays.
                residence.write({**values, "url": residence.url})
            else:
                name = self._name_from(values["url"])
                residence = self.create({"name": name, **values})
            residences |= residence
        return residences, config.unknown

    @api.model
    def _check_entry(self, values, place, name):
        """Check what a residence of a config.json says, as a person's input.

        :raises UserError: naming the place in the file
        """
        texts = {"file": name, "place": place}
        try:
            check_form(values["url"], self._allow_private())
        except SofiConfigError as error:
            entry = self.new({"name": f"{name}, {place}", "url": values["url"]})
            raise UserError(entry._config_text(error)) from error
        for field in ("output_directory", "log_directory"):
            if config_file.is_windows_path(values[field] or ""):
                raise UserError(
                    self.env._(
                        "%(file)s, %(place)s: %(folder)s is a folder of a Windows "
                        "computer, where the script ran. Folders of this server lie "
                        "below %(root)s and are written like mdg/output: change it in "
                        "the file, then import it again.",
                        folder=values[field],
                        root=self._output_root(),
                        **texts,
                    )
                )
            try:
                output_directory.resolve(self._output_root(), values[field] or "")
            except output_directory.DirectoryError as error:
                raise UserError(
                    self.env._(
                        "%(file)s, %(place)s: the folder %(folder)s cannot be used on "
                        "this server. Folders lie below %(root)s.",
                        folder=values[field],
                        root=self._output_root(),
                        **texts,
                    )
                ) from error

    @api.model
    def _name_from(self, url):
        """Return a first name for a residence: its host without domain."""
        host = self.new({"url": url})._host() or url
        return host.split(".")[0]

    def _config_error(self, error, name):
        line, _colon, column = str(error).partition(":")
        values = {
            "file": name,
            "detail": str(error),
            "line": line,
            "column": column,
            "other": error.other,
        }
        texts = {
            "json": self.env._(
                "%(file)s is no JSON file: it cannot be read at line %(line)s, column "
                "%(column)s."
            ),
            "companies": self.env._(
                "%(file)s has no list of residences under %(detail)s."
            ),
            "url": self.env._("%(file)s: the address %(detail)s is missing."),
            "twice": self.env._(
                "%(file)s: %(detail)s is the same SOFI site as %(other)s; its charges "
                "would be billed twice."
            ),
            "language": self.env._("%(file)s: %(detail)s must be FR or EN."),
            "value": self.env._(
                "%(file)s: the value of %(detail)s is of a wrong kind."
            ),
        }
        return texts[error.code] % values

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
            | {
                "dry_run": residence.dry_run,
                "output_directory": residence.output_directory or "",
            }
            for residence in self
        ]
        return config_file.dump(entries, with_secrets)
