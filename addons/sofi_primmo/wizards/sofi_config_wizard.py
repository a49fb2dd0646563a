import base64

from odoo import fields, models
from odoo.exceptions import UserError

LARGEST = 1024 * 1024


class SofiConfigWizard(models.TransientModel):
    """Take over the script's config.json, or write it."""

    _name = "sofi.config.wizard"
    _description = "Import or Export config.json"

    file = fields.Binary(string="config.json")
    file_name = fields.Char(default="config.json")
    with_secrets = fields.Boolean(string="With Keys and Secrets")
    result = fields.Binary(readonly=True)
    result_name = fields.Char(default="config.json")

    def action_import(self):
        """Create or update residences from the file.

        :return: a window action on them
        """
        self.ensure_one()
        if not self.file:
            raise UserError(self.env._("Choose the file config.json first."))
        content = base64.b64decode(self.file)
        if len(content) > LARGEST:
            raise UserError(
                self.env._("%s is too large for a config.json.", self.file_name)
            )
        residences, unknown = self.env["sofi.residence"]._import_config(
            content, self.file_name
        )
        action = residences._get_records_action(name=self.env._("Imported Residences"))
        texts = []
        if unknown:
            texts.append(
                self.env._("Unknown keys were ignored: %s.", ", ".join(unknown))
            )
        if simulating := residences.filtered("dry_run"):
            texts.append(
                self.env._(
                    "The nights of %s only simulate until Dry Run is unticked there.",
                    ", ".join(simulating.mapped("name")),
                )
            )
        if not texts:
            return action
        told = residences[:1]._notify("warning", " ".join(texts))
        told["params"]["next"] = action
        return told

    def action_export(self):
        """Write the residences in view into a file to download.

        :return: this wizard again, with the file
        """
        self.ensure_one()
        chosen = self.env.context.get("active_ids")
        domain = [("id", "in", chosen)] if chosen else []
        domain += [("company_id", "in", self.env.companies.ids)]
        residences = self.env["sofi.residence"].search(domain)
        if not residences:
            raise UserError(self.env._("There is no residence to export."))
        content = residences._export_config(self.with_secrets)
        self.result = base64.b64encode(content)
        title = self.env["ir.model"]._get(self._name).name
        return self._get_records_action(target="new", name=title)
