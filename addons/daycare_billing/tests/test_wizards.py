from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import APRIL, FULL, DaycareBillingCommon


@tagged("post_install", "-at_install")
class TestSimulator(DaycareBillingCommon):
    """Income, siblings and week in; price out."""

    def _simulate(self, **vals):
        return self.env["daycare.tariff.simulator"].create(
            {
                "tariff_id": self.bracket.id,
                "month": "2021-03-01",
                "income_first": 5000,
                "income_second": 1200,
                "child_ids": [
                    Command.create(
                        {"monday": 100, "tuesday": 100, "thursday": 50, "friday": 50}
                    )
                ],
                **vals,
            }
        )

    def test_same_price_as_the_run(self):
        run = self._run()
        run.action_compute()
        self.assertEqual(self._simulate().amount, 1295.00)
        self.assertEqual(run.billing_line_ids.amount, 1295.00)

    def test_every_step_is_shown(self):
        html = str(self._simulate().explanation)
        for text in (
            "Child 1: 1,295.00",
            "6,200.00",
            "Bracket from 6,000.00",
            "10 × 92.50 = 925.00",
        ):
            self.assertIn(text, html)

    def test_annual_confidential_and_missing(self):
        annual = self._simulate(basis="annual", income_first=60000, income_second=14400)
        self.assertEqual(annual.amount, 1295.00)
        self.assertEqual(self._simulate(income_known="confidential").amount, 1456.00)
        self.assertEqual(self._simulate(income_known="missing").amount, 1456.00)

    def test_siblings(self):
        self.bracket.write(
            {
                "month_method": "flat",
                "sibling_mode": "each",
                "sibling_ids": [Command.create({"rank": 2, "percent": 30})],
            }
        )
        simulator = self._simulate()
        self.assertEqual(simulator.amount, 1110.00)
        simulator.child_ids = [
            Command.create({"monday": 0, "tuesday": 0, "wednesday": 100})
        ]
        self.assertEqual(simulator.amount, 1036.00)

    def test_error_is_told(self):
        self.bracket.missing_income = "block"
        simulator = self._simulate(income_known="missing")
        self.assertEqual(simulator.amount, 0)
        self.assertIn("no income is in force", str(simulator.explanation))

    def test_form_recalculates_while_typing(self):
        with Form(self.env["daycare.tariff.simulator"]) as form:
            form.tariff_id = self.bracket
            form.month = "2021-03-01"
            form.income_first = 6200
            self.assertEqual(form.amount, 925.00)
            form.income_first = 2000
            self.assertEqual(form.amount, 405.00)

    def test_nothing_to_show_without_tariff_or_children(self):
        with Form(self.env["daycare.tariff.simulator"]) as form:
            form.tariff_id = self.env["daycare.tariff"]
            self.assertEqual((form.amount, str(form.explanation)), (0, ""))
            form.tariff_id = self.bracket
        self.assertEqual(self._simulate(child_ids=False).amount, 0)

    def test_opens_from_the_tariff(self):
        action = self.bracket.action_simulate()
        simulator = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(simulator.tariff_id, self.bracket)


@tagged("post_install", "-at_install")
class TestAttestation(DaycareBillingCommon):
    """What the tax office gets."""

    def _attest(self, **vals):
        return self.env["daycare.attestation"].create({"year": 2021, **vals})

    def test_sums_of_posted_months(self):
        fee = self.env.ref("daycare_billing.product_registration").product_variant_id
        self.melody.service_ids = [
            Command.create({"product_id": fee.id, "date_from": "2021-03-10"})
        ]
        self._bill(post=True)
        self._bill(APRIL, post=True)
        self._bill(APRIL.replace(month=5))
        [page] = self._attest()._pages()
        self.assertEqual(page["debtor"], self.commune)
        self.assertEqual(page["child"], self.melody)
        self.assertEqual(len(page["months"]), 2)
        self.assertEqual((page["care"], page["services"]), (2497.50, 50))
        posted = self.env["account.move"].search(
            [("partner_id", "=", self.commune.partner_id.id), ("state", "=", "posted")]
        )
        self.assertEqual(float(page["total"]), sum(posted.mapped("amount_total")))

    def test_choices(self):
        self._bill(post=True)
        self.assertFalse(self._attest(year=2020)._pages())
        unpaid = self._attest(paid_only=True)
        self.assertFalse(unpaid._pages())
        self.assertEqual(unpaid.unpaid_names, "Aide financière Commune de Martigny")
        self.assertFalse(self._attest().unpaid_names)
        self.assertFalse(
            self._attest(debtor_ids=[Command.set(self.mother.ids)])._pages()
        )
        self.assertTrue(self._attest(child_ids=[Command.set(self.melody.ids)])._pages())
        with self.assertRaises(UserError):
            self._attest(year=2020).action_print()

    def test_corrections_count_in_the_month_they_correct(self):
        self.bracket.month_method = "flat"
        self._bill(post=True)
        self.sector.date_from = "2021-03-15"
        self._bill(APRIL, post=True)
        [page] = self._attest()._pages()
        self.assertEqual([str(row[1]) for row in page["months"]], ["634.29", "1110.00"])

    def test_report_text(self):
        self._bill(post=True)
        wizard = self._attest()
        self.assertEqual(wizard.action_print()["type"], "ir.actions.report")
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "daycare_billing.report_attestation", wizard.ids
        )
        text = html.decode()
        for expected in ("Melody Mory", "1,295.00", "March 2021", "Martigny"):
            self.assertIn(expected, text)

    def test_whose_costs_are_printed_is_written_down(self):
        self._bill(post=True)
        journal = self.env["exchange.access"].sudo()
        before = journal.search([])
        wizard = self._attest()
        self.env["ir.actions.report"]._render_qweb_html(
            "daycare_billing.report_attestation", wizard.ids
        )
        rows = journal.search([]) - before
        rows = rows.filtered(lambda row: row.kind == "print")
        self.assertEqual(rows.res_model, "daycare.child")
        self.assertIn(self.melody.id, rows.res_ids)

    def test_report_in_the_debtors_language(self):
        self.env["res.lang"].sudo()._activate_lang("fr_FR")
        self.commune.lang = "fr_FR"
        self._bill(post=True)
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "daycare_billing.report_attestation", self._attest().ids
        )
        self.assertIn("mars 2021", html.decode())


