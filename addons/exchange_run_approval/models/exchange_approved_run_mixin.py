from odoo import models
from odoo.exceptions import UserError


class ExchangeApprovedRunMixin(models.AbstractModel):
    """A job that does what somebody approved: what its preview showed.

    A model inherits this beside its own name and calls :meth:`_approval_check_run` from
    `_check_may_run`, :meth:`_approval_check_plan` before `action_plan`.
    """

    _name = "exchange.approved.run.mixin"
    _description = "Approved Job"
    _inherit = ["tier.validation"]

    _state_from = ["planned"]
    _state_to = ["running", "partial", "done"]
    _cancel_state = "cancelled"
    _tier_validation_manual_config = False
    _approval_buttons = ("action_run",)

    def _approval_preparers(self):
        # who made it, who last changed it, and who previewed it, whoever wrote since
        return self.create_uid | self.write_uid | self._next_chunk().create_uid

    def _approval_applies(self):
        """Tell whether a job is one that approvals are for.

        :rtype: bool
        """
        self.ensure_one()
        return True

    def _approval_check_run(self):
        """Refuse to do what nobody has approved.

        :raises UserError: it has to be previewed first, or waits for an approval
        """
        for run in self:
            # what runs was approved; the program goes on with it as well
            if run.state not in ("draft", "planned") or not run._approval_applies():
                continue
            if run.state == "draft" and run._approval_has_tiers():
                raise UserError(
                    self.env._(
                        "Preview %s first: what is approved is what the preview shows.",
                        run.display_name,
                    )
                )
            if reason := run._approval_reason():
                raise UserError(reason)

    def _approval_check_plan(self):
        """Refuse to preview anew what is under approval: it stays as it was shown.

        :raises UserError: naming the job
        """
        for run in self:
            if run.state == "planned" and run.review_ids:
                raise UserError(
                    self.env._(
                        "%s is under approval, or approved, as it was previewed. Press "
                        "“Restart Validation” first.",
                        run.display_name,
                    )
                )

    def _approval_has_tiers(self):
        """Tell whether any approval is defined for such jobs of the company."""
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
        # the choices are looked at by the job itself: it goes back to draft, or refuses
        return True

    def _allow_to_remove_reviews(self, values):
        # what is chosen anew is approved anew
        return values.get("state") == "draft" or super()._allow_to_remove_reviews(
            values
        )
