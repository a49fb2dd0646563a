from odoo import models


class SofiExport(models.Model):
    """An export for real whose preview is approved before charges are archived."""

    _name = "sofi.export"
    _inherit = ["sofi.export", "exchange.approved.run.mixin"]

    def _approval_applies(self):
        # a simulation archives nothing, and whether the night exports for real is
        # decided on each residence; nobody but the schedule makes a night
        return not (self.dry_run or self.nightly)

    def evaluate_tier(self, tier):
        """Need no approval where none is for it, whatever the definition says."""
        exempt = self.filtered(lambda run: not run._approval_applies())
        return super(SofiExport, self - exempt).evaluate_tier(tier)

    def _check_may_run(self):
        """Refuse to export for real what nobody has approved.

        :raises UserError: it has to be previewed first, or waits for an approval
        """
        result = super()._check_may_run()
        self._approval_check_run()
        return result

    def action_plan(self):
        """Preview; what is under approval stays as it was shown.

        :raises UserError: naming the export
        """
        self._approval_check_plan()
        return super().action_plan()
