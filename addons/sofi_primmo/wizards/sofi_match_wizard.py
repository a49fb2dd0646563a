from odoo import api, fields, models
from odoo.exceptions import UserError


class SofiMatchWizard(models.TransientModel):
    """A person decides which SOFI resident a tenant is."""

    _name = "sofi.match.wizard"
    _description = "Decide a Match"

    line_id = fields.Many2one("sofi.sync.line", required=True, ondelete="cascade")
    tenant_id = fields.Many2one(related="line_id.tenant_id")
    residence_id = fields.Many2one(related="line_id.residence_id")
    tenant_birth_date = fields.Date(related="tenant_id.birth_date")
    tenant_nam_masked = fields.Char(related="tenant_id.nam_masked")
    decision = fields.Selection(
        [("match", "Is the resident chosen below"), ("new", "Is not in SOFI yet")],
        required=True,
        default="match",
    )
    proposed_ids = fields.Many2many(
        "sofi.resident", compute="_compute_proposed_ids", string="Candidates"
    )
    resident_id = fields.Many2one(
        "sofi.resident",
        string="SOFI Resident",
        domain="[('residence_id', '=', residence_id)]",
    )

    @api.depends("line_id")
    def _compute_proposed_ids(self):
        for wizard in self:
            line = wizard.line_id
            wizard.proposed_ids = line.candidate_ids | line.suggestion_ids

    def action_confirm(self):
        """Keep the decision; the next preview follows it."""
        self.ensure_one()
        if self.decision == "match" and not self.resident_id:
            raise UserError(self.env._("Choose the SOFI resident."))
        resident = self.resident_id if self.decision == "match" else None
        return self.line_id._decide(self.decision, resident)
