import re
import uuid
from contextlib import contextmanager
from datetime import date, timedelta
from hashlib import sha256

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from odoo.addons.exchange_run.core.money import exact
from odoo.addons.openimis_payable.models.account_move_payment import LIVE
from odoo.addons.openimis_payable.models.rights import has_right

from ..core.exceptions import UnreadableResource
from ..core.fhir_reference import literal_id, logical_id
from ..core.fhir_search import BadSearch, Criterion
from ..core.fhir_values import first_code, money, reference_tail, to_date
from ..core.outgoing import Notice
from ..core.transport import SHAPE_ERRORS
from ..fhir_error import FhirError
from .openimis_fhir_resource import aware

MAX_AMOUNT = 10**15
#: letters of an identifier, and of what else names a payment
MAX_LENGTH = 255
#: no payment of openIMIS is older
FIRST_DAY = date(2000, 1, 1)
#: what a sender says of a payment that did not arrive, or was never made
TAKEN_BACK = ("cancelled", "entered-in-error")
#: what a bill is called by FHIR, and by openIMIS' own notices
BILL_KINDS = ("Invoice", "Bill")
GONE = ("canceled", "rejected")
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class OpenimisFhirPaymentNotice(models.AbstractModel):
    """Payments reported to us: each becomes a payment of its bill, once."""

    _name = "openimis.fhir.payment.notice"
    _description = "FHIR PaymentNotice"
    _inherit = "openimis.fhir.resource"

    _resource = "PaymentNotice"
    _model = "openimis.payment.notice"
    _rights = ("156201",)

    # === SEARCH AND READ ===

    @api.model
    def _by_identifier(self, criterion):
        return Domain.OR(
            Domain("identifier", "=", value)
            & (
                Domain.TRUE
                if system is None
                else Domain("identifier_system", "=", system or False)
            )
            for system, value in criterion.pairs()
        )

    @api.model
    def _by_request(self, criterion):
        return Domain("move_id.openimis_uuid", "in", criterion.value)

    @api.model
    def _by_status(self, criterion):
        for code in criterion.value:
            if code not in ("active", "cancelled", "draft", "entered-in-error"):
                raise BadSearch("status", code)
        gone = Domain("payment_id.state", "in", GONE)
        gone |= Domain("payment_id", "=", False)
        wanted = Domain.FALSE
        if "active" in criterion.value:
            wanted |= ~gone
        if "cancelled" in criterion.value:
            wanted |= gone
        return wanted

    @api.model
    def _resources(self, records):
        builder = self._builder()
        return [builder.payment_notice(self._notice(notice)) for notice in records]

    def _notice(self, notice):
        payment = notice.payment_id
        gone = not payment or payment.state in GONE
        identifiers = (
            ((notice.identifier_system or None, notice.identifier),)
            if notice.identifier
            else ()
        )
        return Notice(
            id=notice.openimis_uuid,
            status="cancelled" if gone else "active",
            bill_id=notice.move_id.openimis_uuid,
            amount=exact(notice.amount, notice.currency_id.decimal_places),
            currency=notice.currency_id.name,
            created=aware(notice.create_date),
            payment_date=notice.payment_date,
            payment_id=payment.openimis_uuid or str(payment.id or "unknown"),
            recipient=self._party(notice.company_id.partner_id),
            payment_code=notice.payment_code,
            identifiers=identifiers,
            updated=aware(notice.write_date),
        )

    # === CREATE ===

    @api.model
    def _receive(self, body):
        """Register the payment a PaymentNotice reports, or take one back.

        Partial payments add up; the same identifier gives the same notice again; more
        than is open is refused. A notice whose status is cancelled or entered-in-error
        says that the payment with its identifier did not arrive: the bill is due
        again, and a new try under the same identifier pays it. Where the identifier is
        one that we sent a payment under, the notice is its result.

        :param dict body: the resource
        :return: (`openimis.payment.notice`, whether it is new)
        :raises FhirError: 403, 409 or 422 with what is wrong
        """
        self._require("156202", self.env._("report payments"))
        try:
            vals = self._read_notice(body)
        except SHAPE_ERRORS:
            text = self.env._("This is not the structure of a PaymentNotice.")
            raise FhirError(422, "structure", text) from None
        self._lock(vals)
        if sent := self._sent(body, vals):
            return self._take_result(sent, vals, body["status"] in TAKEN_BACK)
        known = self._known(vals)
        if body["status"] in TAKEN_BACK:
            return self._take_back(known, vals), False
        if known and known.payment_id.state not in GONE:
            return known, False
        move = self.env["account.move"].browse(vals["move_id"])
        self._check_open(move, vals)
        vals["openimis_uuid"] = str(uuid.uuid4())
        vals["payment_id"] = self._pay(move, vals).id
        # sudo: notices are the server's record of what was reported; the right to pay
        # was checked above, nobody may write them by hand
        known.sudo().superseded = True  # a new try after the bank sent it back
        known.flush_recordset(["superseded"])
        notice = self.env["openimis.payment.notice"].sudo().create(vals)
        return notice.sudo(False), True

    def _require(self, code, what):
        if not has_right(self.env, code):
            text = self.env._(
                "You need openIMIS' right %(right)s to %(what)s.", right=code, what=what
            )
            raise FhirError(403, "forbidden", text)

    def _take_back(self, known, vals):
        """Reject the payment of a notice: the bank or operator sent it back.

        :return: the notice, cancelled
        """
        if not known:
            path = "PaymentNotice.identifier"
            raise self._wrong(path, vals["identifier"] or None)
        if known.payment_id.state in GONE:
            return known
        self._require("156203", self.env._("take payments back"))
        with self._as_outcome("PaymentNotice.status"):
            known.payment_id.openimis_payment_rejected("PaymentNotice")
        return known

    # === RESULTS OF WHAT WE SENT ===

    def _sent(self, body, vals):
        """Return the payments of the bill that went out under one of these identifiers.

        Whoever was sent a payment names it by our reference, beside its own or alone.
        """
        company = self.env["res.company"].browse(vals["company_id"])
        found = self.env["account.payment"]
        for identifier in body.get("identifier") or ():
            value = identifier.get("value")
            if isinstance(value, str):
                found |= found._openimis_by_reference(value, company, (*LIVE, *GONE))
        return found._openimis_sent().filtered(
            lambda payment: vals["move_id"] in payment._openimis_bills().ids
        )

    def _take_result(self, sent, vals, returned):
        """Take what became of a payment that was sent: no payment more.

        :param sent: the payments under our reference, one of which may still stand
        :param bool returned: it did not arrive
        :return: (`openimis.payment.notice`, whether it is new)
        :raises FhirError: another amount than was sent, or it was rejected before
        """
        stands = sent.filtered(lambda payment: payment.state not in GONE)[:1]
        known = self.env["openimis.payment.notice"].search(
            [("payment_id", "in", sent.ids), ("superseded", "=", False)], limit=1
        )
        if known and (known.payment_id.state in GONE) == returned:
            return known, False
        payment = stands or sent[:1]
        if returned:
            self._require("156203", self.env._("take payments back"))
        elif not stands:
            text = self.env._(
                "Payment %s was rejected before, and is reported as made now. Ask the "
                "bank before its bills are paid again.",
                payment.openimis_code_ext,
            )
            raise FhirError(409, "conflict", text, "PaymentNotice.identifier")
        if stands:
            paid = 0 if returned else self._reported(stands, vals)
            with self._as_outcome("PaymentNotice.amount"):
                payment = stands._openimis_result(paid, "PaymentNotice")
        if known:
            return known, False
        vals |= {"openimis_uuid": str(uuid.uuid4()), "payment_id": payment.id}
        # sudo: as in `_receive`
        notice = self.env["openimis.payment.notice"].sudo().create(vals)
        return notice.sudo(False), True

    def _reported(self, payment, vals):
        """Return what is reported of a payment: all of it, by its part of the bill.

        :return: amount in the payment's currency
        """
        server = self._server("PaymentReconciliation")
        bill = self.env["account.move"].browse(vals["move_id"])
        parts = server._details(payment)[payment.id]
        own = sum(amount for code, amount, _day in parts if code == bill.openimis_uuid)
        same = not payment.currency_id.compare_amounts(float(own), vals["amount"])
        return payment.amount if same else vals["amount"]

    @contextmanager
    def _as_outcome(self, expression):
        """Answer what a service refuses as FHIR does."""
        try:
            yield
        except FhirError:
            raise
        except AccessError as error:
            raise FhirError(403, "forbidden", str(error)) from None
        except UserError as error:
            raise FhirError(422, "business-rule", str(error), expression) from None

    def _read_notice(self, body):
        """Values of the notice.

        :raises FhirError: 422 naming the element that is missing or wrong
        """
        if body.get("resourceType") != "PaymentNotice":
            raise self._wrong("PaymentNotice", "resourceType")
        if body.get("status") not in ("active", *TAKEN_BACK):
            raise self._wrong("PaymentNotice.status", body.get("status"))
        amount, currency = self._read_amount(body.get("amount"))
        move = self._bill(body.get("request"))
        for element in ("created", "payment", "recipient"):  # R4 demands them
            if not body.get(element):
                raise self._wrong(f"PaymentNotice.{element}", body.get(element))
        if currency != move.currency_id.name:
            raise self._wrong("PaymentNotice.amount.currency", currency)
        if amount != round(amount, move.currency_id.decimal_places):
            raise self._wrong("PaymentNotice.amount.value", amount)
        identifiers = body.get("identifier") or ()
        identifier = next((i for i in identifiers if i.get("value")), {})
        for value in (identifier.get("value"), identifier.get("system")):
            if value is not None and (
                not isinstance(value, str) or len(value) > MAX_LENGTH
            ):
                raise self._wrong("PaymentNotice.identifier", value)
        code = first_code(body.get("paymentStatus"))
        payment = reference_tail(body.get("payment"))
        if payment and len(payment) > MAX_LENGTH:
            raise self._wrong("PaymentNotice.payment", payment)
        return {
            "company_id": move.company_id.id,
            "move_id": move.id,
            "currency_id": move.currency_id.id,
            "amount": float(amount),
            "payment_date": self._read_date(body),
            "payment_code": "cleared" if code == "cleared" else "paid",
            "payment_reference": payment,
            "identifier": identifier.get("value") or False,
            "identifier_system": identifier.get("system") or False,
        }

    def _read_amount(self, element):
        """(amount, currency as written) of the notice.

        :raises FhirError: 422 when it is no amount above zero
        """
        try:
            amount, currency = money(element, "PaymentNotice.amount")
        except (UnreadableResource, AttributeError):
            amount, currency = None, None
        if not isinstance(element, dict):
            raise self._wrong("PaymentNotice.amount", element)
        path, value = "PaymentNotice.amount.value", element.get("value")
        if amount is None or not 0 < amount < MAX_AMOUNT:
            raise self._wrong(path, value)
        if isinstance(value, str):
            text = self.env._(
                "%(element)s must be a number of JSON, not text: %(value)s without "
                "quotation marks.",
                element=path,
                value=value,
            )
            raise FhirError(422, "value", text, path)
        return amount, currency

    def _read_date(self, body):
        """Day of the payment; FHIR requires only the day the notice was made.

        :raises FhirError: 422 when there is none, or it is no day on which anything
            can have been paid
        """
        given = body.get("paymentDate") is not None
        element = "paymentDate" if given else "created"
        path, value = f"PaymentNotice.{element}", body.get(element)
        try:
            day = to_date(value, path) if DAY.match(str(value)) else None
        except UnreadableResource:
            day = None
        # who pays may be in a zone where tomorrow has begun
        last = fields.Date.context_today(self) + timedelta(days=1)
        if not day or not FIRST_DAY <= day <= last:
            raise self._wrong(path, value)
        return day

    def _wrong(self, expression, value):
        shown = str(value)
        text = self.env._(
            "%(element)s is missing or not accepted: %(value)s",
            element=expression,
            value=shown if len(shown) < 100 else f"{shown[:100]}…",
        )
        return FhirError(422, "invalid", text, expression)

    def _bill(self, request):
        """The bill a reference names: by address, with or without version, or by code.

        :raises FhirError: 422 when it is none of this server's
        """
        path = "PaymentNotice.request"
        if not isinstance(request, dict):
            raise self._wrong(path, request)
        Invoice = self._server("Invoice")
        if request.get("reference"):
            named = literal_id(request["reference"], self._base(), BILL_KINDS)
            if not named:
                raise self._wrong(path, request["reference"])
            try:
                found = Invoice._find(named[0])
            except FhirError as error:
                raise FhirError(422, "not-found", str(error), path) from None
            if not Invoice._had_version(found, named[1]):
                raise self._wrong(path, request["reference"])
            return found
        logical = logical_id(request)
        if not logical:
            raise self._wrong(path, None)
        system, value = logical
        system, value = system or None, value.removeprefix("urn:uuid:")
        criterion = Criterion("identifier", "in", [value], (system,))
        found = self.env["account.move"].search(
            Invoice._base_domain() & Invoice._criterion_domain(criterion), limit=2
        )
        if len(found) != 1:
            raise self._wrong(path, value)
        return found

    def _lock(self, vals):
        """One payment of a bill, and one use of an identifier, at a time."""
        key = f"{vals['company_id']}/{vals['identifier_system']}/{vals['identifier']}"
        digest = int.from_bytes(sha256(key.encode()).digest()[:8], "big", signed=True)
        # lock: two equal notices arriving together must not both find none
        self.env.cr.execute("SELECT pg_advisory_xact_lock(%s)", (digest,))
        # lock: two payments arriving together must not both see the whole open amount;
        # the statement waits for the other, then Odoo retries on the changed row
        self.env.cr.execute(
            "SELECT id FROM account_move WHERE id = %s FOR UPDATE", (vals["move_id"],)
        )
        self.env.invalidate_all()

    def _known(self, vals):
        """The notice with the same identifier, if it says the same.

        :raises FhirError: 409 when it says something else
        """
        Notice = self.env["openimis.payment.notice"]
        if not vals["identifier"]:
            return Notice
        known = Notice.search(
            [
                ("company_id", "=", vals["company_id"]),
                ("identifier", "=", vals["identifier"]),
                ("identifier_system", "=", vals["identifier_system"]),
                ("superseded", "=", False),
            ],
            limit=1,
        )
        if not known:
            return known
        same = known.move_id.id == vals["move_id"] and not (
            known.currency_id.compare_amounts(known.amount, vals["amount"])
        )
        if not same:
            text = self.env._(
                "Identifier %(identifier)s was used for another payment.",
                identifier=vals["identifier"],
            )
            raise FhirError(409, "duplicate", text, "PaymentNotice.identifier")
        return known

    def _check_open(self, move, vals):
        """Refuse more than is open; what may be paid at all is the service's to say."""
        if move.currency_id.compare_amounts(vals["amount"], move.amount_residual) > 0:
            if move.state != "posted" or not move.amount_residual:
                return  # the service says why in its own words
            text = self.env._(
                "%(amount)s is more than what is open: %(open)s.",
                amount=move.currency_id.format(vals["amount"]),
                open=move.currency_id.format(move.amount_residual),
            )
            raise FhirError(422, "business-rule", text, "PaymentNotice.amount")

    def _external_code(self, vals):
        """The sender's identifier; with its system where another sender has it too."""
        # sudo: a reference is taken also where the user may not see the payment
        taken = self.env["account.payment"].sudo()
        domain = [
            ("company_id", "=", vals["company_id"]),
            ("openimis_code_ext", "=", vals["identifier"]),
            ("state", "not in", GONE),
        ]
        if vals["identifier_system"] and taken.search_count(domain, limit=1):
            return f"{vals['identifier_system']}|{vals['identifier']}"
        return vals["identifier"]

    def _pay(self, move, vals):
        """Register the payment by the service that registers all payments.

        :raises FhirError: what the service refuses
        """
        with self._as_outcome("PaymentNotice.request"):
            payment = move.with_company(move.company_id).openimis_payment_sent(
                amount=vals["amount"],
                date=vals["payment_date"],
                openimis_code_ext=self._external_code(vals),
                openimis_code_rcp=vals["payment_reference"],
                openimis_uuid=vals["openimis_uuid"],
                openimis_origin="FHIR",
            )
        if payment.openimis_uuid != vals["openimis_uuid"]:
            # the service knows the reference: another way brought this payment
            text = self.env._(
                "Identifier %(identifier)s was used for another payment.",
                identifier=vals["identifier"],
            )
            raise FhirError(409, "duplicate", text, "PaymentNotice.identifier")
        return payment
