from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.exchange_run.core.clock import overlapping, to_minutes

# Overlapping slots are fitted by trying every subset (kibe 2.3): 2^12 at most.
MAX_OVERLAPPING_SLOTS = 12


class DaycareGroup(models.Model):
    """A group of children; its code is the GroupSaiId of the imported files."""

    _name = "daycare.group"
    _description = "Daycare Group"
    _inherit = ["exchange.engine.mixin"]
    _order = "department_sequence, sequence, code"
    _check_company_auto = True
    _rec_names_search = ["name", "code"]

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="GroupSaiId of groups.xml.")
    department_id = fields.Many2one(
        "daycare.department",
        required=True,
        ondelete="restrict",
        index=True,
        check_company=True,
    )
    company_id = fields.Many2one(
        related="department_id.company_id", store=True, index=True, precompute=True
    )
    department_sequence = fields.Integer(
        related="department_id.sequence",
        string="Department Sequence",
        store=True,
        precompute=True,
    )
    mode = fields.Selection(related="department_id.mode")
    capacity = fields.Integer(
        string="Places", help="Children the group can receive at once."
    )
    module_policy = fields.Selection(
        [
            ("fit", "Closest Modules"),
            ("expand", "Every Module Touched"),
            ("strict", "Refuse Partial Modules"),
        ],
        required=True,
        default="fit",
        help="How imported presences become modules when modules span several slots.",
    )
    slot_ids = fields.One2many("daycare.slot", "group_id", string="Slots", copy=True)
    module_ids = fields.One2many(
        "daycare.module", "group_id", string="Modules", copy=False
    )
    sector_ids = fields.One2many("daycare.sector", "group_id", string="Placements")
    color = fields.Integer()
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _code_uniq = models.UniqueIndex(
        "(company_id, code)", "This group code already exists in the company."
    )
    _capacity_positive = models.Constraint(
        "CHECK(capacity >= 0)", "The number of places cannot be negative."
    )

    @api.constrains("slot_ids")
    def _check_slots(self):
        for group in self:
            slots = group.slot_ids
            if len(slots) > MAX_OVERLAPPING_SLOTS and overlapping(
                (to_minutes(slot.hour_from), to_minutes(slot.hour_to)) for slot in slots
            ):
                raise ValidationError(
                    self.env._(
                        "Group %(group)s: overlapping slots are limited to %(max)s. "
                        "Remove slots or make them follow one another.",
                        group=group.display_name,
                        max=MAX_OVERLAPPING_SLOTS,
                    )
                )
