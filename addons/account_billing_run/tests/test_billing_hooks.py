from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

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
        self._override(_discriminator=lambda self, run, source: str(run.date_to))
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
            _after_create=lambda self, run, created: calls.append(created),
            _source_vals=lambda self, run: {"name": run.name},
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
            _prepare_move_vals=lambda self, run, key, sources: {
                "partner_id": partner,
                "currency_id": currency.id,
            }
        )
        run = self.bill()
        self.assertEqual(run.line_ids.currency_id, currency)
        self.assertEqual(run.move_ids.amount_untaxed, 100)
        self.assertEqual(run.move_ids.amount_untaxed_signed, -50)
        self.assertEqual(run.move_ids.billing_link_ids.currency_id, currency)

    # === JOURNAL, COMPANY ===

    def test_journal_of_the_run(self):
        journal = self.company_data["default_journal_purchase"].copy()
        self.make_fees(100)
        run = self.make_run()
        run.journal_id = journal
        run.action_run()
        self.assertEqual(run.move_ids.journal_id, journal)

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

    # === BUTTONS ===

    def test_views_of_a_run_show_its_documents_and_theirs(self):
        fees = self.make_fees(100)
        run = self.bill()
        moves = self.env["account.move"].search(run.action_view_moves()["domain"])
        self.assertEqual(moves, run.move_ids)
        self.assertEqual(run.move_count, 1)
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
