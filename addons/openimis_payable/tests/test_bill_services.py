from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from .common import ITEM, SERVICE, OpenimisCase


class BillCase(OpenimisCase):
    """A bill over two claims, 500 and 300."""

    def setUp(self):
        super().setUp()
        self.claims = self._claim("C1", SERVICE, ITEM) | self._claim("C2", ITEM)
        self.closing = self._closing(self.clerk)
        self.closing.action_generate()
        self.bill = self.closing.move_ids.with_user(self.accountant)

    def assertConsistent(self, bill):
        """The invoice lines carry what the payable lines say."""
        self.assertEqual(
            bill.amount_untaxed,
            round(sum(bill.openimis_line_ids.mapped("amount_net")), 2),
        )

    def _last_event(self):
        return self.env["openimis.bill.event"].search(
            [("move_id", "=", self.bill.id)], limit=1
        )

    def _pay(self, bill, amount=None, **details):
        return bill.openimis_payment_sent(amount, **details)


@tagged("post_install", "-at_install")
class TestBillServices(BillCase):
    """The services that the source document names."""

    def test_fields_of_the_source_document(self):
        self.assertRecordValues(
            self.bill,
            [
                {
                    "openimis_code": "IV-HF-A-2026-01",
                    "openimis_type": "claim",
                    "openimis_status": "0",
                    "openimis_currency_code": "USD",
                    "openimis_terms": "Product PR1",
                    "openimis_location_id": self.district_a.id,
                    "openimis_amount_discount": 0,
                }
            ],
        )
        self.assertEqual(str(self.bill.openimis_date_from), "2026-01-01")
        self.assertEqual(str(self.bill.invoice_date_due), "2026-03-02")
        sender = self.bill.openimis_sender_json
        self.assertEqual((sender["type"], sender["code"]), ("HF", "HF-A"))
        self.assertEqual(self.bill.openimis_subject_json["type"], "batchRun")
        self.assertTrue(self.bill.openimis_uuid)

    def test_create_with_lines(self):
        bill = (
            self.env["account.move"]
            .with_user(self.accountant)
            .openimis_bill_create(
                {
                    "partner_id": self.facility_a.id,
                    "invoice_date": "2026-02-01",
                    "company_id": self.company.id,
                },
                [
                    {"code": "L1", "quantity": 2.5, "unit_price": 10, "discount": 5},
                    {"code": "L2", "unit_price": 7.333, "deduction": 1},
                ],
            )
        )
        self.assertEqual(bill.openimis_line_ids.mapped("amount_net"), [20, 6.33])
        self.assertEqual(bill.amount_total, 26.33)
        self.assertEqual(bill.openimis_amount_discount, 5)
        self.assertIn("Bill created", bill.openimis_event_ids.mapped("message"))

    def test_create_is_all_or_nothing(self):
        moves = self.env["account.move"].with_user(self.accountant)
        before = moves.search_count([("openimis_type", "=", "other")])
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            moves.openimis_bill_create(
                {"partner_id": self.facility_a.id, "company_id": self.company.id},
                [{"code": "L1", "unit_price": 10}, {"unit_price": 5}],
            )
        self.assertEqual(moves.search_count([("openimis_type", "=", "other")]), before)

    def test_update(self):
        self.bill.openimis_bill_update({"openimis_code_ext": "EXT-1", "ref": "R-1"})
        self.assertEqual(self.bill.openimis_code_ext, "EXT-1")
        self.assertEqual(
            self._last_event().data, {"openimis_code_ext": "EXT-1", "ref": "R-1"}
        )
        with self.assertRaisesRegex(UserError, "amount_total"):
            self.bill.openimis_bill_update({"amount_total": 1})

    def test_item_create_update_delete(self):
        line = self.bill.openimis_bill_item_create([{"code": "X", "unit_price": 12.5}])
        self.assertEqual(self.bill.amount_total, 812.5)
        self.bill.openimis_bill_item_update(line.id, {"quantity": 3})
        self.assertEqual(self.bill.amount_total, 837.5)
        self.bill.openimis_bill_item_delete(line.ids)
        self.assertEqual(self.bill.amount_total, 800)
        self.assertConsistent(self.bill)

    def test_deleted_line_frees_its_claim(self):
        line = self.bill.openimis_line_ids.filtered(lambda x: x.code == "C2")
        self.bill.openimis_bill_item_delete(line.ids)
        self.assertEqual(self.bill.amount_total, 500)
        self.assertEqual(self.claims.mapped("billing_state"), ["billed", "to_bill"])

    def test_lines_of_a_validated_bill_stay(self):
        self.bill.action_post()
        with self.assertRaisesRegex(UserError, "amend"):
            self.bill.openimis_bill_item_create([{"code": "X", "unit_price": 1}])

    def test_validate_items(self):
        self.assertEqual(self.bill.openimis_bill_validate_items(), {})
        line = self.bill.openimis_line_ids[0]
        line.sudo().amount_net = 499
        problems = self.bill.openimis_bill_validate_items()
        self.assertEqual(set(problems), {"0", str(line.id)})

    def test_bill_that_disagrees_with_its_lines_is_not_validated(self):
        self.bill.sudo().openimis_line_ids[0].amount_net = 499
        with self.assertRaisesRegex(UserError, "payable lines"):
            self.bill.action_post()

    def test_match_items(self):
        first, second = self.bill.openimis_line_ids
        self.claims[1].active = False
        result = self.bill.openimis_bill_match_items()
        self.assertEqual(result["subject"], "VALID")
        self.assertEqual(
            result["line_items"],
            {str(first.id): "VALID", str(second.id): "INVALID_ITEM"},
        )

    def test_tax_analysis(self):
        tax = self.env["account.tax"].search(
            [("company_id", "=", self.company.id), ("type_tax_use", "=", "purchase")],
            limit=1,
        )
        self.product.tax_ids = tax
        self._claim("C3", SERVICE)
        self.closing.action_generate()
        bill = self.closing.move_ids - self.bill
        self.assertEqual(bill.amount_untaxed, 200)
        analysis = bill.openimis_tax_analysis
        self.assertEqual(float(analysis["total"]), bill.amount_tax)
        self.assertEqual(bill.openimis_line_ids.amount_total, bill.amount_total)

    def test_analytic_distribution_by_product_and_area(self):
        plan = self.env["account.analytic.plan"].create({"name": "Scheme"})
        account = self.env["account.analytic.account"].create(
            {"name": "PR1", "plan_id": plan.id, "company_id": self.company.id}
        )
        self.product.analytic_account_id = account
        self._claim("C3", SERVICE)
        self.closing.action_generate()
        bill = self.closing.move_ids - self.bill
        self.assertEqual(
            bill.invoice_line_ids.analytic_distribution, {str(account.id): 100}
        )

    def test_documents(self):
        document = self.env["openimis.bill.document"].with_user(self.accountant)
        vals = {"name": "Receipt", "move_id": self.bill.id, "path_type": "hyperlink"}
        document.create({**vals, "path": "https://example.com/receipt.pdf"})
        with self.assertRaisesRegex(ValidationError, "https"):
            document.create({**vals, "path": "javascript:alert(1)"})
        with self.assertRaisesRegex(ValidationError, "file"):
            document.create({**vals, "path_type": "local"})

    def test_overdue_bill_is_unpaid(self):
        self.bill.invoice_date_due = "2099-01-01"
        self.bill.action_post()
        self.assertEqual(self.bill.openimis_status, "1")
        self.env.cr.execute(
            "UPDATE account_move SET invoice_date_due = '2020-01-01' WHERE id = %s",
            self.bill.ids,
        )
        self.bill.invalidate_recordset()
        self.env["account.move"]._cron_openimis_overdue()
        self.assertEqual(self.bill.openimis_status, "6")

    def test_form_opens_for_clerk(self):
        with Form(self.bill.with_user(self.clerk)) as form:
            form.ref = "changed"
        self.assertEqual(self.bill.ref, "changed")
