from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from .common import MARCH, DaycareBillingCommon

MONEY = (
    "daycare.tariff",
    "daycare.tariff.bracket",
    "daycare.tariff.age",
    "daycare.tariff.sibling",
    "daycare.child.service",
    "daycare.subsidy",
    "daycare.billing.line",
    "daycare.billing.run",
    "daycare.income",
    "daycare.income.review",
    "daycare.occupancy.billing",
    "daycare.tariff.simulator",
    "daycare.attestation",
)


@tagged("post_install", "-at_install")
class TestSecurity(DaycareBillingCommon):
    """Who sees money, and whose."""

    def _user(self, login, groups):
        return new_test_user(
            self.env(su=True),
            login,
            groups,
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )

    def test_educators_and_office_see_no_money(self):
        self._bill()
        for group in ("daycare.group_daycare_user", "daycare.group_daycare_office"):
            user = self._user(group.split("_")[-1], group)
            for model in MONEY:
                with (
                    self.subTest(group=group, model=model),
                    self.assertRaises(AccessError),
                ):
                    self.env[model].with_user(user).search([])

    def test_educators_see_children_and_plannings(self):
        educator = self._user("educator", "daycare.group_daycare_user")
        child = self.melody.with_user(educator)
        self.assertEqual(child.name, "Melody Mory")
        self.assertEqual(len(child.sector_ids.line_ids), 4)
        with Form(child) as form:
            names = form._view["fields"]
        for name in (
            "service_ids",
            "subsidy_ids",
            "billing_line_ids",
            "billing_data_ids",
        ):
            self.assertNotIn(name, names)

    def test_fields_with_money_are_hidden_on_shared_records(self):
        educator = self._user("educator", "daycare.group_daycare_user")
        with self.assertRaises(AccessError):
            self.group.with_user(educator).income_account_id  # noqa: B018
        with self.assertRaises(AccessError):
            self.melody.with_user(educator).billing_line_ids  # noqa: B018

    def test_money_cannot_be_exported_grouped_or_searched(self):
        self._bill()
        educator = self._user(
            "educator", "daycare.group_daycare_user,base.group_allow_export"
        )
        children = self.env["daycare.child"].with_user(educator)
        self.assertIn(self.melody, children.search([]))
        child = children.browse(self.melody.id)
        attempts = {
            "export": lambda: child.export_data(["name", "billing_line_ids/amount"]),
            "read": lambda: child.read(["subsidy_ids"]),
            "search": lambda: children.search([("billing_line_ids.amount", ">", 9)]),
            "group": lambda: children.formatted_read_group(
                [], ["billing_line_ids"], ["__count"]
            ),
            "incomes": lambda: children.search(
                [("guardian_link_ids.guardian_id.income_ids.amount", ">", 9)]
            ),
            "account": lambda: self.env["daycare.group"]
            .with_user(educator)
            .formatted_read_group([], ["income_account_id"], ["__count"]),
        }
        for name, attempt in attempts.items():
            with self.subTest(name), self.assertRaises(AccessError):
                attempt()

    def test_accountant_posts_without_daycare_rights(self):
        run = self._bill()
        accountant = self._user("daycare_accountant", "account.group_account_manager")
        run.move_ids.with_user(accountant).action_post()
        self.assertEqual(run.stage, "posted")
        with self.assertRaises(AccessError):
            self.env["daycare.billing.line"].with_user(accountant).search([])

    def test_findings_are_for_those_who_may_read_the_run(self):
        self.mother.income_ids.write({"confidential": True, "amount": 0})
        run = self._run()
        run.action_compute()
        self.assertTrue(run.exchange_message_ids)
        accountant = self._user("daycare_accountant", "account.group_account_manager")
        found = (
            self.env["exchange.message"]
            .with_user(accountant)
            .search([("run_model", "=", run._name)])
        )
        self.assertFalse(found)

    def test_other_company_sees_nothing(self):
        self._bill()
        other = self.env["res.company"].sudo().create({"name": "Other Centre"})
        clerk = new_test_user(
            self.env(su=True),
            "other_clerk",
            "daycare.group_daycare_billing",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        for model in ("daycare.billing.run", "daycare.billing.line", "daycare.tariff"):
            self.assertFalse(self.env[model].with_user(clerk).search([]), model)
        with self.assertRaises(AccessError):
            self.bracket.with_user(clerk).read(["name"])

    def test_run_of_another_company_bills_nothing_of_ours(self):
        other = self.env["res.company"].sudo().create({"name": "Other Centre"})
        self.clerk.sudo().company_ids = [Command.link(other.id)]
        run = (
            self.env["daycare.billing.run"]
            .with_context(allowed_company_ids=[other.id, self.company.id])
            .create({"company_id": other.id, "month": MARCH})
        )
        run.action_compute()
        self.assertFalse(run.billing_line_ids)
        self.assertEqual(run.state, "done")
