from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestCompany(TransactionCase):
    """What a centre founded after the installation finds ready."""

    def test_a_chart_of_accounts_makes_a_company_ready_to_bill(self):
        company = self.env["res.company"].create({"name": "New Centre"})
        self.assertFalse(company.daycare_product_id)
        self.env["account.chart.template"].try_loading(
            "ch", company=company, install_demo=False
        )
        product = company.daycare_product_id.with_company(company)
        self.assertEqual(product.property_account_income_id.code, "3400")
        self.assertTrue(company.daycare_payment_term_id)
        rounding = company.daycare_cash_rounding_id.with_company(company)
        self.assertTrue(rounding.profit_account_id)
        self.assertTrue(rounding.loss_account_id)

    def test_what_was_chosen_stays(self):
        company = self.env["res.company"].create({"name": "New Centre"})
        own = self.env["product.product"].create({"name": "Own", "type": "service"})
        company.daycare_product_id = own
        self.env["account.chart.template"].try_loading(
            "ch", company=company, install_demo=False
        )
        self.assertEqual(company.daycare_product_id, own)
        self.assertFalse(own.with_company(company).property_account_income_id)
