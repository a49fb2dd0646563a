from lxml import etree
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

#: when a document has not been approved that has to be
MISSING = "need_validation or validation_status in ('waiting', 'pending', 'rejected')"


class TierValidation(models.AbstractModel):
    """The process of approvals is the program's: buttons work, no other door does."""

    _inherit = "tier.validation"

    # by a method: Odoo knows the labels of a list by model, and OCA cannot name ours
    validation_status = fields.Selection(selection="_approval_states")

    #: buttons of the form that are refused until the document is approved
    _approval_buttons = ()

    @api.model
    def _approval_states(self):
        return [
            ("no", self.env._("None")),
            ("waiting", self.env._("Waiting")),
            ("pending", self.env._("Pending")),
            ("rejected", self.env._("Refused")),
            ("validated", self.env._("Approved")),
        ]

    @api.model
    def get_view(self, view_id=None, view_type="form", **options):
        """Return a view; in a form the next step is the approval until it is given.

        :param view_id: as Odoo's
        :param str view_type: as Odoo's
        :return: the view, as Odoo gives it
        :rtype: dict
        """
        res = super().get_view(view_id=view_id, view_type=view_type, **options)
        if view_type == "form" and self._approval_buttons:
            doc = etree.fromstring(res["arch"])
            for button in doc.iterfind("header//button"):
                name = button.get("name")
                if name == "request_validation":
                    button.set("class", "btn-primary")
                elif name in self._approval_buttons:
                    hidden = button.get("invisible")
                    missing = f"({hidden}) or {MISSING}" if hidden else MISSING
                    button.set("invisible", missing)
            res["arch"] = etree.tostring(doc, encoding="unicode")
        return res

    @api.depends("review_ids")
    def _compute_need_validation(self):
        return super()._compute_need_validation()

    def request_validation(self):
        """Ask for the approvals that documents need.

        :return: the `tier.review` records
        :raises AccessError: who may not change a document does not have it approved
        :raises UserError: nobody could give one of them
        """
        self.check_access("write")
        with self.env["tier.review"]._engine_writes():
            reviews = super().request_validation()
        # sudo: who may approve is found out, whoever asks
        for review in reviews.sudo():
            if not review.reviewer_ids:
                raise UserError(
                    self.env._(
                        "Nobody could approve “%(tier)s” of %(document)s: who prepared "
                        "a document does not approve it. Name other reviewers.",
                        tier=review.name,
                        document=self.browse(review.res_id).display_name,
                    )
                )
        return reviews

    def restart_validation(self):
        """Give up the approvals of documents, which can be changed then.

        :raises AccessError: who may not change a document does not undo its approval
        """
        self.check_access("write")
        with self.env["tier.review"]._engine_writes():
            return super().restart_validation()

    def unlink(self):
        """Delete documents, with their approvals."""
        with self.env["tier.review"]._engine_writes():
            self.review_ids.unlink()
        return super().unlink()

    def _validate_tier(self, tiers=False):
        with self.env["tier.review"]._engine_writes():
            return super()._validate_tier(tiers)

    def _rejected_tier(self, tiers=False):
        with self.env["tier.review"]._engine_writes():
            return super()._rejected_tier(tiers)

    def _tier_validation_check_write_remove_reviews(self, vals):
        with self.env["tier.review"]._engine_writes():
            return super()._tier_validation_check_write_remove_reviews(vals)

    def _get_to_validate_message(self):
        """Say in the banner what the buttons say, in the user's language."""
        reason = self._approval_reason() if self.ids else ""
        if not reason:
            return super()._get_to_validate_message()
        icon = Markup('<i class="fa fa-lg fa-info-circle"></i> %s')
        return icon % reason

    def _approval_own(self):
        """Return this user's approvals of a document whose turn it is.

        :rtype: tier.review
        """
        self.ensure_one()
        user = self.env.user
        turns = self._get_sequences_to_approve(user)
        return self.review_ids.filtered(
            lambda review: (
                user in review.reviewer_ids
                and review.status in ("waiting", "pending")
                and (review.sequence in turns or review.approve_sequence_bypass)
            )
        )

    def _approval_preparers(self):
        """Return the users who prepared a document, and so do not approve it."""
        return self.env["res.users"]

    def _approval_reason(self):
        """Say what approval a document waits for.

        :return: text for the user, empty where it waits for none
        :rtype: str
        """
        self.ensure_one()
        # sudo: what is needed and given decides, whoever looks
        document = self.sudo()
        # worked out from rules that may have changed by now
        document.invalidate_recordset(["need_validation"])
        name, status = self.display_name, document.validation_status
        if document.need_validation:
            return self.env._("%s needs an approval. Press “Request Validation”.", name)
        if not document.review_ids or status == "validated":
            return ""
        if status == "rejected":
            return self.env._(
                "The approval of %s was refused. Change it after “Restart Validation”.",
                name,
            )
        waiting = document.review_ids.filtered(
            lambda review: review.status in ("waiting", "pending")
        )
        return self.env._(
            "%(document)s waits for approval by %(names)s.",
            document=name,
            names=", ".join(filter(None, waiting.mapped("todo_by"))),
        )
