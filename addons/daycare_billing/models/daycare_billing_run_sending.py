from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.exchange_run.core.text import file_safe

#: What no mail server accepts («???», «pas de mail») is no address: it has no
#: normalized form. Nor is one that gave an invoice back.
UNREACHABLE = Domain("partner_id.email_normalized", "=", False) | Domain(
    "daycare_to_print", "=", True
)
#: Debtors of other sending methods, such as a postal service, are Odoo's business.
ON_PAPER = Domain("commercial_partner_id.invoice_sending_method", "=", "manual") | (
    UNREACHABLE
    & Domain("commercial_partner_id.invoice_sending_method", "in", (False, "email"))
)


class DaycareBillingRun(models.Model):
    """How posted invoices reach their debtors: by e-mail, or printed."""

    _inherit = "daycare.billing.run"  # pylint: disable=consider-merging-classes-inherited

    send_count = fields.Integer(string="To Send", compute="_compute_waiting")
    print_count = fields.Integer(
        string="To Print",
        compute="_compute_waiting",
        help="Posted invoices that have not been sent, of debtors without valid e-mail "
        "address, whose address gave the invoice back, or who want it on paper.",
    )

    leaving_count = fields.Integer(
        string="In the Queue",
        compute="_compute_waiting",
        help="Posted invoices that wait for a scheduled action of Odoo to make their "
        "PDF or to send their e-mail. If they stay for long, ask your administrator.",
    )

    def _compute_waiting(self):
        Move = self.env["account.move"]
        new = self.filtered(lambda run: not run._origin)
        new.print_count = new.send_count = new.leaving_count = 0
        for run in self - new:
            waiting = run._waiting_domain()
            run.print_count = Move.search_count(waiting & ON_PAPER)
            run.send_count = Move.search_count(waiting) - run.print_count
            run.leaving_count = len(run._leaving())

    def _leaving(self):
        """Return the invoices that a scheduled action of Odoo has still to send."""
        self.ensure_one()
        moves = self.env["account.move"].search(
            Domain("billing_run_model", "=", self._name)
            & Domain("billing_run_id", "=", self._origin.id)
            & Domain("state", "=", "posted")
        )
        # sudo: only the ids of their own invoices leave
        mails = self.env["mail.mail"].sudo()
        outgoing = mails.search(
            [
                ("state", "=", "outgoing"),
                ("model", "=", moves._name),
                ("res_id", "in", moves.ids),
            ]
        )
        left = set(outgoing.mapped("res_id"))
        return moves.filtered(lambda move: move.sending_data or move.id in left)

    def _waiting_domain(self):
        """Return the domain of the posted invoices that nobody has received yet.

        Nobody needs to pay what was credited in full before it was sent.
        """
        self.ensure_one()
        return (
            Domain("billing_run_model", "=", self._name)
            & Domain("billing_run_id", "=", self._origin.id)
            & Domain("state", "=", "posted")
            & Domain("is_move_sent", "=", False)
            & Domain("payment_state", "!=", "reversed")
            & Domain("sending_data", "=", False)
        )

    def action_send(self):
        """Send the posted invoices by e-mail, each in its debtor's language.

        Invoices that go out on paper are left out: Odoo would take them for sent.

        :return: the window action of Odoo's own wizard, which sends in the background
        :raises UserError: no invoice waits for its e-mail
        """
        moves = self.env["account.move"].search(self._waiting_domain() & ~ON_PAPER)
        if not moves:
            raise UserError(
                self.env._(
                    "No posted invoice of %(run)s waits to be sent by e-mail. To send "
                    "one again, open it. Debtors without e-mail address get theirs "
                    "printed.",
                    run=self.display_name,
                )
            )
        return moves.action_send_and_print()

    def action_print(self):
        """Print the invoices of debtors who get no e-mail, which count as sent then.

        The PDF is made first, and stays with the run: what could not be printed does
        not count as sent.

        :return: a URL action, one PDF with all of them and their QR-bills
        :raises UserError: none waits to be printed
        """
        self.ensure_one()
        moves = self.env["account.move"].search(self._waiting_domain() & ON_PAPER)
        if not moves:
            raise UserError(
                self.env._(
                    "No posted invoice of %(run)s waits to be printed.",
                    run=self.display_name,
                )
            )
        report = self.env["ir.actions.report"]
        pdf, kind = report._render_qweb_pdf("account.account_invoices", moves.ids)
        name = f"{file_safe(self.display_name)}.{kind}"
        attachment = self._attach(name, pdf, "application/pdf")
        with self._engine_writes():
            moves.write(
                {
                    "is_move_sent": True,
                    "daycare_to_print": False,
                    "daycare_mail_failure": False,
                }
            )
        self._refresh_open_findings()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{attachment.id}?download=true",
            # Not «download»: after that the form would still offer to print.
            "target": "new",
        }

    def action_view_leaving(self):
        """Open the invoices that wait in Odoo's queues.

        :return: a window action
        """
        action = self.action_view_moves()
        return {
            **action,
            "name": self.env._("In the Queue: %(run)s", run=self.display_name),
            "domain": [("id", "in", self._leaving().ids)],
        }

    def action_view_to_print(self):
        """Open the invoices of debtors who get no e-mail.

        :return: a window action
        """
        action = self.action_view_moves()
        return {
            **action,
            "name": self.env._("To Print: %(run)s", run=self.display_name),
            "domain": list(self._waiting_domain() & ON_PAPER),
        }
