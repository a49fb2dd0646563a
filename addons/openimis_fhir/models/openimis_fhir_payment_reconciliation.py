from collections import defaultdict

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.exchange_run.core.money import exact

from ..core.const import UUID_SYSTEM
from ..core.fhir_search import BadSearch
from ..core.outgoing import Reconciliation
from .openimis_fhir_resource import aware, record_ids

STATUS = {
    "draft": "draft",
    "in_process": "active",
    "paid": "active",
    "canceled": "cancelled",
    "rejected": "cancelled",
}


class OpenimisFhirPaymentReconciliation(models.AbstractModel):
    """Payments with the bills they settle."""

    _name = "openimis.fhir.payment.reconciliation"
    _description = "FHIR PaymentReconciliation"
    _inherit = "openimis.fhir.resource"

    _resource = "PaymentReconciliation"
    _model = "account.payment"
    _rights = ("156101", "156201")

    @api.model
    def _base_domain(self):
        ours = Domain("openimis_is_payment", "=", True)
        ours |= Domain("invoice_ids.openimis_uuid", "!=", False)
        return ours & Domain("openimis_in_area", "=", True)

    @api.model
    def _id_domain(self, ids):
        return Domain("openimis_uuid", "in", ids) | Domain("id", "in", record_ids(ids))

    @api.model
    def _by_detail_request(self, criterion):
        bills = self._server("Invoice")._id_domain(criterion.value)
        return self._settling_domain(bills)

    @api.model
    def _with_detail_request(self):
        return self._settling_domain(Domain.TRUE)

    def _settling_domain(self, bills):
        """Payments that settle some of these bills, reconciled or only linked."""
        served = self._server("Invoice")._base_domain()
        found = self.env["account.move"]._search(served & bills)
        # any!: of the entries between nothing is told but that they are there
        lines = Domain.OR(
            Domain(f"matched_{side}_ids", "any!", Domain(
                f"{side}_move_id", "any!", Domain("move_id", "in", found)
            ))
            for side in ("debit", "credit")
        )  # fmt: skip
        reconciled = Domain("move_id", "any!", Domain("line_ids", "any!", lines))
        # a payment that has an entry pays by it only: taken off, it stays linked
        linked = Domain("invoice_ids", "in", found) & Domain("move_id", "=", False)
        return reconciled | linked

    @api.model
    def _named_detail_request(self, payments):
        """Bills that the details of payments name."""
        details = self._details(payments).values()
        uuids = [uuid for found in details for uuid, _amount, _day in found]
        Invoice = self._server("Invoice")
        return self.env["account.move"].search(
            Invoice._base_domain() & Invoice._id_domain(uuids)
        )

    @api.model
    def _by_identifier(self, criterion):
        uuids, codes = [], []
        for asked, value in criterion.pairs():
            if asked in (None, "", UUID_SYSTEM):
                uuids.append(value)
            if asked is None or asked.endswith("/sid/payment"):
                codes.append(value)
        own = Domain("openimis_code_ext", "=", False) & Domain("name", "in", codes)
        return self._id_domain(uuids) | Domain("openimis_code_ext", "in", codes) | own

    @api.model
    def _by_outcome(self, criterion):
        return Domain.TRUE if "complete" in criterion.value else Domain.FALSE

    @api.model
    def _by_payment_issuer(self, criterion):
        return self._partner_domain("company_id.partner_id", criterion)

    @api.model
    def _by_status(self, criterion):
        unknown = [code for code in criterion.value if code not in STATUS.values()]
        if unknown:
            raise BadSearch("status", unknown[0])
        states = [state for state, code in STATUS.items() if code in criterion.value]
        refunded = Domain("openimis_refunded", "=", True)
        wanted = Domain("state", "in", states) & ~refunded
        return wanted | refunded if "cancelled" in criterion.value else wanted

    @api.model
    def _resources(self, records):
        builder = self._builder()
        details = self._details(records)
        parties = self._parties(records.partner_id)
        return [
            builder.payment_reconciliation(
                self._payment(
                    payment, details[payment.id], parties.get(payment.partner_id.id)
                )
            )
            for payment in records
        ]

    def _payment(self, payment, details, payee):
        return Reconciliation(
            id=payment.openimis_uuid or str(payment.id),
            # what was paid back pays nothing any more
            status="cancelled" if payment.openimis_refunded else STATUS[payment.state],
            amount=exact(payment.amount, payment.currency_id.decimal_places),
            currency=payment.currency_id.name,
            created=aware(payment.create_date),
            payment_date=payment.date,
            reference=payment.openimis_code_ext or payment.name or None,
            issuer=self._party(payment.company_id.partner_id),
            payee=payee,
            details=tuple(details),
            updated=aware(payment.write_date),
        )

    def _details(self, payments):
        """{payment id: [(bill id, amount, date)]} as reconciled, in one query."""
        details = defaultdict(list)
        digits = {paid.id: paid.currency_id.decimal_places for paid in payments}
        self.env.flush_all()
        for payment_id, uuid, amount, day in self.env.execute_query(
            SQL(
                """
                SELECT paid.id, bill.openimis_uuid,
                       SUM(CASE WHEN debit.move_id = bill.id
                                THEN part.debit_amount_currency
                                ELSE part.credit_amount_currency END),
                       MAX(part.max_date)
                  FROM account_payment paid
                  JOIN account_move_line own ON own.move_id = paid.move_id
                  JOIN account_partial_reconcile part
                    ON own.id IN (part.debit_move_id, part.credit_move_id)
                  JOIN account_move_line debit ON debit.id = part.debit_move_id
                  JOIN account_move_line credit ON credit.id = part.credit_move_id
                  JOIN account_move bill
                    ON bill.id = CASE WHEN debit.move_id = paid.move_id
                                      THEN credit.move_id ELSE debit.move_id END
                 WHERE paid.id IN %(ids)s AND bill.openimis_uuid IS NOT NULL
              GROUP BY paid.id, bill.id, bill.openimis_uuid
              ORDER BY paid.id, bill.id
                """,
                ids=tuple(payments.ids) or (0,),
            )
        ):
            details[payment_id].append((uuid, exact(amount, digits[payment_id]), day))
        for payment in payments.filtered(lambda p: not p.move_id):
            # without an outstanding account Odoo keeps no entry, only the link
            bills = payment.invoice_ids.filtered("openimis_uuid")
            if len(bills) == 1:
                amount = exact(payment.amount, digits[payment.id])
                details[payment.id] = [(bills.openimis_uuid, amount, payment.date)]
        return details
