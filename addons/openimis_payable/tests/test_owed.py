from odoo.tests import tagged

from .test_bill_services import BillCase


@tagged("post_install", "-at_install")
class TestOwed(BillCase):
    """Graphs and pivots show payables upwards, in the company's currency."""

    def _sums(self, moves):
        self.env.flush_all()
        [sums] = moves._read_group(
            [("id", "in", moves.ids)],
            [],
            ["openimis_amount_owed:sum", "openimis_amount_open:sum"],
        )
        shown = (
            sum(moves.mapped("openimis_amount_owed")),
            sum(moves.mapped("openimis_amount_open")),
        )
        self.assertEqual(sums, shown)
        return sums

    def test_bill_and_its_payment(self):
        self.bill.action_post()
        self.assertEqual(self._sums(self.bill), (800, 800))
        self._pay(self.bill, 300)
        self.assertEqual(self._sums(self.bill), (800, 500))

    def test_deleted_bill_and_its_credit_note_cancel_out(self):
        self.bill.action_post()
        self.bill.openimis_bill_delete()
        both = self.bill | self.bill.sudo().reversal_move_ids
        self.assertEqual(len(both), 2)
        self.assertEqual(self._sums(both), (0, 0))

    def test_customer_invoice_is_owed_to_the_scheme(self):
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.facility_b.id,
                "invoice_line_ids": [(0, 0, {"name": "Premium", "price_unit": 75})],
            }
        )
        invoice.invoice_line_ids.tax_ids = False
        self.assertEqual(self._sums(invoice), (75, 75))

    def test_overview_measures_it(self):
        views = self.env["account.move"].get_views(
            [
                (self.env.ref(f"openimis_payable.account_move_openimis_view_{v}").id, v)
                for v in ("graph", "pivot")
            ]
        )
        fields = views["models"]["account.move"]["fields"]
        self.assertEqual(fields["openimis_amount_owed"]["aggregator"], "sum")
        for view in views["views"].values():
            self.assertIn("openimis_amount_owed", view["arch"])