@tagged("post_install", "-at_install")
class TestTruePapers(DaycareBillingCommon):
    """Attestation, revenue and occupancy say what is posted, whoever changed it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        fee = cls.env.ref("daycare_billing.product_registration").product_variant_id
        cls.melody.service_ids = [
            Command.create(
                {"product_id": fee.id, "date_from": "2021-03-10", "price_unit": 55}
            )
        ]
        cls.sister = cls._child(
            "Mory", "Mia", cls.mother, cls.father, debtor=cls.commune
        )
        cls._sector(cls.sister, "2021-03-01", "2021-12-31", {"wed": FULL})

    def _attest(self, **vals):
        return self.env["daycare.attestation"].create({"year": 2021, **vals})

    def _ledger(self):
        """Return what all posted documents to debtors add up to."""
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT COALESCE(SUM(item.balance), 0)
              FROM account_move_line item
              JOIN account_move move ON move.id = item.move_id
             WHERE move.state = 'posted' AND move.company_id = %s
               AND item.display_type = 'payment_term'
               AND move.move_type IN ('out_invoice', 'out_refund')
            """,
            [self.company.id],
        )
        return round(float(self.env.cr.fetchone()[0]), 2)

    def check_papers(self, paper=None):
        """All papers add up to the ledger; return the attestation by child."""
        self.env.invalidate_all()
        pages = self._attest()._pages()
        total = sum(page["total"] for page in pages)
        self.assertEqual(float(total), self._ledger() if paper is None else paper)
        rounding = float(sum(page["rounding"] for page in pages))
        lines = self.env["daycare.billing.line"]
        [[revenue]] = lines._read_group([], [], ["invoiced_amount:sum"])
        self.assertAlmostEqual(revenue + rounding, float(total), 2)
        care = lines.search([("product_id", "=", False)])
        reported = self.env["daycare.occupancy.billing"].search([])
        self.assertAlmostEqual(
            sum(reported.mapped("amount")), sum(care.mapped("invoiced_amount")), 2
        )
        return {page["child"].firstname: float(page["total"]) for page in pages}

    def _credit(self, move, reduce=None):
        """Reverse an invoice as an accountant does, wholly or after an edit."""
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"journal_id": move.journal_id.id, "date": move.date})
        )
        note = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
        if reduce:
            reduce(note)
        note.action_post()
        return note

    def test_before_anything_is_changed(self):
        self._bill(post=True)
        papers = self.check_papers()
        self.assertEqual(papers, {"Melody": 1350.00, "Mia": 462.50})

    def test_credited_whole_by_hand(self):
        invoice = self._bill(post=True).move_ids
        note = self._credit(invoice)
        self.assertEqual(note.amount_total, invoice.amount_total)
        self.assertEqual(self.check_papers(0), {})
        self.assertFalse(
            any(self.env["daycare.occupancy.billing"].search([]).mapped("amount"))
        )
        rows = self.env["daycare.occupancy.billing"].search([])
        self.assertFalse(any(rows.mapped("invoiced_days")))
        note.button_draft()
        self.assertEqual(self.check_papers(), {"Melody": 1350.00, "Mia": 462.50})

    def test_one_line_credited_belongs_to_its_child(self):
        invoice = self._bill(post=True).move_ids

        def keep_mia(note):
            name = "Mia Mory"
            lines = note.invoice_line_ids
            start = lines.filtered(lambda line: line.name == name)
            mia = lines.filtered(
                lambda line: line.daycare_billing_line_id.child_id == self.sister
            )
            (lines - start - mia).unlink()

        self._credit(invoice, keep_mia)
        self.assertEqual(self.check_papers(), {"Melody": 1350.00})

    def test_gesture_typed_into_a_credit_note_is_shared_out(self):
        invoice = self._bill(post=True).move_ids

        def gesture(note):
            note.invoice_line_ids = [
                Command.clear(),
                Command.create({"name": "Gesture", "quantity": 1, "price_unit": 100}),
            ]

        self._credit(invoice, gesture)
        papers = self.check_papers()
        self.assertEqual(round(sum(papers.values()), 2), 1712.50)
        self.assertEqual(papers, {"Melody": 1275.52, "Mia": 436.98})

    def test_draft_edited_before_posting(self):
        run = self._bill()
        care = run.move_ids.invoice_line_ids.filtered(
            lambda line: line.daycare_billing_line_id.child_id == self.sister
        )
        care.price_unit = 50
        run.move_ids.invoice_line_ids = [
            Command.create({"name": "Excursion", "quantity": 1, "price_unit": 30})
        ]
        run.action_post()
        papers = self.check_papers()
        self.assertEqual(round(sum(papers.values()), 2), 1350 + 250 + 30)

    def test_cancelled_and_drafts_do_not_count(self):
        run = self._bill(post=True)
        run.move_ids.button_draft()
        self.assertEqual(self.check_papers(0), {})
        run.move_ids.button_cancel()
        self.assertEqual(self.check_papers(0), {})

    def test_billed_again_counts_once(self):
        march = self._bill(post=True)
        invoice = march.move_ids
        self._credit(invoice)
        invoice.action_bill_again()
        march.action_invoice()
        march.action_post()
        self.assertEqual(self.check_papers(), {"Melody": 1350.00, "Mia": 462.50})

    def test_rounding_is_a_row_of_the_paper(self):
        self.bracket.month_method = "flat"
        self.sector.date_from = "2021-03-15"
        move = self._bill(post=True).move_ids
        self.assertTrue(move._daycare_rounding())
        self.check_papers()
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "daycare_billing.report_attestation", self._attest().ids
        )
        self.assertIn("Rounding to 5 centimes", html.decode())

    def test_documents_from_before_links_were_kept(self):
        move = self._bill(post=True).move_ids
        # as lines were before links were kept: nobody writes them by hand
        move.sudo().invoice_line_ids.daycare_billing_line_id = False
        lines = self.env["daycare.billing.line"].search([])
        lines._recompute_posted()
        self.assertEqual(self.check_papers(), {"Melody": 1350.00, "Mia": 462.50})

    def _pay(self, moves, amount=None):
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=moves.ids)
            .create({"amount": amount} if amount else {})
        )
        wizard.action_create_payments()

    def test_paid_only_says_what_it_leaves_out(self):
        march = self._bill(post=True).move_ids
        april = self._bill(APRIL, post=True).move_ids
        self._pay(march)
        self._pay(april, 100)
        self.assertEqual(april.payment_state, "partial")
        pages = self._attest(paid_only=True)._pages()
        totals = {page["child"].firstname: float(page["total"]) for page in pages}
        self.assertEqual(totals, {"Melody": 1350.00, "Mia": 462.50})
        for page in pages:
            [(move, amount)] = page["left_out"]
            self.assertEqual(move, april)
            self.assertGreater(amount, 0)
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "daycare_billing.report_attestation", self._attest(paid_only=True).ids
        )
        self.assertIn(april.name, html.decode())
        self.assertIn("Not counted", html.decode())

    def test_paid_invoice_counts_less_its_credit_note(self):
        march = self._bill(post=True).move_ids

        def gesture(note):
            note.invoice_line_ids = [
                Command.clear(),
                Command.create({"name": "Gesture", "quantity": 1, "price_unit": 100}),
            ]

        self._credit(march, gesture)
        self._pay(march)
        self.assertEqual(march.payment_state, "paid")
        pages = self._attest(paid_only=True)._pages()
        self.assertEqual(sum(page["total"] for page in pages), 1712.50)

    def test_open_credit_note_of_a_run_is_named(self):
        march = self._bill(post=True).move_ids
        self._pay(march)
        (self.sector | self.sister.sector_ids).date_to = "2021-03-15"
        note = self._bill(APRIL, post=True).move_ids
        self.assertEqual(note.move_type, "out_refund")
        pages = self._attest(paid_only=True)._pages()
        for page in pages:
            [(move, amount)] = page["left_out"]
            self.assertEqual(move, note)
            self.assertLess(amount, 0)
