from datetime import date

from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.daycare_billing.tests.common import FULL, DaycareBillingCommon

PDF = b"%PDF-1.4 salary"


class PortalCommon(DaycareBillingCommon):
    """Parents who live apart, another family, a commune, and another company.

    Melody is seen by both parents and paid by her mother; Tom is seen and paid by his
    father alone.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.melody.billing_data_ids.debtor_id = cls.mother
        cls.tom = cls._child("Mory", "Tom", cls.father)
        cls.tom.write(
            {
                "guardian_link_ids": [
                    Command.create(
                        {"guardian_id": cls.mother.id, "portal_access": "no"}
                    )
                ]
            }
        )
        cls.stranger = cls._guardian("Autre", "Ada", incomes={"2021-01-01": 7000})
        cls.alien = cls._child("Autre", "Alien", cls.stranger)
        for child in (cls.tom, cls.alien):
            cls._sector(child, "2021-03-01", "2031-12-31", {"mon": FULL})
        cls.sector.date_to = date(2031, 12, 31)
        cls._create_abroad()
        guardians = {
            "mother": cls.mother,
            "father": cls.father,
            "stranger": cls.stranger,
            "commune": cls.commune,
            "foreigner": cls.foreigner,
        }
        cls.users = {n: cls._portal_user(n, g) for n, g in guardians.items()}
        cls.users["employee"] = new_test_user(
            cls.env(su=True),
            "employee",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    @classmethod
    def _create_abroad(cls):
        """Create a family of another company."""
        env = cls.env(su=True)
        abroad = env["res.company"].create({"name": "Elsewhere"})
        cls.foreigner = env["daycare.guardian"].create(
            {"lastname": "Loin", "firstname": "Flo", "company_id": abroad.id}
        )
        cls.foreign = env["daycare.child"].create(
            {
                "lastname": "Loin",
                "firstname": "Fay",
                "company_id": abroad.id,
                "guardian_link_ids": [
                    Command.create({"guardian_id": cls.foreigner.id, "is_main": True})
                ],
            }
        )

    @classmethod
    def _portal_user(cls, login, guardian):
        """Return the portal user of a guardian, as Odoo's wizard makes it."""
        users = cls.env(su=True)["res.users"].with_context(no_reset_password=True)
        company = guardian.company_id
        return users.create(
            {
                "name": guardian.name,
                "login": login,
                "password": login,
                "partner_id": guardian.partner_id.id,
                "company_id": company.id,
                "company_ids": [Command.set(company.ids)],
                "group_ids": [Command.set(cls.env.ref("base.group_portal").ids)],
            }
        )

    def portal(self, name):
        """Return what a user is shown."""
        user = self.users[name]
        return self.env(user=user, context={"lang": "en_US"})["daycare.portal"]
