"""Invoices in a company of Québec, with the Canadian chart of accounts (spec 11)."""

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from .common import SofiCase


@tagged("post_install", "-at_install")
class TestBillingCanada(AccountTestInvoicingCommon, SofiCase):
    @classmethod
    @AccountTestInvoicingCommon.setup_chart_template("ca_2023")
    @AccountTestInvoicingCommon.setup_country("ca")
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref("sofi_primmo.group_sofi_administrator")
        cls.quebec = cls.env.ref("base.state_ca_qc")
        cls.env.company.state_id = cls.quebec

    def setUp(self):
        super().setUp()
        self.env.user.group_ids |= self.env.ref("base.group_system")
        self.residence.write({"invoice_customers": True, "invoice_from": "2025-01-01"})
        self.tenant = self.env["primmo.tenant"].create(
            {
                "residence_id": self.residence.id,
                "external_id": "T00123",
                "last_name": "Tremblay",
                "first_name": "Jean",
            }
        )
        self.tenant.action_create_customer()

    def bill(self):
        """Export and bill; return the invoice of Jean Tremblay: 24.00 and 12.50."""
        self.export()
        run = self.env["account.billing.run"].create(
            {"converter": "sofi.billing.converter", "company_id": self.env.company.id}
        )
        run.action_plan()
        run.action_run()
        self.assertEqual(run.state, "done", run.exchange_message_ids.mapped("text"))
        return run.move_ids

    def service(self, code, **values):
        return self.env["primmo.service"].create(
            {
                "residence_id": self.residence.id,
                "code": code,
                "description": code,
                **values,
            }
        )

    def assertTaxed(self, move, **expected):
        """Compare untaxed amount, total and each tax of its own, to the cent."""
        groups = (
            move.tax_totals["subtotals"][0]["tax_groups"] if move.amount_tax else []
        )
        found = {g["group_name"]: g["tax_amount"] for g in groups if g["tax_amount"]}
        self.assertEqual(
            {
                "untaxed": move.amount_untaxed,
                "total": move.amount_total,
                **found,
            },
            expected,
        )

    def test_taxes_are_filled_in_from_the_chart(self):
        self.assertEqual(
            self.residence.tax_taxable_ids.children_tax_ids.mapped("amount"),
            [5, 9.975],
        )
        self.assertEqual(self.residence.tax_exempt_ids.mapped("amount"), [0])

    def test_taxes_are_filled_in_for_a_residence_older_than_the_chart(self):
        self.residence.write(
            {
                "invoice_customers": False,
                "tax_taxable_ids": [Command.clear()],
                "tax_exempt_ids": [Command.clear()],
            }
        )
        self.residence.invoice_customers = True
        self.assertEqual(len(self.residence.tax_taxable_ids.children_tax_ids), 2)
        self.assertEqual(len(self.residence.tax_exempt_ids), 1)

    def test_chosen_taxes_stay(self):
        gst = self.residence.tax_taxable_ids.children_tax_ids[0]
        self.residence.tax_taxable_ids = gst
        self.residence.invoice_customers = False
        self.residence.invoice_customers = True
        self.assertEqual(self.residence.tax_taxable_ids, gst)

    def test_services_a_la_carte_bear_both_taxes_on_the_price_before_tax(self):
        move = self.bill()
        # 36.50 × 5 % = 1.825, 36.50 × 9.975 % = 3.640875, each rounded for itself.
        self.assertTaxed(move, untaxed=36.5, total=41.97, GST=1.83, QST=3.64)
        move.action_post()
        self.assertEqual(move.state, "posted")
        self.assertEqual(move.currency_id, self.env.ref("base.CAD"))

    def test_spec_examples_to_the_cent(self):
        for price, tps, tvq, total in (
            ("12.50", 0.63, 1.25, 14.38),
            ("24.00", 1.2, 2.39, 27.59),
            ("100.00", 5, 9.98, 114.98),
        ):
            self.simulator.store.reset()
            charges = self.simulator.residence("erables").charges
            charges["900007"]["status"] = "refused"
            charges[price] = charges.pop("900001") | {
                "id": price,
                "quantity": "1.00",
                "unit_price": price,
                "amount": price,
            }
            move = self.bill()
            self.assertTaxed(move, untaxed=float(price), total=total, GST=tps, QST=tvq)
            for file in (self.root / "erables/output").iterdir():
                file.unlink()

    def test_services_of_the_lease_are_exempt(self):
        charges = self.simulator.residence("erables").charges
        charges["900001"]["service"]["code"] = "100120"  # à la carte, in the lease
        charges["900007"]["service"]["code"] = "117000"  # of the lease
        move = self.bill()
        self.assertTaxed(move, untaxed=36.5, total=36.5)
        self.assertEqual(move.invoice_line_ids.tax_ids, self.residence.tax_exempt_ids)

    def test_nature_of_a_service_a_la_carte_decides(self):
        self.service("200120", tax_class="nursing_exempt")
        move = self.bill()
        # Only the 12.50 are taxable.
        self.assertTaxed(move, untaxed=36.5, total=38.38, GST=0.63, QST=1.25)

    def test_lease_schedules_are_exempt_unless_said_otherwise(self):
        classes = [
            self.service(code).tax_class for code in ("200120", "100120", "117000")
        ]
        self.assertEqual(classes, ["taxable", "exempt", "exempt"])
