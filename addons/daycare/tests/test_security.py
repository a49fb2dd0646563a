from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form

from .common import DaycareCommon

OFFICE_FIELDS = [
    "civil_status",
    "employer",
    "activity_rate",
    "place_of_origin",
    "accounting_ref",
]


class TestSecurity(DaycareCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plain = cls.user("daycare-plain")
        cls.educator = cls.user("daycare-educator", "user")
        cls.office = cls.user("daycare-office", "office")
        cls.manager = cls.user("daycare-manager", "manager")
        cls.billing = cls.user("daycare-billing", "billing")
        cls.link = cls.Link.create(
            {
                "child_id": cls.child.id,
                "guardian_id": cls.mother.id,
                "is_main": True,
                "is_debtor": True,
            }
        )
        cls.income = cls.env["daycare.income"].create(
            {"guardian_id": cls.mother.id, "amount": 5000}
        )
        cls.page = cls.child.billing_data_ids
        cls.sector = cls.place(cls.child, {"mon": [1]})
        cls.records = [cls.child, cls.mother, cls.link, cls.page, cls.sector]

    def test_plain_users_see_contacts_but_no_file(self):
        for record in [*self.records, self.income, self.nursery]:
            with self.subTest(model=record._name), self.assertRaises(AccessError):
                record.with_user(self.plain).read()
        partner = self.mother.partner_id.with_user(self.plain)
        self.assertEqual(partner.name, "Mary Mory")

    def test_educator_reads_children_and_plannings(self):
        for record in [self.child, self.mother, self.link, self.sector, self.nursery]:
            record.with_user(self.educator).check_access("read")
        self.assertEqual(self.child.with_user(self.educator).firstname, "Melody")
        self.assertEqual(
            self.mother.with_user(self.educator).phone_mobile, "079 547 89 87"
        )

    def test_educator_sees_nothing_about_money(self):
        for record in [self.page, self.income]:
            with self.subTest(model=record._name), self.assertRaises(AccessError):
                record.with_user(self.educator).read()
        with self.assertRaises(AccessError):
            self.link.with_user(self.educator).read(["is_debtor"])
        with self.assertRaises(AccessError):
            self.child.with_user(self.educator).read(["billing_data_ids"])
        for field in [*OFFICE_FIELDS, "income_ids"]:
            with self.subTest(field=field), self.assertRaises(AccessError):
                self.mother.with_user(self.educator).read([field])

    def check_hidden(self, user, model, field):
        """Assert that no way of asking tells a user about a field."""
        Model = self.env[model].with_user(user)
        ways = {
            "search": lambda: Model.search([(field, "!=", False)]),
            "sort": lambda: Model.search([], order=f"{field} desc"),
            "group": lambda: Model._read_group([], [field], ["__count"]),
            "aggregate": lambda: Model._read_group([], [], [f"{field}:count"]),
            "export": lambda: Model.search([]).export_data([field]),
            "read": lambda: Model.search([]).read([field]),
        }
        if not Model._fields[field].store:
            # Nothing can be sorted or summed up by what is not in a column.
            for name in ("sort", "group", "aggregate"):
                del ways[name]
        for name, ask in ways.items():
            with (
                self.subTest(model=model, field=field, way=name),
                self.assertRaises(AccessError),
            ):
                ask()
        self.assertNotIn(field, Model.fields_get())

    def test_no_way_around_the_hidden_fields(self):
        self.educator.group_ids |= self.env.ref("base.group_allow_export")
        for field in OFFICE_FIELDS:
            self.check_hidden(self.educator, "daycare.guardian", field)
        self.check_hidden(self.educator, "daycare.child.guardian", "is_debtor")

    def test_no_way_around_the_hidden_incomes(self):
        for user in (self.plain, self.educator, self.office, self.manager):
            user.group_ids |= self.env.ref("base.group_allow_export")
            Income = self.env["daycare.income"].with_user(user)
            for ask in (
                lambda model=Income: model.search_count([]),
                lambda model=Income: model._read_group([], [], ["amount:sum"]),
                lambda model=Income: model.browse(self.income.id).export_data(
                    ["amount"]
                ),
            ):
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    ask()
            for path in ("income_ids.amount", "income_ids/amount"):
                Guardian = self.env["daycare.guardian"].with_user(user)
                with self.subTest(path=path), self.assertRaises(AccessError):
                    if "/" in path:
                        Guardian.browse(self.mother.id).export_data([path])
                    else:
                        Guardian.search([(path, ">", 1)])

    def test_educator_changes_nothing(self):
        for record, vals in [
            (self.child, {"firstname": "X"}),
            (self.mother, {"firstname": "X"}),
            (self.sector, {"date_to": "2022-01-01"}),
            (self.nursery, {"capacity": 1}),
        ]:
            with self.subTest(model=record._name), self.assertRaises(AccessError):
                record.with_user(self.educator).write(vals)

    def test_educator_opens_every_screen(self):
        for model in ["daycare.child", "daycare.guardian", "daycare.sector"]:
            views = (
                self.env[model]
                .with_user(self.educator)
                .get_views([(False, kind) for kind in ("form", "list", "search")])
            )
            arch = views["views"]["form"]["arch"]
            for field in ["is_debtor", "billing_data_ids", "income_ids", "employer"]:
                self.assertNotIn(field, arch)
        Form(self.child.with_user(self.educator))
        Form(self.mother.with_user(self.educator))

    def test_educator_finds_people_by_name_and_number(self):
        Guardian = self.env["daycare.guardian"].with_user(self.educator)
        Child = self.env["daycare.child"].with_user(self.educator)
        for text in ["Mary", "91001"]:
            self.assertEqual(Guardian.name_search(text)[0][0], self.mother.id)
        by_guardian = [("guardian_link_ids.guardian_id", "ilike", "Mary")]
        self.assertEqual(Child.search(by_guardian), self.child)

    def test_office_keeps_the_files(self):
        with Form(self.env["daycare.child"].with_user(self.office)) as form:
            form.firstname = "Colin"
            form.lastname = "Summer"
        with Form(self.env["daycare.guardian"].with_user(self.office)) as form:
            form.lastname = "Summer"
            form.employer = "SAI ERP"
            form.zip = "1000"
        guardian = form.record
        self.assertEqual(guardian.city, "Lausanne")
        self.page.with_user(self.office).debtor_id = guardian
        self.sector.with_user(self.office).unlink()

    def test_office_sees_no_income(self):
        with self.assertRaises(AccessError):
            self.income.with_user(self.office).read(["amount"])
        with self.assertRaises(AccessError):
            self.mother.with_user(self.office).read(["income_ids"])
        with self.assertRaises(AccessError):
            self.env["daycare.income"].with_user(self.office).search([])
        with self.assertRaises(AccessError):
            self.env["daycare.guardian"].with_user(self.office).search(
                [("income_ids.amount", ">", 4000)]
            )

    def test_manager_sees_no_income_either(self):
        with self.assertRaises(AccessError):
            self.income.with_user(self.manager).read(["amount"])

    def test_office_does_not_set_up_nor_delete(self):
        with self.assertRaises(AccessError):
            self.nursery.with_user(self.office).capacity = 3
        with self.assertRaises(AccessError):
            self.child.with_user(self.office).unlink()

    def test_manager_sets_up_and_deletes(self):
        self.nursery.with_user(self.manager).capacity = 3
        self.child.with_user(self.manager).unlink()
        self.assertFalse(self.child.exists())

    def test_billing_keeps_incomes(self):
        with Form(self.mother.with_user(self.billing)) as form:
            with form.income_ids.new() as line:
                line.date_from = "2021-01-01"
                line.amount = 5200
        self.assertEqual(len(self.mother.income_ids), 2)

    def test_tracking_of_office_fields_is_hidden_from_educators(self):
        mother = self.mother.with_context(tracking_disable=False)
        self.cr.flush()  # forget that the setup asked for no tracking
        mother.employer = "Company, Monthey"
        self.env.flush_all()
        self.cr.flush()
        values = mother.message_ids.sudo().tracking_value_ids
        self.assertEqual(values.new_value_char, "Company, Monthey")
        for user, seen in [(self.office, True), (self.educator, False)]:
            visible = (
                values.with_user(user)
                .sudo()
                ._filter_has_field_access(self.env(user=user))
            )
            self.assertEqual(bool(visible), seen)

    def test_companies_are_kept_apart(self):
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.user("daycare-stranger", "manager", "billing")
        stranger.write(
            {"company_ids": [Command.set(other.ids)], "company_id": other.id}
        )
        self.env.flush_all()
        env = self.env(user=stranger, context={"allowed_company_ids": other.ids})
        for record in [*self.records, self.income, self.nursery, self.slots(1)]:
            with self.subTest(model=record._name):
                Model = env[record._name]
                self.assertFalse(Model.search([("id", "=", record.id)]))
                with self.assertRaises(AccessError):
                    record.with_env(env).read()
        report = env["daycare.presence.report"]
        self.assertFalse(report.search([("child_id", "=", self.child.id)]))

    def test_records_of_two_companies_do_not_mix(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.env.user.company_ids |= other
        env = self.env(
            context=dict(
                self.env.context, allowed_company_ids=(self.company | other).ids
            )
        )
        stranger = env["daycare.child"].create(
            {"lastname": "X", "firstname": "Y", "company_id": other.id}
        )
        for model, vals in [
            ("daycare.child.guardian", {"guardian_id": self.mother.id}),
            ("daycare.billing.data", {"debtor_id": self.mother.id}),
            (
                "daycare.sector",
                {"group_id": self.nursery.id, "date_to": "2099-12-31"},
            ),
        ]:
            with (
                self.subTest(model=model),
                self.assertRaisesRegex(Exception, "[Cc]ompan"),
                self.env.cr.savepoint(),
            ):
                env[model].create({"child_id": stranger.id, **vals})
