from odoo import models
from odoo.exceptions import AccessError, UserError

MANAGER = "sofi_primmo.group_sofi_manager"


class SofiExportFile(models.Model):
    """Issue a file again that Primmo refused.

    SOFI has archived the charges by then: the journal is the only copy.
    """

    _inherit = "sofi.export.file"

    def action_reissue(self):
        """Ask for the reason, then issue the file again.

        :return: a window action
        """
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Issue %(name)s Again", name=self.name),
            "res_model": "sofi.reason.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_file_id": self.id},
        }

    def _reissue(self, reason):
        """Write the same lines into a file of a new name.

        :param str reason: kept with the new file
        :return: the new file
        :raises UserError: while another file waits for Primmo, or the folder refuses it
        """
        self.ensure_one()
        if not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("Only a manager can issue a file again."))
        if self.state != "done" or self.simulated:
            raise UserError(
                self.env._("Only a complete file of a real export can be issued again.")
            )
        run = self.export_id
        with run._told_clearly(self.residence_id):
            names = self.residence_id._leftovers() if self.directory else []
            where = self.residence_id._place_vals() if self.directory else {}
        if names:
            raise UserError(self.residence_id._waiting_text(names))
        # sudo: files are made here and by runs, nobody may write them by hand
        again = self.sudo().copy(
            {
                **where,
                "name": self._next_name(),
                "state": "written",
                "reissue_of_id": self.id,
                "reissue_reason": reason,
                "downloaded_by_id": False,
                "downloaded_date": False,
            }
        )
        again._set_content(self._content(), self.line_count, self.amount)
        run._log(
            "warning",
            self.env._(
                "%(old)s is issued again as %(new)s: %(reason)s",
                old=self.name,
                new=again.name,
                reason=reason,
            ),
            code="reissue",
            residences=self.residence_id,
        )
        again._begin_again()
        return again.with_env(self.env)

    def _begin_again(self):
        """Bring a file that was just issued again into its folder, at once."""
        self.action_finish()

    def action_finish(self):
        """Bring a file issued again to its end, also where that was interrupted."""
        self.check_access("read")
        # sudo: files are written by runs only, nobody may alter them
        for file in self.sudo().filtered(
            lambda f: f.state in ("written", "publishing")
        ):
            with file.export_id._told_clearly(file.residence_id):
                file._finish()
        return True

    def _finish(self):
        interrupted = self.state == "publishing"
        if not interrupted:
            self._place_temporary()
            self.state = "publishing"
            self.export_id._commit()
        try:
            if not self._publish(interrupted):
                self.export_id._say_taken(self, interrupted)
        finally:
            # Also what an error says of the renaming must outlive it.
            self.export_id._commit()

    def _next_name(self):
        first = self
        while first.reissue_of_id:
            first = first.reissue_of_id
        stem = first.name.rsplit(".", 1)[0]
        taken = set(self.residence_id.export_file_ids.mapped("name"))
        number = 2
        while f"{stem}_R{number}.csv" in taken:
            number += 1
        return f"{stem}_R{number}.csv"
