from datetime import date

from psycopg2 import IntegrityError

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import MARCH, DaycareBillingCommon


@tagged("post_install", "-at_install")
class TestTariff(DaycareBillingCommon):
    """Tariffs as data: versions, scopes, what they refuse."""

    def _in_force(self, day=MARCH):
        tariffs = self.env["daycare.tariff"]._in_force(self.company, day)
        return tariffs.get(self.group.id, self.env["daycare.tariff"])

    def test_version_of_the_day(self):
        self.bracket.date_to = "2021-03-31"
        april = self._tariff("April", date_from="2021-04-01")
        self.assertEqual(self._in_force(), self.bracket)
        self.assertEqual(self._in_force(date(2021, 4, 1)), april)
        self.assertFalse(self._in_force(date(2019, 12, 31)))

    def test_new_version_ends_the_old_one(self):
        action = self.bracket.action_new_version()
        version = self.env["daycare.tariff"].browse(action["res_id"])
        self.assertEqual((version.date_from - self.bracket.date_to).days, 1)
        self.assertEqual(version.date_from.day, 1)
        self.assertEqual(
            version.bracket_ids.mapped("price"),
            self.bracket.bracket_ids.mapped("price"),
        )

    def test_new_version_of_one_that_has_ended_follows_it(self):
        self.bracket.date_to = "2021-06-30"
        action = self.bracket.action_new_version()
        version = self.env["daycare.tariff"].browse(action["res_id"])
        self.assertEqual(version.date_from, date(2021, 7, 1))
        self.assertFalse(version.date_to)
        self.assertEqual(self.bracket.date_to, date(2021, 6, 30))

    def test_versions_do_not_overlap(self):
        with self.assertRaises(ValidationError):
            self._tariff("Rival")
        self._tariff("Elsewhere", department_ids=[Command.set(self.department.ids)])
        with self.assertRaises(ValidationError):
            self._tariff("Rival", department_ids=[Command.set(self.department.ids)])
        self._tariff("Archived", active=False)

    def test_own_department_first(self):
        own = self._tariff("Own", department_ids=[Command.set(self.department.ids)])
        self.assertEqual(self._in_force(), own)
        own.active = False
        self.assertEqual(self._in_force(), self.bracket)

    def test_incomplete_tariffs_are_refused(self):
        with self.assertRaises(ValidationError):
            self._tariff("Empty", bracket_ids=False, active=False)
        with self.assertRaises(ValidationError):
            self._tariff("No ceiling", kind="linear", ceiling=0, active=False)

    @mute_logger("odoo.sql_db")
    def test_values_out_of_range(self):
        for vals in (
            {"date_to": "2019-12-31"},
            {"minimum": 20, "maximum": 10},
            {"months_billed": 13},
            {"weeks": 0},
            {"rounding": 0},
            {"weight_second": 101},
        ):
            with (
                self.subTest(vals),
                self.assertRaises(IntegrityError),
                self.cr.savepoint(),
            ):
                self.bracket.write(vals)
                self.bracket.flush_recordset()

    def test_shipped_examples_are_public_tariffs_and_not_in_force(self):
        Tariff = self.env["daycare.tariff"].sudo()
        brackets = self.env.ref("daycare_billing.tariff_example_brackets").sudo()
        linear = self.env.ref("daycare_billing.tariff_example_linear").sudo()
        self.assertFalse(brackets.active)
        self.assertFalse(linear.active)
        self.assertIn("Example", brackets.name)
        self.assertEqual(len(brackets.bracket_ids), 10)
        self.assertEqual(brackets._rules().highest, 104)
        self.assertEqual(linear._rules().highest, 120)
        self.assertFalse((brackets | linear) & Tariff.search([]))

    def test_tariff_that_counted_says_so(self):
        self.assertFalse(self.bracket.is_billed)
        self._run().action_compute()
        self.bracket.invalidate_recordset(["is_billed"])
        self.assertTrue(self.bracket.is_billed)
        self.assertIn("corrects them", self.bracket.get_view(view_type="form")["arch"])

    def test_closed_days(self):
        other = self._group("NUR2", self.department)
        Closure = self.env["daycare.closure"]
        Closure.create(
            [
                {"name": "Easter", "date_from": "2021-03-29", "date_to": "2021-04-05"},
                {
                    "name": "Works",
                    "date_from": "2021-03-10",
                    "group_ids": [Command.set(other.ids)],
                },
            ]
        )
        days = Closure._closed_days(self.company, MARCH, date(2021, 3, 31))
        self.assertEqual(sorted(d.day for d in days[None]), [29, 30, 31])
        self.assertEqual([d.day for d in days[other.id]], [10])

    def test_note_fetches_no_picture_from_elsewhere(self):
        spy = '<p>Communal<img src="http://spy.example/a.png"></p>'
        self.bracket.note = spy
        other = self._tariff(
            "Own", note=spy, department_ids=[Command.set(self.department.ids)]
        )
        for tariff in self.bracket | other:
            self.assertEqual(tariff.note, "<p>Communal</p>")
