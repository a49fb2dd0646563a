from odoo import models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """Confirming many moves at once: a bill that has to wait stops no other."""

    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    def action_validate_moves_with_confirmation(self):
        """Confirm the drafts chosen in the list; name the bills that have to wait.

        :return: a client action that names them, then Odoo's own
        :raises UserError: none can be confirmed, with the reason of each
        """
        drafts = self.filtered(lambda move: move.state == "draft" and move.line_ids)
        waiting = drafts._openimis_waiting()
        if not waiting:
            return super().action_validate_moves_with_confirmation()
        ready = self - self.browse().union(*waiting)
        if not ready & drafts:
            raise UserError("\n".join(waiting.values()))
        action = super(AccountMove, ready).action_validate_moves_with_confirmation()
        return self._openimis_name_waiting(waiting, action)

    def _openimis_waiting(self):
        """Return the bills that cannot be validated, each with its reason.

        :return: dict {bill: text for the user}
        """
        waiting = {}
        for bill in self.filtered("openimis_type"):
            try:
                bill._check_openimis_second_person()
                bill._check_openimis_postable()
            except UserError as error:
                waiting[bill] = str(error)
        return waiting

    def _openimis_name_waiting(self, waiting, action):
        """Return a client action that names bills left as they are, then goes on.

        :param dict waiting: see :meth:`_openimis_waiting`
        :param action: what comes next; False to look at the list again
        """
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "title": self.env._("Not Confirmed"),
                "message": " ".join(waiting.values()),
                "next": action or {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
