from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon


@tagged("post_install", "-at_install")
class TestLedgerEntry(AccountTestInvoicingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.company_data["company"]
        cls.facility = cls.env["res.partner"].create(
            {"name": "HF", "openimis_code": "HF1", "openimis_is_facility": True}
        )
        cls.expense = cls.company_data["default_account_expense"].code
        cls.payable = cls.company_data["default_account_payable"].code

    def entry(self, **values):
        return {
            "date": "2026-11-21",
            "reference": "CQ7",
            "description": "Claim valuated",
            "currency": self.company.currency_id.name,
            "lines": [
                {"account": self.expense, "debit": "82.19"},
                {"account": self.payable, "credit": "82.19", "party": "HF1"},
            ],
            **values,
        }

    def send(self, entry=None, key="odoo:1"):
        return self.env["openimis.ledger.entry"].send(entry or self.entry(), key)

    def count(self):
        return self.env["openimis.ledger.entry"].search_count([])

    def test_an_entry_becomes_one_posted_journal_entry(self):
        answer = self.send()
        self.assertEqual(answer["status"], "success")
        move = self.env["account.move"].search(
            [("name", "=", answer["external_reference"])]
        )
        self.assertRecordValues(
            move.line_ids.sorted("debit"),
            [
                {"debit": 0.0, "credit": 82.19, "partner_id": self.facility.id},
                {"debit": 82.19, "credit": 0.0, "partner_id": False},
            ],
        )
        self.assertEqual((move.state, move.ref), ("posted", "CQ7"))

    def test_the_same_key_never_books_twice(self):
        first, again = self.send(), self.send()
        self.assertEqual(first, again)
        self.assertEqual(self.count(), 1)
        other = self.send(self.entry(reference="other"))
        self.assertEqual(other["status"], "rejected")
        self.assertEqual(self.count(), 1)

    def test_what_cannot_be_booked_is_rejected_with_a_reason(self):
        lines = self.entry()["lines"]
        for values, reason in (
            ({"lines": lines[:1]}, "lines"),
            (
                {"lines": [lines[0], {**lines[1], "credit": "80"}]},
                "debit 82.19 / credit 80",
            ),
            ({"lines": [{**lines[0], "account": "nope"}, lines[1]]}, "nope"),
            ({"lines": [lines[0], {**lines[1], "party": "nobody"}]}, "nobody"),
            (
                {
                    "lines": [
                        {**lines[0], "debit": "1.005"},
                        {**lines[1], "credit": "1.005"},
                    ]
                },
                "1.005",
            ),
            ({"lines": [{**lines[0], "debit": "-1"}, lines[1]]}, "debit"),
            ({"currency": "XXX"}, "XXX"),
            ({"journal": "NOPE"}, "NOPE"),
            ({"date": "soon"}, "date"),
            ({"date": None}, "date"),
        ):
            answer = self.send(self.entry(**values))
            self.assertEqual(answer["status"], "rejected", values)
            self.assertIn(reason, answer["rejection_reason"])
            self.assertIsNone(answer["external_reference"])
        self.assertEqual(self.count(), 0)
        self.assertEqual(self.send(key="")["status"], "rejected")

    def test_what_is_no_entry_is_rejected_not_crashed_on(self):
        lines = self.entry()["lines"]
        for values in (
            {"lines": 7},
            {"journal": ["BILL"]},
            {"currency": {"code": "USD"}},
            {"date": "2026-11"},
            {"lines": [{**lines[0], "party": ["HF1"]}, lines[1]]},
            {"lines": [{**lines[0], "debit": "1E+30"}, lines[1]]},
        ):
            answer = self.send(self.entry(**values))
            self.assertEqual(answer["status"], "rejected", values)
            self.assertTrue(answer["rejection_reason"])
        self.assertEqual(self.count(), 0)

    def test_a_currency_without_decimals_is_not_rounded_silently(self):
        company = self.env["res.company"].create(
            {"name": "Régime", "currency_id": self.env.ref("base.XAF").id}
        )
        self.env.user.company_ids |= company
        entries = self.env["openimis.ledger.entry"].with_company(company)
        answer = entries.send(self.entry(currency="XAF"), "odoo:xaf")
        self.assertEqual(answer["status"], "rejected")
        self.assertIn("82.19", answer["rejection_reason"])

    def test_an_entry_of_a_locked_period_is_rejected_and_not_moved(self):
        self.company.fiscalyear_lock_date = "2026-11-30"
        answer = self.send()
        self.assertEqual(answer["status"], "rejected")
        self.assertIn("2026-11-21", answer["rejection_reason"])
        self.assertEqual(self.count(), 0)
        self.company.fiscalyear_lock_date = "2026-10-31"
        self.assertEqual(self.send()["status"], "success")

    def test_insurees_and_funders_are_parties(self):
        insuree = (
            self.env["openimis.insuree"]
            .sudo()
            .create(
                {
                    "chf_id": "070707081",
                    "last_name": "Doe",
                    "company_id": self.company.id,
                }
            )
        )
        payer = (
            self.env["openimis.payer"]
            .sudo()
            .create({"code": "MOH", "name": "Ministry", "company_id": self.company.id})
        )
        lines = self.entry()["lines"]
        for number, (values, partner, label) in enumerate(
            (
                ({"party": "070707081"}, lambda: insuree.partner_id, "CQ7"),
                ({"party": "MOH"}, lambda: payer.partner_id, "CQ7"),
                (
                    {"party": None, "funder": "MOH"},
                    lambda: payer.partner_id,
                    "CQ7",
                ),
                (
                    {"party": "HF1", "funder": "MOH"},
                    lambda: self.facility,
                    "CQ7 (funder: MOH)",
                ),
            )
        ):
            entry = self.entry(lines=[lines[0], {**lines[1], **values}])
            answer = self.send(entry, f"odoo:{number}")
            self.assertEqual(answer["status"], "success", answer)
            move = self.env["account.move"].search(
                [("name", "=", answer["external_reference"])]
            )
            line = move.line_ids.filtered("credit")
            self.assertEqual((line.partner_id, line.name), (partner(), label))
        entry = self.entry(lines=[lines[0], {**lines[1], "funder": "nobody"}])
        self.assertIn("nobody", self.send(entry, "odoo:x")["rejection_reason"])

    def test_no_text_of_the_sender_reaches_the_books(self):
        secret = "John Doe, malaria"
        lines = [{**line, "label": secret} for line in self.entry()["lines"]]
        answer = self.send(self.entry(description=secret, lines=lines))
        entry = self.env["openimis.ledger.entry"].search([], limit=1)
        move = entry.move_id
        self.assertEqual(move.name, answer["external_reference"])
        self.assertEqual(set(move.line_ids.mapped("name")), {"CQ7"})
        self.assertNotIn("Doe", f"{move.ref} {move.narration}")
        self.assertEqual(entry.sudo().payload["description"], secret)
        booker = new_test_user(
            self.env, "booker", "base.group_user,account.group_account_invoice"
        )
        entry.with_user(booker).read(["key"])
        with self.assertRaises(AccessError):
            entry.with_user(booker).read(["payload"])

    def test_nonsense_is_rejected_and_never_a_fault(self):
        lines = self.entry()["lines"]
        deep = []
        for _level in range(5000):
            deep = [deep]
        for values in (
            {"reference": "a\0b"},
            {"reference": "\ud800"},
            {"reference": "x" * 3_000_000},
            {"description": "x" * 2000},
            {"date": "2026-11-01T99"},
            {"date": "0001-01-01"},
            {"date": "9999-12-31"},
            {"date": "2026-02-30"},
            {"date": "٢٠٢٦-١١-٢١"},
            {"date": 20261121},
            {"journal": {"code": "x"}},
            {"currency": ["USD"]},
            {"other": "a\0b"},
            {"other": float("nan")},
            {"other": deep},
            {"lines": [lines[0]] * 20_000},
            {"lines": [{**lines[0], "debit": "1e-999999999"}, lines[1]]},
            {"lines": [{**lines[0], "debit": "1e999999999"}, lines[1]]},
            {"lines": [{**lines[0], "debit": "NaN"}, lines[1]]},
            {"lines": [{**lines[0], "debit": "x" * 100_000}, lines[1]]},
            {"lines": [{**lines[0], "account": "a\0b"}, lines[1]]},
        ):
            answer = self.send(self.entry(**values))
            self.assertEqual(answer["status"], "rejected", list(values))
            self.assertTrue(answer["rejection_reason"])
            self.assertLessEqual(len(answer["rejection_reason"]), 500)
        for key in ("", None, 7, "a\0b", "\ud800", "x" * 300):
            self.assertEqual(self.send(key=key)["status"], "rejected")
        self.assertEqual(self.count(), 0)
        self.assertEqual(self.send()["status"], "success")

    def test_booking_needs_the_right_to_book(self):
        user = new_test_user(self.env, "fhir_clerk", "base.group_user")
        with self.assertRaises(AccessError):
            self.env["openimis.ledger.entry"].with_user(user).send(self.entry(), "k")
