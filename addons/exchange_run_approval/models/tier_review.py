from odoo import api, fields, models
from odoo.exceptions import AccessError


class TierReview(models.Model):
    """An approval: asked for and given by the buttons, and by nothing else.

    OCA lets every employee write them, for its own methods to work as their user.
    """

    _name = "tier.review"
    _inherit = ["tier.review", "exchange.engine.mixin"]

    status = fields.Selection(engine=True)
    model = fields.Char(engine=True)
    res_id = fields.Many2oneReference(engine=True)
    definition_id = fields.Many2one(engine=True)
    sequence = fields.Integer(engine=True)
    reviewer_ids = fields.Many2many(engine=True)
    done_by = fields.Many2one(engine=True)
    requested_by = fields.Many2one(engine=True)
    reviewed_date = fields.Datetime(engine=True)
    # said with the approval, in OCA's own dialog
    comment = fields.Char(engine=True)
    last_reminder_date = fields.Datetime(engine=True)
    # a group is called in the language of who reads, not of who asked
    todo_by = fields.Char(store=False, compute_sudo=True)

    @api.depends("reviewer_ids", "reviewer_group_id")
    @api.depends_context("lang")
    def _compute_todo_by(self):
        return super()._compute_todo_by()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_by_hand(self):
        if not self._is_engine_writing():
            raise AccessError(
                self.env._(
                    "Approvals are not deleted by hand. Press “Restart Validation” on "
                    "the document."
                )
            )

    def _update_review_status(self):
        with self._engine_writes():
            return super()._update_review_status()

    def _get_reviewers(self):
        """Who prepared a document does not approve it, whatever the definition says."""
        reviewers = super()._get_reviewers()
        if self.model in self.env and self.res_id:
            # sudo: who made it decides, whoever asks
            document = self.env[self.model].sudo().browse(self.res_id).exists()
            if document:
                reviewers -= document._approval_preparers().with_env(reviewers.env)
                # sudo: companies of colleagues; others could not even see it
                reviewers = reviewers.filtered(
                    lambda user: document.company_id in user.sudo().company_ids
                )
        return reviewers
