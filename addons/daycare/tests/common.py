from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user, tagged

SLOTS = [
    (1, 6.5, 7.5, 10),
    (2, 7.5, 9.0, 15),
    (3, 9.0, 11.0, 25),
    (4, 12.5, 14.5, 20),
    (5, 14.5, 16.5, 15),
    (6, 16.5, 18.5, 15),
]


@tagged("post_install", "-at_install")
class DaycareCommon(TransactionCase):
    """A company with a nursery by slots and an after-school group by hours."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            context=dict(cls.env.context, tracking_disable=True, lang="en_US")
        )
        cls.company = cls.env["res.company"].create({"name": "Les Petits Pas"})
        cls.env.user.company_ids |= cls.company
        cls.env = cls.env(
            context=dict(cls.env.context, allowed_company_ids=cls.company.ids)
        )
        cls.Child = cls.env["daycare.child"]
        cls.Guardian = cls.env["daycare.guardian"]
        cls.Link = cls.env["daycare.child.guardian"]
        cls._make_groups()
        cls._make_family()

    @classmethod
    def _make_groups(cls):
        """Create a nursery that books by slots and a school that books by hours."""
        cls.nursery_department, cls.school_department = cls.env[
            "daycare.department"
        ].create(
            [
                {"code": "T-PRE", "name": "Preschool", "mode": "slots"},
                {"code": "T-PARA", "name": "After School", "mode": "hours"},
            ]
        )
        names = ("number", "hour_from", "hour_to", "weight")
        slots = [dict(zip(names, values, strict=True)) for values in SLOTS]
        cls.nursery, cls.school = cls.env["daycare.group"].create(
            [
                {
                    "code": "T-NUR",
                    "name": "Nursery",
                    "department_id": cls.nursery_department.id,
                    "capacity": 2,
                    "slot_ids": [Command.create(slot) for slot in slots],
                },
                {
                    "code": "T-ECO",
                    "name": "School",
                    "department_id": cls.school_department.id,
                    "capacity": 2,
                },
            ]
        )

    @classmethod
    def _make_family(cls):
        """Create a child, and two guardians who are not linked to it."""
        cls.mother, cls.father = cls.Guardian.create(
            [
                {
                    "lastname": "Mory",
                    "firstname": "Mary",
                    "kibe_id": "91001",
                    "email": "mary@example.org",
                    "phone_mobile": "079 547 89 87",
                    "phone_private": "026 547 89 89",
                },
                {"lastname": "Mory", "firstname": "Paul", "role": "father"},
            ]
        )
        cls.child = cls.Child.create(
            {
                "lastname": "Mory",
                "firstname": "Melody",
                "kibe_id": "90000",
                "birthdate": "2021-01-02",
            }
        )

    @classmethod
    def slots(cls, *numbers):
        """Return the nursery's slots of these numbers."""
        return cls.nursery.slot_ids.filtered(lambda slot: slot.number in numbers)

    @classmethod
    def place(cls, child, week, group=None, begin="2021-03-01", end="2021-12-01"):
        """Place a child: ``week`` gives slot numbers, or hours, by weekday."""
        lines = []
        for weekday, presence in week.items():
            vals = {"weekday": weekday}
            if isinstance(presence, tuple):
                vals["hour_from"], vals["hour_to"] = presence
            else:
                vals["slot_ids"] = [Command.set(cls.slots(*presence).ids)]
            lines.append(Command.create(vals))
        return cls.env["daycare.sector"].create(
            {
                "child_id": child.id,
                "group_id": (group or cls.nursery).id,
                "date_from": begin,
                "date_to": end,
                "line_ids": lines,
            }
        )

    @classmethod
    def user(cls, login, *groups):
        """Return a user of the company with these daycare groups."""
        xmlids = ",".join(f"daycare.group_daycare_{group}" for group in groups)
        return new_test_user(
            cls.env,
            login,
            xmlids or "base.group_user",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
