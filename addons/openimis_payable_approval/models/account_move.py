from contextlib import contextmanager
from contextvars import ContextVar

from odoo import api, models
from odoo.exceptions import UserError

from odoo.addons.account_billing_run.models.results import is_odoo_working
from odoo.addons.openimis_payable.models.account_move_rights import APPROVED

#: Whether a bill is being confirmed: OCA then writes with a key in the context that
#: lets it change what is under approval, and that a client could send as well.
_is_confirming = ContextVar("openimis_approval_is_confirming", default=False)


@contextmanager
def _confirming():
    token = _is_confirming.set(True)
    try:
        yield
    finally:
        _is_confirming.reset(token)


class AccountMove(models.Model):
    """Bills of openIMIS that wait for approvals."""

    _inherit = "account.move"

    def _approval_preparers(self):
        if not self.openimis_type:
            return super()._approval_preparers()
        return self.create_uid | self.openimis_changed_by_id

    def _approval_reason(self):
        if self.openimis_type and self._openimis_takes_back():
            return ""  # it takes back what was approved
        return super()._approval_reason()

    def write(self, vals):
        """Change moves; the figures of a bill under approval stay.

        :raises UserError: naming the bill
        """
        if self.env.context.get("skip_validation_check") and not _is_confirming.get():
            self = self.with_context(skip_validation_check=False)
        return super().write(vals)

    def _check_allow_write_under_validation(self, vals):
        """Let the program suspend a bill and the like, which changes no figure."""
        if self.openimis_type and self._is_engine_writing():
            return not APPROVED.intersection(vals)
        return super()._check_allow_write_under_validation(vals)

    def _check_allow_write_after_validation(self, vals):
        """Leave validated bills to the rules of their life, which goes on."""
        own = bool(self.openimis_type)
        return own or super()._check_allow_write_after_validation(vals)

    def action_post(self):
        """Confirm moves, those that wait for no approval."""
        with _confirming():
            return super().action_post()

    def _check_openimis_postable(self):
        """Refuse to validate what waits for an approval.

        :raises UserError: naming the bill and whom it waits for
        """
        result = super()._check_openimis_postable()
        if self.state == "draft" and (reason := self._approval_reason()):
            raise UserError(reason)
        return result

    def _openimis_note_changed(self):
        """Refuse other figures while they are approved, or once they are.

        Odoo's own forms are stopped by OCA; journal items and payable lines are not.
        """
        result = super()._openimis_note_changed()
        if self.env.su or is_odoo_working() or _is_confirming.get():
            return result
        for bill in self.filtered(lambda b: b.state == "draft" and b.review_ids):
            raise UserError(
                self.env._(
                    "Bill %s is under approval, or approved: its figures stay. Press "
                    "“Restart Validation” first.",
                    bill._openimis_label(),
                )
            )
        return result

    @api.depends("review_ids.status", "validation_status")
    def _compute_openimis_may(self):
        result = super()._compute_openimis_may()
        for bill in self.filtered("openimis_type"):
            if bill.state == "draft" and bill._approval_reason():
                bill.openimis_may_validate = False
        return result

    def action_openimis_approve(self):
        """Give the approvals that are this user's to give, on many bills.

        :return: True
        :raises UserError: none of these waits for this user
        """
        mine = self.filtered("can_review")
        if not mine:
            raise UserError(self.env._("None of these waits for your approval."))
        for bill in mine:
            bill.validate_tier()
        return True
