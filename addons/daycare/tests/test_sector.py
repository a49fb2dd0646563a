from psycopg2 import IntegrityError

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import Form, freeze_time
from odoo.tools import mute_logger

from .common import DaycareCommon


class TestSector(DaycareCommon):
    def test_week_of_the_seed(self):
        sector = self.place(
            self.child,
            {
                "mon": [1, 2, 3, 4, 5, 6],
                "tue": [1, 2, 3, 4, 5, 6],
                "thu": [1, 2, 3],
                "fri": [4, 5, 6],
            },
        )
        self.assertEqual(sector.week_label, "Mo 1–6, Tu 1–6, Th 1–3, Fr 4–6")
        self.assertEqual(sector.line_ids.mapped("day"), [1, 2, 4, 5])
        self.assertEqual(set(sector.line_ids.mapped("mode")), {"slots"})
        self.assertEqual(sector.line_ids.company_id, self.company)

    def test_lines_come_in_the_order_of_the_week(self):
        sector = self.place(self.child, {"fri": [1], "mon": [1], "wed": [1]})
        sector.invalidate_recordset()
        self.assertEqual(sector.line_ids.mapped("weekday"), ["mon", "wed", "fri"])

    def test_hours(self):
        sector = self.place(self.child, {"tue": (7.5, 11.75)}, group=self.school)
        self.assertEqual(sector.line_ids.mode, "hours")
        self.assertEqual(sector.line_ids.presence, "07:30–11:45")

    def test_mode_is_the_one_of_the_time(self):
        sector = self.place(self.child, {"tue": (7.5, 11.75)}, group=self.school)
        self.school_department.mode = "slots"
        self.assertEqual(sector.line_ids.mode, "hours")

    def test_line_needs_slots_of_the_group(self):
        with self.assertRaisesRegex(ValidationError, "at least one slot"):
            self.place(self.child, {"mon": []})
        other = self.nursery.copy({"code": "T-NUR2"})
        with self.assertRaisesRegex(ValidationError, "placement's group"):
            self.place(self.child, {"mon": [1]}, group=other)

    def test_line_by_hours_needs_them(self):
        with self.assertRaisesRegex(ValidationError, "hours"):
            self.place(self.child, {"mon": []}, group=self.school)

    def test_impossible_hours(self):
        for span in [(9.0, 8.0), (8.0, 8.0), (20.0, 25.0)]:
            with (
                self.subTest(span=span),
                self.assertRaises(IntegrityError),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.place(self.child, {"mon": span}, group=self.school)

    def test_dates(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.place(self.child, {}, begin="2021-03-02", end="2021-03-01")

    def test_one_page_over_the_same_dates(self):
        self.place(self.child, {"mon": [1]})
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.place(self.child, {"tue": [1]})

    def test_planning_without_weekly_schedule(self):
        sector = self.place(self.child, {})
        self.assertFalse(sector.week_label)

    def test_group_of_a_placement_cannot_be_deleted(self):
        self.place(self.child, {"mon": [1]})
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.nursery.unlink()

    @freeze_time("2021-12-01")
    def test_last_day_is_included(self):
        sector = self.place(self.child, {"mon": [1]})
        self.assertTrue(sector.is_current)
        with freeze_time("2021-12-02"):
            sector.invalidate_recordset()
            self.assertFalse(sector.is_current)

    def test_week_is_typed_in_the_form(self):
        with Form(
            self.env["daycare.sector"].with_context(default_child_id=self.child.id)
        ) as form:
            form.group_id = self.nursery
            form.date_from = "2021-03-01"
            form.date_to = "2021-12-01"
            with form.line_ids.new() as line:
                line.weekday = "wed"
                line.slot_ids.add(self.slots(1))
        self.assertEqual(form.record.week_label, "We 1")
        self.assertEqual(form.record.origin, "manual")

    def test_analysis_has_a_row_per_slot(self):
        sector = self.place(self.child, {"mon": [1, 2, 3], "fri": [6]})
        self.place(self.child, {"tue": (7.5, 11.75)}, group=self.school)
        self.env.flush_all()
        Report = self.env["daycare.presence.report"]
        rows = Report.search([("sector_id", "=", sector.id)])
        self.assertEqual(len(rows), 4)
        domain = [("child_id", "=", self.child.id)]
        [(children, hours)] = Report._read_group(
            domain, [], ["child_count:count_distinct", "hours:sum"]
        )
        self.assertEqual(children, 1)
        # what a presence by hours is of a day, the tariffs say, where there are any
        self.assertAlmostEqual(sum(rows.mapped("day_share")), 0.65)
        self.assertAlmostEqual(hours, 4.5 + 2 + 4.25)

    def test_line_of_another_week_keeps_its_slots(self):
        sector = self.place(self.child, {"mon": [1]})
        sector.line_ids.slot_ids = [Command.set(self.slots(2, 3, 5).ids)]
        self.assertEqual(sector.line_ids.presence, "2–3, 5")
        self.assertEqual(sector.line_ids._sheet_label(), "07:30–11:00, 14:30–16:30")

    def test_search_by_whether_in_force(self):
        with freeze_time("2021-06-01"):
            now = self.place(self.child, {"mon": [1]})
            past = self.place(
                self.child, {"mon": [1]}, begin="2020-01-01", end="2020-12-31"
            )
            mine = ("child_id", "=", self.child.id)
            Sector = self.env["daycare.sector"]
            for operator, value, expected in [
                ("=", True, now),
                ("=", False, past),
                ("!=", True, past),
                ("in", [True, False], now | past),
            ]:
                with self.subTest(operator=operator, value=value):
                    found = Sector.search([mine, ("is_current", operator, value)])
                    self.assertEqual(found, expected)

    def test_overlap_is_told(self):
        first = self.place(self.child, {"mon": [1, 2], "tue": [4]})
        for week, begin, expected in [
            ({"mon": [2, 3]}, "2021-05-01", True),
            ({"mon": [3]}, "2021-05-02", False),
            ({"wed": [1, 2]}, "2021-05-03", False),
            ({"mon": [1, 2]}, "2022-01-01", False),
        ]:
            with self.subTest(week=week, begin=begin):
                other = self.place(self.child, week, begin=begin, end="2022-12-31")
                self.assertEqual(bool(other.overlap_text), expected)
                other.unlink()
        self.assertFalse(first.overlap_text)

    def test_overlap_of_slots_and_hours(self):
        self.place(self.child, {"mon": [1]})
        school = self.place(self.child, {"mon": (7.25, 8.0)}, group=self.school)
        self.assertIn("Nursery", school.overlap_text)
        school.line_ids.hour_from = 7.5
        self.assertFalse(school.overlap_text)

    def test_overlap_is_told_while_typing(self):
        self.place(self.child, {"mon": [1]})
        form = Form(
            self.env["daycare.sector"].with_context(default_child_id=self.child.id)
        )
        form.group_id = self.nursery
        form.date_from = "2021-05-01"
        form.date_to = "2021-12-31"
        with form.line_ids.new() as line:
            line.weekday = "mon"
            line.slot_ids.add(self.slots(1))
        self.assertIn("Nursery", form.overlap_text)
