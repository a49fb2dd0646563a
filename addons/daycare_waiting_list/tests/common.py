from odoo.fields import Command

from odoo.addons.daycare.tests.common import DaycareCommon

ALL_DAY = [1, 2, 3, 4, 5, 6]
TODAY = "2026-03-10"


class WaitingListCommon(DaycareCommon):
    """A nursery for babies with two places, and one for toddlers from 18 months on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.toddlers = cls.nursery.copy(
            {"code": "T-TOD", "name": "Toddlers", "capacity": 1, "age_from": 18}
        )
        cls.nursery.next_group_id = cls.toddlers
        cls.baby = cls.Child.create(
            {"lastname": "Baby", "firstname": "Boo", "birthdate": "2025-01-15"}
        )
        cls.office = cls.user("waiting-office", "office")

    @classmethod
    def request(cls, days=("mon",), **vals):
        """Return a request for whole days in the nursery, from May on."""
        return cls.env["daycare.request"].create(
            {
                "lastname": "Wish",
                "firstname": "Nina",
                "birthdate": "2025-12-01",
                "date_from": "2026-05-01",
                "group_id": cls.nursery.id,
                "contact_lastname": "Wish",
                "contact_firstname": "Karin",
                "email": "karin@example.org",
                "line_ids": [Command.create({"weekday": day}) for day in days],
                **vals,
            }
        )
