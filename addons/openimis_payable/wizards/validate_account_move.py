from odoo import Command, models
from odoo.exceptions import UserError


class ValidateAccountMove(models.TransientModel):
    """Odoo's dialog that asks before it confirms many moves."""

    _inherit = "validate.account.move"

    def validate_move(self):
        """Confirm the moves; name the bills that have to wait.

        :raises UserError: none can be confirmed, with the reason of each
        """
        self.ensure_one()
        waiting = self.move_ids._openimis_waiting()
        if not waiting:
            return super().validate_move()
        if len(waiting) == len(self.move_ids):
            raise UserError("\n".join(waiting.values()))
        left = self.env["account.move"].union(*waiting)
        self.move_ids = [Command.unlink(bill.id) for bill in left]
        return left._openimis_name_waiting(waiting, super().validate_move())
