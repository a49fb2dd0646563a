import re

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tools import SQL

from ..models.daycare_billing_run_calculation import INPUTS
from .common import FULL, MELODY_WEEK, DaycareBillingCommon


@tagged("post_install", "-at_install")
class TestFindings(DaycareBillingCommon):
    """What stands between a debtor and the invoice is said until it is gone."""

    def _texts(self, run, code):
        return run.exchange_message_ids.filtered(lambda f: f.code == code).mapped(
            "text"
        )

    def test_left_out_debtor_stays_an_error_until_billed(self):
        homeless = self._guardian("Frontalier", "Luc", city=False)
        child = self._child("Frontalier", "Lise", homeless)
        self._sector(child, "2021-03-01", "2021-03-31", {"mon": FULL})
        run = self._run()
        for action in (run.action_compute, run.action_invoice, run.action_post):
            with self.subTest(action=action.__name__):
                action()
                self.assertEqual(len(self._texts(run, "debtor_address")), 1)
                self.assertEqual(run.message_error_count, 1)
        self.assertEqual(run.stage, "posted")
        homeless.city = "Thonon"
        run.action_invoice()
        run.invalidate_recordset(["message_error_count"])
        self.assertFalse(self._texts(run, "debtor_address"))
        self.assertEqual(run.message_error_count, 0)

    def test_left_out_debtor_is_named_once_in_the_preview(self):
        self.commune.city = False
        run = self._run()
        run.action_compute()
        for _again in range(2):
            run.action_preview_invoices()
            self.assertEqual(len(self._texts(run, "debtor_address")), 1)

    def test_archived_child_that_is_billed_is_named(self):
        self.melody.active = False
        run = self._run()
        run.action_compute()
        self.assertTrue(run.billing_line_ids)
        [text] = self._texts(run, "archived")
        self.assertIn("Melody Mory", text)
        self.sector.date_to = "2021-03-01"
        other = self._run("2021-04-01")
        other.action_compute()
        self.assertFalse(self._texts(other, "archived"))

    def test_closed_books_are_said_before_posting_fails(self):
        run = self._run()
        self.company.sudo().sale_lock_date = "2021-03-31"
        for action in (run.action_compute, run.action_invoice):
            action()
            [text] = self._texts(run, "locked")
            self.assertIn("03/01/2021", text)
        run.action_undo()
        run.invoice_date = "2021-04-01"
        run.action_invoice()
        self.assertFalse(self._texts(run, "locked"))
        run.action_post()
        self.assertEqual(run.stage, "posted")

    def test_drafts_take_over_the_later_date_that_closed_books_ask_for(self):
        today = fields.Date.context_today(self.clerk)
        tomorrow = fields.Date.add(today, days=1)
        run = self._bill(invoice_date=today)
        self.company.sudo().sale_lock_date = today
        run.action_post()
        self.assertEqual(run.state, "failed")
        self.assertTrue(self._texts(run, "locked"))
        run.invoice_date = tomorrow
        self.assertFalse(self._texts(run, "locked"))
        run.action_post()
        self.assertEqual(run.stage, "posted")
        move = run.move_ids
        self.assertEqual((move.invoice_date, move.date), (tomorrow, tomorrow))

    def test_drafts_dated_by_hand_keep_their_date(self):
        run = self._bill()
        run.move_ids.invoice_date = "2021-03-15"
        run.invoice_date = "2021-04-01"
        self.assertEqual(str(run.move_ids.invoice_date), "2021-03-15")

    def test_drafts_take_over_the_due_date_of_their_run(self):
        run = self._bill()
        terms = run.move_ids.invoice_payment_term_id
        run.date_due = "2021-06-15"
        self.assertEqual(str(run.move_ids.invoice_date_due), "2021-06-15")
        run.date_due = False
        self.assertEqual(run.move_ids.invoice_payment_term_id, terms)
        self.assertNotEqual(str(run.move_ids.invoice_date_due), "2021-06-15")

    def test_former_month_billed_at_the_maximum_is_named(self):
        self._bill(post=True)
        late = self._guardian("Gex", "Laure", incomes={"2021-04-01": 4000})
        child = self._child("Gex", "Noe", late)
        self._sector(child, "2021-03-01", "2021-04-30", {"mon": FULL})
        run = self._run("2021-04-01")
        run.action_compute()
        [text] = self._texts(run, "maximum")
        self.assertIn("March 2021", text)
        self.assertIn("Noe Gex", text)
        self.assertIn("no income is in force", text)

    def test_confidential_and_missing_incomes_are_told_apart(self):
        self.mother.income_ids.write({"confidential": True, "amount": 0})
        child = self._child("Costa", "Ana", self._guardian("Costa", "Maria"))
        self._sector(child, "2021-03-01", "2021-03-31", {"mon": FULL})
        run = self._run()
        run.action_compute()
        texts = dict(
            zip(
                run.exchange_message_ids.filtered(lambda f: f.code == "maximum").mapped(
                    "res_id"
                ),
                self._texts(run, "maximum"),
                strict=True,
            )
        )
        self.assertIn("confidential", texts[self.melody.id])
        self.assertIn("no income is in force", texts[child.id])

    def test_what_changed_since_the_calculation_is_said(self):
        run = self._run()
        run.action_compute()
        run.action_preview_invoices()
        self.assertFalse(self._texts(run, "changed"))
        self.bracket.bracket_ids.price = 100
        for action in (run.action_preview_invoices, run.action_invoice):
            with self.subTest(action=action.__name__):
                action()
                [text] = self._texts(run, "changed")
                self.assertIn("Melody Mory", text)
        run.action_compute()
        run.action_invoice()
        self.assertFalse(self._texts(run, "changed"))
        self.sector.date_to = "2021-03-15"
        run.action_post()
        self.assertTrue(self._texts(run, "changed"))
        self.assertEqual(run.stage, "posted")

    def test_nothing_is_calculated_twice_while_no_record_changes(self):
        run = self._run()
        run.action_compute()
        calculated = []
        model = type(run)
        original = model._due

        def due(run, *args):
            calculated.append(args)
            return original(run, *args)

        self.patch(model, "_due", due)
        run.action_preview_invoices()
        self.assertFalse(calculated)
        self.melody.departure_reason = "Moves in summer"
        run.action_invoice()
        self.assertTrue(calculated, "who knows what a change of the child means")
        self.assertFalse(self._texts(run, "changed"))
        calculated.clear()
        run.action_post()
        self.assertFalse(calculated, "it meant nothing")

    def test_whatever_a_calculation_reads_is_watched(self):
        """A new source of prices that is left out would never be told as changed."""
        run = self._run()
        months = run._months()
        [chunk] = run._chunks_of_children(months)
        read = set()
        cursor = type(self.env.cr)
        execute = cursor.execute

        def note(cr, query, *args, **kwargs):
            code = query.code if isinstance(query, SQL) else query
            read.update(re.findall(r'(?:FROM|JOIN) "(\w+)"', code))
            return execute(cr, query, *args, **kwargs)

        self.env.flush_all()
        self.env.invalidate_all()
        self.patch(cursor, "execute", note)
        due, _blocked, _findings = run._due(chunk, months)
        self.assertTrue(due)
        watched = {self.env[model]._table for model in INPUTS}
        # the moment a record is written last tells of its lists, too
        lists = {
            field.relation
            for model in INPUTS
            for field in self.env[model]._fields.values()
            if field.type == "many2many" and field.store
        }
        self.assertIn("daycare_sector_line", read)
        # guardians have names, which amounts do not depend on
        aside = {"daycare_guardian", "daycare_billing_run"}
        ours = {table for table in read if table.startswith("daycare_")}
        self.assertEqual(ours - watched - lists - aside, set())

    def test_placements_made_anew_and_equal_are_no_change(self):
        run = self._run()
        run.action_compute()
        self.sector.unlink()
        self._sector(self.melody, "2021-03-01", "2021-12-01", MELODY_WEEK)
        run.action_invoice()
        self.assertFalse(self._texts(run, "changed"))

    def test_gravest_finding_comes_first(self):
        run = self._run()
        run.action_compute()
        for severity in ("info", "warning", "error"):
            run._log(severity, severity)
        found = self.env["exchange.message"].search(
            [("run_model", "=", run._name), ("run_id", "=", run.id)],
            order="severity, id",
        )
        ranks = ["fatal", "blocked", "error", "warning", "info"]
        severities = [ranks.index(severity) for severity in found.mapped("severity")]
        self.assertEqual(severities, sorted(severities))
        self.assertGreater(len(set(severities)), 2)

    def test_step_that_somebody_else_has_taken(self):
        """A second window shows what was, and its button says what is."""
        run = self._bill(post=True)
        with self.assertRaisesRegex(UserError, "«Posted»"):
            run.action_post()

    def test_new_run_says_nothing_in_the_log(self):
        runs = self.env["daycare.billing.run"]
        with self.assertNoLogs("odoo", level="WARNING"), Form(runs) as form:
            form.month = "2021-04-01"

    def test_debtor_of_two_chunks_is_named_once(self):
        self.commune.zip = False
        for number in range(3):
            child = self._child("Many", f"Child {number}", self.mother)
            child.billing_data_ids.debtor_id = self.commune
            self._sector(child, "2021-03-01", "2021-03-31", {"mon": FULL})
        run = self._run()
        run.action_compute()
        self.assertEqual(len(self._texts(run, "debtor_address")), 1)

    def test_what_no_qr_bill_carries_is_found_and_written_otherwise(self):
        self.commune.write(
            {
                "firstname": "“Lili” L’Œuvre",
                "street": "Rue\u202fde l’Hôpital 3",
                "city": "Martigny – Bourg",
            }
        )
        self.company.partner_id.sudo().street = "Rue du “Bourg” 1"
        run = self._run()
        run.action_compute()
        [text] = self._texts(run, "debtor_charset")
        for sign in ("U+201C", "U+2019", "U+202F", "U+2013"):
            self.assertIn(sign, text)
        self.assertEqual(len(self._texts(run, "company_charset")), 1)
        finding = run.exchange_message_ids.filtered(lambda f: "charset" in f.code)
        finding[:1].action_transliterate()
        self.assertFalse(self._texts(run, "debtor_charset"))
        self.assertFalse(self._texts(run, "company_charset"))
        self.assertEqual(self.commune.name, 'Aide financière "Lili" L\'Œuvre')
        self.assertEqual(self.commune.firstname, '"Lili" L\'Œuvre')
        self.assertEqual(self.commune.street, "Rue de l'Hôpital 3")
        self.assertEqual(self.commune.city, "Martigny - Bourg")

    def test_what_nobody_else_can_write_is_asked_for(self):
        self.commune.firstname = "王小明"
        run = self._run()
        run.action_compute()
        with self.assertRaisesRegex(UserError, "Latin letters.*王小明"):
            run.action_transliterate()

    def test_qr_code_is_readable_though_nobody_looked(self):
        partner = self.commune.partner_id
        partner.write({"name": "“Lili” 王", "street": "Rue\u202fde l’Hôpital 3"})
        bank = self.env["res.partner.bank"].sudo()
        account = bank.create(
            {
                "acc_number": "CH4431999123000889012",
                "partner_id": self.company.partner_id.id,
            }
        )
        lines = account._l10n_ch_get_qr_vals(
            100, self.company.currency_id, partner, "L’été…", "0" * 27
        )
        self.assertIn('"Lili" ?', lines)
        self.assertIn("Rue de l'Hôpital", lines)
        self.assertIn("L'été...", lines)
