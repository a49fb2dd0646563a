from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.exchange_run.core.clock import to_minutes


class DaycareChildService(models.Model):
    """A product billed to a child beside the care: registration fee, meals, nappies."""

    _name = "daycare.child.service"
    _description = "Service for a Child"
    _inherit = ["daycare.child.period"]
    _order = "child_id, date_from DESC, id"

    currency_id = fields.Many2one(related="company_id.currency_id")
    product_id = fields.Many2one(
        "product.product",
        string="Service",
        required=True,
        ondelete="restrict",
        check_company=True,
        domain="[('sale_ok', '=', True)]",
    )
    frequency = fields.Selection(
        [
            ("once", "Once"),
            ("month", "Each Month"),
            ("day", "Each Reserved Day"),
            ("slot", "Each Day with Certain Slots"),
        ],
        required=True,
        default="once",
        help="Once: in the month of the first date.\n"
        "Each reserved day: as many times as the child has days in the month, closed "
        "days not counted.\n"
        "Each day with certain slots: only the days on which one of the slots is "
        "booked, such as the meal's; by the hour, at least half of it.",
    )
    slot_ids = fields.Many2many(
        "daycare.slot",
        relation="daycare_child_service_slot_rel",
        string="Slots",
        check_company=True,
        help="Of every group the child may be in: of each group, its own slots count.",
    )
    quantity = fields.Float(default=1, digits="Product Unit")
    price_unit = fields.Float(
        string="Price",
        digits="Product Price",
        compute="_compute_price_unit",
        store=True,
        readonly=False,
        precompute=True,
    )
    name = fields.Char(
        string="Label", help="Text on the invoice instead of the product."
    )

    _values_positive = models.Constraint(
        "CHECK(quantity > 0 AND price_unit >= 0)",
        "Quantity and price of a service must be positive.",
    )

    @api.constrains("frequency", "slot_ids")
    def _check_slots(self):
        for service in self:
            if service.frequency == "slot" and not service.slot_ids:
                raise ValidationError(
                    self.env._(
                        "%(service)s: choose the slots with which it is billed.",
                        service=service.display_name,
                    )
                )

    @api.depends("product_id")
    def _compute_price_unit(self):
        for service in self:
            service.price_unit = service.product_id.lst_price

    @api.depends("child_id", "product_id")
    def _compute_display_name(self):
        for service in self:
            service.display_name = self.env._(
                "%(child)s · %(service)s",
                child=service.child_id.display_name or "",
                service=service.name or service.product_id.display_name or "",
            )

    def _slots(self):
        """Return the slots with which the service is billed.

        :return: dict group id -> {slot id: (from, to) in minutes of the day}
        """
        return {
            group.id: {
                slot.id: (to_minutes(slot.hour_from), to_minutes(slot.hour_to))
                for slot in slots
            }
            for group, slots in self.slot_ids.grouped("group_id").items()
        }
