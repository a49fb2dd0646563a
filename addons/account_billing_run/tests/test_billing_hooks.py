from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import freeze_time, new_test_user, tagged

from .common import BillingCase

CONVERTER = "account.billing.fake.converter"


@tagged("post_install", "-at_install")
class TestBillingHooks(BillingCase):
    """What a converter may say, and what the run makes of it."""

    def _override(self, **methods):
        converter = type(self.env[CONVERTER])
        for name, method in methods.items():
            patcher = patch.object(converter, name, method, create=True)
            self.startPatcher(patcher)

    def test_discriminator_bills_a_source_once_a_period(self):
        fees = self.make_fees(100)
        self._override(
            _discriminator=lambda self, batch, source: str(batch.run.date_to)
        )
        self.assertEqual(self.bill().move_ids.amount_untaxed, 100)
        self.assertFalse(self.bill().move_ids)
        february = self.make_run()
        february.date_to = "2026-02-28"
        february.action_run()
        self.assertEqual(february.move_ids.amount_untaxed, 100)
        self.assertEqual(fees.billing_move_id, february.move_ids)

    def test_what_comes_beside_the_lines_is_asked_for_once_a_chunk(self):
        fees = self.make_fees(1, 2) | self.make_fees(3, partner=self.partner_b)
        calls = []
        self._override(
            _after_create=lambda self, batch, created: calls.append(created),
            _source_vals=lambda self, batch: {"name": batch.run.name},
        )
        run = self.bill()
        [created] = calls
        first, second = run.move_ids.sorted("id")
        self.assertEqual(
            [(move, key, sources.mapped("amount")) for move, key, sources in created],
            [
                (first, (self.partner_a.id,), [1, 2]),
                (second, (self.partner_b.id,), [3]),
            ],
        )
        self.assertEqual(set(fees.mapped("name")), {run.name})

    def test_marked_sources_are_never_billed_and_named(self):
        fees = self.make_fees(100, 50)
        fees[0].sudo().billing_excluded = True
        run = self.bill()
        self.assertEqual(run.move_ids.amount_untaxed, 50)
        self.assertEqual(run.exchange_message_ids.code, "never_bill")
        self.assertEqual(run.exchange_message_ids.res_id, fees[0].id)
        self.assertEqual(fees[0].billing_state, "excluded")

    def test_marked_after_the_preview(self):
        fees = self.make_fees(100, 50)
        run = self.make_run()
        run.action_plan()
        fees[0].sudo().billing_excluded = True
        run.action_run()
        self.assertEqual(run.move_ids.amount_untaxed, 50)
        self.assertEqual(run.exchange_message_ids.code, "changed_since_preview")

    def test_deleted_after_the_preview(self):
        fees = self.make_fees(100, 50)
        run = self.make_run()
        run.action_plan()
        fees[0].sudo().unlink()
        run.action_run()
        self.assertEqual(run.move_ids.amount_untaxed, 50)

    def test_move_that_disagrees_with_its_preview_is_refused(self):
        self.make_fees(100)
        run = self.make_run()
        run.action_plan()
        run.line_ids.sudo().amount = 99.99
        run.action_run()
        self.assertEqual(run.state, "failed")
        self.assertIn("99.99", run.line_ids.error)
        self.assertFalse(run.move_ids)

    # === WHAT ODOO WORKS OUT ===

    def test_taxed_sources(self):
        tax = self.company_data["default_tax_purchase"]
        self.make_fees(100, tax_ids=[Command.set(tax.ids)])
        run = self.bill()
        self.assertEqual(run.state, "done", run.exchange_message_ids.mapped("text"))
        self.assertEqual(run.amount, 100)
        self.assertEqual(run.move_ids.amount_untaxed, 100)
        self.assertEqual(run.move_ids.amount_tax, tax.amount)

    def test_foreign_currency(self):
        currency = self.setup_other_currency("EUR", rates=[("2026-01-01", 2.0)])
        self.make_fees(100)
        partner = self.partner_a.id
        self._override(
            _prepare_move_vals=lambda self, batch, key, sources: {
                "partner_id": partner,
                "currency_id": currency.id,
            },
            _source_amounts=lambda self, batch, sources: {
                source.id: source.amount / 2 for source in sources
            },
        )
        run = self.bill()
        self.assertEqual(run.line_ids.currency_id, currency)
        self.assertEqual(run.move_ids.amount_untaxed, 100)
        self.assertEqual(run.move_ids.amount_untaxed_signed, -50)
        # what a source is worth is kept in the currency of its company
        link = run.move_ids.billing_link_ids
        self.assertEqual(
            (link.currency_id, link.amount), (self.env.company.currency_id, 50)
        )

    # === JOURNAL, COMPANY ===

    def test_journal_of_the_run(self):
        journal = self.company_data["default_journal_purchase"].copy()
        self.make_fees(100)
        run = self.make_run()
        run.journal_id = journal
        run.action_run()
        self.assertEqual(run.move_ids.journal_id, journal)

    @freeze_time("2026-02-03 12:00", tick=True)
    def test_run_without_a_date(self):
        self.make_fees(100)
        run = self.make_run()
        run.invoice_date = False
        run.action_run()
        self.assertEqual(run.state, "done", run.exchange_message_ids.mapped("text"))
        self.assertFalse(run.move_ids.invoice_date)
        self.assertEqual(run.move_ids.date, fields.Date.today())

    def test_company_without_a_journal_is_told_so(self):
        self.make_fees(100)
        self.env["account.journal"].search([("type", "=", "purchase")]).active = False
        run = self.make_run()
        with self.assertRaisesRegex(UserError, "no journal"):
            run._billing_journal("in_invoice")
        run.action_run()
        self.assertEqual(run.state, "failed")
        self.assertIn("no journal", run.exchange_message_ids.text)

    def test_links_and_previews_of_another_company_are_hidden(self):
        self.make_fees(100)
        run = self.bill()
        other = self.setup_other_company(name="Other")["company"]
        clerk = new_test_user(
            self.env,
            "other_billing_clerk",
            "account.group_account_invoice",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        links = run.move_ids.billing_link_ids.with_user(clerk)
        for records in (links, run.line_ids.with_user(clerk), run.with_user(clerk)):
            with self.subTest(model=records._name), self.assertRaises(AccessError):
                records.read(["company_id"])

    def test_same_sources_in_another_company(self):
        other = self.setup_other_company(name="Other")
        fees = self.make_fees(100)
        theirs = fees.sudo().copy(
            {
                "company_id": other["company"].id,
                "account_id": other["default_account_expense"].id,
            }
        )
        self.bill()
        self.assertEqual(theirs.billing_state, "to_bill")
        run = self.make_run().copy({"company_id": other["company"].id})
        run.action_run()
        self.assertEqual(run.move_ids.company_id, other["company"])
        self.assertEqual(theirs.billing_move_id, run.move_ids)

    # === REFUSED, THEN RESUMED ===

    def test_resume_bills_what_was_refused_once_it_is_mended(self):
        run, bad = self.refused_run()
        before = run.move_ids
        bad.account_id = self.expense
        run.action_resume()
        self.assertEqual(run.state, "done")
        after = run.move_ids - before
        self.assertEqual((before.amount_untaxed, after.amount_untaxed), (100, 50))
        self.assertEqual(bad.billing_move_id, after)
        self.assertFalse(any(run.line_ids.mapped("error")))
        self.assertEqual(run.line_ids.mapped("amount"), [100, 50])
        self.assertEqual(
            run.counters[bad._name], {"to_bill": 2, "billed": 2, "failed": 0}
        )

    def test_resume_without_mending_counts_nothing_twice(self):
        run, bad = self.refused_run()
        run.action_resume()
        self.assertEqual(run.state, "partial")
        self.assertEqual(run.move_ids.amount_untaxed, 100)
        self.assertEqual(run.counters[bad._name]["failed"], 1)
        self.assertTrue(run.line_ids[1].error)

    # === DELETED ===

    def test_run_with_documents_cannot_be_deleted(self):
        self.make_fees(100)
        run = self.bill()
        with self.assertRaisesRegex(UserError, "with documents"):
            run.unlink()

    def test_run_without_documents_is_deleted_with_its_preview(self):
        self.make_fees(100)
        undone, planned = self.bill(), self.make_run()
        undone.action_undo()
        planned.action_plan()
        lines = undone.line_ids | planned.line_ids
        self.assertEqual(len(lines), 2)
        (undone | planned).unlink()
        self.assertFalse(lines.exists())

    def test_source_of_a_second_converter_only_cannot_be_deleted(self):
        fees = self.make_fees(100)
        move = self.bill(converter="account.billing.fake.commission").move_ids
        self.assertFalse(fees.billing_move_id)
        with self.assertRaisesRegex(UserError, "has been billed"):
            fees.sudo().unlink()
        move.button_cancel()
        fees.sudo().unlink()
        self.assertFalse(fees.exists())

    def test_documents_live_on_when_the_addon_of_their_sources_is_gone(self):
        self.make_fees(100)
        move = self.bill().move_ids
        gone = {"res_model": "gone.claim", "converter": "gone.converter"}
        move.billing_link_ids.sudo().write(gone)
        with self.assertRaisesRegex(UserError, "was deleted"):
            move.billing_link_ids.action_open_source()
        move.button_cancel()
        self.assertEqual(move.billing_link_ids.state, "released")
        move.button_draft()
        self.assertEqual(move.billing_link_ids.state, "active")
        move.unlink()
        self.assertFalse(move.exists())

    def test_document_of_a_deleted_run_says_so(self):
        self.make_fees(100)
        run = self.bill()
        move = run.move_ids
        self.env.cr.execute("DELETE FROM account_billing_run WHERE id = %s", [run.id])
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "was deleted"):
            move.action_view_billing_run()

    # === BUTTONS ===

    def test_views_of_a_run_show_its_documents_and_theirs(self):
        fees = self.make_fees(100)
        run = self.bill()
        moves = self.env["account.move"].search(run.action_view_moves()["domain"])
        self.assertEqual(moves, run.move_ids)
        self.assertEqual(run.move_count, 1)
        labels = [label for _action, label in run._counters_table()["actions"]]
        self.assertEqual(labels, ["To Bill", "Billed", "Created"])
        links = moves.action_view_billing_links()["domain"]
        links = self.env["account.billing.link"].search(links)
        self.assertEqual(links.action_open_source()["res_id"], fees.id)
        self.assertEqual(moves.billing_link_count, 1)
        self.assertEqual(moves.action_view_billing_run()["res_id"], run.id)
        self.assertEqual(fees.action_open_billing_move()["res_id"], moves.id)

    def test_undone_run_can_be_done_again(self):
        fees = self.make_fees(100)
        run = self.bill()
        run.action_undo()
        self.assertEqual(run.state, "cancelled")
        run.action_new_preview()
        run.action_run()
        self.assertEqual(fees.billing_move_id, run.move_ids)
        self.assertEqual(run.move_ids.amount_untaxed, 100)
