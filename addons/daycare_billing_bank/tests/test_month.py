from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.account_billing_bank.tests.camt_writer import (
    collected,
    detail,
    entry,
    statement,
)
from odoo.addons.account_billing_bank.tests.common import BankImport
from odoo.addons.daycare_billing.tests.common import (
    APRIL,
    FULL,
    MARCH,
    DaycareBillingCommon,
)

QR_IBAN = "CH4431999123000889012"
UNKNOWN = "000000000000000000000000012"
NAMES = (
    "exact also less more charged twice back before credited both draft foreign"
).split()


@tagged("post_install", "-at_install")
class TestMonth(BankImport, DaycareBillingCommon):
    """A month's invoices are paid by the bank's file, with all that parents do.

    A debtor for each kind of payment; what a bookkeeper sees of it is in `SEEN`.
    """

    #: {debtor: (state of the invoice, finding, what is said of it)}
    SEEN = {
        "exact": ("paid", False, ""),
        "also": ("paid", False, ""),
        "less": ("partial", "less", r"20\.00 short; CHF.20\.00 are open"),
        "more": ("paid", "more", r"30\.00 more than that.*credit of .*more"),
        "charged": ("paid", False, ""),
        "twice": ("paid", "paid", "twice.* is paid already. Pay it back"),
        "back": ("not_paid", "reversed", r"took back the payment.*due again"),
        "before": ("paid", "paid", "is paid already"),
        "credited": ("reversed", "credited", "credited.* was credited in full"),
        "both": ("paid", "more", r"As much is open on INV/2021/"),
        "draft": ("not_paid", "draft", "not validated"),
    }

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank = cls._prepare_bank(
            cls.company, l10n_ch_qr_iban=QR_IBAN, allow_out_payment=True
        )
        cls.bookkeeper = cls._bookkeeper(
            cls.company, groups=",daycare.group_daycare_billing"
        )
        cls.sector.unlink()
        cls.debtors = {}
        for name in NAMES:
            debtor = cls._guardian(name, "Anna", incomes={"2021-01-01": 5000})
            child = cls._child(name, "Tom", debtor)
            until = "2021-04-30" if name == "both" else "2021-03-31"
            cls._sector(child, "2021-03-01", until, {"wed": FULL})
            cls.debtors[name] = debtor.partner_id
        run = cls._bill(MARCH, post=True)
        cls.invoices = {
            name: run.move_ids.filtered(lambda m, p=partner: m.partner_id == p)
            for name, partner in cls.debtors.items()
        }
        cls.april = cls._bill(APRIL, post=True).move_ids
        cls._prepare_irregularities()

    @classmethod
    def _prepare_irregularities(cls):
        invoices = {n: move.sudo() for n, move in cls.invoices.items()}
        # paid at the counter, before the bank's file comes
        wizard = cls.env["account.payment.register"].sudo()
        cash = (
            cls.env["account.journal"]
            .sudo()
            .search(
                [("company_id", "=", cls.company.id), ("type", "=", "cash")], limit=1
            )
        )
        wizard.with_context(
            active_model="account.move", active_ids=invoices["before"].ids
        ).create(
            {"payment_date": "2021-03-20", "journal_id": cash.id}
        )._create_payments()
        invoices["credited"]._reverse_moves(cancel=True)
        invoices["draft"].button_draft()
        # not of the month: an invoice in other money
        euro = cls.env.ref("base.EUR").sudo()
        euro.active = True
        cls.foreign = (
            cls.env["account.move"]
            .sudo()
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": cls.debtors["foreign"].id,
                    "invoice_date": "2021-03-01",
                    "currency_id": euro.id,
                    "invoice_line_ids": [
                        Command.create(
                            {"name": "X", "price_unit": 90, "tax_ids": False}
                        )
                    ],
                }
            )
        )
        cls.foreign.action_post()

    def _due(self, name, more=0):
        return f"{self.invoices[name].amount_total + more:.2f}"

    def _reference(self, name):
        return self.invoices[name].payment_reference

    def _pay(self, name, more=0, **options):
        return detail(
            self._due(name, more), self._reference(name), name=name, **options
        )

    def _file(self):
        both = self.april.amount_total
        charged = self.invoices["charged"].amount_total
        return statement(
            collected(
                self._pay("exact", bank="T1"),
                self._pay("also", bank="T2"),
                self._pay("less", -20, bank="T3"),
                self._pay("more", 30, bank="T4"),
                self._pay("twice", bank="T5"),
                self._pay("twice", bank="T6"),
                self._pay("back", bank="T7"),
                self._pay("before", bank="T8"),
                self._pay("both", both, bank="T9"),
                self._pay("draft", bank="T10"),
                self._pay("foreign", bank="T11"),
                detail("70.00", UNKNOWN, name="unknown", bank="T12"),
                detail("55.00", text="daycare March", name="none", bank="T13"),
                self._pay("credited", bank="T14"),
                detail("99.00", self.foreign.payment_reference, name="euro"),
                bank="E1",
            ),
            entry(
                f"{charged - 1:.2f}", self._pay("charged", charges="1.00"), bank="E2"
            ),
            entry(f"-{self._due('back')}", self._pay("back"), bank="E3", reversal=True),
            name="CAMT-2021-04",
        )

    def _of(self, name, sign=1):
        """Return the lines of a debtor."""
        return self._lines().filtered(
            lambda line: line.partner_name == name and line.amount * sign > 0
        )

    def test_the_month_is_paid_and_what_is_left_is_said(self):
        action = self._import(self._file())
        self.assertIn("12 of 18 lines are left to decide", self._told(action))
        for name, (state, finding, text) in self.SEEN.items():
            with self.subTest(name):
                if name == "before":  # what Odoo calls it, with an entry or without
                    state = self.april._get_invoice_in_payment_state()
                self.assertEqual(self.invoices[name].payment_state, state)
                lines = self._of(name) or self._of(name, -1)
                if name == "back":
                    lines = self._of(name, -1)
                left = lines.filtered("billing_to_decide")
                self.assertEqual(
                    left.mapped("billing_finding"), [finding] if finding else []
                )
                if finding:
                    self.assertRegex(left.billing_text, text)
        for name, finding in (
            ("unknown", "unknown"),
            ("none", "none"),
            ("euro", "currency"),
        ):
            [line] = self._of(name)
            self.assertEqual(line.billing_finding, finding)
            self.assertFalse(line.is_reconciled)
        self.assertEqual(self.april.payment_state, "not_paid")
        self.assertEqual(self.foreign.payment_state, "not_paid")
        self._check_totals()

    def _check_totals(self):
        """Bank = ledger = what is matched and what is left, to the cent."""
        lines, company = self._lines(), self.company

        def balance(*domain):
            items = self.env["account.move.line"].sudo()
            found = items.search(
                [
                    ("company_id", "=", company.id),
                    ("parent_state", "=", "posted"),
                    *domain,
                ]
            )
            return round(sum(found.mapped("balance")), 2)

        total = round(sum(lines.mapped("amount")), 2)
        self.assertEqual(
            balance(("account_id", "=", self.bank.default_account_id.id)), total
        )
        left = lines.filtered(lambda line: not line.is_reconciled)
        suspense = ("account_id", "=", self.bank.suspense_account_id.id)
        self.assertEqual(balance(suspense), -round(sum(left.mapped("amount")), 2))
        month = [*self.invoices.values(), self.april, self.foreign]
        owed = sum(m.amount_residual_signed for m in month if m.state == "posted")
        credit = sum(lines._billing_credit().mapped("amount_residual"))
        self.assertEqual(
            balance(("account_type", "=", "asset_receivable")), round(owed + credit, 2)
        )

    def test_the_file_comes_twice_and_in_other_versions(self):
        self._import(self._file())
        before = self._lines()
        for version in ("08", "04"):
            with self.assertRaisesRegex(UserError, "already imported"):
                self._import(self._file(), version=version)
        self.assertEqual(self._lines(), before)

    def test_what_is_left_is_settled_by_hand(self):
        """The credit of one month pays the next, as Odoo's form offers it."""
        self._import(self._file())
        line = self._of("both").with_user(self.bookkeeper)
        credit = line._billing_credit()
        self.assertEqual(-credit.amount_residual, self.april.amount_total)
        april = self.april.with_user(self.bookkeeper)
        april.js_assign_outstanding_line(credit.id)
        self.assertEqual(april.payment_state, "paid")
        self.assertFalse(line.billing_to_decide)

    def test_texts_are_french_for_who_reads_french(self):
        self._import(self._file())
        line = self._of("less").with_context(lang="fr_FR")
        self.assertIn("solde ouvert", line.billing_text)
