from odoo import api, fields, models
from odoo.exceptions import ValidationError


class DaycareModule(models.Model):
    """The smallest bookable unit of a group: whole consecutive slots (kibe 2.4)."""

    _name = "daycare.module"
    _description = "Daycare Module"
    _inherit = ["exchange.engine.mixin"]
    _order = "group_id, sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    group_id = fields.Many2one(
        "daycare.group", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(
        related="group_id.company_id", store=True, index=True, precompute=True
    )
    slot_ids = fields.Many2many(
        "daycare.slot",
        relation="daycare_module_slot_rel",
        column1="module_id",
        column2="slot_id",
        string="Slots",
        required=True,
        domain="[('group_id', '=', group_id)]",
    )
    hour_from = fields.Float(string="From", compute="_compute_span")
    hour_to = fields.Float(string="To", compute="_compute_span")
    weight = fields.Float(
        string="Share of a Day (%)", digits=(5, 2), compute="_compute_span"
    )
    sequence = fields.Integer(default=10)

    @api.depends("slot_ids.hour_from", "slot_ids.hour_to", "slot_ids.weight")
    def _compute_span(self):
        for module in self:
            slots = module.slot_ids
            module.hour_from = min(slots.mapped("hour_from"), default=0.0)
            module.hour_to = max(slots.mapped("hour_to"), default=0.0)
            module.weight = sum(slots.mapped("weight"))

    @api.constrains("slot_ids", "group_id")
    def _check_slots(self):
        for module in self:
            slots = module.slot_ids
            if not slots or slots.group_id != module.group_id:
                raise ValidationError(
                    self.env._(
                        "Module %(module)s: choose slots of its own group.",
                        module=module.name,
                    )
                )
            if slots.sorted("number") != module._neighbours():
                raise ValidationError(
                    self.env._(
                        "Module %(module)s: its slots must follow one another.",
                        module=module.name,
                    )
                )

    def _neighbours(self):
        """Return the group's slots from the module's first to its last number."""
        numbers = self.slot_ids.mapped("number")
        return self.group_id.slot_ids.filtered(
            lambda slot: min(numbers) <= slot.number <= max(numbers)
        ).sorted("number")
