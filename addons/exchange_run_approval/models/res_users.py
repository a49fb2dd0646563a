from odoo import models
from odoo.fields import Domain


class ResUsers(models.Model):
    """Whose approvals a user reads."""

    _inherit = "res.users"

    def _approval_reviews_domain(self):
        """Return the domain of the approvals a user may read, for record rules.

        Those of documents of a kind that he may read, and his own.

        :rtype: Domain
        """
        if not self._is_internal():
            return Domain.FALSE
        env = self.env(user=self.id, su=False)
        # sudo: which kinds of documents can be approved is no secret
        names = self.env["tier.definition"].sudo()._get_tier_validation_model_names()
        readable = [n for n in names if n in env and env[n].has_access("read")]
        return Domain.OR(
            [
                Domain("model", "in", readable),
                Domain("reviewer_ids", "in", self.ids),
                Domain("requested_by", "=", self.id),
            ]
        )
