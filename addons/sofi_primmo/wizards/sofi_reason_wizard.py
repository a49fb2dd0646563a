from odoo import fields, models


class SofiReasonWizard(models.TransientModel):
    """Ask why something is done again that could be billed twice."""

    _name = "sofi.reason.wizard"
    _description = "Export Again"

    file_id = fields.Many2one("sofi.export.file")
    charge_id = fields.Many2one("sofi.charge")
    reason = fields.Char(required=True)

    def action_confirm(self):
        """Do it, and keep the reason.

        :return: a window action on what was made, or close
        """
        self.ensure_one()
        if self.file_id:
            return self.file_id._reissue(self.reason).get_formview_action()
        self.charge_id._allow_again(self.reason)
        return {"type": "ir.actions.act_window_close"}
