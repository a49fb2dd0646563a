from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core.const import PAYMENT_STATUS
from ..core.exceptions import AuthenticationFailed, ExchangeError, ServerUnavailable
from ..core.webhook import wait_minutes

PAID_HERE = ("2", "7")
PAID_THERE = (2, 7)


class OpenimisPaymentReport(models.Model):
    """Tell openIMIS that one of its bills was paid: once, and read back.

    openIMIS stores a repeated notice twice, never adds partial ones up and answers 201
    whatever happens (spec section 5). So only full payments are told, the bill is
    looked at before and after, and «confirmed» means that openIMIS shows it as paid.
    """

    _name = "openimis.payment.report"
    _description = "Payment Reported to openIMIS"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _rec_name = "move_id"

    remote_bill_id = fields.Many2one(
        "openimis.remote.bill",
        "Bill in openIMIS",
        required=True,
        readonly=True,
        index=True,
    )
    connection_id = fields.Many2one(
        related="remote_bill_id.connection_id", store=True, index=True
    )
    company_id = fields.Many2one(
        related="remote_bill_id.company_id", store=True, index=True
    )
    move_id = fields.Many2one("account.move", "Bill", required=True, readonly=True)
    currency_id = fields.Many2one(related="remote_bill_id.currency_id")
    amount = fields.Monetary(readonly=True)
    payment_date = fields.Date(readonly=True)
    reference = fields.Char(
        "Payment Reference",
        readonly=True,
        help="Names the payment in openIMIS, and finds it after a lost answer.",
    )
    state = fields.Selection(
        [
            ("queued", "Queued"),
            ("sent", "Sent, Not Confirmed"),
            ("confirmed", "Confirmed"),
            ("failed", "Given Up"),
            ("cancelled", "Cancelled"),
        ],
        default="queued",
        required=True,
        readonly=True,
        tracking=True,
        index=True,
    )
    attempts = fields.Integer(readonly=True)
    date_next = fields.Datetime("Next Try", default=fields.Datetime.now, readonly=True)
    date_sent = fields.Datetime("Sent On", readonly=True)
    error_code = fields.Char(readonly=True)
    error_detail = fields.Char(readonly=True)
    error = fields.Char("What Went Wrong", compute="_compute_error")

    _bill_uniq = models.UniqueIndex(
        "(remote_bill_id) WHERE state != 'cancelled'",
        "The payment of this bill is reported already.",
    )

    # === QUEUE ===

    @api.model
    def _cron_report(self):
        """Queue what was paid, then report what is due."""
        self._queue_paid()
        self.env["ir.cron"]._commit_progress()
        self._report_due()

    @api.model
    def _queue_paid(self):
        """One report per paid bill of a connection that wants to be told."""
        bills = self.env["openimis.remote.bill"].search(
            [
                ("connection_id.write_back", "=", True),
                ("deleted", "=", False),
                ("status", "not in", [str(number) for number in PAID_THERE]),
            ]
        )
        told = self.search([("remote_bill_id", "in", bills.ids)]).remote_bill_id
        return self.create(
            [
                bill._prepare_report_vals()
                for bill in bills - told
                if bill.move_id.openimis_status in PAID_HERE
            ]
        )

    @api.model
    def _report_due(self):
        """Send what is due; each result is committed before the next is sent."""
        domain = [
            ("state", "in", ("queued", "sent")),
            ("date_next", "<=", fields.Datetime.now()),
        ]
        refused = self.env["openimis.connection"]
        for report in self.search(domain, order="id"):
            # two workers must not report the same payment at once
            locked = report.try_lock_for_update().filtered_domain(domain)
            if locked and locked.connection_id not in refused:
                refused |= locked._report()
            if not self.env["ir.cron"]._commit_progress(1):
                return

    def _report(self):
        """Report one payment.

        :return: the connection when it is no use going on with it now, else none
        """
        self.ensure_one()
        connection = self.connection_id
        try:
            self._send_and_confirm(connection._transport())
        except ExchangeError as error:
            self._retry_later(error.code, error.detail)
            if isinstance(error, ServerUnavailable | AuthenticationFailed):
                return connection
        return connection.browse()

    def _send_and_confirm(self, transport):
        uuid = self.remote_bill_id.uuid
        if self._is_confirmed(transport, uuid):
            return self._confirm()
        if not transport.find_notice(self.reference, self.create_date):
            # committed before sending: after a crash it is looked for, not sent again
            self.write({"state": "sent", "date_sent": fields.Datetime.now()})
            self.env["ir.cron"]._commit_progress()
            transport.client.post("PaymentNotice/", self._notice())
        if self._is_confirmed(transport, uuid):
            return self._confirm()
        self._retry_later("not_paid")

    def _is_confirmed(self, transport, uuid):
        """Whether openIMIS itself shows the bill as paid, or at least the notice.

        FHIR does not tell a bill's status; there the stored notice must do.
        """
        status = transport.bill_status(uuid)
        if status is None:
            return bool(transport.find_notice(self.reference, self.create_date))
        return status in PAID_THERE

    def _notice(self):
        """PaymentNotice as openIMIS wants it: request.type "Bill", the exact total."""
        return {
            "resourceType": "PaymentNotice",
            "status": "active",
            "request": {
                "reference": f"Bill/{self.remote_bill_id.uuid}",
                "type": "Bill",
            },
            "created": fields.Date.context_today(self),
            "payment": {"reference": f"PaymentReconciliation/{self.reference}"},
            "paymentDate": self.payment_date,
            "recipient": {"reference": "Organization/openIMIS-Implementation"},
            "amount": {"value": self.amount, "currency": self.currency_id.name},
            "paymentStatus": {
                "coding": [{"system": PAYMENT_STATUS, "code": "cleared"}]
            },
        }

    def _confirm(self):
        self.write({"state": "confirmed", "error_code": False})
        self.remote_bill_id.write({"status": "2", "date_payed": self.payment_date})

    @api.depends("error_code", "error_detail")
    @api.depends_context("lang")
    def _compute_error(self):
        """What an accountant reads, in the language of who reads."""
        texts = {
            "not_paid": self.env._("openIMIS took the notice, the bill is not paid."),
            "unavailable": self.env._(
                "openIMIS does not answer. The payment is reported again by itself."
            ),
        }
        for report in self:
            code = report.error_code
            report.error = texts.get(code) or (
                code and report.connection_id._explain_code(code, report.error_detail)
            )

    def _retry_later(self, code, detail=False):
        attempts = self.attempts + 1
        wait = wait_minutes(attempts)
        self.write(
            {
                "attempts": attempts,
                "error_code": code,
                "error_detail": detail,
                "date_next": fields.Datetime.now() + timedelta(minutes=wait or 0),
            }
        )
        if not wait:
            self._give_up()

    def _give_up(self):
        self.state = "failed"
        self.activity_schedule(
            "mail.mail_activity_data_warning",
            summary=self.env._("openIMIS does not confirm the payment"),
            user_id=self.connection_id.user_id.id,
        )

    # === BUTTONS ===

    def action_retry(self):
        """Report again now."""
        for report in self:
            report._check_state(("queued", "sent", "failed"))
        self.write(
            {"state": "queued", "attempts": 0, "date_next": fields.Datetime.now()}
        )
        # sudo: whoever may retry may wake the cron, nobody may edit it
        self.env.ref("openimis_fhir.ir_cron_openimis_report").sudo()._trigger()
        return True

    def action_cancel(self):
        """Do not report; what was sent cannot be taken back."""
        for report in self:
            report._check_state(("queued", "failed"))
        self.state = "cancelled"
        return True

    def _check_state(self, allowed):
        if self.state not in allowed:
            labels = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "%(bill)s is «%(state)s»: that is not possible now.",
                    bill=self.display_name,
                    state=labels[self.state],
                )
            )
