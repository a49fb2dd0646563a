"""The morning: what each residence's night left to do, on its card and by e-mail."""

from datetime import timedelta

from odoo import fields
from odoo.tests import new_test_user, tagged

from .common import SofiCase


@tagged("post_install", "-at_install")
class TestMorning(SofiCase):
    def setUp(self):
        super().setUp()
        self.person = new_test_user(
            self.env,
            "sofi_morning",
            groups="sofi_primmo.group_sofi_manager",
            email="nuit@residences.example",
            lang="en_US",
        )
        self.erables = self.residence
        self.erables.active = False
        self.residence = self.make_generated("tilleuls", 4)
        self.residence.user_id = self.person
        self.env["mail.mail"].search([]).unlink()

    def seen(self, residence=None):
        """Return what the responsible person sees on the card."""
        self.env.invalidate_all()
        return (residence or self.residence).with_user(self.person)

    def mails(self):
        """Let the morning come; return the e-mails it sent."""
        before = self.env["mail.mail"].search([])
        self.env["sofi.morning"]._cron_morning()
        return self.env["mail.mail"].search([]) - before

    def set_back(self, run, **ago):
        """Let a run, and what it left out, have been so long ago."""
        run.date_start = fields.Datetime.now() - timedelta(**ago)
        self.env.flush_all()

    def test_a_night_that_did_not_run_is_told_until_it_runs(self):
        self.assertEqual(self.seen().morning_state, "late")
        [mail] = self.mails()
        self.assertIn("nuit@residences.example", mail.email_to)
        self.assertIn("Tilleuls", mail.body_html)
        self.assertIn("No Export", mail.body_html)
        self.assertIn("1 to look at", mail.subject)
        run = self.export()
        self.assertEqual(self.seen().morning_state, "fine")
        self.assertFalse(self.mails())
        self.set_back(run, hours=37)
        self.assertEqual(self.seen().morning_state, "late")
        self.assertTrue(self.mails())

    def test_a_good_night_is_told_where_it_is_wanted(self):
        self.residence.morning_mail = "always"
        run = self.export()
        card = self.seen()
        self.assertEqual(card.morning_amount, run.amount)
        self.assertEqual(card.morning_day, card._today())
        [mail] = self.mails()
        self.assertIn("all is well", mail.subject)
        self.assertIn(f"{run.amount:,.2f}", mail.body_html)
        self.residence.morning_mail = "never"
        self.assertFalse(self.mails())

    def test_failed_first_and_one_mail_for_all(self):
        other = self.make_generated("cedres2", 3)
        other.user_id = self.person
        self.export(other)
        self.residence.output_directory = "x" * 300
        self.export()
        self.assertEqual(self.seen().morning_state, "failed")
        self.assertEqual(self.seen(other).morning_state, "fine")
        other.morning_mail = "always"
        [mail] = self.mails()
        self.assertLess(
            mail.body_html.index("Tilleuls"), mail.body_html.index("Cedres2")
        )
        window = self.seen().action_open_morning()
        self.assertEqual(window["res_model"], "sofi.export")

    def test_files_that_primmo_does_not_take(self):
        run = self.export()
        self.set_back(run, days=3)
        card = self.seen()
        since = card._today() - timedelta(days=3)
        self.assertEqual(
            (card.morning_state, card.morning_waiting, card.morning_waiting_since),
            ("late", 1, since),
        )
        [mail] = self.mails()
        self.assertIn("Files waiting for Primmo: 1", mail.body_html)

    def test_charges_left_out_are_told_with_the_reason(self):
        erables = self.erables
        self.export()
        erables.write({"active": True, "user_id": self.person.id})
        self.export(erables)
        card = self.seen(erables)
        self.assertEqual(card.morning_state, "left_out")
        [mail] = self.mails()
        reasons = erables.env["sofi.charge"]._fields["skip_reason"]
        labels = dict(reasons._description_selection(self.env))
        skipped = self.env["sofi.charge"].search(
            [("residence_id", "=", erables.id), ("state", "=", "skipped")]
        )
        self.assertEqual(card.morning_left_out, len(skipped))
        for reason in set(skipped.mapped("skip_reason")):
            self.assertIn(labels[reason], mail.body_html)
        window = card.action_open_morning()
        found = self.env[window["res_model"]].search(window["domain"])
        self.assertEqual(found, skipped)

    def test_only_the_latest_export_says_what_is_left_out(self):
        erables = self.erables
        erables.write({"active": True, "user_id": self.person.id})
        run = self.export(erables)
        count = self.seen(erables).morning_left_out
        self.assertTrue(count)
        card = self.env.ref("sofi_primmo.exchange_card_left_out")
        later = (
            ("previewed", {"dry_run": True}),
            ("exported again", {}),
            ("another day's charges", {"date_from": "2026-01-01"}),
        )
        for name, values in later:
            with self.subTest(name):
                self.export(erables, **values)
                self.assertEqual(self.seen(erables).morning_left_out, count)
                figures = card.with_user(self.person).figures
                self.assertEqual(sum(figure["count"] for figure in figures), count)
        left_out = self.env["sofi.charge"].search(
            [("export_id", "=", run.id), ("state", "=", "skipped")]
        )
        for charge in left_out:
            del self.simulator.residence("erables").charges[charge.sofi_charge_id]
        for file in self.files():
            (self.root / "erables" / "output" / file).unlink()
        self.export(erables)
        self.assertEqual(self.seen(erables).morning_left_out, 0)
        self.assertEqual(self.seen(erables).morning_state, "fine")

    def test_chosen_charges_do_not_make_a_failed_night_well(self):
        self.export()
        folder = self.residence.output_directory
        self.residence.output_directory = "x" * 300
        self.export()
        self.residence.output_directory = folder
        self.export(date_from="2026-01-01")
        self.assertEqual(self.seen().morning_state, "failed")
        for file in self.files("tilleuls"):
            (self.root / "tilleuls" / "output" / file).unlink()
        self.export()
        self.assertEqual(self.seen().morning_state, "fine")

    def test_a_second_export_by_hand_while_the_file_waits(self):
        """Refused to who asked for it; the night was well all the same."""
        self.export()
        run = self.export()
        self.assertEqual(run.state, "failed")
        self.assertEqual(self.seen().morning_state, "fine")
        self.export(nightly=True)
        self.assertEqual(self.seen().morning_state, "failed")

    def test_nobody_is_told_of_what_he_may_not_see(self):
        company = self.env["res.company"].create({"name": "Résidences Beauce"})
        self.env.user.company_ids |= company
        self.make_cedres(company_id=company.id, user_id=self.person.id)
        self.export()
        self.assertFalse(self.mails())
