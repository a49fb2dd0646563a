from collections import defaultdict

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..core.outgoing import Reconciliation
from .openimis_fhir_resource import aware, exact, record_ids

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
            status=STATUS[payment.state],
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
        for payment in payments.filtered(lambda p: not details[p.id]):
            # without an outstanding account Odoo keeps no entry, only the link
            bills = payment.invoice_ids.filtered("openimis_uuid")
            if len(bills) == 1:
                amount = exact(payment.amount, digits[payment.id])
                details[payment.id] = [(bills.openimis_uuid, amount, payment.date)]
        return details
