from odoo import fields, models


class PrimmoNamAccess(models.Model):
    """Who looked at whose health insurance number, and when."""

    _name = "primmo.nam.access"
    _description = "Access to a NAM"
    _order = "id desc"
    _rec_name = "tenant_id"

    tenant_id = fields.Many2one("primmo.tenant", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="tenant_id.company_id", store=True)
    user_id = fields.Many2one("res.users", required=True)
    create_date = fields.Datetime(string="When", readonly=True)
