from psycopg2 import IntegrityError

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import Form
from odoo.tools import mute_logger

from .common import DaycareCommon


class TestStructure(DaycareCommon):
    def slot(self, number, begin, end, group=None, **vals):
        return self.env["daycare.slot"].create(
            {
                "group_id": (group or self.nursery).id,
                "number": number,
                "hour_from": begin,
                "hour_to": end,
                **vals,
            }
        )

    def test_group_code_is_unique_in_the_company(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.env["daycare.group"].create(
                {
                    "code": "T-NUR",
                    "name": "Twin",
                    "department_id": self.school_department.id,
                }
            )

    def test_group_takes_the_company_and_mode_of_its_department(self):
        self.assertEqual(self.school.company_id, self.company)
        self.assertEqual(self.school.mode, "hours")
        self.assertEqual(self.nursery.mode, "slots")

    def test_slot_number_is_unique_in_its_group(self):
        self.slot(1, 7, 8, group=self.school)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.slot(1, 20, 21)

    def test_slot_hours(self):
        for begin, end in [(8, 8), (9, 8), (-1, 8), (8, 24.5)]:
            with (
                self.subTest(begin=begin, end=end),
                self.assertRaises(IntegrityError),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.slot(7, begin, end)

    def test_slot_name(self):
        slot = self.slots(2)
        self.assertEqual(slot.display_name, "2 · 07:30–09:00")
        slot.name = "Morning"
        self.assertEqual(slot.display_name, "2 · Morning")

    def test_slot_is_found_by_number_or_name(self):
        Slot = self.env["daycare.slot"]
        slot = self.slots(2)
        slot.name = "Breakfast"
        domain = [("group_id", "=", self.nursery.id)]
        for text in ["2", "breakf"]:
            with self.subTest(text=text):
                found = Slot.name_search(text, domain)
                self.assertEqual([found_id for found_id, _name in found], slot.ids)

    def test_overlapping_slots_are_limited_to_twelve(self):
        for number in range(7, 13):
            self.slot(number, 6.5, 6.5 + number)
        with self.assertRaisesRegex(ValidationError, "12"):
            self.slot(13, 6.5, 20)

    def test_slots_in_a_row_are_not_limited(self):
        for number in range(1, 20):
            self.slot(number, number, number + 1, group=self.school)
        self.assertEqual(len(self.school.slot_ids), 19)

    def module(self, *numbers, group=None):
        return self.env["daycare.module"].create(
            {
                "name": "Module",
                "group_id": (group or self.nursery).id,
                "slot_ids": [Command.set(self.slots(*numbers).ids)],
            }
        )

    def test_module_spans_its_slots(self):
        module = self.module(1, 2, 3)
        self.assertEqual((module.hour_from, module.hour_to), (6.5, 11.0))
        self.assertEqual(module.weight, 50)

    def test_module_needs_consecutive_slots(self):
        with self.assertRaisesRegex(ValidationError, "follow one another"):
            self.module(1, 3)

    def test_module_needs_slots_of_its_group(self):
        with self.assertRaisesRegex(ValidationError, "own group"):
            self.module(1, group=self.school)
        with self.assertRaisesRegex(ValidationError, "own group"):
            self.module()

    def test_group_is_set_up_in_its_form(self):
        with Form(self.env["daycare.group"]) as form:
            form.name = "Toddlers"
            form.code = "T-TRO"
            form.department_id = self.nursery_department
            form.capacity = 10
            with form.slot_ids.new() as slot:
                slot.number = 1
                slot.hour_from = 7
                slot.hour_to = 12
                slot.weight = 50
        self.assertEqual(form.record.slot_ids.company_id, self.company)

    def test_copy_of_a_group_has_its_own_slots(self):
        twin = self.nursery.copy({"code": "T-NUR2"})
        self.assertEqual(twin.slot_ids.mapped("number"), [1, 2, 3, 4, 5, 6])
        self.assertFalse(twin.slot_ids & self.nursery.slot_ids)
