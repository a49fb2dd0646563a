from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from ..models.account_move_fast_create import FAST_PARAMETER
from .common import BillingCase

#: Columns that two records cannot share.
OWN_COLUMNS = {
    "id",
    "move_id",
    "create_date",
    "write_date",
    "write_uid",
    "access_token",
}


@tagged("post_install", "-at_install")
class TestFastCreate(BillingCase):
    """The quick way gives the very rows that Odoo's own way gives."""

    def vals(self, move_type="in_invoice", partner=None, last=-4.1, **extra):
        account = self.company_data[
            "default_account_expense"
            if move_type.startswith("in_")
            else "default_account_revenue"
        ]
        lines = [
            {"name": "A", "quantity": 3, "price_unit": 33.335, "discount": 10.0},
            {"name": "B", "quantity": 0.5, "price_unit": 0.01},
            {"name": "Title", "display_type": "line_section"},
            {"name": "C", "quantity": 1, "price_unit": last},
        ]
        return {
            "move_type": move_type,
            "partner_id": (partner or self.partner_a).id,
            "invoice_date": fields.Date.to_date("2026-01-31"),
            "date": fields.Date.to_date("2026-01-31"),
            "invoice_line_ids": [
                Command.create(
                    line
                    if "display_type" in line
                    else {
                        **line,
                        "account_id": account.id,
                        "tax_ids": [Command.clear()],
                    }
                )
                for line in lines
            ],
            **extra,
        }

    def rows(self, table, column, move):
        self.env.flush_all()
        self.env.cr.execute(f"SELECT * FROM {table} WHERE {column} = %s", [move.id])
        names = [description.name for description in self.env.cr.description]
        rows = [dict(zip(names, row, strict=True)) for row in self.env.cr.fetchall()]
        rows = [{k: v for k, v in r.items() if k not in OWN_COLUMNS} for r in rows]
        return sorted(rows, key=lambda r: (r.get("balance") or 0, str(r["name"])))

    def assert_same_as_odoo(self, **kwargs):
        Move = self.env["account.move"]
        self.assert_fast(self.vals(**kwargs))
        fast = Move._billing_create([self.vals(**kwargs)])
        plain = Move.create(self.vals(**kwargs))
        for post in (False, True):
            if post:
                # one number series: the second would have the next number
                fast.action_post()
                plain.action_post()
            for table, column in (
                ("account_move", "id"),
                ("account_move_line", "move_id"),
            ):
                actual = self.rows(table, column, fast)
                expected = self.rows(table, column, plain)
                if post:
                    self.drop_numbers(actual, fast)
                    self.drop_numbers(expected, plain)
                self.assertEqual(actual, expected)

    def fast_total(self, vals):
        partner = self.env["res.partner"].browse(vals["partner_id"])
        return self.env["account.move"]._billing_fast_total(vals, partner)

    def assert_fast(self, vals):
        self.assertIsNotNone(self.fast_total(vals))

    def five_centimes(self, **vals):
        return self.env["account.cash.rounding"].create(
            {
                "name": "5 centimes",
                "rounding": 0.05,
                "strategy": "add_invoice_line",
                "rounding_method": "HALF-UP",
                "profit_account_id": self.company_data["default_account_revenue"].id,
                "loss_account_id": self.company_data["default_account_expense"].id,
                **vals,
            }
        )

    def drop_numbers(self, rows, move):
        for row in rows:
            for name in ("name", "move_name", "payment_reference", "ref"):
                if isinstance(row.get(name), str):
                    row[name] = row[name].replace(move.name, "NUMBER")
            row.pop("sequence_number", None)

    def test_vendor_bill(self):
        self.assert_same_as_odoo(ref="X")

    def test_customer_invoice(self):
        self.assert_same_as_odoo(move_type="out_invoice")

    def test_customer_credit_note(self):
        self.assert_same_as_odoo(move_type="out_refund")

    def test_product_in_its_unit(self):
        for move_type in ("out_invoice", "in_invoice"):
            with self.subTest(move_type=move_type):
                vals = self.vals(move_type=move_type)
                vals["invoice_line_ids"][0][2]["product_id"] = self.product_a.id
                move_model = self.env["account.move"]
                self.assertIsNone(move_model._billing_fast_difference([vals]))

    def test_partner_with_instalments(self):
        self.partner_b.property_supplier_payment_term_id = self.pay_terms_b
        self.assert_same_as_odoo(partner=self.partner_b)

    def test_explicit_due_date(self):
        self.partner_a.property_supplier_payment_term_id = False
        self.assert_same_as_odoo(
            invoice_date_due=fields.Date.to_date("2026-03-15"),
            invoice_payment_term_id=False,
        )

    def test_contact_of_a_company(self):
        contact = self.env["res.partner"].create(
            {"name": "Contact", "parent_id": self.partner_a.id}
        )
        self.assert_same_as_odoo(partner=contact)

    def test_cash_rounding(self):
        rounding = self.five_centimes()
        contact = self.env["res.partner"].create(
            {"name": "Contact", "parent_id": self.partner_a.id}
        )
        for move_type in ("out_invoice", "in_invoice", "out_refund"):
            # 85.91 is rounded down, 85.93 up, and 86.00 not at all
            for last, due in ((-4.1, 85.9), (-4.08, 85.95), (-4.01, 86.0)):
                with self.subTest(move_type=move_type, due=due):
                    vals = {
                        "move_type": move_type,
                        "partner": contact,
                        "last": last,
                        "invoice_cash_rounding_id": rounding.id,
                    }
                    self.assert_same_as_odoo(**vals)
                    move = self.env["account.move"]._billing_create([self.vals(**vals)])
                    self.assertAlmostEqual(move.amount_total, due)

    def test_cash_rounding_of_instalments(self):
        self.partner_b.property_payment_term_id = self.pay_terms_b
        self.assert_same_as_odoo(
            move_type="out_invoice",
            partner=self.partner_b,
            invoice_cash_rounding_id=self.five_centimes().id,
        )

    def test_fiscal_positions_of_a_batch(self):
        Partner = self.env["res.partner"]
        own, other = self.company.country_id, self.env.ref("base.fj")
        Position = self.env["account.fiscal.position"]
        abroad = Position.create(
            {"name": "Abroad", "auto_apply": True, "country_id": other.id}
        )
        manual = Position.create({"name": "Manual"})
        partners = Partner.create(
            [
                {"name": "Here", "country_id": own.id},
                {"name": "Abroad", "country_id": other.id},
                {"name": "Abroad, too", "country_id": other.id},
                {
                    "name": "Exempt",
                    "country_id": other.id,
                    "property_account_position_id": manual.id,
                },
                {"name": "Nowhere"},
            ]
        )
        vals_list = [self.vals(partner=partner) for partner in partners]
        fast = self.env["account.move"]._billing_create(vals_list)
        plain = self.env["account.move"].create(
            [self.vals(partner=partner) for partner in partners]
        )
        positions = [move.fiscal_position_id for move in fast]
        self.assertEqual(positions, [move.fiscal_position_id for move in plain])
        self.assertEqual(positions[1:4], [abroad, abroad, manual])

    def test_what_needs_odoo_goes_odoos_way(self):
        taxed = self.vals()
        taxed["invoice_line_ids"][0][2]["tax_ids"] = [
            Command.set(self.company_data["default_tax_purchase"].ids)
        ]
        foreign = self.vals(currency_id=self.setup_other_currency("EUR").id)
        untold = self.vals()
        del untold["invoice_line_ids"][0][2]["tax_ids"]
        journal = self.company_data["default_journal_purchase"].copy(
            {"currency_id": self.setup_other_currency("EUR").id}
        )
        in_euros = self.vals(journal_id=journal.id)
        no_account = self.five_centimes(loss_account_id=False)
        unrounded = self.vals(invoice_cash_rounding_id=no_account.id)
        rounded_away = self.vals(
            last=-89.99, invoice_cash_rounding_id=self.five_centimes().id
        )
        undated = self.vals(invoice_date=False)
        for vals in (
            taxed,
            foreign,
            untold,
            in_euros,
            unrounded,
            rounded_away,
            undated,
        ):
            self.assertIsNone(self.fast_total(vals))

    def test_mixed_batch_keeps_the_order(self):
        taxed = self.vals(ref="taxed")
        taxed["invoice_line_ids"][0][2]["tax_ids"] = [
            Command.set(self.company_data["default_tax_purchase"].ids)
        ]
        moves = self.env["account.move"]._billing_create(
            [self.vals(ref="one"), taxed, self.vals(ref="two")]
        )
        self.assertEqual(moves.mapped("ref"), ["one", "taxed", "two"])
        self.assertGreater(moves[1].amount_tax, 0)
        self.assertEqual(moves[0].amount_total, moves[2].amount_total)

    def test_payable_can_be_paid(self):
        move = self.env["account.move"]._billing_create([self.vals()])
        move.action_post()
        payment = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({})
            ._create_payments()
        )
        self.assertEqual(payment.amount, move.amount_total)
        self.assertIn(move.payment_state, ("paid", "in_payment"))


