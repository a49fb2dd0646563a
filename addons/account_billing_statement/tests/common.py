from lxml import html

REPORT = "partner_statement.outstanding_statement"


class Statements:
    """For tests that print statements as a user does."""

    def _printed(self, partners, user, **options):
        """Return the text of the statements that a user prints."""
        action = partners.with_user(user).action_billing_statement()
        wizard = (
            self.env["outstanding.statement.wizard"]
            .with_user(user)
            .with_context(**action["context"])
            .create(options)
        )
        data = wizard._prepare_statement()
        report = self.env["ir.actions.report"].with_user(user)
        content, _kind = report._render_qweb_html(REPORT, partners.ids, data=data)
        return " ".join(html.fromstring(content).text_content().split())

    def _sent(self, partners, user):
        """Write statements as e-mails; return these, newest first."""
        action = partners.with_user(user).action_billing_statement_send()
        context = action["context"]
        composer = (
            self.env["mail.compose.message"]
            .with_user(user)
            .with_context(**context, default_force_send=False)
            .create({})
        )
        composer._action_send_mail()
        mails = self.env["mail.mail"].sudo()  # sent ones are gone
        return mails.search([("recipient_ids", "in", partners.ids)], order="id desc")
