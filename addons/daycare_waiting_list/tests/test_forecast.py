from datetime import date

from odoo.tests import freeze_time

from .common import ALL_DAY, TODAY, WaitingListCommon

MONDAY, TUESDAY = 0, 1
MARCH, APRIL, MAY, JULY, AUGUST = 0, 1, 2, 4, 5


@freeze_time(TODAY)
class TestForecast(WaitingListCommon):
    def group(self, group):
        self.env.flush_all()
        groups = self.env["daycare.forecast"].get_forecast()["groups"]
        [found] = [data for data in groups if data["id"] == group.id]
        return found

    def free(self, group, month, day=MONDAY):
        return self.group(group)["rows"][month]["cells"][day]["free"]

    def test_without_children_all_places_are_free(self):
        rows = self.group(self.nursery)["rows"]
        self.assertEqual(len(rows), 12)
        self.assertEqual(rows[0]["key"], "2026-03-01")
        self.assertEqual({c["free"] for row in rows for c in row["cells"]}, {2})

    def test_a_placement_counts_on_its_days_and_months(self):
        self.place(self.child, {"mon": ALL_DAY}, begin="2026-01-01", end="2026-04-30")
        self.child.birthdate = False
        self.assertEqual(
            [self.free(self.nursery, month) for month in (MARCH, APRIL, MAY)], [1, 1, 2]
        )
        self.assertEqual(self.free(self.nursery, MARCH, TUESDAY), 2)

    def test_the_fullest_moment_counts(self):
        for name, slots in (("A", [1, 2]), ("B", [2, 3])):
            child = self.Child.create({"lastname": name, "firstname": name})
            self.place(child, {"mon": slots}, begin="2026-01-01", end="2026-12-31")
        self.assertEqual(self.free(self.nursery, MARCH), 0)

    def test_who_comes_after_another_leaves_takes_no_second_place(self):
        for name, begin, end in (
            ("A", "2026-01-01", "2026-04-15"),
            ("B", "2026-04-16", "2026-12-31"),
        ):
            child = self.Child.create({"lastname": name, "firstname": name})
            self.place(child, {"mon": ALL_DAY}, begin=begin, end=end)
        cell = self.group(self.nursery)["rows"][APRIL]["cells"][MONDAY]
        self.assertEqual((cell["free"], len(cell["children"])), (1, 2))

    def test_a_child_moves_to_the_next_group_at_its_age(self):
        self.place(self.baby, {"mon": ALL_DAY}, begin="2026-01-01", end="2026-12-31")
        self.assertEqual(
            [self.free(self.nursery, m) for m in (JULY, AUGUST)],
            [1, 2],
        )
        self.assertEqual([self.free(self.toddlers, m) for m in (JULY, AUGUST)], [1, 0])

    def test_who_has_a_later_placement_stays_until_it_begins(self):
        self.place(self.baby, {"mon": ALL_DAY}, begin="2026-01-01", end="2026-09-30")
        slots = self.slots(*ALL_DAY)
        sector = self.place(
            self.baby, {"mon": ALL_DAY}, begin="2026-10-01", end="2026-12-31"
        )
        own = self.toddlers.slot_ids.filtered(
            lambda s: s.number in slots.mapped("number")
        )
        sector.line_ids.unlink()
        sector.group_id = self.toddlers
        sector.line_ids = [
            (0, 0, {"weekday": "mon", "slot_ids": [(6, 0, own.ids)]}),
        ]
        self.assertEqual(self.free(self.nursery, AUGUST), 1)
        self.assertEqual(self.free(self.toddlers, AUGUST), 1)
        self.assertEqual(self.free(self.toddlers, 7), 0)

    def test_groups_by_the_hour(self):
        self.place(
            self.child,
            {"mon": (8.0, 12.0)},
            self.school,
            begin="2026-01-01",
            end="2026-12-31",
        )
        self.place(
            self.baby,
            {"mon": (13.0, 18.0)},
            self.school,
            begin="2026-01-01",
            end="2026-12-31",
        )
        self.assertEqual(self.free(self.school, MARCH), 1)

    def test_an_offer_takes_a_place_until_it_ends(self):
        request = self.request()
        request._offer(date(2026, 5, 1), date(2026, 3, 20))
        self.assertEqual(self.free(self.nursery, MAY), 1)
        self.assertEqual(self.free(self.nursery, APRIL), 2)
        cell = self.group(self.nursery)["rows"][MAY]["cells"][MONDAY]
        self.assertEqual((cell["children"], cell["offers"]), ([], [request.id]))
        with freeze_time("2026-03-21"):  # the scheduled action has not run yet
            self.assertEqual(self.free(self.nursery, MAY), 2)

    def test_requests_are_counted_where_they_begin(self):
        late, soon = self.request(), self.request(date_from="2025-11-01")
        rows = self.group(self.nursery)["rows"]
        self.assertEqual(rows[MAY]["waiting"], late.ids)
        self.assertEqual(rows[MARCH]["waiting"], soon.ids)

    def test_a_wish_is_met_from_when_all_its_days_stay_free(self):
        for name, end in (("A", "2026-06-30"), ("B", "2026-12-31")):
            child = self.Child.create({"lastname": name, "firstname": name})
            self.place(child, {"tue": ALL_DAY}, begin="2026-01-01", end=end)
        self.assertEqual(self.request().free_from, date(2026, 5, 1))
        both = self.request(days=("mon", "tue"))
        self.assertEqual(both.free_from, date(2026, 7, 1))
        late = self.Child.create({"lastname": "C", "firstname": "C"})
        self.place(late, {"tue": ALL_DAY}, begin="2026-11-01", end="2026-12-31")
        both.invalidate_recordset()
        self.assertEqual(both.free_from, date(2027, 1, 1))

    def test_a_wish_looks_at_the_groups_its_child_passes_through(self):
        self.place(
            self.baby, {"mon": ALL_DAY}, begin="2026-01-01", end="2026-12-31"
        )  # the toddlers are full from August to December
        wish = self.request(birthdate="2025-02-10")  # moves in September
        self.assertEqual(wish.free_from, date(2027, 1, 1))
        self.assertEqual(self.request().free_from, date(2026, 5, 1))

    def test_queries_do_not_grow_with_children(self):
        def queries():
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.env["daycare.forecast"].get_forecast()
            return self.cr.sql_log_count - before

        self.place(self.child, {"mon": [1]}, begin="2026-01-01", end="2026-12-31")
        few = queries()
        for number in range(10):
            child = self.Child.create({"lastname": "X", "firstname": str(number)})
            self.place(child, {"tue": [2]}, begin="2026-01-01", end="2026-12-31")
        self.assertLessEqual(queries(), few)