@tagged("post_install", "-at_install")
class TestFastTrust(BillingCase):
    """The quick way is taken as long as it writes what Odoo's own way writes."""

    def setUp(self):
        super().setUp()
        self.make_fees(100, 20)
        self.make_fees(50, partner=self.partner_b)
        self.Move = type(self.env["account.move"])
        self.quick = []
        original = self.Move._billing_complete_entry

        def watched(move, vals, *args):
            self.quick.append(vals["partner_id"])
            return original(move, vals, *args)

        self.patch(self.Move, "_billing_complete_entry", watched)

    def labels(self, run):
        items = run.move_ids.invoice_line_ids
        return sorted(items.filtered("price_subtotal").mapped("name"))

    def test_both_ways_are_compared_once_and_nothing_is_left_of_it(self):
        before = self.env["account.move"].search_count([])
        run = self.bill()
        self.assertEqual((run.state, run.amount), ("done", 170))
        self.assertNotIn("odoos_way", run.exchange_message_ids.mapped("code"))
        # the first one twice: compared, and kept
        self.assertEqual(len(self.quick), len(run.move_ids) + 1)
        found = self.env["account.move"].search_count([]) - before
        self.assertEqual(found, len(run.move_ids))

    def test_a_run_goes_odoos_way_where_the_quick_one_differs(self):
        original = self.Move._billing_item_vals

        def otherwise(move, *args):
            return {**original(move, *args), "name": "Otherwise"}

        self.patch(self.Move, "_billing_item_vals", otherwise)
        run = self.bill()
        self.assertEqual(run.state, "done")
        self.assertEqual(self.labels(run), ["Fee 1", "Fee 1", "Fee 2"])
        self.assertEqual(len(self.quick), 1)
        [told] = run.exchange_message_ids
        self.assertEqual((told.severity, told.code), ("warning", "odoos_way"))
        self.assertIn("account_move_line.name", told.text)
        # what comes later in the same run is not compared again
        self.assertFalse(run._billing_is_fast([]))

    def test_a_line_more_is_a_difference(self):
        original = self.Move._billing_term_items

        def doubled(move, *args):
            [item] = original(move, *args)
            half = {**item, "balance": item["balance"] / 2}
            half["amount_currency"] = half["balance"]
            return [half, dict(half)]

        self.patch(self.Move, "_billing_term_items", doubled)
        run = self.bill()
        self.assertEqual((run.state, run.amount), ("done", 170))
        self.assertEqual(run.exchange_message_ids.code, "odoos_way")

    def test_a_moment_later_is_no_difference(self):
        """An addon that stamps its documents writes another moment into each."""
        self.env.cr.execute(
            "ALTER TABLE account_move "
            "ADD COLUMN stamped timestamp DEFAULT clock_timestamp()"
        )
        run = self.bill()
        self.assertNotIn("odoos_way", run.exchange_message_ids.mapped("code"))

    def test_an_hour_is_a_difference(self):
        self.env.cr.execute(
            "CREATE TEMPORARY SEQUENCE stamped_hours; "
            "ALTER TABLE account_move ADD COLUMN stamped timestamp "
            "DEFAULT timestamp '2026-01-01' "
            "+ interval '1 hour' * nextval('stamped_hours')"
        )
        run = self.bill()
        self.assertIn("account_move.stamped", run.exchange_message_ids.text)

    def test_the_quick_way_can_be_turned_off(self):
        self.env["ir.config_parameter"].set_param(FAST_PARAMETER, "0")
        run = self.bill()
        self.assertEqual((run.state, run.amount), ("done", 170))
        self.assertFalse(self.quick)
        self.assertFalse(run.exchange_message_ids)
