from odoo import fields, models


class DaycareChildPageMixin(models.AbstractModel):
    """What stands in a child's file and goes with it, in the company of the child."""

    _name = "daycare.child.page.mixin"
    _description = "Page of a Child's File"
    _inherit = ["exchange.engine.mixin"]
    _check_company_auto = True

    child_id = fields.Many2one(
        "daycare.child",
        required=True,
        ondelete="cascade",
        index=True,
        check_company=True,
    )
    company_id = fields.Many2one(
        related="child_id.company_id", store=True, index=True, precompute=True
    )
