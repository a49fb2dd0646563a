from odoo import models


class OpenimisClosing(models.Model):
    """A closing whose preview is approved before it bills."""

    _name = "openimis.closing"
    _inherit = ["openimis.closing", "exchange.approved.run.mixin"]

    _approval_buttons = ("action_generate",)

    def _check_may_run(self):
        """Refuse to bill what nobody has approved.

        :raises UserError: it has to be previewed first, or waits for an approval
        """
        result = super()._check_may_run()
        self._approval_check_run()
        return result

    def action_plan(self):
        """Preview; what is under approval stays as it was shown.

        :raises UserError: naming the closing
        """
        self._approval_check_plan()
        return super().action_plan()

    def _drafts_to_join(self, converter):
        # what somebody approves, or has approved, gets no further documents
        drafts = super()._drafts_to_join(converter)
        return {key: bill for key, bill in drafts.items() if not bill.review_ids}
