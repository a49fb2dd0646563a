from odoo import models
from odoo.exceptions import UserError


class CommentWizard(models.TransientModel):
    """What somebody says with an approval that is his own to give, and its turn."""

    _inherit = "comment.wizard"

    def add_comment(self):
        """Give or refuse the approvals of a document, with what is said of them.

        :raises UserError: one of them is not this user's, or not of this document
        """
        self.ensure_one()
        reviews = self.review_ids
        own = reviews.browse()
        if reviews._has_resource_model(self.res_model):
            document = self.env[self.res_model].browse(self.res_id)
            document.check_access("read")
            own = document._approval_own()
        if not reviews or reviews - own:
            raise UserError(self.env._("This approval is not yours to give."))
        with reviews._engine_writes():
            return super().add_comment()
