from odoo import models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from .common import APRIL, MARCH, DaycareBillingCommon

MONEY = (
    "daycare.tariff",
    "daycare.tariff.bracket",
    "daycare.tariff.age",
    "daycare.tariff.sibling",
    "daycare.child.service",
    "daycare.subsidy",
    "daycare.debtor.share",
    "daycare.billing.line",
    "daycare.billing.run",
    "daycare.income",
    "daycare.income.review",
    "daycare.occupancy.billing",
    "daycare.funding.report",
    "daycare.funding.statement",
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
            "debtor_share_ids",
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


@tagged("post_install", "-at_install")
class TestImmutable(DaycareBillingCommon):
    """What is calculated and invoiced, no user changes: the next run would correct."""

    def test_no_field_of_a_line_is_written_by_hand(self):
        line = self._bill().billing_line_ids
        others = {
            "amount": 1.0,
            "days": 1.0,
            "month": APRIL,
            "kind": "service",
            "key": "x",
            "due_key": "x",
            "child_id": self._child("Other", "Child", self.mother).id,
            "debtor_id": self.mother.id,
            "group_id": False,
            "billing_move_id": False,
            "billing_state": "to_bill",
            "settled": True,
            "positions": [],
            "steps": [],
            "posted_amount": 1.0,
            "invoiced_amount": 1.0,
            "invoiced_days": 99.0,
            "at_maximum": True,
        }
        for name, value in others.items():
            # an AccessError, or the words about what was billed already
            with self.subTest(field=name), self.assertRaises(UserError):
                line.write({name: value})
        result = self.env["daycare.billing.line"].load(
            [".id", "amount"], [[str(line.id), "1.0"]]
        )
        self.assertFalse(result["ids"])
        with self.assertRaises(AccessError):
            line.copy({"key": "other"})
        self.assertEqual(line.amount, 1295.00)

    def test_stored_fields_are_all_the_program_s(self):
        fields = self.env["daycare.billing.line"]._fields
        free = {
            name
            for name, field in fields.items()
            if field.store
            and field.type != "one2many"
            and not getattr(field, "engine", False)
            and name not in models.MAGIC_COLUMNS
        }
        self.assertEqual(free, {"billing_excluded"})

    def test_nothing_is_billed_twice_after_an_attempt(self):
        self._bill(post=True)
        line = self.env["daycare.billing.line"].search([])
        with self.assertRaises(UserError):
            line.write({"amount": 1.0})
        april = self._run(APRIL)
        april.action_compute()
        self.assertNotIn("correction", april.billing_line_ids.mapped("kind"))

    def test_settled_lines_stay(self):
        run = self._run()
        run.action_compute()
        line = run.billing_line_ids
        line.sudo().settled = True
        with self.assertRaisesRegex(UserError, "billed again"):
            line.unlink()
        run.action_compute()
        self.assertTrue(run.billing_line_ids)

    def test_delivery_of_an_invoice_is_the_program_s(self):
        move = self._bill(post=True).move_ids
        for name, value in (
            ("daycare_to_print", True),
            ("daycare_mail_failure", "none"),
        ):
            with self.subTest(field=name), self.assertRaises(AccessError):
                move.write({name: value})
        with self.assertRaises(AccessError):
            self._run(APRIL).write({"stage": "posted"})
        with self.assertRaises(AccessError):
            self._run(APRIL).write({"phase": "post"})

    def test_what_a_line_of_an_invoice_bills_is_the_program_s(self):
        """Otherwise a tax paper could be moved from one child to another."""
        child = self._child("Other", "Child", self.mother)
        self._sector(child, MARCH, "2021-03-31", {"mon": (1, 2)})
        run = self._bill()
        items = run.move_ids.invoice_line_ids.filtered("daycare_billing_line_id")
        item = items[:1]
        for value in (False, (items - item).daycare_billing_line_id[:1].id):
            with self.subTest(value=value), self.assertRaises(AccessError):
                item.write({"daycare_billing_line_id": value})
            with self.subTest(value=value, door="form"), self.assertRaises(AccessError):
                vals = {"daycare_billing_line_id": value}
                item.move_id.write(
                    {"invoice_line_ids": [Command.update(item.id, vals)]}
                )
        run.action_post()
        note = run.move_ids._reverse_moves()
        found = note.invoice_line_ids.daycare_billing_line_id
        self.assertEqual(found, run.billing_line_ids)
