from odoo import api, fields, models

from odoo.addons.exchange_run.core import clock


class DaycareSlot(models.Model):
    """A numbered slot («créneau») of a group's day; lengths and gaps are free."""

    _name = "daycare.slot"
    _description = "Daycare Slot"
    _inherit = ["exchange.engine.mixin"]
    _order = "group_id, number"
    _check_company_auto = True
    _rec_names_search = ["name", "number"]

    group_id = fields.Many2one(
        "daycare.group", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(
        related="group_id.company_id", store=True, index=True, precompute=True
    )
    number = fields.Integer(required=True, help="SlotSaiId of slots.xml.")
    name = fields.Char(translate=True)
    hour_from = fields.Float(string="From", required=True)
    hour_to = fields.Float(string="To", required=True)
    weight = fields.Float(
        string="Share of a Day (%)",
        digits=(5, 2),
        help="Part of a whole day (100) that the slot is worth.",
    )
    capacity = fields.Integer(
        string="Places", help="Places in this slot; 0: the places of the group."
    )

    _number_uniq = models.UniqueIndex(
        "(group_id, number)", "This slot number already exists in the group."
    )
    _number_positive = models.Constraint(
        "CHECK(number > 0)", "Slot numbers start with 1."
    )
    _hours_valid = models.Constraint(
        "CHECK(hour_from >= 0 AND hour_from < hour_to AND hour_to <= 24)",
        "A slot ends after it begins, between 00:00 and 24:00.",
    )
    _weight_valid = models.Constraint(
        "CHECK(weight >= 0 AND weight <= 100)", "A slot is worth 0 to 100 % of a day."
    )
    _capacity_positive = models.Constraint(
        "CHECK(capacity >= 0)", "The number of places cannot be negative."
    )

    @api.depends("number", "name", "hour_from", "hour_to", "group_id")
    @api.depends_context("slot_with_group")
    def _compute_display_name(self):
        with_group = self.env.context.get("slot_with_group")
        for slot in self:
            span = (
                f"{clock.hours_label(slot.hour_from)}–{clock.hours_label(slot.hour_to)}"
            )
            label = f"{slot.number} · {slot.name or span}"
            code = slot.group_id.code if with_group else ""
            slot.display_name = f"{code} {label}".strip()

    @api.constrains("hour_from", "hour_to", "group_id")
    def _check_overlap_limit(self):
        self.group_id._check_slots()
