from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, freeze_time
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from .common import DaycareCommon


class TestChild(DaycareCommon):
    def link(self, guardian, **parts):
        return self.Link.create(
            {"child_id": self.child.id, "guardian_id": guardian.id, **parts}
        )

    def test_defaults_are_active_and_both_parents(self):
        self.assertEqual(self.child.status_id.code, "30")
        self.assertEqual(self.child.authority_id.code, "1")

    def test_name(self):
        self.assertEqual(self.child.display_name, "Melody Mory")

    @freeze_time("2021-11-22")
    def test_age_in_months_then_in_years(self):
        self.assertEqual(self.child.age, "10 months")
        self.child.birthdate = "2021-10-15"
        self.assertEqual(self.child.age, "1 month")
        self.child.birthdate = "2018-11-22"
        self.assertEqual(self.child.age, "3 years")
        self.child.birthdate = "2021-12-24"
        self.assertFalse(self.child.age)

    def test_kibe_ids_of_children_and_guardians_are_two_name_spaces(self):
        child = self.Child.create(
            {"lastname": "Summer", "firstname": "Colin", "kibe_id": "91001"}
        )
        self.assertEqual(child.kibe_id, self.mother.kibe_id)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            child.copy({"kibe_id": "91001"})

    def test_child_with_a_placement_stays_in_the_company(self):
        other = self.env["res.company"].create({"name": "Autre crèche"})
        loose = self.Child.create({"lastname": "Summer", "firstname": "Colin"})
        loose.company_id = other
        self.env["daycare.sector"].create(
            {
                "child_id": self.child.id,
                "group_id": self.nursery.id,
                "date_from": "2021-01-01",
                "date_to": "2021-12-31",
            }
        )
        with self.assertRaisesRegex(UserError, "(?i)compan"):
            self.child.company_id = other

    def test_copy_does_not_take_the_kibe_id(self):
        self.assertFalse(self.child.copy().kibe_id)

    def test_role_comes_from_the_guardian_then_stays(self):
        link = self.link(self.father)
        self.assertEqual(link.role, "father")
        self.father.role = "mother"
        self.assertEqual(link.role, "father")

    def test_role_of_one_file_is_its_own(self):
        link = self.link(self.father, role="relative")
        self.assertEqual(link.role, "relative")
        self.assertEqual(self.father.role, "father")

    def test_same_guardian_once_in_a_file(self):
        self.link(self.mother)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.link(self.mother)

    def test_main_parent_moves(self):
        first = self.link(self.mother, is_main=True, is_debtor=True)
        second = self.link(self.father, is_secondary=True)
        self.assertEqual(self.child.main_guardian_id, self.mother)
        second.is_main = True
        self.env.flush_all()
        self.assertFalse(first.is_main)
        self.assertTrue(first.is_debtor)
        self.assertEqual(self.child.main_guardian_id, self.father)
        found = self.Child.search([("main_guardian_id", "=", self.father.id)])
        self.assertEqual(found, self.child)

    def test_two_main_parents_at_once_are_refused(self):
        with self.assertRaisesRegex(ValidationError, "Main Parent"):
            self.Link.create(
                [
                    {
                        "child_id": self.child.id,
                        "guardian_id": guardian.id,
                        "is_main": True,
                    }
                    for guardian in self.mother | self.father
                ]
            )

    def test_note_fetches_no_picture_from_elsewhere(self):
        spy = '<p>Ill<img src="http://spy.example/a.png"></p>'
        self.child.note = spy
        other = self.Child.create({"lastname": "A", "firstname": "B", "note": spy})
        for child in self.child | other:
            self.assertEqual(child.note, "<p>Ill</p>")

    def test_two_debtors_at_once_are_refused(self):
        links = self.link(self.mother) | self.link(self.father)
        with self.assertRaisesRegex(ValidationError, "Debtor"):
            links.is_debtor = True

    def test_family_is_typed_in_the_form(self):
        with Form(self.child) as form:
            with form.guardian_link_ids.new() as line:
                line.guardian_id = self.mother
                self.assertEqual(line.role, "mother")
                line.is_main = True
            form.zip = "1870"
        self.assertEqual(self.child.city, "Monthey")
        self.assertEqual(self.child.main_guardian_id, self.mother)

    @freeze_time("2021-06-01")
    def test_current_group(self):
        self.place(self.child, {"mon": [1]}, begin="2021-03-01", end="2021-06-01")
        self.place(
            self.child,
            {"mon": (8.0, 9.0)},
            group=self.school,
            begin="2021-06-02",
            end="2021-07-01",
        )
        self.assertEqual(self.child.current_group_ids, self.nursery)
        Child = self.Child
        by_group = [("current_group_ids", "=", self.nursery.id)]
        self.assertEqual(Child.search(by_group), self.child)
        by_group = [("current_group_ids", "=", self.school.id)]
        self.assertFalse(Child.search(by_group))

    @freeze_time("2021-06-01")
    def test_search_children_without_placement(self):
        other = self.Child.create({"lastname": "Summer", "firstname": "Colin"})
        self.place(self.child, {"mon": [1]})
        domain = [
            ("company_id", "=", self.company.id),
            "!",
            ("sector_ids.is_current", "=", True),
        ]
        self.assertEqual(self.Child.search(domain), other)

    def test_changes_are_kept_in_the_chatter(self):
        child = self.child.with_context(tracking_disable=False)
        self.cr.flush()  # forget that the setup asked for no tracking
        child.departure_reason = "Moving"
        self.env.flush_all()
        self.cr.flush()
        child.invalidate_recordset()
        tracking = child.message_ids.tracking_value_ids
        self.assertEqual(tracking.new_value_char, "Moving")

    def test_placements_end_with_the_departure(self):
        running = self.place(self.child, {"mon": [1]})
        self.place(self.child, {"mon": [1]}, begin="2022-01-01", end="2022-12-31")
        self.assertFalse(self.child.placed_after_departure)
        self.child.departure_date = "2021-07-31"
        self.assertTrue(self.child.placed_after_departure)
        self.child.action_end_placements()
        self.assertEqual(self.child.sector_ids, running)
        self.assertEqual(str(running.date_to), "2021-07-31")
        self.assertFalse(self.child.placed_after_departure)

    def test_deleting_a_child_leaves_its_guardians(self):
        self.link(self.mother, is_main=True)
        self.place(self.child, {"mon": [1]})
        self.child.unlink()
        self.assertTrue(self.mother.exists())
        self.assertFalse(self.mother.child_link_ids)

    def test_unborn_child_needs_no_first_name_and_is_called_so(self):
        self.env["res.lang"].sudo()._activate_lang("fr_FR")
        child = self.env["daycare.child"].create(
            {"lastname": "Perret", "gender": "unborn"}
        )
        self.assertEqual(child.display_name, "Perret (unborn)")
        french = child.with_context(lang="fr_FR")
        self.assertEqual(french.display_name, "Perret (à naître)")
        self.assertEqual((child.name, child.firstname), ("Perret", False))
        sheet = self.env.ref("daycare.action_report_child_sheet")
        named = safe_eval(sheet.print_report_name, {"object": child})
        self.assertEqual(named, "Sheet Perret (unborn)")
        child.write({"firstname": "Lou", "gender": "female"})
        self.assertEqual(child.display_name, "Lou Perret")
        with self.assertRaisesRegex(ValidationError, "Perret: enter the first name"):
            child.firstname = False
