from odoo import models
from odoo.exceptions import UserError

TEMPLATE = "account_billing_statement.mail_template_statement"


class ResPartner(models.Model):
    """Third parties get a statement of what is open, from any list they are in."""

    _inherit = "res.partner"

    def action_billing_statement(self):
        """Ask up to which day, and print the statements of these third parties.

        :return: a window action
        """
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Statement of Account"),
            "res_model": "outstanding.statement.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"active_model": self._name, "active_ids": self.ids},
        }

    def action_billing_statement_send(self):
        """Write an e-mail with its statement to each of these with anything open.

        :return: a window action
        :raises UserError: nothing is open with any of them
        """
        partners = self._billing_with_open_items()
        if not partners:
            raise UserError(self.env._("Nothing is open with any of these."))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send Statement of Account"),
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": partners.ids,
                "default_template_id": self.env.ref(TEMPLATE).id,
                # not a message of the contact's, which every employee reads
                "default_composition_mode": "mass_mail",
            },
        }

    def _billing_with_open_items(self):
        """Return those of these with whom anything is open in this company."""
        found = self.env["account.move.line"]._read_group(
            [
                ("partner_id", "in", self.ids),
                ("company_id", "=", self.env.company.id),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
                ("account_type", "=", self._billing_statement_side()),
                ("amount_residual", "!=", 0),
            ],
            ["partner_id"],
        )
        return self.browse(partner.id for (partner,) in found)

    def _billing_statement_side(self):
        """Return the type of the accounts that a statement is about.

        :rtype: str
        """
        return "asset_receivable"

    def _billing_check_statement(self):
        """Refuse a statement of third parties that the user may not know of.

        :raises AccessError: naming what is not the user's
        """
        self.check_access("read")
