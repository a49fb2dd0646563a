import time
import uuid
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..core.client import dumps
from ..core.exceptions import ExchangeError
from ..core.fhir_search import History
from ..core.webhook import deliver, sign, wait_minutes
from ..fhir_error import FhirError

KEEP_DAYS = 90


class OpenimisFhirDelivery(models.Model):
    """One change told to one subscriber: queued, retried, in order per bill."""

    _name = "openimis.fhir.delivery"
    _description = "FHIR Delivery"
    _order = "id desc"
    _rec_name = "bill_code"

    subscription_id = fields.Many2one(
        "openimis.fhir.subscription", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="subscription_id.company_id", store=True, index=True
    )
    key = fields.Char(
        "Delivery ID",
        required=True,
        readonly=True,
        default=lambda self: str(uuid.uuid4()),
        help="Stays the same when a delivery is repeated: subscribers can tell.",
    )
    bill_code = fields.Char("Bill", readonly=True)
    bill_uuid = fields.Char("Bill UUID", required=True, readonly=True)
    version = fields.Integer(readonly=True)
    event = fields.Selection(
        [("changed", "Changed"), ("deleted", "Deleted")], required=True, readonly=True
    )
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("done", "Delivered"),
            ("failed", "Given Up"),
            ("cancelled", "Cancelled"),
        ],
        default="waiting",
        required=True,
        readonly=True,
        index=True,
    )
    attempts = fields.Integer(readonly=True)
    date_next = fields.Datetime("Next Try", default=fields.Datetime.now, readonly=True)
    date_done = fields.Datetime("Delivered On", readonly=True)
    status_code = fields.Integer("HTTP Status", readonly=True, aggregator=None)
    error_code = fields.Char(readonly=True)
    error = fields.Char("What Went Wrong", compute="_compute_error")

    _version_uniq = models.UniqueIndex(
        "(subscription_id, bill_uuid, version)", "This change was noted already."
    )
    _due_idx = models.Index("(date_next) WHERE state = 'waiting'")

    # === DELIVER ===

    @api.model
    def _deliver_due(self):
        """Deliver what is due, the oldest change of each bill first.

        Each result is committed before the next is sent: after a crash at most one
        delivery is repeated, and it carries the same key. A subscriber who does not
        answer is asked once, so that the others need not wait for him.
        """
        silent = self.env["openimis.fhir.subscription"]
        while deliveries := self._next_due(silent):
            for delivery in deliveries:
                if delivery.subscription_id in silent:
                    continue
                # two workers must not send the same delivery at once
                locked = delivery.try_lock_for_update()
                if locked.state == "waiting" and not locked._deliver():
                    silent |= locked.subscription_id
                if not self.env["ir.cron"]._commit_progress(1):
                    return

    def _next_due(self, silent, limit=100):
        """Due deliveries that no older one of the same bill holds back.

        :param silent: subscriptions left out for now; archived ones are left out anyway
        """
        Subscription = self.env["openimis.fhir.subscription"]
        asked = Subscription.search([("active", "=", True)]) - silent
        self.flush_model()
        self.env.cr.execute(
            """
            SELECT DISTINCT ON (subscription_id, bill_uuid) id, date_next
              FROM openimis_fhir_delivery
             WHERE state = 'waiting' AND subscription_id = ANY(%s)
          ORDER BY subscription_id, bill_uuid, version
            """,
            [asked.ids],
        )
        now = fields.Datetime.now()
        ids = sorted(i for i, moment in self.env.cr.fetchall() if moment <= now)
        return self.browse(ids[:limit])

    def _deliver(self):
        """Send it and note what came of it.

        :return: False when nobody answered
        """
        self.ensure_one()
        # sudo: the secret is for administrators' eyes; it only signs here
        subscription = self.subscription_id.sudo()
        body = dumps(self._body()).encode()
        headers = {
            "X-Signature": sign(subscription.secret or "", time.time(), body),
            "X-Delivery": self.key,
            "X-Event": f"Invoice.{self.event}",
        }
        try:
            status = deliver(subscription.url, body, headers, subscription.internal)
        except ExchangeError as error:
            self._note_failure(error)
            return bool(error.status)
        self._note_success(status)
        return True

    def _body(self):
        """Bundle with the bill as it is now, or with its tombstone."""
        server = self.env["openimis.fhir.invoice"].with_context(
            allowed_company_ids=self.company_id.ids
        )
        try:
            bundle = server._history_bundle(History(), identifier=self.bill_uuid)
        except FhirError:
            # neither there nor buried, such as a bill that is openIMIS' no longer
            bundle = server._gone_bundle(self.bill_uuid, self.version)
        if not self.subscription_id.with_content:
            for entry in bundle["entry"]:
                entry.pop("resource", None)
        return bundle

    def _note_success(self, status):
        self.write(
            {
                "state": "done",
                "attempts": self.attempts + 1,
                "date_done": fields.Datetime.now(),
                "status_code": status,
                "error_code": False,
            }
        )

    def _note_failure(self, error):
        attempts = self.attempts + 1
        wait = wait_minutes(attempts)
        now = fields.Datetime.now()
        self.write(
            {
                "state": "waiting" if wait else "failed",
                "attempts": attempts,
                "date_next": now + timedelta(minutes=wait or 0),
                "status_code": error.status or 0,
                "error_code": error.code,
            }
        )

    @api.depends("error_code")
    @api.depends_context("lang")
    def _compute_error(self):
        """What an accountant reads about a failure, in the language of who reads."""
        texts = {
            **self.env["openimis.address.mixin"]._error_texts(),
            "unavailable": self.env._("The subscriber does not answer, or fails."),
            "refused": self.env._("The subscriber refuses the delivery."),
        }
        for delivery in self:
            code = delivery.error_code
            delivery.error = texts.get(code, code)

    # === BUTTONS ===

    def action_retry(self):
        """Try again now, also what was given up."""
        self._require_manager()
        # sudo: the log itself is read-only; managers may send on
        self.sudo().filtered(lambda d: d.state in ("waiting", "failed")).write(
            {"state": "waiting", "date_next": fields.Datetime.now(), "attempts": 0}
        )
        # sudo: whoever may retry may wake the cron, nobody may edit it
        self.env.ref("openimis_fhir.ir_cron_openimis_deliver").sudo()._trigger()
        return True

    def action_cancel(self):
        """Do not send; later changes of the bill are sent."""
        self._require_manager()
        # sudo: see action_retry
        self.sudo().filtered(lambda d: d.state in ("waiting", "failed")).write(
            {"state": "cancelled"}
        )
        return True

    def _require_manager(self):
        if not self.env.user.has_group("openimis_fhir.group_openimis_exchange_manager"):
            raise AccessError(self.env._("Only exchange managers may do this."))
        self.check_access("read")

    @api.autovacuum
    def _gc_done(self):
        """Forget old deliveries, except each bill's last: it holds the version."""
        limit = fields.Datetime.now() - timedelta(days=KEEP_DAYS)
        self.env.cr.execute(
            """
            DELETE FROM openimis_fhir_delivery old
             USING openimis_fhir_delivery newer
             WHERE old.state IN ('done', 'cancelled') AND old.create_date < %s
               AND newer.subscription_id = old.subscription_id
               AND newer.bill_uuid = old.bill_uuid AND newer.version > old.version
            """,
            [limit],
        )
