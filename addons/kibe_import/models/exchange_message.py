from odoo import fields, models

# Message code → list that an operator completes to make the value known.
FIXES = {
    "E03": ("daycare.gender.label", {"default_label": "value"}),
    "E04": ("daycare.language", {"default_aliases": "value"}),
    "E05": ("daycare.child.status", {"default_code": "value"}),
    "E06": ("daycare.parental.authority", {"default_code": "value"}),
    "D05": ("daycare.civil.label", {"default_label": "value"}),
    "P02": ("daycare.group", {"default_code": "value"}),
    "E15": ("daycare.locality", {"default_npa": "value"}),
}


class ExchangeMessage(models.Model):
    _inherit = "exchange.message"

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
    kibe_fixable = fields.Boolean(compute="_compute_kibe_fixable")

    def _compute_kibe_fixable(self):
        for message in self:
            model = FIXES.get(message.code, (None,))[0]
            message.kibe_fixable = bool(
                message.run_model == "kibe.import"
                and model
                and self.env[model].has_access("create")
            )

    def action_kibe_fix(self):
        """Open the list entry that makes the value of the message known.

        :return: a window action on a new entry, filled with the value
        """
        self.ensure_one()
        model, defaults = FIXES[self.code]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Make «%(value)s» known", value=self.value or ""),
            "res_model": model,
            "view_mode": "form",
            "target": "new",
            "context": {key: self[field] for key, field in defaults.items()},
        }
