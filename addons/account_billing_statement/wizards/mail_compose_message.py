from odoo import models

from ..models.res_partner import TEMPLATE


class MailComposeMessage(models.TransientModel):
    """What a third party owes is its own business, and that of who keeps the books.

    A message of a contact is read by every employee, with what is attached to it. So a
    statement is sent by itself, and the contact's page only says that it was.
    """

    _inherit = "mail.compose.message"

    def _billing_is_statement(self):
        return self.model == "res.partner" and self.template_id == self.env.ref(
            TEMPLATE, raise_if_not_found=False
        )

    def _action_send_mail(self, auto_commit=False):
        for composer in self.filtered(type(self)._billing_is_statement):
            if composer.composition_mode != "mass_mail":
                composer.composition_mode = "mass_mail"
            composer.write({"auto_delete": True, "auto_delete_keep_log": False})
        return super()._action_send_mail(auto_commit=auto_commit)

    def _manage_mail_values(self, mail_values_all):
        found = super()._manage_mail_values(mail_values_all)
        if self._billing_is_statement():
            text = self.env._("A statement of account was sent by e-mail.")
            partners = self.env[self.model].browse(found)
            partners._message_log_batch(dict.fromkeys(partners.ids, text))
            for values in found.values():
                values.update(model=False, res_id=False)
        return found
