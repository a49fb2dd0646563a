from datetime import date

from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.addons.exchange_run.tests.common import OneTransaction

BRACKETS = [
    (0, 40.50),
    (3000, 48.50),
    (3500, 56.50),
    (4000, 64.50),
    (4500, 73.50),
    (5000, 81.00),
    (5500, 86.50),
    (6000, 92.50),
    (6500, 98.00),
    (7500, 104.00),
]
MORNING, AFTERNOON, FULL = (1, 2, 3), (4, 5, 6), (1, 2, 3, 4, 5, 6)
MELODY_WEEK = {"mon": FULL, "tue": FULL, "thu": MORNING, "fri": AFTERNOON}
MARCH, APRIL = date(2021, 3, 1), date(2021, 4, 1)
ST_JOSEPH = date(2021, 3, 19)


class DaycareBillingCommon(OneTransaction, AccountTestInvoicingCommon):
    """The Swiss company, group NUR1 and Melody's household of the specification."""

    @classmethod
    @AccountTestInvoicingCommon.setup_country("ch")
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("en_US")
        cls.company = cls.company_data["company"]
        cls.company.write(
            {"street": "Rue du Bourg 1", "zip": "1920", "city": "Martigny"}
        )
        cls.company._daycare_prepare_billing()
        cls.clerk = new_test_user(
            cls.env,
            "daycare_clerk",
            "daycare.group_daycare_billing,daycare.group_daycare_manager",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.env = cls.env(user=cls.clerk, context={**cls.env.context, "lang": "en_US"})
        cls.company = cls.company.with_env(cls.env)
        cls.income_account = cls.company_data["default_account_revenue"].with_env(
            cls.env
        )
        cls._create_structure()
        cls._create_households()

    @classmethod
    def _create_structure(cls):
        cls.department = cls.env["daycare.department"].create(
            {"name": "Nursery", "code": "NUR", "mode": "slots"}
        )
        cls.group = cls._group("NUR1", cls.department)
        cls.bracket = cls._tariff("Brackets")

    @classmethod
    def _group(cls, code, department):
        spans = [
            (6.5, 7.5),
            (7.5, 9),
            (9, 11),
            (12.5, 14.5),
            (14.5, 16.5),
            (16.5, 18.5),
        ]
        weights = [10, 15, 25, 20, 15, 15]
        return cls.env["daycare.group"].create(
            {
                "name": f"Group {code}",
                "code": code,
                "department_id": department.id,
                "capacity": 10,
                "income_account_id": cls.income_account.id,
                "slot_ids": [
                    Command.create(
                        {"number": n, "hour_from": a, "hour_to": b, "weight": weight}
                    )
                    for n, ((a, b), weight) in enumerate(
                        zip(spans, weights, strict=True), 1
                    )
                ],
            }
        )

    @classmethod
    def _tariff(cls, name, **vals):
        return cls.env["daycare.tariff"].create(
            {
                "name": name,
                "date_from": "2020-01-01",
                "bracket_ids": [
                    Command.create({"income_from": start, "price": price})
                    for start, price in BRACKETS
                ],
                **vals,
            }
        )

    @classmethod
    def _create_households(cls):
        cls.mother = cls._guardian("Mory", "Mary", incomes={"2021-01-01": 5000})
        cls.father = cls._guardian(
            "Mory", "Paul", role="father", incomes={"2021-01-01": 1200}
        )
        cls.commune = cls._guardian(
            "Aide financière",
            "Commune de Martigny",
            role="third_party",
            is_company=True,
        )
        cls.melody = cls._child(
            "Mory", "Melody", cls.mother, cls.father, debtor=cls.commune
        )
        cls.sector = cls._sector(cls.melody, "2021-03-01", "2021-12-01", MELODY_WEEK)

    @classmethod
    def _guardian(cls, lastname, firstname, incomes=None, **vals):
        return cls.env["daycare.guardian"].create(
            {
                "lastname": lastname,
                "firstname": firstname,
                "street": "Route de la place 30",
                "zip": "1920",
                "city": "Martigny",
                "lang": "en_US",
                "country_id": cls.env.ref("base.ch").id,
                "income_ids": [
                    Command.create({"date_from": day, "amount": amount})
                    for day, amount in (incomes or {}).items()
                ],
                **vals,
            }
        )

    @classmethod
    def _child(cls, lastname, firstname, main, partner=None, debtor=None, **vals):
        links = [Command.create({"guardian_id": main.id, "is_main": True})]
        if partner:
            links.append(
                Command.create({"guardian_id": partner.id, "is_secondary": True})
            )
        pages = [
            Command.create(
                {"date_from": "2021-01-01", "debtor_id": (debtor or main).id}
            )
        ]
        return cls.env["daycare.child"].create(
            {
                "lastname": lastname,
                "firstname": firstname,
                "birthdate": "2018-05-05",
                "guardian_link_ids": links,
                "billing_data_ids": pages,
                **vals,
            }
        )

    @classmethod
    def _sector(cls, child, date_from, date_to, week, group=None):
        group = group or cls.group
        slots = {slot.number: slot.id for slot in group.slot_ids}
        return cls.env["daycare.sector"].create(
            {
                "child_id": child.id,
                "group_id": group.id,
                "date_from": date_from,
                "date_to": date_to,
                "line_ids": [
                    Command.create(
                        {
                            "weekday": weekday,
                            "slot_ids": [Command.set([slots[n] for n in numbers])],
                        }
                    )
                    for weekday, numbers in week.items()
                ],
            }
        )

    @classmethod
    def _run(cls, month=MARCH, **vals):
        return cls.env["daycare.billing.run"].create(
            {"month": month, "invoice_date": month, **vals}
        )

    def _paid(self, run):
        """Return {payer: amount} of the run's lines, which have to add up."""
        paid = {}
        for line in run.billing_line_ids:
            positions = sum(float(p["amount"]) for p in line.positions)
            self.assertAlmostEqual(positions, line.amount, 2)
            payer = line.debtor_id
            paid[payer] = round(paid.get(payer, 0) + line.amount, 2)
        return paid

    @classmethod
    def _bill(cls, month=MARCH, post=False, **vals):
        """Return a run that has its invoices, posted if asked."""
        run = cls._run(month, **vals)
        run.action_compute()
        run.action_invoice()
        if post:
            run.action_post()
        return run

    def _amounts(self, run):
        """Return {child's first name: amount} of the run's lines."""
        amounts = {}
        for line in run.billing_line_ids:
            name = line.child_id.firstname
            amounts[name] = round(amounts.get(name, 0) + line.amount, 2)
        return amounts

    def _codes(self, run, severity=None):
        findings = run.exchange_message_ids
        if severity:
            findings = findings.filtered(lambda f: f.severity == severity)
        return findings.mapped("code")
