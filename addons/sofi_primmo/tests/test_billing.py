from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from .common import SofiCase


@tagged("post_install", "-at_install")
class TestBilling(AccountTestInvoicingCommon, SofiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref("sofi_primmo.group_sofi_administrator")
        cls.env.user.group_ids |= cls.env.ref("sofi_primmo.group_sofi_nam")
        cls.env.ref("base.CAD").active = True
        Tax = cls.env["account.tax"]
        cls.taxes = Tax.create(
            [
                {"name": "TPS", "amount": 5, "type_tax_use": "sale"},
                {"name": "TVQ", "amount": 9.975, "type_tax_use": "sale"},
            ]
        )
        cls.exempt = Tax.create(
            {"name": "Exonéré", "amount": 0, "type_tax_use": "sale"}
        )

    def setUp(self):
        super().setUp()
        self.env.user.group_ids |= self.env.ref("base.group_system")
        self.residence.write(
            {
                "invoice_customers": True,
                "tax_taxable_ids": [Command.set(self.taxes.ids)],
                "tax_exempt_ids": [Command.set(self.exempt.ids)],
            }
        )
        self.tenants = self.env["primmo.tenant"].create(
            [
                {
                    "residence_id": self.residence.id,
                    "external_id": external_id,
                    "last_name": last_name,
                    "first_name": "X",
                }
                for external_id, last_name in (
                    ("T00123", "Tremblay"),
                    ("T00455", "Roy"),
                )
            ]
        )
        self.tenants.action_create_customer()
        self.charges = self.export()

    def bill(self):
        run = self.env["account.billing.run"].create(
            {"converter": "sofi.billing.converter", "company_id": self.env.company.id}
        )
        run.action_plan()
        return run

    def test_one_invoice_a_resident_with_sofis_amounts(self):
        run = self.bill()
        self.assertEqual(run.amount, 44.5)
        run.action_run()
        self.assertEqual(run.state, "done", run.exchange_message_ids.mapped("text"))
        moves = run.move_ids.sorted(lambda m: m.partner_id.ref)
        self.assertRecordValues(
            moves,
            [
                {"move_type": "out_invoice", "amount_untaxed": 36.5, "state": "draft"},
                {"move_type": "out_refund", "amount_untaxed": 8.0, "state": "draft"},
            ],
        )
        self.assertEqual(moves[0].partner_id, self.tenants[0].partner_id)
        self.assertEqual(moves[0].invoice_line_ids.mapped("price_subtotal"), [24, 12.5])
        # 36.50: TPS 1.83 (1.825 half up), TVQ 3.64, each on the price before tax.
        self.assertEqual(moves[0].amount_tax, 5.47)
        moves.action_post()
        self.assertEqual(set(moves.mapped("state")), {"posted"})

    def test_lease_services_are_exempt(self):
        self.env["primmo.service"].create(
            {
                "residence_id": self.residence.id,
                "code": "200120",
                "description": "Soins infirmiers",
                "tax_class": "nursing_exempt",
            }
        )
        run = self.bill()
        run.action_run()
        lines = run.move_ids.invoice_line_ids.sorted("price_subtotal")
        self.assertEqual(lines[-1].tax_ids, self.exempt)
        self.assertEqual(lines[0].tax_ids, self.taxes)

    def test_nothing_is_billed_twice(self):
        self.bill().action_run()
        self.assertFalse(self.bill().line_ids)
        billed = self.charges.line_ids.filtered("file_id")
        self.assertEqual(set(billed.mapped("billing_state")), {"billed"})

    def test_charge_exported_again_is_not_billed_again(self):
        self.bill().action_run()
        (self.root / "erables/output" / self.charges.file_ids.name).unlink()
        line = self.charges.line_ids.filtered(lambda x: x.sofi_charge_id == "900001")
        line._allow_again("came back")
        self.simulator.residence("erables").set_status("900001", "accepted")
        self.export()
        run = self.bill()
        self.assertFalse(run.line_ids)
        self.assertIn("billed_before", run.exchange_message_ids.mapped("code"))

    def test_deleting_the_draft_frees_the_charges(self):
        run = self.bill()
        run.action_run()
        run.move_ids.unlink()
        self.assertEqual(self.bill().amount, 44.5)

    def test_resident_without_customer_is_named(self):
        self.tenants[1].partner_id = False
        run = self.bill()
        self.assertEqual(len(run.line_ids), 1)
        self.assertIn("no_customer", run.exchange_message_ids.mapped("code"))

    def test_residences_that_bill_in_primmo_are_left_alone(self):
        self.residence.invoice_customers = False
        self.assertFalse(self.bill().line_ids)
