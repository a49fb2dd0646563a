from odoo import fields, models

from .const import MODES


class DaycareDepartment(models.Model):
    """A department: a set of groups that book by slots or by free hours."""

    _name = "daycare.department"
    _description = "Daycare Department"
    _inherit = ["exchange.engine.mixin"]
    _order = "sequence, code"
    _check_company_auto = True
    _rec_names_search = ["name", "code"]

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    mode = fields.Selection(
        MODES,
        required=True,
        default="slots",
        help="Slots: presences are numbered slots of the group.\n"
        "Hours: presences are free hours («mode horaire»).",
    )
    group_ids = fields.One2many("daycare.group", "department_id", string="Groups")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _code_uniq = models.UniqueIndex(
        "(company_id, code)", "This department code already exists in the company."
    )
