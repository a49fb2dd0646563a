from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import PDF, PortalCommon


@tagged("post_install", "-at_install")
class TestProposal(PortalCommon):
    """What a parent sends counts when somebody accepts it, and not before."""

    def send(self, name="mother", day="2021-06-01", amount="60 000,00", **values):
        sent = {"basis": "annual", "note": "New job", "content": PDF, **values}
        proposal = self.portal(name)._send_income(day, amount, **sent)
        return self.env["daycare.income.proposal"].browse(proposal.id)

    def test_amounts_as_people_write_them(self):
        for text, amount in (
            ("85'000.00", 85000),
            ("85\u2019000.5", 85000.5),
            ("85\u202f000,25", 85000.25),
            (" 4200 ", 4200),
            ("0", 0),
        ):
            with self.subTest(text=text):
                self.assertEqual(self.portal("mother")._read_amount(text), amount)
        for text in (
            "85.000",
            "85.000,00",
            "",
            "much",
            "-5",
            "1e9",
            "nan",
            "1.2.3",
            "٣",
            "9" * 12,
            None,
        ):
            with self.subTest(text=text), self.assertRaises(UserError):
                self.portal("mother")._read_amount(text)

    def test_accepting_writes_the_page(self):
        proposal = self.send()
        self.assertEqual(len(self.mother.income_ids), 1)
        proposal.amount = 58000
        proposal.action_accept()
        page = proposal.income_id
        self.assertEqual(page.guardian_id, self.mother)
        self.assertEqual((str(page.date_from), page.amount), ("2021-06-01", 58000))
        self.assertEqual((page.basis, page.origin), ("annual", "manual"))
        with self.assertRaisesRegex(UserError, "already"):
            proposal.action_accept()

    def test_a_page_of_the_same_day_is_changed(self):
        known = self.mother.income_ids
        known.write({"amount": 0, "confidential": True})
        proposal = self.send(day="2021-01-01", basis="monthly", amount="5100")
        proposal.action_accept()
        self.assertEqual(proposal.income_id, known)
        self.assertEqual((known.amount, known.confidential), (5100, False))

    def test_nothing_changes_before(self):
        run = self._run()
        run.action_compute()
        before = self._amounts(run)
        self.send(day="2021-01-01", amount="999999")
        run.action_compute()
        self.assertEqual(self._amounts(run), before)

    def test_refusing_needs_an_answer(self):
        proposal = self.send()
        with self.assertRaisesRegex(UserError, "Answer"):
            proposal.action_refuse()
        proposal.reason = "The last page is missing"
        proposal.action_refuse()
        self.assertEqual(proposal.state, "refused")
        seen = self.portal("mother")._proposals()
        self.assertEqual(seen.reason, "The last page is missing")

    def test_a_parent_sends_so_many_and_no_more(self):
        for _number in range(5):
            self.send()
        with self.assertRaisesRegex(UserError, "reviewed"):
            self.send()
        self.assertFalse(self.portal("father")._proposals())

    def test_what_the_parent_sent_is_not_rewritten(self):
        proposal = self.send()
        for vals in (
            {"file": b"eA=="},
            {"file_name": "x.pdf"},
            {"note": "x"},
            {"state": "accepted"},
            {"guardian_id": self.stranger.id},
        ):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                proposal.write(vals)
        with self.assertRaises(AccessError):
            proposal.copy()

    def test_a_remark_that_no_database_keeps_is_kept_without_it(self):
        proposal = self.send(note="a\0b\ud800c")
        self.env.flush_all()
        self.assertEqual(proposal.note, "a\ufffdb\ufffdc")

    def test_only_billing_reviews(self):
        proposal = self.send()
        for group in ("daycare.group_daycare_manager", "account.group_account_manager"):
            user = new_test_user(
                self.env(su=True), group, group, company_id=self.company.id
            )
            with self.subTest(group=group), self.assertRaises(AccessError):
                proposal.with_user(user).read(["amount"])
            with self.subTest(group=group), self.assertRaises(AccessError):
                proposal.with_user(user).action_accept()

    def test_reading_leaves_a_trace(self):
        proposal = self.send()
        proposal.read(["amount", "file_name"])
        row = self.env["exchange.access"].sudo().search([], limit=1)
        self.assertEqual((row.res_model, row.res_ids), (proposal._name, proposal.ids))

    def test_the_start_page_counts_what_waits(self):
        self.send()
        self.env.flush_all()
        figures, _bars = self.env["exchange.card"]._card_makers()["daycare_months"]()
        counts = {figure["label"]: figure["count"] for figure in figures}
        self.assertEqual(counts["Incomes sent by parents"], 1)
