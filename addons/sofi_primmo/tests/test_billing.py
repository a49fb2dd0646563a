import random
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, new_test_user, tagged

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
                "invoice_from": "2025-01-01",
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
        self.assertEqual(run.amount, 28.5)
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
        self.assertEqual(self.bill().amount, 28.5)

    def test_resident_without_customer_is_named(self):
        self.tenants[1].partner_id = False
        run = self.bill()
        self.assertEqual(len(run.line_ids), 1)
        self.assertIn("no_customer", run.exchange_message_ids.mapped("code"))

    def test_residences_that_bill_in_primmo_are_left_alone(self):
        self.residence.invoice_customers = False
        run = self.bill()
        self.assertFalse(run.line_ids)
        [told] = run.exchange_message_ids
        self.assertIn("invoices in Primmo: 3, ", told.text)
        self.assertIn("28.50", told.text)
        self.assertIn("invoices in Primmo", told.text)

    # --- What Primmo has billed ---------------------------------------------------

    @freeze_time("2026-02-03 12:00", tick=True)
    def test_invoicing_begins_on_a_day_that_is_asked_for(self):
        self.residence.invoice_customers = False
        with self.assertRaisesRegex(ValidationError, "from which day of service"):
            self.residence.write({"invoice_customers": True, "invoice_from": False})
        with Form(self.residence) as form:
            form.invoice_from = False
            form.invoice_customers = True
            today = self.residence._today()
            self.assertEqual(fields.Date.to_date(form.invoice_from), today)

    def test_charges_of_days_before_the_beginning_are_primmos(self):
        self.residence.invoice_from = "2025-11-05"
        run = self.bill()
        self.assertEqual((len(run.line_ids), run.amount), (1, 12.5))
        [told] = run.exchange_message_ids
        self.assertIn("2, ", told.text)
        self.assertIn("16.00", told.text)
        self.assertIn("went to Primmo", told.text)

    def test_charges_exported_before_the_beginning_are_primmos(self):
        """Whatever day is chosen: they are in a file that Primmo has taken."""
        self.residence.invoice_customers = False
        yesterday = fields.Datetime.now() - timedelta(days=1)
        self.charges.sudo().date_start = yesterday
        self.residence.write({"invoice_customers": True, "invoice_from": "2025-01-01"})
        run = self.bill()
        self.assertFalse(run.line_ids)
        self.assertIn("began to invoice in Odoo: 3, ", run.exchange_message_ids.text)

    def test_other_changes_of_a_residence_do_not_begin_anew(self):
        since = self.residence.invoice_since
        self.assertTrue(since)
        self.residence.sudo().invoice_since = since - timedelta(days=3)
        self.residence.write({"invoice_customers": True, "name": "Les Érables"})
        self.assertEqual(self.residence.invoice_since, since - timedelta(days=3))

    def test_nobody_moves_the_beginning_by_hand(self):
        """Else the past that Primmo has billed would be invoiced again."""
        administrator = new_test_user(
            self.env, "sofi_begin", groups="sofi_primmo.group_sofi_administrator"
        )
        mine = self.residence.with_user(administrator)
        for vals in ({"invoice_since": False}, {"invoice_since": "2020-01-01"}):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                mine.write(vals)
        with self.assertRaises(AccessError):
            mine.write({"output_mount": "/nowhere"})
        mine.invoice_customers = False
        self.residence.sudo().invoice_since = "2020-01-01"
        mine.write({"invoice_customers": True, "output_directory": "erables"})
        self.assertGreater(self.residence.invoice_since.year, 2020)

    @freeze_time("2026-02-03 12:00", tick=True)
    def test_residences_of_an_earlier_version_do_not_invoice_the_past(self):
        today = str(fields.Date.today())
        for invoiced, expected in ((False, today), (True, "2025-11-03")):
            with self.subTest(invoiced=invoiced):
                if invoiced:
                    self.residence.invoice_from = "2025-01-01"
                    self.bill().action_run()
                # As it was: the field did not exist.
                self.env.cr.execute(
                    "UPDATE sofi_residence SET invoice_from = NULL WHERE id = %s",
                    [self.residence.id],
                )
                self.residence.invalidate_recordset()
                self.residence._propose_invoice_from()
                self.assertEqual(str(self.residence.invoice_from), expected)
                told = self.residence.message_ids[0].body
                self.assertIn(f"from {expected} on", told)

    # --- Every amount ------------------------------------------------------------

    def test_every_amount_is_invoiced_under_both_roundings(self):
        """Random charges of SOFI, rounded as SOFI rounds: half up, to the cent."""
        lottery = random.Random(2025)
        tenants = self.env["primmo.tenant"].create(
            [
                {
                    "residence_id": self.residence.id,
                    "external_id": f"R{number}",
                    "last_name": f"R{number}",
                    "first_name": "X",
                }
                for number in range(40)
            ]
        )
        tenants.action_create_customer()
        for rounding in ("round_per_line", "round_globally"):
            self.env.company.tax_calculation_rounding_method = rounding
            for currency in ("CAD", "USD", "JPY"):
                with self.subTest(rounding=rounding, currency=currency):
                    expected = self.archive_randomly(lottery, tenants, currency)
                    run = self.bill()
                    run.action_run()
                    texts = run.exchange_message_ids.mapped("text")
                    self.assertEqual(run.state, "done", texts)
                    found = {
                        move.partner_id.ref: move.amount_untaxed_in_currency_signed
                        for move in run.move_ids
                        if move.partner_id.ref[0] == "R"
                    }
                    for number, amount in expected.items():
                        self.assertAlmostEqual(found[number], float(amount), 6)

    def archive_randomly(self, lottery, tenants, currency_name):
        """Write charges into the journal; return {External ID: sum}."""
        currency = self.env.ref(f"base.{currency_name}")
        currency.active = True
        cents = Decimal(1).scaleb(-currency.decimal_places)
        sums, rows = {}, []
        for tenant in tenants:
            for _charge in range(lottery.randint(1, 6)):
                quantity = Decimal(lottery.choice((75, 50, 33, 100, 125, 300))) / 100
                price = Decimal(lottery.randint(-2_000_000, 9_000_000)) / 1_000_000
                if lottery.random() < 0.4:
                    price = Decimal(lottery.randint(1, 9000)) / 100
                amount = (quantity * price).quantize(cents, ROUND_HALF_UP)
                if lottery.random() < 0.2:
                    amount -= cents * 3  # a discount
                number = tenant.external_id
                sums[number] = sums.get(number, 0) + amount
                rows.append(
                    {
                        "company_id": self.env.company.id,
                        "residence_id": self.residence.id,
                        "export_id": self.charges.id,
                        "state": "archived",
                        "sofi_charge_id": f"{currency_name}{lottery.getrandbits(48)}",
                        "external_id": number,
                        "service_code": lottery.choice(("200120", "117000")),
                        "service_day": "2025-11-03",
                        "quantity": float(quantity),
                        "unit_price": float(price),
                        "currency_id": currency.id,
                        "amount": float(amount),
                    }
                )
        self.env["sofi.charge"].sudo().create(rows)  # sudo: runs only write these
        return sums

    def test_charges_of_two_currencies_are_two_invoices(self):
        dollars = self.env.ref("base.USD")
        line = self.charges.line_ids.filtered(lambda x: x.sofi_charge_id == "900007")
        line.sudo().currency_id = dollars
        run = self.bill()
        run.action_run()
        mine = run.move_ids.filtered(lambda m: m.partner_id.ref == "T00123")
        amounts = {move.currency_id.name: move.amount_untaxed for move in mine}
        self.assertEqual(amounts, {"CAD": 24, "USD": 12.5})

    def test_taxes_included_in_the_price_are_refused(self):
        self.taxes[0].price_include_override = "tax_included"
        with self.assertRaisesRegex(ValidationError, "before tax"):
            self.residence.tax_taxable_ids = self.taxes[:1]

    # --- Who invoices ------------------------------------------------------------

    def test_who_invoices_needs_and_sees_no_tenant(self):
        clerk = new_test_user(
            self.env, "sofi_invoice", groups="account.group_account_invoice"
        )
        for model in ("primmo.tenant", "sofi.residence", "primmo.service"):
            with self.subTest(model=model), self.assertRaises(AccessError):
                self.env[model].with_user(clerk).search([])
        run = (
            self.env["account.billing.run"]
            .with_user(clerk)
            .create(
                {
                    "converter": "sofi.billing.converter",
                    "company_id": self.env.company.id,
                }
            )
        )
        run.action_plan()
        run.action_run()
        self.assertEqual(run.state, "done", run.exchange_message_ids.mapped("text"))
        self.assertEqual(run.amount, 28.5)

    def test_customers_and_services_are_read_once_whatever_the_residents(self):
        domain = [("id", "in", self.charges.line_ids.ids)]
        sources = self.env["sofi.charge"].search(domain).filtered("file_id")
        converter = self.env["sofi.billing.converter"]
        batch = self.bill()._billing_batch(converter._name)
        converter._exclusions(batch, sources)
        counted = []
        original = type(self.env["primmo.tenant"])._search
        for model in ("primmo.tenant", "primmo.service"):
            self.patch(
                self.env.registry[model],
                "_search",
                lambda *a, **k: counted.append(a) or original(*a, **k),
            )
        for key, group in sources.grouped(batch.group_key).items():
            converter._prepare_lines(batch, key, group)
            converter._prepare_move_vals(batch, key, group)
        self.assertFalse(counted)
