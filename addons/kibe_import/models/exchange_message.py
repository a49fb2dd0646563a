from odoo import fields, models

from odoo.addons.exchange_run.told import hearing

from .kibe_import_confirm import TO_CONFIRM

# Message code → list that an operator completes to make the value known, and the
# fields of the message that fill the new entry.
FIXES = {
    "E03": ("daycare.gender.label", {"default_label": "value"}),
    "E05": ("daycare.child.status", {"default_code": "value"}),
    "E06": ("daycare.parental.authority", {"default_code": "value"}),
    "D05": ("daycare.civil.label", {"default_label": "value"}),
    "E15": ("daycare.locality", {"default_npa": "value"}),
    "E04": ("kibe.language.alias", {"default_name": "value"}),
    "P01": (
        "kibe.correspondence",
        {"default_structure": "value", "default_name": "kibe_name"},
    ),
    "P02": ("kibe.correspondence", {"default_name": "value"}),
    "X08": ("kibe.correspondence", {"default_name": "value"}),
    "P09": ("kibe.correspondence", {"default_name": "value"}),
    "P10": ("kibe.correspondence", {"default_name": "value"}),
    "E19": ("kibe.attach", {"default_message_id": "id"}),
    "I11": ("kibe.attach", {"default_message_id": "id"}),
}
# Messages whose record may be attached to a stored one: they name its Kibé id.
MATCHES = ("E19", "I11")
KINDS = {"P01": "group", "P02": "target", "X08": "target", "P09": "code", "P10": "code"}


class ExchangeMessage(models.Model):
    """A message of an import, with what the operator can do about it."""

    _inherit = "exchange.message"
    _journal_names = (
        *("display_name", "text", "advice", "value"),
        *("kibe_child", "kibe_name", "kibe_key"),
    )

    kibe_operation = fields.Selection(
        [
            ("both", "Both"),
            ("create", "Generate"),
            ("overwrite", "Generate and Overwrite"),
        ],
        string="Operation",
        readonly=True,
        help="Operation of a Kibé import that the message concerns.",
    )
    kibe_child = fields.Char(
        string="Child", readonly=True, help="Kibé ID of the child concerned."
    )
    kibe_name = fields.Char(
        string="Second Value",
        readonly=True,
        help="What the message names beside its value.",
    )
    kibe_key = fields.Char(
        string="Kibé ID",
        readonly=True,
        help="Of the delivered record that a stored one may be attached to.",
    )
    kibe_heading = fields.Char(
        string="Finding",
        readonly=True,
        help="What all messages of one code have in common, the worst first.",
    )
    kibe_fixable = fields.Boolean(compute="_compute_kibe_fixable")

    # Each reading of the form looks for these few among a hundred thousand.
    _kibe_confirm_idx = models.Index(f"(run_id) WHERE code IN {TO_CONFIRM}")

    def _compute_kibe_fixable(self):
        for message in self:
            model = FIXES.get(message.code, (None,))[0]
            message.kibe_fixable = bool(
                message.run_model == "kibe.import"
                and model
                and message.value
                and (message.code not in MATCHES or message.kibe_key)
                and self.env[model].has_access("create")
            )

    def action_kibe_fix(self):
        """Open the entry that makes the value of the message known.

        :return: a window action on a new entry, filled with the value; on the entry
            itself when it was made already
        """
        self.ensure_one()
        model, defaults = FIXES[self.code]
        context = {key: self[field] for key, field in defaults.items()}
        if self.code in KINDS:
            context["default_kind"] = KINDS[self.code]
            context["default_company_id"] = self.company_id.id
        return {
            "type": "ir.actions.act_window",
            "name": self._kibe_fix_title(defaults),
            "res_model": model,
            "res_id": self._kibe_known(model, context),
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": context,
        }

    def _kibe_fix_title(self, defaults):
        if self.code in MATCHES:
            return self.env._("Attach «%(value)s»", value=self.value)
        value = self[list(defaults.values())[-1]]
        return self.env._("Make «%(value)s» known", value=value)

    def _kibe_known(self, model, context):
        """Return the id of the correspondence made already, False if there is none."""
        if self.code not in KINDS:
            return False
        wanted = [(k.removeprefix("default_"), "=", v) for k, v in context.items()]
        return self.env[model].search(wanted, limit=1).id

    @hearing("kibe_import_id")
    def action_kibe_analyse(self):
        """Test the delivery of these messages again, and show the new messages.

        A button of the list: it works whatever messages are selected.

        :return: a client action
        """
        run = self.env["kibe.import"].browse(self.env.context.get("kibe_import_id"))
        run.check_access("write")
        run.action_test()
        return {"type": "ir.actions.client", "tag": "soft_reload"}
