from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

# Warnings that an operator has to confirm (sections 3 and 5.2): a journal date far
# away, a delivery imported before, an organisation's address for a child, columns
# that seem to be in another order.
TO_CONFIRM = ("U02", "U04", "U07", "T08", "C23", "P32")
UNREADABLE = ("fatal", "blocked")
SHOWN = 5


class KibeImportConfirm(models.AbstractModel):
    """What stands between the test and the buttons that write (section 5.2, point 8).

    The buttons ask, whoever presses them: what they need is what the last analysis
    said. A program that calls `action_run` has decided already.
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
            texts, more = run._first_texts("code", TO_CONFIRM)
            if more:
                texts.append(self.env._("… and %(count)s more", count=more))
            run.to_confirm = "\n".join(texts)

    def _first_texts(self, field, values):
        """Return the first messages of a kind, and how many more there are.

        The form asks at each reading, and an import may have a hundred thousand
        messages: only those shown are loaded.

        :param str field: `code` or `severity`
        :param tuple values: those wanted
        :return: list of texts, number of the others
        """
        messages, domain = self._own_messages()
        domain = Domain(domain) & Domain(field, "in", values)
        texts = messages.search(domain, limit=SHOWN).mapped("text")
        if len(texts) < SHOWN:
            return texts, 0
        return texts, messages.search_count(domain) - SHOWN

    @api.depends(
        "state",
        "imported",
        "exchange_message_ids",
        "skip_error_rows",
        "losing_count",
        "confirm_loss",
        "confirm_warnings",
        "absent_action",
    )
    def _compute_obstacle(self):
        for run in self:
            shown = run.state in ("planned", "done", "failed") and not run.imported
            run.obstacle = "\n".join(run._obstacles()) if shown else False

    def _check_confirmed(self):
        """Refuse what a form opened before the last analysis may still offer.

        :raises UserError: warnings of the last analysis are not confirmed
        """
        for run in self.filtered(lambda run: not run.imported):
            if run.to_confirm and not run.confirm_warnings:
                text = f"{run._unconfirmed()}\n\n{run.to_confirm}"
                raise UserError(text)

    def _unconfirmed(self):
        return self.env._(
            "Read the warnings below and tick «Import in Spite of These Warnings»."
        )

    def _obstacles(self):
        """Return what the operator still has to do, as a list of sentences."""
        obstacles = []
        rows = self._origin.message_error_count  # a form being edited counts none
        unreadable, _more = self._first_texts("severity", UNREADABLE)
        if unreadable:
            obstacles += [
                self.env._("A file cannot be read: correct it and upload it again."),
                *unreadable,
            ]
        elif rows and not self.skip_error_rows:
            obstacles.append(
                self.env._(
                    "Errors: %(count)s. Correct them, or tick «Import Without the Rows "
                    "in Error».",
                    count=rows,
                )
            )
        if rows and self.skip_error_rows and self.absent_action == "end":
            obstacles += self._first_texts("code", ("P34",))[0]
        if self.losing_count and not self.confirm_loss:
            obstacles.append(
                self.env._(
                    "Children who would lose their placements: %(count)s. Tick "
                    "«Confirm the Loss of Placements».",
                    count=self.losing_count,
                )
            )
        if self.to_confirm and not self.confirm_warnings:
            obstacles.append(self._unconfirmed())
            if self._is_choice_new():
                obstacles.append(
                    self.env._(
                        "You have chosen what becomes of the children who are not in "
                        "the delivery: «Analyse Again» shows what it does, and asks no "
                        "more."
                    )
                )
        return obstacles

    def _is_choice_new(self):
        """Tell whether the last analysis asked for a choice that is made now."""
        asked, refused = (self._first_texts("code", (c,))[0] for c in ("P32", "P34"))
        return bool(self.absent_action and asked and not refused)
