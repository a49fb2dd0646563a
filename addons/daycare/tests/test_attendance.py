from datetime import date

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form

from .common import DaycareCommon

MONDAY = "2021-03-01"


class TestAttendance(DaycareCommon):
    """Absences and extra days, typed by educators in the week."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.educator = cls.user("daycare-educator", "user")
        cls.place(cls.child, {"mon": [1, 2], "wed": [4]})
        cls.illness, cls.holidays, _other = cls.env["daycare.absence.reason"].search(
            [("company_id", "=", cls.company.id)]
        )

    def week(self):
        return self.env["daycare.occupancy"].with_user(self.educator).get_week(MONDAY)

    def nursery_of(self, week):
        [group] = [g for g in week["groups"] if g["id"] == self.nursery.id]
        return group

    def absent(self, begin, end=None, **vals):
        return (
            self.env["daycare.absence"]
            .with_user(self.educator)
            .create(
                {
                    "child_id": self.child.id,
                    "date_from": begin,
                    "date_to": end or begin,
                    "reason_id": self.illness.id,
                    **vals,
                }
            )
        )

    def extra(self, day, slots=(1, 2), **vals):
        return (
            self.env["daycare.extra.day"]
            .with_user(self.educator)
            .create(
                {
                    "child_id": self.child.id,
                    "date": day,
                    "group_id": self.nursery.id,
                    "slot_ids": self.slots(*slots).ids,
                    **vals,
                }
            )
        )

    def test_each_company_begins_with_reasons_in_its_languages(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        company = self.env["res.company"].create({"name": "Les Étoiles"})
        reasons = self.env["daycare.absence.reason"].search(
            [("company_id", "=", company.id)]
        )
        self.assertEqual(
            reasons.mapped("name"), ["Illness", "Holidays", "Other Reason"]
        )
        french = reasons.with_context(lang="fr_FR")
        self.assertEqual(french.mapped("name"), ["Maladie", "Vacances", "Autre motif"])
        self.assertEqual(reasons.mapped("certificate"), [True, False, False])
        company._daycare_prepare_absences()
        self.assertEqual(reasons, reasons.search([("company_id", "=", company.id)]))

    def test_educator_enters_an_absence(self):
        Absence = self.env["daycare.absence"].with_user(self.educator)
        with Form(Absence.with_context(default_child_id=self.child.id)) as form:
            form.date_from = MONDAY
            self.assertEqual(form.date_to, date(2021, 3, 1))
            self.assertEqual(form.reason_id, self.illness)
        [monday, *_days, _friday] = self.nursery_of(self.week())["attendance"][
            self.child.id
        ]
        self.assertEqual(
            [(e["state"], e["label"], e["reason"]) for e in monday],
            [("absent", "06:30–09:00", "Illness")],
        )
        self.assertEqual(monday[0]["id"], form.record.id)

    def test_educator_enters_an_extra_day(self):
        Extra = self.env["daycare.extra.day"].with_user(self.educator)
        context = {
            "default_child_id": self.child.id,
            "default_group_id": self.nursery.id,
            "default_date": "2021-03-02",
        }
        with Form(Extra.with_context(**context)) as form:
            self.assertEqual(form.slot_ids[:].mapped("number"), [1, 2, 3, 4, 5, 6])
        days = self.nursery_of(self.week())["attendance"][self.child.id]
        self.assertEqual(
            [[e["state"] for e in day] for day in days[:3]],
            [["here"], ["extra"], ["here"]],
        )

    def test_absences_free_places_and_extra_days_take_them(self):
        def taken(day):
            return self.nursery_of(self.week())["rows"][0]["cells"][day]["taken"]

        self.assertEqual([taken(0), taken(1)], [1, 0])
        self.absent("2021-02-25", MONDAY)
        self.extra("2021-03-02")
        self.assertEqual([taken(0), taken(1)], [0, 1])

    def test_a_child_of_another_group_comes_for_a_day(self):
        self.extra(
            "2021-03-02",
            group_id=self.school.id,
            slot_ids=[],
            hour_from=7.5,
            hour_to=11,
        )
        [school] = [g for g in self.week()["groups"] if g["id"] == self.school.id]
        entries = school["attendance"][self.child.id][1]
        self.assertEqual(
            [(e["state"], e["label"]) for e in entries], [("extra", "07:30–11:00")]
        )

    def test_nobody_is_entered_twice(self):
        self.absent("2021-03-01", "2021-03-05")
        refused = {
            "same days": lambda: self.absent("2021-03-05", "2021-03-09"),
            "away and here": lambda: self.extra("2021-03-03"),
            "longer than a year": lambda: self.absent("2022-03-01", "2023-03-02"),
        }
        for name, attempt in refused.items():
            with self.subTest(name), self.assertRaises(ValidationError):
                attempt()
        extra = self.extra("2021-03-08")
        with self.assertRaises(ValidationError):
            self.absent("2021-03-08")
        with self.assertRaises(ValidationError):
            extra.slot_ids = False
        self.assertTrue(self.absent("2021-03-06", "2021-03-07"))

    def test_taken_back(self):
        absence, extra = self.absent(MONDAY), self.extra("2021-03-02")
        closing = {"type": "ir.actions.act_window_close"}
        self.assertEqual(absence.action_remove(), closing)
        self.assertEqual(extra.action_remove(), closing)
        self.assertFalse((absence | absence).exists() or extra.exists())

    def test_educators_choose_reasons_and_keep_none(self):
        with self.assertRaises(AccessError):
            self.illness.with_user(self.educator).name = "Flu"

    def test_other_companies_see_and_write_nothing(self):
        absence, extra = self.absent(MONDAY), self.extra("2021-03-02")
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.user("daycare-stranger", "manager")
        stranger.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        for record in (absence, extra, self.illness):
            own = record.with_user(stranger).with_company(other)
            with self.subTest(record._name), self.assertRaises(AccessError):
                own.read(["company_id"])
            with self.subTest(record._name), self.assertRaises(AccessError):
                own.unlink()

    def test_plain_employees_see_nothing(self):
        plain = self.user("daycare-plain")
        for record in (self.absent(MONDAY), self.extra("2021-03-02"), self.illness):
            with self.subTest(record._name), self.assertRaises(AccessError):
                record.with_user(plain).read()

    def test_weekend_is_shown_when_somebody_comes(self):
        self.assertEqual(len(self.week()["days"]), 5)
        self.extra("2021-03-06")
        self.assertEqual(len(self.week()["days"]), 7)
        self.assertEqual(date(2021, 3, 6).weekday(), 5)
