from datetime import date

from psycopg2.errors import UniqueViolation

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import APRIL, FULL, MARCH, DaycareBillingCommon


@tagged("post_install", "-at_install")
class TestCorrections(DaycareBillingCommon):
    """Data that changes after the invoice, and runs that run again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bracket.month_method = "flat"

    def _regenerate(self, date_from="2021-03-01", week=None):
        """Replace the placement, as every import does."""
        lines = week or {
            line.weekday: line.slot_ids.mapped("number")
            for line in self.sector.line_ids
        }
        self.sector.unlink()
        self.sector = self._sector(self.melody, date_from, "2021-12-01", lines)

    def _corrections(self, run):
        lines = run.billing_line_ids.filtered(lambda line: line.kind == "correction")
        return [(line.month, line.debtor_id, line.amount) for line in lines]

    def test_shortened_placement_is_a_rectification(self):
        self._bill(post=True)
        self._regenerate("2021-03-15")
        april = self._bill(APRIL)
        self.assertEqual(self._corrections(april), [(MARCH, self.commune, -475.71)])
        self.assertEqual(sum(april.billing_line_ids.mapped("amount")), 634.29)
        self.assertEqual(april.move_ids.amount_total, 634.30)
        names = april.move_ids.invoice_line_ids.mapped("name")
        self.assertIn("Correction March 2021, Group NUR1", names)

    def test_corrections_name_what_they_correct_and_come_in_order(self):
        other = self._group("NUR2", self.department)
        self._sector(self.melody, "2021-03-01", "2021-12-31", {"wed": FULL}, other)
        meal = self.env.ref("daycare_billing.product_meal").product_variant_id
        self.melody.service_ids = [
            Command.create(
                {
                    "product_id": meal.id,
                    "frequency": "day",
                    "price_unit": 8,
                    "date_from": "2021-01-01",
                }
            )
        ]
        for month in (MARCH, APRIL):
            self._bill(month, post=True)
        self.melody.sector_ids.date_to = "2021-03-20"
        may = self._bill(date(2021, 5, 1))
        self.assertEqual(
            may.move_ids.invoice_line_ids.filtered(
                lambda line: line.display_type == "product"
            ).mapped("name"),
            [
                "Correction March 2021, Group NUR1",
                "Correction March 2021, Group NUR2",
                f"Correction March 2021, {meal.name}",
                "Correction April 2021, Group NUR1",
                "Correction April 2021, Group NUR2",
                f"Correction April 2021, {meal.name}",
            ],
        )

    def test_credit_note_is_taken_off_the_total_of_the_documents(self):
        self._bill(post=True)
        self.sector.date_to = "2021-03-10"
        run = self._run(APRIL)
        run.action_compute()
        for step in (run.action_preview_invoices, run.action_invoice):
            step()
            total = sum(run.line_ids.mapped("amount_signed"))
            self.assertAlmostEqual(total, run.total_amount)
            self.assertTrue(run.line_ids.filtered(lambda line: line.amount_signed < 0))
        self.assertIn("out_refund", run.move_ids.mapped("move_type"))

    def test_negative_total_is_a_credit_note(self):
        self._bill(post=True)
        self._regenerate("2021-03-15")
        self.sector.date_to = "2021-03-31"
        april = self._bill(APRIL, post=True)
        move = april.move_ids
        self.assertEqual((move.move_type, move.amount_total), ("out_refund", 475.70))

    def test_credited_month_is_billed_again_from_the_finding(self):
        march = self._bill(post=True)
        invoice = march.move_ids
        invoice._reverse_moves(cancel=True)
        april = self._bill(APRIL)
        told = april.exchange_message_ids.filtered(lambda m: m.code == "credited")
        self.assertIn(invoice.name, told.text)
        self.assertEqual((told.res_model, told.res_id), (invoice._name, invoice.id))
        action = told.action_bill_again()
        self.assertEqual(
            (action["res_model"], action["res_id"]), (march._name, march.id)
        )
        march.invalidate_recordset()
        self.assertEqual((march.stage, march.waiting_count), ("posted", 1))
        march.action_invoice()
        again = march.move_ids - invoice
        self.assertEqual(again.amount_total, 1110.00)
        self.assertEqual(march.stage, "invoiced")
        self.assertEqual(march.billing_line_ids.billing_move_id, again)
        # April is calculated as before: nothing to correct.
        april.action_compute()
        self.assertFalse(self._corrections(april))
        self.assertNotIn("credited", self._codes(april))

    def test_part_of_an_invoice_credited_by_hand_stays_billed(self):
        march = self._bill(post=True)
        note = march.move_ids._reverse_moves()
        note.invoice_line_ids.filtered("price_unit")[:1].price_unit = 10
        note.action_post()
        april = self._bill(APRIL)
        self.assertNotIn("credited", self._codes(april))
        in_part = [("code", "=", "credited_in_part")]
        told = april.exchange_message_ids.filtered_domain(in_part)
        self.assertIn("stay billed", told.text)
        with self.assertRaisesRegex(UserError, "do not cover"):
            told.action_bill_again()
        self.assertEqual(march.billing_line_ids.billing_state, "billed")

    def test_cancelled_invoice_does_not_come_back_beside_a_new_calculation(self):
        march = self._bill(post=True)
        old = march.move_ids
        old.button_draft()
        old.button_cancel()
        march.action_compute()
        march.action_invoice()
        with self.assertRaises(UserError) as refusal:
            old.button_draft()
        self.assertIn("replaced", str(refusal.exception))
        alive = march.move_ids.filtered(lambda move: move.state != "cancel")
        self.assertEqual(sum(alive.mapped("amount_total")), 1110.00)

    def test_regenerated_placement_changes_nothing(self):
        self._bill(post=True)
        self._regenerate()
        self.assertFalse(self._corrections(self._bill(APRIL)))

    def test_same_month_again_bills_nothing(self):
        self._bill(post=True)
        self._regenerate()
        again = self._bill()
        self.assertFalse(again.billing_line_ids)
        self.assertFalse(again.move_ids)

    def test_second_run_names_the_one_that_waits(self):
        first = self._run()
        first.action_compute()
        second = self._run()
        second.action_compute()
        self.assertFalse(second.billing_line_ids)
        told = second.exchange_message_ids.filtered(lambda m: m.code == "not_invoiced")
        self.assertEqual((told.res_model, told.res_id), (first._name, first.id))
        self.assertIn("lines without invoice that count as billed here: 1.", told.text)

    def test_second_run_of_the_month_bills_who_came_since(self):
        self._bill(post=True)
        tom = self._child("Mory", "Tom", self.mother, self.father)
        self._sector(tom, "2021-03-01", "2021-12-31", {"wed": FULL})
        self.assertEqual(self._amounts(self._bill()), {"Tom": 370.00})

    def test_compute_again_rebuilds_drafts(self):
        run = self._bill()
        draft = run.move_ids
        self._regenerate("2021-03-15")
        run.action_compute()
        self.assertFalse(draft.exists())
        run.action_invoice()
        self.assertEqual(run.move_ids.amount_total, 634.30)
        self.assertEqual(len(run.billing_line_ids), 1)

    def test_compute_again_leaves_posted_invoices(self):
        tom = self._child("Mory", "Tom", self.mother, self.father)
        self._sector(tom, "2021-03-01", "2021-12-31", {"wed": FULL})
        run = self._bill()
        posted = run.move_ids.filtered(
            lambda m: m.partner_id == self.commune.partner_id
        )
        posted.action_post()
        self.assertEqual(run.stage, "invoiced")
        self._regenerate("2021-03-15")
        run.action_compute()
        self.assertEqual(posted.state, "posted")
        self.assertEqual(self._amounts(run), {"Melody": 634.29, "Tom": 370.00})
        run.action_invoice()
        run.action_post()
        self.assertEqual(run.stage, "posted")
        total = sum(run.move_ids.mapped("amount_untaxed_signed"))
        self.assertAlmostEqual(total, 634.30 + 370, 2)

    def test_late_child_in_a_billed_month_is_corrected(self):
        self._bill(post=True)
        tom = self._child("Mory", "Tom", self.mother, self.father)
        self._sector(tom, "2021-03-01", "2021-12-31", {"wed": FULL})
        april = self._bill(APRIL)
        self.assertEqual(self._corrections(april), [(MARCH, self.mother, 370.00)])

    def test_months_before_the_first_run_are_never_billed(self):
        april = self._bill(APRIL)
        self.assertEqual(april.billing_line_ids.mapped("month"), [APRIL])

    def test_month_without_anything_to_invoice_is_corrected_too(self):
        self._bill(post=True)
        self.sector.date_to = "2021-03-31"
        april = self._bill(APRIL)
        april.action_undo()
        self.assertEqual(april.stage, "computed")
        self._regenerate("2021-03-01")
        may = self._bill(APRIL.replace(month=5))
        self.assertEqual(self._corrections(may), [(APRIL, self.commune, 1110.00)])

    def test_month_calculated_before_the_first_invoices_is_never_billed(self):
        self.sector.date_from = APRIL
        self.assertFalse(self._bill().billing_line_ids)
        self.sector.date_from = MARCH
        april = self._bill(APRIL, post=True)
        self.assertFalse(self._corrections(april))
        self.assertFalse(self._corrections(self._bill(APRIL.replace(month=5))))

    def test_late_income_page(self):
        self._bill(post=True)
        self.env["daycare.income"].create(
            {"guardian_id": self.mother.id, "date_from": "2021-02-01", "amount": 9000}
        )
        april = self._bill(APRIL)
        # 104.00 instead of 92.50 a day: 3 days a week, 4 weeks.
        self.assertEqual(self._corrections(april), [(MARCH, self.commune, 138.00)])

    def test_changed_debtor_pays_and_the_former_is_paid_back(self):
        self._bill(post=True)
        self.melody.billing_data_ids.debtor_id = self.mother
        april = self._bill(APRIL)
        self.assertCountEqual(
            self._corrections(april),
            [(MARCH, self.commune, -1110.00), (MARCH, self.mother, 1110.00)],
        )
        refund = april.move_ids.filtered(lambda m: m.move_type == "out_refund")
        self.assertEqual(refund.partner_id, self.commune.partner_id)

    def test_run_corrects_again_what_it_has_corrected_and_posted(self):
        """Whatever changes between two calculations of one run, nothing is twice."""
        self._bill(post=True)
        april = self._bill(APRIL, post=True)
        for begin, owed in (
            ("2021-03-15", 634.29),
            ("2021-03-08", None),
            ("2021-03-15", 634.29),
        ):
            with self.subTest(begin=begin):
                self._regenerate(begin)
                april.action_compute()
                self.assertEqual(april.state, "done", april.exchange_message_ids)
                april.action_invoice()
                april.action_post()
                march = self.melody.billing_line_ids.filtered(
                    lambda line: line.month == MARCH
                )
                if owed:
                    self.assertAlmostEqual(sum(march.mapped("amount")), owed, 2)

    def test_debtor_changed_after_the_month_was_invoiced(self):
        """The same month a second time: what the former one owed is given back."""
        meal = self.env.ref("daycare_billing.product_meal").product_variant_id
        self.melody.service_ids = [
            Command.create(
                {
                    "product_id": meal.id,
                    "frequency": "month",
                    "price_unit": 80,
                    "date_from": "2021-01-01",
                }
            )
        ]
        first = self._bill(post=True)
        owed = sum(first.billing_line_ids.mapped("amount"))
        self.melody.billing_data_ids.debtor_id = self.mother
        for again in (first, self._run()):
            with self.subTest(again=again.name):
                again.action_compute()
                self.assertEqual(again.state, "done", again.exchange_message_ids)
                found = {}
                for line in self.melody.billing_line_ids:
                    debtor = line.debtor_id
                    found[debtor] = round(found.get(debtor, 0) + line.amount, 2)
                self.assertEqual(found, {self.commune: 0, self.mother: owed})

    def test_corrections_are_not_repeated(self):
        self._bill(post=True)
        self._regenerate("2021-03-15")
        self._bill(APRIL, post=True)
        may = self._bill(APRIL.replace(month=5))
        self.assertFalse(self._corrections(may))

    def test_a_correction_of_a_correction(self):
        self._bill(post=True)
        self._regenerate("2021-03-15")
        self._bill(APRIL, post=True)
        self._regenerate("2021-03-01")
        may = self._bill(APRIL.replace(month=5))
        self.assertEqual(self._corrections(may), [(MARCH, self.commune, 475.71)])

    def test_removed_placement_is_paid_back(self):
        self._bill(post=True)
        self.sector.unlink()
        april = self._bill(APRIL)
        self.assertEqual(self._corrections(april), [(MARCH, self.commune, -1110.00)])

    def test_a_child_that_cannot_be_calculated_is_not_paid_back(self):
        self._bill(post=True)
        self.bracket.missing_income = "block"
        (self.mother | self.father).income_ids.unlink()
        april = self._bill(APRIL)
        self.assertFalse(april.billing_line_ids)
        self.assertIn("income", self._codes(april, "error"))

    def test_corrections_can_be_switched_off(self):
        self._bill(post=True)
        self._regenerate("2021-03-15")
        self.assertFalse(self._corrections(self._bill(APRIL, with_corrections=False)))

    def test_cancelled_invoice_is_billed_again_by_its_run(self):
        run = self._bill(post=True)
        run.move_ids.button_draft()
        run.move_ids.button_cancel()
        self.assertEqual(run.billing_line_ids.billing_state, "to_bill")
        self.assertEqual(run.stage, "computed")
        april = self._bill(APRIL)
        self.assertFalse(self._corrections(april))
        run.action_invoice()
        alive = run.move_ids.filtered(lambda move: move.state == "draft")
        self.assertEqual(alive.mapped("amount_untaxed"), [1110.00])

    def test_deleted_drafts_free_the_lines(self):
        run = self._bill()
        run.move_ids.unlink()
        self.assertEqual(run.billing_line_ids.billing_state, "to_bill")
        self.assertEqual(run.stage, "computed")

    def test_database_refuses_the_same_month_twice(self):
        run = self._run()
        run.action_compute()
        vals = run.billing_line_ids.copy_data()[0]
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
            # sudo: as the calculation would
            lines = self.env["daycare.billing.line"].sudo()
            lines.create({**vals, "run_id": self._run().id})

    def test_discard(self):
        run = self._bill()
        run.action_discard()
        self.assertEqual(run.stage, "draft")
        self.assertFalse(run.billing_line_ids)
        self.assertFalse(run.move_ids)
        run.unlink()
        self.assertFalse(run.exists())

    def test_late_fee_of_a_billed_month(self):
        self._bill(post=True)
        fee = self.env.ref("daycare_billing.product_registration").product_variant_id
        self.melody.service_ids = [
            Command.create({"product_id": fee.id, "date_from": "2021-03-10"})
        ]
        april = self._bill(APRIL)
        self.assertEqual(self._corrections(april), [(MARCH, self.commune, 50.00)])
        item = april.move_ids.invoice_line_ids.filtered(lambda i: i.product_id == fee)
        self.assertEqual(item.price_subtotal, 50.00)
