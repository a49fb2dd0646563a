from odoo import models
from odoo.exceptions import AccessError, UserError

MANAGER = "sofi_primmo.group_sofi_manager"


class SofiCharge(models.Model):
    """A charge that came back as accepted after it was exported (spec 4.4)."""

    _inherit = "sofi.charge"

    def action_export_again(self):
        """Ask for the reason, then let the next run export the charge once more.

        :return: a window action
        """
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Export Charge %(id)s Again", id=self.sofi_charge_id),
            "res_model": "sofi.reason.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_charge_id": self.id},
        }

    def _allow_again(self, reason):
        """Free the charge for the next run.

        :param str reason: kept with the journal's line
        :raises UserError: the earlier export has not reached its end
        """
        self.ensure_one()
        if not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("Only a manager can export a charge again."))
        earlier = self.earlier_id or self
        if earlier.state != "archived":
            raise UserError(
                self.env._(
                    "Charge %(id)s is not archived: resume or cancel its run instead.",
                    id=self.sofi_charge_id,
                )
            )
        # sudo: the journal has no rights of its own beyond reading
        earlier.sudo().write({"state": "reexported", "detail": reason})
        earlier.export_id._log(
            "warning",
            self.env._(
                "Charge %(id)s may be exported again: %(reason)s",
                id=self.sofi_charge_id,
                reason=reason,
            ),
            code="export_again",
            residences=self.residence_id,
        )

    # === ARCHIVED BY SOMEBODY ELSE ===

    def action_keep(self):
        """Keep charges in the file that somebody else archived: nobody billed them."""
        return self._decide("archived")

    def action_take_out(self):
        """Take charges out of the file that somebody else archived and billed."""
        return self._decide("dropped")

    def _decide(self, state):
        """Settle what becomes of charges that somebody else archived in SOFI.

        :param str state: `archived` keeps them in the file, `dropped` takes them out
        :raises UserError: not a charge of that kind, or not a manager
        """
        self.check_access("read")
        if not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("Only a manager can decide about charges."))
        if set(self.mapped("state")) != {"archived_elsewhere"}:
            raise UserError(
                self.env._(
                    "There is nothing to decide: only charges that somebody else "
                    "archived in SOFI are kept or taken out."
                )
            )
        if state == "archived":
            text = self.env._("Charges kept in the file by %(user)s: %(count)s")
        else:
            text = self.env._("Charges taken out of the file by %(user)s: %(count)s")
        for (run, residence), lines in self.grouped(
            lambda line: (line.export_id, line.residence_id)
        ).items():
            run._log(
                "warning",
                text % {"user": self.env.user.name, "count": len(lines)},
                code="decided",
                value=", ".join(lines[:20].mapped("sofi_charge_id")),
                residences=residence,
            )
        # sudo: the journal has no rights of its own beyond reading
        self.sudo().write({"state": state})
        return True
