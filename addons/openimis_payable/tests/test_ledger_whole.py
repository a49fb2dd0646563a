from importlib.util import module_from_spec, spec_from_file_location

from odoo import Command
from odoo.exceptions import RedirectWarning
from odoo.tests import Form, new_test_user, tagged
from odoo.tools.misc import file_path

from .common import SERVICE, OpenimisCase

BOOKKEEPERS = {
    "billing": "account.group_account_invoice",
    "accountant": "account.group_account_user,account.group_account_invoice",
    "adviser": "account.group_account_manager,account.group_account_user",
    "openimis_clerk": "openimis_payable.group_openimis_clerk",
    "openimis_accountant": "openimis_payable.group_openimis_accountant",
    "openimis_manager": "openimis_payable.group_openimis_manager",
}
#: those whose openIMIS areas are restricted to one that no bill belongs to
RESTRICTED = ("openimis_clerk", "openimis_accountant", "openimis_manager")


@tagged("post_install", "-at_install")
class TestLedgerWhole(OpenimisCase):
    """One ledger: chain, locks and duplicates are the same, whoever keeps the books."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.elsewhere = cls._location("D9", "District Elsewhere", "D", cls.region)
        cls.users = {
            name: new_test_user(
                cls.env,
                f"ledger_{name}",
                f"base.group_user,{groups}",
                company_id=cls.company.id,
                company_ids=[Command.set(cls.company.ids)],
            )
            for name, groups in BOOKKEEPERS.items()
        }
        for name in RESTRICTED:
            cls.users[name].openimis_location_ids = cls.elsewhere
        cls.journal = cls.env["account.journal"].search(
            [("type", "=", "purchase"), ("company_id", "=", cls.company.id)], limit=1
        )
        cls.vendor = cls.env["res.partner"].create({"name": "Stationery"})

    def _openimis_bill(self, code="C1", day="2026-01-31"):
        """Return a draft bill of district A, which restricted users do not work on."""
        self._claim(code, SERVICE, icd_code="D64", icd_name="Anaemia")
        closing = self._closing(invoice_date=day)
        closing.action_generate()
        return closing.move_ids

    def _plain_bill(self, user, day="2026-01-31", **vals):
        return (
            self.env["account.move"]
            .with_user(user)
            .create(
                {
                    "move_type": "in_invoice",
                    "journal_id": self.journal.id,
                    "partner_id": self.vendor.id,
                    "invoice_date": day,
                    "date": day,
                    "invoice_line_ids": [
                        Command.create(
                            {"name": "Paper", "price_unit": 10, "tax_ids": False}
                        )
                    ],
                    **vals,
                }
            )
        )

    def _integrity(self):
        results = self.company._check_hash_integrity()["results"]
        return [
            row for row in results if row["journal_name"].startswith(self.journal.name)
        ]

    # === ENTRIES ===

    def test_bookkeepers_see_every_entry_and_payment(self):
        bill = self._openimis_bill()
        bill.action_post()
        payment = bill.openimis_payment_sent(openimis_code_ext="P1")
        for name, user in self.users.items():
            with self.subTest(user=name):
                moves = self.env["account.move"].with_user(user)
                lines = self.env["account.move.line"].with_user(user)
                mine = [("company_id", "=", self.company.id)]
                self.assertIn(bill, moves.search(mine))
                self.assertEqual(
                    lines.search(mine).move_id,
                    moves.search([*mine, ("line_ids", "!=", False)]),
                )
                self.assertIn(
                    payment, self.env["account.payment"].with_user(user).search(mine)
                )

    # === HASH CHAIN ===

    def test_the_hash_chain_holds_whoever_posts(self):
        self.journal.restrict_mode_hash_table = True
        self._openimis_bill().action_post()
        for user in self.users.values():
            self.env.flush_all()
            self.env.invalidate_all()
            if user.has_group("account.group_account_invoice"):
                self._plain_bill(user).action_post()
        self.assertEqual({row["status"] for row in self._integrity()}, {"verified"})
        for name in ("adviser", "openimis_manager"):
            company = self.company.with_user(self.users[name])
            self.assertFalse(
                [
                    row
                    for row in company.sudo(False)._check_hash_integrity()["results"]
                    if row["status"] == "corrupted"
                ]
            )

    def test_securing_entries_passes_over_none(self):
        adviser = self.users["adviser"]
        first = self._plain_bill(adviser)
        middle = self._openimis_bill()
        last = self._plain_bill(adviser)
        for bill in (first, middle, last):
            bill.action_post()
        self.env.invalidate_all()
        wizard = (
            self.env["account.secure.entries.wizard"]
            .with_user(adviser)
            .with_company(self.company)
            .create({"hash_date": "2026-02-28"})
        )
        wizard.action_secure_entries()
        self.assertTrue(all((first | middle | last).sudo().mapped("inalterable_hash")))
        self.assertEqual({row["status"] for row in self._integrity()}, {"verified"})

    # === LOCK DATES ===

    def test_no_hard_lock_over_drafts(self):
        self._openimis_bill()
        for name in ("adviser", "openimis_manager"):
            company = self.company.with_user(self.users[name]).with_company(
                self.company
            )
            with self.subTest(user=name), self.assertRaises(RedirectWarning):
                company._validate_locks({"hard_lock_date": "2026-01-31"})

    # === DUPLICATES ===

    def test_a_duplicate_is_shown_to_whoever_enters_it(self):
        bill = self._openimis_bill()
        bill.action_post()
        for name in ("billing", "accountant", "openimis_accountant"):
            with self.subTest(user=name):
                moves = self.env["account.move"].with_user(self.users[name])
                form = Form(moves.with_context(default_move_type="in_invoice"))
                form.partner_id = self.facility_a
                form.invoice_date = bill.invoice_date
                form.ref = bill.ref
                paper = form.save()
                self.assertIn(bill, paper.duplicated_ref_ids)
                paper.sudo().unlink()

    def test_a_duplicate_payment_is_shown_to_whoever_enters_it(self):
        bill = self._openimis_bill()
        bill.action_post()
        payment = bill.openimis_payment_sent(openimis_code_ext="P1")
        again = (
            self.env["account.payment"]
            .with_user(self.users["billing"])
            .create(
                {
                    "partner_id": payment.partner_id.id,
                    "partner_type": payment.partner_type,
                    "payment_type": payment.payment_type,
                    "amount": payment.amount,
                    "date": payment.date,
                    "journal_id": payment.journal_id.id,
                }
            )
        )
        self.assertIn(payment, again.duplicate_payment_ids)

    # === LABELS ===

    def _labels(self, bill):
        return bill.invoice_line_ids.mapped("name")

    def test_labels_name_claim_and_facility_only(self):
        for granularity in ("claim", "item"):
            with self.subTest(granularity=granularity):
                code = f"CLM-{granularity}"
                self._claim(
                    code,
                    {**SERVICE, "name": "HIV test"},
                    icd_code="D64",
                    icd_name="Anaemia",
                )
                closing = self._closing(claim_granularity=granularity)
                closing.action_generate()
                label = f"{code} {self.facility_a.name}"
                self.assertEqual(self._labels(closing.move_ids), [label])
                line = closing.move_ids.openimis_line_ids
                self.assertTrue("D64" in line.description or "HIV" in line.description)

    def test_labels_stay_silent_when_lines_change(self):
        bill = self._openimis_bill()
        bill.openimis_bill_item_update(
            bill.openimis_line_ids.id, {"description": "Malaria"}
        )
        self.assertEqual(self._labels(bill), [f"C1 {self.facility_a.name}"])
        bill.openimis_bill_item_create(
            [{"code": "L2", "description": "Mr Doe", "unit_price": 1}]
        )
        self.assertEqual(
            self._labels(bill), [f"C1 {self.facility_a.name}", "L2 Facility HF-A"]
        )

    def test_the_migration_shortens_labels_unless_secured(self):
        draft = self._openimis_bill()
        self._claim("C2", SERVICE, icd_code="A09", icd_name="Diarrhoea")
        closing = self._closing()
        closing.action_generate()
        secured = closing.move_ids
        for bill in draft | secured:
            line = bill.openimis_line_ids
            bill.invoice_line_ids.name = f"{line.code} {line.description}"
        self.journal.restrict_mode_hash_table = True
        secured.action_post()
        self.env.flush_all()
        with self.assertLogs(level="WARNING") as logs:
            self._migration()._shorten_labels(self.env.cr)
        self.assertIn("1 labels of secured entries", logs.output[0])
        self.env.invalidate_all()
        self.assertEqual(self._labels(draft), [f"C1 {self.facility_a.name}"])
        self.assertIn("A09", self._labels(secured)[0])
        self.assertEqual({row["status"] for row in self._integrity()}, {"verified"})

    def _migration(self):
        path = file_path("openimis_payable/migrations/19.0.1.1.0/post-ledger.py")
        spec = spec_from_file_location("openimis_payable_post_ledger", path)
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
