from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.account_billing_statement.tests.common import REPORT, Statements
from odoo.addons.openimis_payable.tests.common import OpenimisCase


@tagged("post_install", "-at_install")
class TestFacilityStatement(Statements, OpenimisCase):
    """What a scheme owes a health facility, bill by bill, in the user's areas."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._claim("A1", {"price_asked": 500.05})
        cls._claim("B1", {"price_asked": 60}, health_facility_id=cls.facility_b.id)
        closing = cls._closing(cls.clerk)
        closing.action_generate()
        cls.bills = closing.move_ids.with_user(cls.accountant)
        cls.bills.action_post()
        cls.local = cls._user("statement_local", "accountant")
        cls.local.openimis_location_ids = cls.district_b

    def test_a_facility_reads_what_it_is_owed(self):
        bill = self.bills.filtered(lambda b: b.partner_id == self.facility_a)
        text = self._printed(self.facility_a, self.accountant)
        self.assertIn(bill.name, text)
        self.assertIn("500.05", text)
        # booked at once, also where Odoo leaves it to the bank's line
        account = self.env["account.account"].create(
            {
                "name": "Outstanding Payments",
                "code": "101499",
                "account_type": "asset_current",
                "reconcile": True,
                "company_ids": self.company.ids,
            }
        )
        journals = self.env["account.journal"].search(
            [("company_id", "=", self.company.id), ("type", "in", ("bank", "cash"))]
        )
        methods = journals.outbound_payment_method_line_ids
        methods.payment_account_id = account
        bill.openimis_payment_sent(500.05)
        self.assertNotIn(bill.name, self._printed(self.facility_a, self.accountant))

    def test_many_facilities_each_on_its_page(self):
        """OCA's leaves out who has a balance below zero: everybody we owe."""
        text = self._printed(self.facility_a | self.facility_b, self.accountant)
        for bill in self.bills:
            self.assertIn(bill.name, text)

    def test_it_is_in_the_facility_s_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.facility_a.lang = "fr_FR"
        text = self._printed(self.facility_a, self.accountant)
        self.assertIn("500,05", text)

    def test_facilities_of_other_areas_have_none_for_me(self):
        self.assertTrue(self._printed(self.facility_b, self.local))
        for partners in (self.facility_a, self.facility_a | self.facility_b):
            for act in ("action_billing_statement", "action_billing_statement_send"):
                with self.assertRaisesRegex(AccessError, "not yours"):
                    getattr(partners.with_user(self.local), act)()
        wizard = self.env["outstanding.statement.wizard"].with_context(
            active_ids=self.facility_a.ids
        )
        data = wizard.create({})._prepare_statement()
        report = self.env[f"report.{REPORT}"].with_user(self.local)
        with self.assertRaisesRegex(AccessError, "not yours"):
            report._get_report_values(self.facility_a.ids, data)
