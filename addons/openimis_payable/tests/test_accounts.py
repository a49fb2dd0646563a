from odoo.tests import tagged

from .common import SERVICE, OpenimisCase


@tagged("post_install", "-at_install")
class TestAccounts(OpenimisCase):
    """Accounts of both sides of a bill: by record, by code, by type."""

    def setUp(self):
        super().setUp()
        self.closing = self._closing()

    def _account(self, code, kind="expense"):
        return self.env["account.account"].create(
            {
                "code": code,
                "name": f"Claims {code}",
                "account_type": kind,
                "reconcile": kind == "liability_payable",
                "company_ids": self.company.ids,
            }
        )

    def _next_bill(self):
        self._claim(f"N{len(self.closing.move_ids)}", SERVICE)
        before = self.closing.move_ids
        self.closing.action_generate()
        return self.closing.move_ids - before

    def test_account_by_product_code(self):
        account = self._account("601100")
        self._account("601200")
        self.product.account_remuneration_code = "601100"
        self.facility_a.openimis_account_code = "601200"
        bill = self._next_bill()
        self.assertEqual(bill.invoice_line_ids.account_id, account)
        self.assertEqual(bill.openimis_line_ids.account_id, account)

    def test_account_by_facility_code_before_that_of_the_type(self):
        account = self._account("601200")
        self.company.openimis_account_claim_id = self._account("601300")
        self.facility_a.openimis_account_code = "601200"
        bill = self._next_bill()
        self.assertEqual(bill.invoice_line_ids.account_id, account)
        self.assertEqual(bill.openimis_line_ids.account_id, account)

    def test_facility_code_that_is_no_account_of_lines(self):
        fallback = self.company.openimis_account_claim_id = self._account("601300")
        self._account("401100", "liability_payable")
        for code in ("401100", "SUPPLIER-7"):
            self.facility_a.openimis_account_code = code
            bill = self._next_bill()
            self.assertEqual(bill.invoice_line_ids.account_id, fallback, code)

    def test_without_any_account_the_claim_waits(self):
        journals = self.env["account.journal"].search(
            [("company_id", "=", self.company.id), ("type", "=", "purchase")]
        )
        journals.default_account_id = False
        self.assertFalse(self._next_bill())
        self.assertEqual(self.closing.candidate_ids.reason_code, "no_account")
        account = self._account("601300")
        self.product.account_remuneration_id = account
        self.product.account_remuneration_code = "X-NONE"
        bill = self._next_bill()
        self.assertEqual(bill.invoice_line_ids.account_id, account)

    def test_payment_terms_of_the_facility_go_before_the_days_of_the_closing(self):
        terms = self.env["account.payment.term"].create(
            {
                "name": "45 days",
                "line_ids": [(0, 0, {"value_amount": 100, "nb_days": 45})],
            }
        )
        self.facility_a.property_supplier_payment_term_id = terms
        bill = self._next_bill()
        self.assertEqual(str(bill.invoice_date_due), "2026-03-17")
        bill.action_post()
        self.assertEqual(str(bill.invoice_date_due), "2026-03-17")
        self.assertEqual(
            str(bill.line_ids.filtered("date_maturity").date_maturity), "2026-03-17"
        )

    # === WHAT IS OWED ===

    def _payable_side(self, bill):
        terms = bill.line_ids.filtered(lambda x: x.display_type == "payment_term")
        return terms.account_id

    def test_facility_is_owed_on_the_payable_account_of_its_code(self):
        usual = self.facility_a.property_account_payable_id
        providers = self._account("401100", "liability_payable")
        self._claim("B1", SERVICE, health_facility_id=self.facility_b.id)
        self.facility_a.openimis_account_code = "401100"
        bills = self._next_bill()
        by_partner = bills.grouped("partner_id")
        bill = by_partner[self.facility_a]
        self.assertEqual(self._payable_side(bill), providers)
        self.assertEqual(self._payable_side(by_partner[self.facility_b]), usual)
        bill.action_post()
        payment = bill.openimis_payment_sent(200)
        self.assertEqual(payment.destination_account_id, providers)
        self.assertEqual(bill.amount_residual, 0)

    def test_bill_with_tax_is_owed_there_as_well(self):
        tax = self.env["account.tax"].create(
            {"name": "10 %", "amount": 10, "type_tax_use": "purchase"}
        )
        self.product.tax_ids = tax
        providers = self._account("401100", "liability_payable")
        self.facility_a.openimis_account_code = "401100"
        bill = self._next_bill()
        self.assertEqual(bill.amount_total, 220)
        self.assertEqual(self._payable_side(bill), providers)
        amended = bill.openimis_bill_amend()
        self.assertEqual(self._payable_side(amended), providers)

    def test_payable_account_of_the_facility_goes_before_its_code(self):
        own = self._account("401200", "liability_payable")
        self._account("401100", "liability_payable")
        self.facility_a.property_account_payable_id = own
        self.facility_a.openimis_account_code = "401100"
        self.assertEqual(self._payable_side(self._next_bill()), own)

    def test_bills_that_are_not_of_openimis_stay_as_they_are(self):
        usual = self.facility_a.property_account_payable_id
        self._account("401100", "liability_payable")
        self.facility_a.openimis_account_code = "401100"
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.facility_a.id,
                "invoice_line_ids": [(0, 0, {"name": "Rent", "price_unit": 5})],
            }
        )
        self.assertEqual(self._payable_side(bill), usual)
