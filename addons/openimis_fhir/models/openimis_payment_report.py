from datetime import timedelta
from uuid import UUID

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.exchange_run.core.money import exact

from ..core.const import PAYMENT_STATUS
from ..core.exceptions import (
    AccessRefused,
    AuthenticationFailed,
    ExchangeError,
    NotFound,
    RequestRefused,
    ServerUnavailable,
    UnsafeAddress,
)
from ..core.notices import find_notices, fresh_bound, read_notice
from ..core.webhook import wait_minutes

PAID_HERE = ("2", "7")
PAID_THERE = (2, 7)
#: answers that say that the notice was not stored
NOT_STORED = (
    AccessRefused,
    AuthenticationFailed,
    NotFound,
    RequestRefused,
    UnsafeAddress,
)
#: minutes in which a notice whose answer was lost may still be on its way there
ON_ITS_WAY = 15
#: hours openIMIS keeps the count of a list, and a margin
REMEMBER_BOUNDS = 2


class OpenimisPaymentReport(models.Model):
    """Tell openIMIS that one of its bills was paid: exactly once.

    openIMIS stores a repeated notice twice, never adds partial ones up and answers 201
    whatever happens (spec section 5). So only full payments are told, under a
    reference that no other database and no other payment has. The intention is
    committed before the call; after a lost answer the notice is looked for, and sent
    again only when it is not there long after it can have arrived. That openIMIS has
    the notice does not mean that it shows the bill as paid: a bill of several lines
    never gets paid there by a notice.
    """

    _name = "openimis.payment.report"
    _description = "Payment Reported to openIMIS"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _mail_post_access = "read"
    _order = "id desc"
    _rec_name = "move_id"
    _check_company_auto = True

    remote_bill_id = fields.Many2one(
        "openimis.remote.bill",
        "Bill in openIMIS",
        required=True,
        readonly=True,
        index=True,
        check_company=True,
    )
    connection_id = fields.Many2one(
        related="remote_bill_id.connection_id", store=True, index=True
    )
    company_id = fields.Many2one(
        related="remote_bill_id.company_id", store=True, index=True
    )
    move_id = fields.Many2one(
        "account.move", "Bill", required=True, readonly=True, check_company=True
    )
    currency_id = fields.Many2one(related="remote_bill_id.currency_id")
    amount = fields.Monetary(readonly=True)
    payment_date = fields.Date(readonly=True)
    reference = fields.Char(
        "Payment Reference",
        readonly=True,
        help="Names the payment in openIMIS, and finds it after a lost answer. No "
        "other database and no other payment has it.",
    )
    state = fields.Selection(
        [
            ("queued", "Queued"),
            ("sent", "Sent, No Answer Yet"),
            ("told", "openIMIS Has the Notice"),
            ("open", "openIMIS Has the Notice, Bill Still Open"),
            ("confirmed", "Paid in openIMIS"),
            ("failed", "Given Up"),
            ("cancelled", "Cancelled"),
        ],
        default="queued",
        required=True,
        readonly=True,
        tracking=True,
        index=True,
    )
    notice_uuid = fields.Char(
        "Notice in openIMIS", readonly=True, help="UUID of the notice there."
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
        self._note_paid_there()
        self._note_unpaid_here()
        self.env["ir.cron"]._commit_progress()
        self._report_due()

    @api.model
    def _queue_paid(self, connections=None):
        """One report per paid bill of a connection that wants to be told.

        :param connections: `openimis.connection` to look at; all when None
        """
        wanted = (
            [] if connections is None else [("connection_id", "in", connections.ids)]
        )
        bills = self.env["openimis.remote.bill"].search(
            [
                *wanted,
                ("connection_id.write_back", "=", True),
                ("deleted", "=", False),
                ("status", "not in", [str(number) for number in PAID_THERE]),
            ]
        )
        told = self.search([("remote_bill_id", "in", bills.ids)]).remote_bill_id
        reports = self.create(
            [
                bill._prepare_report_vals()
                for bill in bills - told
                if bill.move_id.openimis_status in PAID_HERE
            ]
        )
        for report in reports:
            report.reference = report._make_reference()
            if not report._is_whole_payment():
                # openIMIS would be told another amount than was paid
                report.error_code = "other_amount"
                report._give_up()
        return reports

    def _make_reference(self):
        """Reference that no other database and no other report has."""
        # sudo: which database this is, is no secret
        parameters = self.env["ir.config_parameter"].sudo()
        database = UUID(parameters.get_param("database.uuid")).hex
        return f"odoo-{database}-{self.id}"

    def _is_whole_payment(self):
        """Whether what was paid here is what openIMIS billed."""
        move, bill = self.move_id, self.remote_bill_id
        return move.currency_id == bill.currency_id and not (
            bill.currency_id.compare_amounts(move.amount_total, bill.amount_total)
        )

    @api.model
    def _note_paid_there(self):
        """Confirm what a pull has brought as paid meanwhile."""
        paid = [str(number) for number in PAID_THERE]
        self.search(
            [("state", "in", ("told", "open")), ("remote_bill_id.status", "in", paid)]
        ).write({"state": "confirmed", "error_code": False, "error_detail": False})

    @api.model
    def _note_unpaid_here(self):
        """Tell of bills that openIMIS has as paid, and that no longer are: a payment
        came back. openIMIS takes no notice back, so somebody has to."""
        told = [("state", "in", ("told", "open", "confirmed"))]
        unpaid = self.search(
            [
                *told,
                ("error_code", "=", False),
                ("move_id.openimis_status", "not in", PAID_HERE),
            ]
        )
        unpaid.error_code = "unpaid_here"
        for report in unpaid:
            report.activity_schedule(
                "mail.mail_activity_data_warning",
                summary=self.env._("Paid in openIMIS, no longer paid here"),
                user_id=report.connection_id.user_id.id,
            )
        again = self.search(
            [
                *told,
                ("error_code", "=", "unpaid_here"),
                ("move_id.openimis_status", "in", PAID_HERE),
            ]
        )
        again.error_code = False
        again.activity_unlink(["mail.mail_activity_data_warning"])

    # === SEND ===

    @api.model
    def _report_due(self):
        """Send what is due; each result is committed before the next is sent."""
        due = self.search(self._due_domain(), order="id")
        for connection, reports in due.grouped("connection_id").items():
            if not reports._report_to(connection):
                return

    @staticmethod
    def _due_domain():
        return [
            # told: whether the bill is paid there could not be asked yet
            ("state", "in", ("queued", "sent", "told")),
            ("date_next", "<=", fields.Datetime.now()),
        ]

    def _report_to(self, connection):
        """Report payments to one openIMIS.

        :return: False when the time of this run is over
        """
        transport = connection._transport()
        try:
            found = self._look_for(connection, transport)
        except ExchangeError as error:
            for report in self:
                report._retry_later(error)
            return self.env["ir.cron"]._commit_progress(len(self))
        for report in self:
            # two workers must not report the same payment at once
            locked = report.try_lock_for_update().filtered_domain(self._due_domain())
            if locked:
                goes_on = locked._report(transport, found.get(locked.reference))
                if not goes_on:
                    return self.env["ir.cron"]._commit_progress(1)
            if not self.env["ir.cron"]._commit_progress(1):
                return False
        return True

    def _look_for(self, connection, transport):
        """Notices of these payments that openIMIS has, in one reading.

        :return: {reference: list of `core.notices.Found`}
        """
        now = fields.Datetime.now()
        kept = fields.Datetime.to_string(now - timedelta(hours=REMEMBER_BOUNDS))
        asked = {
            bound: when
            for bound, when in (connection.notice_bounds or {}).items()
            if when > kept
        }
        bound = fresh_bound(min(self.mapped("create_date")), asked)
        # committed before asking: after a crash it is not asked again
        with connection._engine_writes():
            connection.notice_bounds = asked | {bound: fields.Datetime.to_string(now)}
        self.env["ir.cron"]._commit_progress()
        return find_notices(transport.client, self.mapped("reference"), bound)

    def _report(self, transport, found):
        """Report one payment.

        :param found: notices openIMIS has of it
        :return: False when it is no use going on with this openIMIS now
        """
        self.ensure_one()
        try:
            self._tell(transport, found)
        except ExchangeError as error:
            if self.state == "sent" and isinstance(error, NOT_STORED):
                self.write({"state": "queued", "date_sent": False})
            self._retry_later(error)
            return not isinstance(error, ServerUnavailable | AuthenticationFailed)
        return True

    def _tell(self, transport, found):
        if self.state == "told":
            return self._note_status(transport)
        if found:
            return self._note_told(transport, found)
        if self.state == "sent" and self.date_sent > fields.Datetime.now() - timedelta(
            minutes=ON_ITS_WAY
        ):
            # the server may still be busy with it: not there does not mean not coming
            return self._retry_later(ServerUnavailable(code="on_its_way"))
        if self.move_id.openimis_status not in PAID_HERE:
            return self.write({"state": "cancelled", "error_code": "not_paid_here"})
        if transport.bill_status(self.remote_bill_id.uuid) in PAID_THERE:
            return self._confirm()
        # committed before sending: after a crash it is looked for, not sent again
        self.write({"state": "sent", "date_sent": fields.Datetime.now()})
        self.env["ir.cron"]._commit_progress()
        answer = transport.client.post("PaymentNotice/", self._notice())
        return self._note_told(transport, [read_notice(answer)])

    def _note_told(self, transport, found):
        """Note that openIMIS has the notice, and whether it shows the bill as paid."""
        amount = exact(self.amount)
        bill = self.remote_bill_id.uuid
        wrong = [n for n in found if n.status == "active" and not n.tells(bill, amount)]
        self.write(
            {
                "state": "told",
                "notice_uuid": found[0].id,
                "error_code": False,
                "error_detail": False,
            }
        )
        if wrong or len(found) > 1:
            detail = ", ".join(notice.id for notice in found)
            self.write({"error_code": "other_notice", "error_detail": detail})
            return self._give_up()
        # committed before asking on: it must not be sent again for want of an answer
        self.env["ir.cron"]._commit_progress()
        return self._note_status(transport)

    def _note_status(self, transport):
        """Note whether openIMIS shows the bill as paid, if it tells."""
        status = transport.bill_status(self.remote_bill_id.uuid)
        if status in PAID_THERE:
            self._confirm()
        else:
            # by FHIR it stays open whether the bill is paid: a pull may tell
            state = "told" if status is None else "open"
            self.write({"state": state, "error_code": False, "date_next": False})

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
        """openIMIS itself shows the bill as paid."""
        self.write({"state": "confirmed", "error_code": False, "error_detail": False})
        # openIMIS keeps no day of payment for what a notice paid
        self.remote_bill_id.write(
            {
                "status": "2",
                "date_payed": self.remote_bill_id.date_payed or self.payment_date,
            }
        )

    @api.depends("error_code", "error_detail", "state")
    @api.depends_context("lang")
    def _compute_error(self):
        """What an accountant reads, in the language of who reads."""
        texts = {
            "unavailable": self.env._(
                "openIMIS does not answer. The payment is reported again by itself."
            ),
            "on_its_way": self.env._(
                "openIMIS did not answer when the payment was reported. It is looked "
                "for there, and sent again if it does not appear."
            ),
            "other_amount": self.env._(
                "The bill here is not for the amount openIMIS billed, so openIMIS is "
                "not told. Settle the difference there by hand."
            ),
            "unpaid_here": self.env._(
                "openIMIS has this bill as paid, and here it no longer is. openIMIS "
                "takes no notice back: change the bill there, or pay it again here."
            ),
            "not_paid_here": self.env._(
                "The bill is not paid here any more; openIMIS is not told."
            ),
        }
        for report in self:
            code, detail = report.error_code, report.error_detail
            if code == "other_notice":
                report.error = self.env._(
                    "openIMIS has this payment more than once, or for another bill or "
                    "amount: %(notices)s. Correct it there.",
                    notices=detail,
                )
            elif report.state == "open":
                report.error = self.env._(
                    "openIMIS took the notice and still shows the bill as open. It "
                    "does so with every bill of several lines: set it to paid there."
                )
            else:
                report.error = texts.get(code) or (
                    code and report.connection_id._explain_code(code, detail)
                )

    def _retry_later(self, error):
        """Note what went wrong, and when to try again.

        :param core.exceptions.ExchangeError error: what went wrong
        """
        attempts = self.attempts + 1
        wait = wait_minutes(attempts)
        self.write(
            {
                "attempts": attempts,
                "error_code": error.code,
                "error_detail": error.detail,
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
        """Report again now; what may have arrived is looked for first."""
        self._check_may_decide()
        for report in self:
            report._check_state(("queued", "sent", "failed"))
        # sudo: reports are the engine's own, nobody writes them by hand; who may
        # decide was checked
        for report in self.sudo():
            report.write(
                {
                    "state": "sent" if report.date_sent else "queued",
                    "attempts": 0,
                    "date_next": fields.Datetime.now(),
                }
            )
        self._wake_up()
        return True

    @api.model
    def _wake_up(self):
        """Let the cron report at once."""
        # sudo: whoever may retry may wake the cron, nobody may edit it
        self.env.ref("openimis_fhir.ir_cron_openimis_report").sudo()._trigger()

    def action_cancel(self):
        """Do not report; what was sent cannot be taken back."""
        self._check_may_decide()
        for report in self:
            report._check_state(("queued", "failed"))
        # sudo: as in action_retry
        self.sudo().state = "cancelled"
        return True

    def _check_may_decide(self):
        """Refuse whoever does not work with the exchange, or in that company.

        :raises AccessError: naming what is missing
        """
        self.check_access("read")
        if not self.env.user.has_group("openimis_fhir.group_openimis_exchange_user"):
            raise AccessError(
                self.env._("Only users of the exchange with openIMIS may do this.")
            )

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
