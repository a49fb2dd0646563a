import smtplib

from odoo import api, models

FAILED = ("exception", "bounce")
#: Faults of our own mail server or sender: the debtor's address may be right.
OURS = ("mail_smtp", "mail_from_invalid", "mail_from_missing", "mail_spam")


class MailNotification(models.Model):
    """What becomes of an invoice's e-mail becomes of the invoice."""

    _inherit = "mail.notification"

    def write(self, vals):
        """Hear of what comes back; failures while sending are heard afterwards."""
        result = super().write(vals)
        if vals.get("notification_status") == "bounce":
            self._daycare_follow()
        return result

    def _daycare_follow(self):
        """Let the daycare's invoices know whether their e-mail has left.

        Recipients inside, such as a follower, say nothing about the debtor.
        """
        # sudo: mail jobs and gateways work without rights on invoices
        by_move = self.sudo().grouped(lambda n: n._daycare_move())
        for move, own in by_move.items():
            failed = own.filtered(lambda n: n.notification_status in FAILED)
            if not move:
                continue
            if failed:
                worst = failed.sorted(lambda n: n.failure_type in OURS)[:1]
                move._daycare_not_delivered(
                    worst._daycare_reason(), worst.failure_type not in OURS
                )
            elif "sent" in own.mapped("notification_status"):
                move._daycare_delivered()

    def _daycare_move(self):
        """Return the run's invoice that the message took to somebody outside."""
        moves = self.env["account.move"]
        message, recipient = self.mail_message_id, self.res_partner_id
        if message.model != moves._name or not message.attachment_ids:
            return moves
        move = moves.browse(message.res_id).exists()
        outside = recipient.partner_share or not recipient
        wanted = outside or recipient == move.partner_id
        return move if wanted and move._daycare_runs() else moves

    def _daycare_reason(self):
        """Return what the mail server said, as one sentence."""
        types = dict(self._fields["failure_type"]._description_selection(self.env))
        text = self.failure_reason or types.get(self.failure_type) or ""
        text = " ".join(text.split())
        return text if text.endswith((".", "!", "?")) else f"{text}."


class MailMail(models.Model):
    """A mail that was tried says so to its invoice."""

    _inherit = "mail.mail"

    @api.model
    def _daycare_notifications(self, mails):
        # sudo: as Odoo itself looks for them
        return (
            self.env["mail.notification"]
            .sudo()
            .search([("mail_mail_id", "in", mails.ids)])
        )

    def _send(self, *args, **kwargs):
        """Say what became of an invoice whose connection broke in the middle.

        Odoo gives up there: the mail stays as it was marked before it was tried, and
        nothing is said of it.
        """
        try:
            return super()._send(*args, **kwargs)
        except smtplib.SMTPServerDisconnected as error:
            cut = self.exists().filtered(lambda mail: mail.state == "exception")
            cut._daycare_cut_off(str(error))
            raise

    def _daycare_cut_off(self, error):
        """Bring the invoices of mails back that may have left or not.

        :param str error: what the mail library says
        """
        text = self.env._(
            "The connection to the mail server broke while it was sent (%(error)s): "
            "perhaps it arrived nevertheless.",
            error=error.rstrip(". "),
        )
        notifications = self._daycare_notifications(self).filtered(
            lambda n: n._daycare_move() and n.notification_status == "exception"
        )
        notifications.write({"failure_type": "mail_smtp", "failure_reason": text})
        notifications._daycare_follow()

    def write(self, vals):
        """Bring invoices back whose mail somebody cancels before it has left."""
        waiting = self.browse()
        if vals.get("state") == "cancel":
            waiting = self.filtered(lambda mail: mail.state == "outgoing")
        result = super().write(vals)
        if waiting:
            waiting._daycare_given_up()
        return result

    def unlink(self):
        """Bring invoices back whose mail is deleted before it has left."""
        self.filtered(lambda mail: mail.state == "outgoing")._daycare_given_up()
        return super().unlink()

    def _daycare_given_up(self):
        """Nothing is sent any more, and the debtor's address may be right."""
        notifications = self._daycare_notifications(self).filtered(
            lambda n: n.notification_status not in ("sent", "canceled")
        )
        for move in notifications.grouped(lambda n: n._daycare_move()):
            if move:
                move._daycare_not_delivered(
                    self.env._("Its e-mail was cancelled before it left."), False
                )

    def _postprocess_sent_message(self, *args, **kwargs):
        """Follow the notifications once Odoo knows what became of each."""
        # Before: a mail that has left is deleted.
        notifications = self._daycare_notifications(self)
        result = super()._postprocess_sent_message(*args, **kwargs)
        notifications.exists()._daycare_follow()
        return result
