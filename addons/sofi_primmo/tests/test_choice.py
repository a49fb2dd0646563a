"""A run of some charges only: of chosen days, or chosen one by one."""

from datetime import date

from odoo.exceptions import UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import SofiCase


@tagged("post_install", "-at_install")
class TestChoice(SofiCase):
    def exported(self, run):
        """Return the numbers of the charges in a run's files."""
        lines = run.line_ids.filtered("file_id")
        return sorted(lines.mapped("sofi_charge_id"))

    def test_days_are_chosen_and_the_rest_stays(self):
        run = self.export(date_from=date(2025, 11, 4), date_to=date(2025, 11, 4))
        self.assertEqual(run.state, "done", run.log_text)
        self.assertEqual(self.exported(run), ["900003"])
        self.assertEqual(self.status("900003"), "archived")
        self.assertEqual(self.status("900001"), "accepted")
        (self.root / "erables/output" / run.file_ids.name).unlink()
        rest = self.export()
        self.assertEqual(self.exported(rest), ["900001", "900007"])

    def test_a_single_charge_is_chosen(self):
        run = self.export(charge_numbers="900007")
        self.assertEqual(self.exported(run), ["900007"])
        self.assertEqual(self.status("900001"), "accepted")
        self.assertEqual(run.line_ids.mapped("sofi_charge_id"), ["900007"])

    def test_chosen_charges_that_are_not_there_are_named(self):
        run = self.export(charge_numbers="900001,  4711, 900001")
        self.assertEqual(self.exported(run), ["900001"])
        [message] = run.exchange_message_ids.filtered(
            lambda m: m.code == "chosen_missing"
        )
        self.assertEqual(message.value, "4711")

    def test_days_outside_of_the_residences_period_are_refused_before_sofi(self):
        self.residence.start_date = "2025-11-05"
        run = self.export(date_to=date(2025, 11, 4))
        self.assertEqual(run.state, "failed")
        self.assertIn("outside of the period", run.log_text)
        self.assertFalse(self.simulator.residence("erables").requests)
        run = self.export(date_from=date(2025, 11, 1))
        self.assertEqual(self.exported(run), ["900007"], "never before its period")

    def test_one_residence_that_has_nothing_does_not_stop_the_others(self):
        cedres = self.make_cedres(start_date="2026-01-01")
        run = self.export(self.residence | cedres, date_to=date(2025, 12, 31))
        self.assertEqual(run.state, "partial", run.log_text)
        self.assertEqual(run.file_ids.residence_id, self.residence)

    def test_what_cannot_be_chosen(self):
        with self.assertRaises(ValidationError):
            self.make_export(date_from=date(2025, 11, 2), date_to=date(2025, 11, 1))
        both = self.residence | self.make_cedres()
        with self.assertRaises(ValidationError):
            self.make_export(both, charge_numbers="900001")
        run = self.make_export()
        run.action_plan()
        manager = new_test_user(self.env, "m", "sofi_primmo.group_sofi_manager")
        for name, value in (("date_from", date(2025, 1, 1)), ("charge_numbers", "1")):
            with self.assertRaises(UserError):
                run.with_user(manager).write({name: value})

    def test_the_dialog_hands_the_choice_on(self):
        dialog = self.env["sofi.export.wizard"].create(
            {
                "residence_ids": [(6, 0, self.residence.ids)],
                "date_from": date(2025, 11, 3),
                "date_to": date(2025, 11, 5),
                "charge_numbers": "900001 900003",
            }
        )
        run = self.env["sofi.export"].browse(dialog.action_dry_run()["res_id"])
        self.assertEqual(self.exported(run), ["900001", "900003"])

    def test_a_run_of_chosen_charges_is_no_night(self):
        self.export(charge_numbers="900007")
        self.assertEqual(self.residence.morning_state, "late")
