from odoo import models
from odoo.exceptions import UserError


class SofiExportFile(models.Model):
    """A file issued again, which Primmo gets once somebody else approved it.

    The same lines could be billed twice, whatever Primmo did with the first file.
    """

    _name = "sofi.export.file"
    _inherit = ["sofi.export.file", "tier.validation"]

    _state_from = ["written"]
    _state_to = ["publishing", "done"]
    _cancel_state = "cancelled"
    _tier_validation_manual_config = False
    _approval_buttons = ("action_finish",)

    def _approval_preparers(self):
        # who issued it; the night's own files wait for nobody
        return self.create_uid

    def evaluate_tier(self, tier):
        """Need no approval for the file of an export: the export itself has its own."""
        exempt = self.filtered(lambda file: not file.reissue_of_id)
        return super(SofiExportFile, self - exempt).evaluate_tier(tier)

    def _begin_again(self):
        """Ask for the approval that a file issued again needs, and leave it at that."""
        if self._approval_reason():
            return self.request_validation()
        return super()._begin_again()

    def action_finish(self):
        """Bring a file issued again into its folder, once it is approved.

        :raises UserError: whom it waits for
        """
        for file in self.filtered(lambda file: file.state == "written"):
            if reason := file._approval_reason():
                raise UserError(reason)
        return super().action_finish()

    def _rejected_tier(self, tiers=False):
        """Give a file up that was refused: it can be issued again under a new name."""
        result = super()._rejected_tier(tiers)
        # sudo: files are written by the program only, nobody may alter them
        for file in self.sudo().filtered(lambda f: f.validation_status == "rejected"):
            # cancelling it takes the approvals away, and who refused with them
            file.export_id._log(
                "warning",
                self.env._(
                    "%(file)s, issued again, was refused by %(user)s, and cancelled.",
                    file=file.name,
                    user=self.env.user.name,
                ),
                code="reissue_refused",
                residences=file.residence_id,
            )
            file.state = "cancelled"
        return result
