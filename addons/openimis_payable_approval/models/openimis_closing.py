from odoo import models
from odoo.exceptions import UserError


class OpenimisClosing(models.Model):
    """A closing whose preview is approved before it bills."""

    _name = "openimis.closing"
    _inherit = ["openimis.closing", "tier.validation"]

    _state_from = ["planned"]
    _state_to = ["running", "partial", "done"]
    _cancel_state = "cancelled"
    _tier_validation_manual_config = False

    def _openimis_preparers(self):
        # who made it, and who last previewed it
        return self.create_uid | self.write_uid

    def _check_may_run(self):
        """Refuse to bill what nobody has approved.

        :raises UserError: it has to be previewed first, or waits for an approval
        """
        result = super()._check_may_run()
        for closing in self:
            # what runs was approved; the program goes on with it as well
            if closing.state not in ("draft", "planned"):
                continue
            if closing.state == "draft" and closing._openimis_has_tiers():
                raise UserError(
                    self.env._(
                        "Preview %s first: what is approved is what the preview shows.",
                        closing.display_name,
                    )
                )
            if reason := closing._openimis_approval_reason():
                raise UserError(reason)
        return result

    def action_plan(self):
        """Preview; what is under approval stays as it was shown.

        :raises UserError: naming the closing
        """
        for closing in self:
            if closing.state == "planned" and closing.review_ids:
                raise UserError(
                    self.env._(
                        "%s is under approval, or approved, as it was previewed. Press "
                        "“Restart Validation” first.",
                        closing.display_name,
                    )
                )
        return super().action_plan()

    def _drafts_to_join(self, converter):
        # what somebody approves, or has approved, gets no further documents
        drafts = super()._drafts_to_join(converter)
        return {key: bill for key, bill in drafts.items() if not bill.review_ids}

    def _openimis_has_tiers(self):
        """Tell whether any approval is defined for closings of the company."""
        # sudo: whether there is a rule decides, whoever may see it
        return bool(
            self.env["tier.definition"]
            .sudo()
            .search_count(
                [
                    ("model", "=", self._name),
                    ("company_id", "in", [False, self.company_id.id]),
                ],
                limit=1,
            )
        )

    def _check_allow_write_under_validation(self, vals):
        # the choices are looked at by the closing itself: it goes back to draft
        return True

    def _allow_to_remove_reviews(self, values):
        # what is chosen anew is approved anew
        return values.get("state") == "draft" or super()._allow_to_remove_reviews(
            values
        )
