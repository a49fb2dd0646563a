from datetime import date

from odoo.tests import freeze_time

from .common import DaycareCommon

MONDAY, TUESDAY, SATURDAY = 0, 1, 5


class TestOccupancy(DaycareCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.children = cls.child | cls.Child.create(
            [
                {"lastname": "Summer", "firstname": "Colin"},
                {"lastname": "Winter", "firstname": "Anna"},
            ]
        )

    def week(self, day="2021-03-03", department=False):
        return self.env["daycare.occupancy"].get_week(day, department)

    def cell(self, week, group, row, day):
        found = [data for data in week["groups"] if data["id"] == group.id]
        return found[0]["rows"][row]["cells"][day]

    def test_places_taken_and_free(self):
        self.place(self.children[0], {"mon": [1, 2]})
        self.place(self.children[1], {"mon": [2]})
        week = self.week()
        first = self.cell(week, self.nursery, 0, MONDAY)
        second = self.cell(week, self.nursery, 1, MONDAY)
        third = self.cell(week, self.nursery, 2, MONDAY)
        self.assertEqual((first["taken"], first["free"]), (1, 1))
        self.assertEqual(first["level"], "last")
        self.assertEqual((second["taken"], second["free"]), (2, 0))
        self.assertEqual(second["level"], "full")
        self.assertEqual((third["taken"], third["level"]), (0, "empty"))
        self.assertEqual(second["children"], tuple(sorted(self.children[:2].ids)))

    def test_overbooked(self):
        for child in self.children:
            self.place(child, {"tue": [4]})
        cell = self.cell(self.week(), self.nursery, 3, TUESDAY)
        self.assertEqual((cell["free"], cell["level"]), (-1, "over"))

    def test_slot_may_have_its_own_places(self):
        self.slots(4).capacity = 5
        self.place(self.child, {"tue": [4]})
        cell = self.cell(self.week(), self.nursery, 3, TUESDAY)
        self.assertEqual((cell["places"], cell["free"]), (5, 4))

    def test_placement_counts_on_its_own_days_only(self):
        self.place(
            self.child, {"mon": [1], "tue": [1]}, begin="2021-03-02", end="2021-03-08"
        )
        week = self.week("2021-03-03")
        self.assertEqual(self.cell(week, self.nursery, 0, MONDAY)["taken"], 0)
        self.assertEqual(self.cell(week, self.nursery, 0, TUESDAY)["taken"], 1)
        week = self.week("2021-03-14")
        self.assertEqual(self.cell(week, self.nursery, 0, MONDAY)["taken"], 1)
        self.assertEqual(self.cell(week, self.nursery, 0, TUESDAY)["taken"], 0)

    def test_child_in_two_pages_takes_one_place(self):
        self.place(self.child, {"mon": [1]})
        self.place(self.child, {"mon": [1]}, begin="2021-03-02")
        cell = self.cell(self.week("2021-03-10"), self.nursery, 0, MONDAY)
        self.assertEqual(cell["taken"], 1)

    def test_archived_children_take_no_place(self):
        self.place(self.child, {"mon": [1]})
        self.child.active = False
        self.assertEqual(self.cell(self.week(), self.nursery, 0, MONDAY)["taken"], 0)

    def test_hours_are_shown_hour_by_hour(self):
        self.place(self.children[0], {"mon": (7.5, 8.25)}, group=self.school)
        self.place(self.children[1], {"mon": (8.25, 10.0)}, group=self.school)
        week = self.week()
        rows = next(g for g in week["groups"] if g["id"] == self.school.id)["rows"]
        self.assertEqual(
            [row["span"] for row in rows],
            ["07:00–08:00", "08:00–09:00", "09:00–10:00"],
        )
        # One leaves at a quarter past eight when the other comes: one place is enough.
        self.assertEqual([row["cells"][MONDAY]["taken"] for row in rows], [1, 1, 1])
        self.assertEqual(len(rows[1]["cells"][MONDAY]["children"]), 2)

    def test_weekend_shows_when_booked(self):
        self.assertEqual(len(self.week()["days"]), 5)
        self.place(self.child, {"sat": [1]})
        week = self.week()
        self.assertEqual(len(week["days"]), 7)
        self.assertEqual(self.cell(week, self.nursery, 0, SATURDAY)["taken"], 1)

    def test_any_day_gives_its_week(self):
        for day in ["2021-03-01", "2021-03-07", date(2021, 3, 4)]:
            with self.subTest(day=day):
                week = self.week(day)
                self.assertEqual(week["monday"], "2021-03-01")
                self.assertEqual(week["previous"], "2021-02-22")
                self.assertEqual(week["next"], "2021-03-08")

    @freeze_time("2021-06-16")
    def test_this_week_by_default(self):
        self.assertEqual(self.week(None)["monday"], "2021-06-14")

    def test_department(self):
        groups = self.week(department=self.school_department.id)["groups"]
        self.assertEqual([group["id"] for group in groups], self.school.ids)

    def test_names_of_the_children(self):
        self.place(self.child, {"mon": [1]})
        self.assertEqual(self.week()["children"], {self.child.id: "Melody Mory"})

    def test_other_companies_are_left_out(self):
        self.place(self.child, {"mon": [1]})
        educator = self.user("occupancy", "user")
        other = self.env["res.company"].create({"name": "Other"})
        educator.write({"company_ids": [(4, other.id)], "company_id": other.id})
        week = (
            self.env["daycare.occupancy"]
            .with_user(educator)
            .with_context(allowed_company_ids=other.ids)
            .get_week("2021-03-03")
        )
        self.assertEqual(week["groups"], [])

    def test_queries_do_not_grow_with_the_children(self):
        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.week()
            return self.env.cr.sql_log_count - before

        self.place(self.child, {"mon": [1]})
        few = queries()
        for child in self.Child.create(
            [{"lastname": f"N{i}", "firstname": "X"} for i in range(40)]
        ):
            self.place(child, {"mon": [1, 2, 3], "tue": [4]})
        self.assertLessEqual(queries(), few + 2)

    def test_analysis_never_takes_two_rows_for_one(self):
        """Slot numbers of Kibé have up to four digits."""
        slots = self.slots(1, 2)
        slots[0].number = 101
        first = self.place(self.child, {"mon": [101]})
        second = self.place(
            self.child, {"tue": [2]}, begin="2022-01-01", end="2022-12-31"
        )
        self.env.flush_all()
        lines = (first | second).line_ids
        # What makes two rows of «line × 100 + number» the same.
        self.env.cr.execute(
            "UPDATE daycare_slot SET number = %s WHERE id = %s",
            [(lines[1].id - lines[0].id) * 100 + slots[1].number, slots[0].id],
        )
        self.env.invalidate_all()
        report = self.env["daycare.presence.report"]
        rows = report.search([("child_id", "=", self.child.id)])
        self.assertEqual(len(rows), 2)
        self.assertEqual(len(rows.mapped("sector_id")), 2)
