from psycopg2.errors import UniqueViolation

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import BillingCase


@tagged("post_install", "-at_install")
class TestBillingRun(BillingCase):
    def test_preview_shows_the_moves_and_writes_none(self):
        self.make_fees(100, 33.33)
        self.make_fees(20, partner=self.partner_b)
        run = self.make_run()
        run.action_plan()
        self.assertRecordValues(
            run.line_ids,
            [
                {"label": "partner_a", "source_count": 2, "amount": 133.33},
                {"label": "partner_b", "source_count": 1, "amount": 20.0},
            ],
        )
        self.assertFalse(run.move_ids)

    def test_moves_equal_the_preview_to_the_cent(self):
        self.make_fees(100, 33.34, 0.01)
        run = self.make_run()
        run.action_plan()
        run.action_run()
        self.assertEqual(run.state, "done")
        self.assertRecordValues(
            run.move_ids,
            [
                {
                    "move_type": "in_invoice",
                    "state": "draft",
                    "partner_id": self.partner_a.id,
                    "amount_untaxed": run.line_ids.amount,
                    "ref": f"FEE-{self.partner_a.id}",
                }
            ],
        )
        self.assertEqual(run.move_ids.amount_untaxed, 133.35)

    def test_sources_are_linked_and_billed(self):
        fees = self.make_fees(100, 50)
        run = self.bill()
        self.assertEqual(fees.mapped("billing_state"), ["billed", "billed"])
        self.assertEqual(fees.billing_move_id, run.move_ids)
        self.assertEqual(sum(run.move_ids.billing_link_ids.mapped("amount")), 150)

    def test_second_run_bills_only_what_is_new(self):
        self.make_fees(100)
        self.bill()
        late = self.make_fees(7)
        run = self.bill()
        self.assertEqual(run.move_ids.amount_untaxed, 7)
        self.assertEqual(late.billing_move_id, run.move_ids)

    def test_same_run_looks_again(self):
        self.make_fees(100)
        run = self.bill()
        self.make_fees(7)
        run.action_new_preview()
        run.action_run()
        self.assertEqual(sorted(run.move_ids.mapped("amount_untaxed")), [7, 100])
        self.assertEqual(run.amount, 107)

    def test_left_out_sources_are_named_with_the_reason(self):
        bad = self.make_fees(0)
        self.make_fees(5)
        run = self.bill()
        self.assertEqual(run.exchange_message_ids.code, "no_amount")
        self.assertEqual(run.exchange_message_ids.res_id, bad.id)
        self.assertEqual(bad.billing_state, "to_bill")
        self.assertEqual(run.move_ids.amount_untaxed, 5)

    def test_billed_between_preview_and_run_is_not_billed_twice(self):
        self.make_fees(100, 50)
        first, second = self.make_run(), self.make_run()
        first.action_plan()
        second.action_plan()
        self.make_fees(10)
        first.action_run()
        second.action_run()
        self.assertEqual(first.move_ids.amount_untaxed, 150)
        self.assertFalse(second.move_ids)
        self.assertEqual(second.exchange_message_ids.code, "changed_since_preview")

    def test_partly_billed_group_bills_the_rest(self):
        fees = self.make_fees(100, 50)
        second = self.make_run()
        second.action_plan()
        fees = fees.sudo()
        fees[1].day = "2026-03-01"
        self.bill()
        fees[1].day = "2026-01-15"
        second.action_run()
        self.assertEqual(second.move_ids.amount_untaxed, 50)
        self.assertEqual(second.line_ids.amount, 50)

    def test_another_converter_bills_the_same_sources(self):
        fees = self.make_fees(100)
        run = self.bill()
        other = self.bill(converter="account.billing.fake.commission")
        self.assertEqual(other.move_ids.amount_untaxed, 100)
        self.assertEqual(fees.billing_move_id, run.move_ids)

    def test_database_refuses_a_second_active_link(self):
        fees = self.make_fees(100)
        self.bill()
        link = (
            self.env["account.billing.link"].sudo().search([("res_id", "=", fees.id)])
        )
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
            with self.env.cr.savepoint():
                link.copy({"move_id": link.move_id.id})

    def test_links_written_in_masses_are_as_create_makes_them(self):
        self.make_fees(100)
        link = self.bill().move_ids.billing_link_ids.sudo()
        names = [n for n, f in link._fields.items() if f.store and f.column_type]
        names = [n for n in names if n not in ("id", "create_date", "write_date")]
        bulk = link.read(names)[0]
        link.state = "released"
        link.flush_recordset()
        created = link.copy({"state": "active"}).read(names)[0]
        for values in (bulk, created):
            del values["id"], values["write_uid"]
        self.assertEqual(bulk, created)

    def test_culprit_is_named_and_others_are_billed(self):
        run, bad = self.refused_run()
        self.assertEqual(run.move_ids.amount_untaxed, 100)
        self.assertTrue(run.line_ids.filtered(lambda x: x.label == "partner_b").error)
        self.assertEqual(bad.billing_state, "to_bill")

    def test_many_groups_in_several_chunks(self):
        partners = self.env["res.partner"].create(
            [{"name": f"Partner {n}"} for n in range(120)]
        )
        for partner in partners:
            self.make_fees(10, partner=partner)
        run = self.make_run()
        run.action_plan()
        self.assertEqual(run._chunk_counts()["todo"][0], 2)
        run.action_run()
        self.assertEqual(len(run.move_ids), 120)
        self.assertEqual(sum(run.move_ids.mapped("amount_untaxed")), 1200)

    def test_number_of_queries_does_not_grow_with_sources(self):
        self.make_fees(*[1] * 5)
        self.bill()

        def queries(count):
            self.make_fees(*[1] * count)
            run = self.make_run()
            run.action_plan()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            run.action_run()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        small, large = queries(10), queries(100)
        # the journal items of a move go to the database a hundred at a time
        self.assertLessEqual(large - small, 3)

    def test_period_must_not_end_before_it_begins(self):
        with self.assertRaises(UserError):
            self.make_run().date_to = "2025-12-31"
