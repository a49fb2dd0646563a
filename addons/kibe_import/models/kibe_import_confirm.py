from odoo import api, fields, models

# Warnings that an operator has to confirm (sections 3 and 5.2): a journal date far
# away, a delivery imported before, an organisation's address for a child, columns
# that seem to be in another order.
TO_CONFIRM = ("U02", "U04", "T08", "C23")
SHOWN = 5


class KibeImportConfirm(models.AbstractModel):
    """What stands between the test and the buttons that write (section 5.2, point 8).

    Only the screen asks: a program that calls `action_run` has decided already.
    """

    _name = "kibe.import.confirm"
    _description = "Confirmations of a Kibé Import"

    confirm_warnings = fields.Boolean(
        string="Import in Spite of These Warnings", copy=False
    )
    to_confirm = fields.Text(compute="_compute_to_confirm")
    obstacle = fields.Text(
        string="Before the Import",
        compute="_compute_obstacle",
        help="What has to be done before the import can start.",
    )

    @api.depends("exchange_message_ids")
    def _compute_to_confirm(self):
        for run in self:
            texts = run.exchange_message_ids.filtered(
                lambda message: message.code in TO_CONFIRM
            ).mapped("text")
            more = len(texts) - SHOWN
            if more > 0:
                texts = [*texts[:SHOWN], self.env._("… and %(count)s more", count=more)]
            run.to_confirm = "\n".join(texts)

    @api.depends(
        "state",
        "imported",
        "exchange_message_ids",
        "skip_error_rows",
        "losing_count",
        "confirm_loss",
        "confirm_warnings",
    )
    def _compute_obstacle(self):
        for run in self:
            shown = run.state in ("planned", "done", "failed") and not run.imported
            run.obstacle = "\n".join(run._obstacles()) if shown else False

    def _obstacles(self):
        """Return what the operator still has to do, as a list of sentences."""
        obstacles = []
        messages = self.exchange_message_ids
        unreadable = messages.filtered(lambda m: m.severity in ("fatal", "blocked"))
        rows = messages.mapped("severity").count("error")
        if unreadable:
            obstacles += [
                self.env._("A file cannot be read: correct it and upload it again."),
                *unreadable[:SHOWN].mapped("text"),
            ]
        elif rows and not self.skip_error_rows:
            obstacles.append(
                self.env._(
                    "%(count)s error(s): correct them, or tick «Import Without the "
                    "Rows in Error».",
                    count=rows,
                )
            )
        if self.losing_count and not self.confirm_loss:
            obstacles.append(
                self.env._(
                    "%(count)s child(ren) would lose their placements: tick «Confirm "
                    "the Loss of Placements».",
                    count=self.losing_count,
                )
            )
        if self.to_confirm and not self.confirm_warnings:
            obstacles.append(
                self.env._(
                    "Read the warnings below and tick «Import in Spite of These "
                    "Warnings»."
                )
            )
        return obstacles
