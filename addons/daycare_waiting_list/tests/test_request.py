from datetime import date

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, freeze_time

from .common import TODAY, WaitingListCommon


@freeze_time(TODAY)
class TestRequest(WaitingListCommon):
    def offer(self, request, user=None, **vals):
        wizard = (
            self.env["daycare.request.offer"]
            .with_user(user or self.env.user)
            .with_context(default_request_id=request.id)
            .create(vals)
        )
        wizard.action_offer()
        return wizard

    def test_the_group_is_that_of_the_age_and_days_are_whole(self):
        with Form(self.env["daycare.request"].with_user(self.office)) as form:
            form.lastname = "Wish"
            form.birthdate = "2026-06-10"
            form.date_from = "2026-10-01"
            self.assertEqual(form.group_id, self.nursery)
            form.date_from = "2028-01-01"
            self.assertEqual(form.group_id, self.toddlers)
            with form.line_ids.new() as line:
                line.weekday = "wed"
        request = form.record
        self.assertEqual(request.line_ids.slot_ids, self.toddlers.slot_ids)
        self.assertEqual(request.display_name, "Wish (unborn)")
        self.assertEqual(request.age_at_start, "18 months")

    def test_another_group_keeps_the_hours(self):
        request = self.request()
        request.line_ids.slot_ids = self.slots(1, 2)
        request.group_id = self.toddlers
        self.assertEqual(request.line_ids.slot_ids.mapped("number"), [1, 2])
        self.assertEqual(request.line_ids.slot_ids.group_id, self.toddlers)

    def test_what_files_say_is_not_typed_again(self):
        self.Link.create(
            {"child_id": self.child.id, "guardian_id": self.mother.id, "is_main": True}
        )
        with Form(self.env["daycare.request"].with_user(self.office)) as form:
            form.lastname = "Mory"
            form.guardian_id = self.mother
            form.date_from = "2026-10-01"
            self.assertEqual(form.email, "mary@example.org")
            self.assertEqual(form.contact_firstname, "Mary")
        self.assertEqual(form.record.sibling_ids, self.child)

    def test_admitting_opens_files_and_places(self):
        request = self.request(
            days=("mon", "thu"), phone="079 555 00 11", zip="1920", city="Martigny"
        )
        self.offer(request, self.office, date_from="2026-06-01")
        action = request.with_user(self.office).action_admit()
        child = request.child_id
        self.assertEqual(
            (action["res_model"], action["res_id"]), (child._name, child.id)
        )
        self.assertEqual(
            (child.name, child.birthdate), ("Nina Wish", date(2025, 12, 1))
        )
        self.assertEqual(child.registration_date, request.request_date)
        self.assertEqual((child.city, child.status_kind), ("Martigny", "active"))
        mother = child.main_guardian_id
        self.assertEqual((mother.name, mother.phone), ("Karin Wish", "079 555 00 11"))
        sector = request.sector_id
        self.assertEqual(child.sector_ids, sector)
        self.assertEqual(
            (sector.group_id, sector.date_from, sector.date_to),
            (self.nursery, date(2026, 6, 1), date(9999, 12, 31)),
        )
        self.assertEqual(sector.line_ids.mapped("weekday"), ["mon", "thu"])
        self.assertEqual(sector.line_ids.slot_ids, self.nursery.slot_ids)
        self.assertEqual(request.state, "admitted")
        with self.assertRaisesRegex(UserError, "already"):
            request.action_admit()

    def test_an_unborn_child_is_admitted(self):
        request = self.request(firstname=False, birthdate="2026-08-20")
        request.action_admit()
        self.assertEqual(request.child_id.gender, "unborn")

    def test_a_child_with_a_file_gets_no_second_one(self):
        request = self.request(lastname="BABY", firstname="boo", birthdate="2025-01-15")
        with self.assertRaisesRegex(UserError, "DossierId"):
            request.action_admit()
        request.child_id = self.baby
        self.assertEqual(request.firstname, "Boo")
        request.action_admit()
        self.assertEqual(request.child_id, self.baby)
        self.assertTrue(self.baby.sector_ids)

    def test_a_child_that_had_left_comes_back(self):
        self.baby.write(
            {
                "status_id": self.env.ref("daycare.status_90").id,
                "departure_date": "2026-01-31",
            }
        )
        self.request(child_id=self.baby.id).action_admit()
        self.assertEqual(self.baby.status_kind, "active")
        self.assertFalse(self.baby.departure_date)

    def test_the_main_parent_stays(self):
        self.Link.create(
            {"child_id": self.baby.id, "guardian_id": self.mother.id, "is_main": True}
        )
        request = self.request(child_id=self.baby.id, guardian_id=self.father.id)
        request.action_admit()
        self.assertEqual(self.baby.main_guardian_id, self.mother)
        self.assertIn(self.father, self.baby.guardian_link_ids.guardian_id)

    def test_an_offer_ends_by_itself(self):
        request = self.request()
        wizard = self.offer(request)
        self.assertEqual(wizard.answer_by, date(2026, 3, 24))
        self.assertEqual(request.state, "offered")
        with freeze_time("2026-03-24"):
            request._cron_expire()
            self.assertEqual(request.state, "offered")
        with freeze_time("2026-03-25"):
            with self.assertRaisesRegex(UserError, "03/24/2026"):
                request.action_admit()
            request._cron_expire()
        self.assertEqual(request.state, "expired")
        self.offer(request, answer_by="2026-04-30")
        self.assertEqual(request.state, "offered")

    def test_an_offer_is_mailed_in_the_language_of_the_family(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.company.partner_id.lang = "fr_FR"
        request = self.request(days=("mon", "tue"))
        self.offer(request, self.office)
        mail = self.env["mail.mail"].search(
            [("model", "=", request._name), ("res_id", "=", request.id)]
        )
        self.assertEqual(mail.email_to, "karin@example.org")
        self.assertIn("Nina Wish", mail.body_html)
        self.assertIn("24/03/2026", mail.body_html)
        self.assertIn("lundi", mail.body_html.lower())

    def test_no_mail_without_address_or_when_not_wanted(self):
        quiet, silent = self.request(email=False), self.request()
        self.offer(quiet)
        self.offer(silent, send=False)
        requests = (quiet | silent).ids
        mails = self.env["mail.mail"].search(
            [("model", "=", "daycare.request"), ("res_id", "in", requests)]
        )
        self.assertFalse(mails)

    def test_the_offer_warns_of_what_the_forecast_does_not_show(self):
        wizard = self.env["daycare.request.offer"].new(
            {"request_id": self.request().id, "date_from": "2026-05-01"}
        )
        self.assertFalse(wizard.too_early)
        wizard.date_from = fields.Date.to_date("2026-04-01")
        self.assertTrue(wizard.too_early)

    def test_what_is_missing_is_said(self):
        request = self.request(days=())
        for step in (request.action_offer, request.action_admit):
            with self.assertRaisesRegex(UserError, "weekday"):
                step()
        request.line_ids = [Command.create({"weekday": "mon"})]
        request.line_ids.slot_ids = False
        with self.assertRaisesRegex(UserError, "slots or hours"):
            request.action_admit()
        with self.assertRaisesRegex(UserError, "still to come"):
            self.offer(self.request(), answer_by="2026-03-01")

    def test_refused_withdrawn_and_back(self):
        request = self.request()
        request.action_refuse()
        self.assertEqual(request.state, "refused")
        with self.assertRaises(UserError):
            request.action_admit()
        request.action_wait()
        self.offer(request)
        request.action_withdraw()
        self.assertEqual(request.state, "withdrawn")
        request.action_wait()
        self.assertEqual((request.state, request.offer_until), ("waiting", False))

    def test_slots_of_another_group_are_refused(self):
        request = self.request()
        with self.assertRaisesRegex(ValidationError, "wished group"):
            request.line_ids.slot_ids = self.toddlers.slot_ids

    def test_the_next_group_is_for_older_children(self):
        with self.assertRaisesRegex(ValidationError, "comes after"):
            self.toddlers.age_from = 0

    def test_the_list_is_in_order_of_priority_and_date(self):
        first = self.request(request_date="2026-02-01")
        second = self.request(request_date="2026-02-02")
        urgent = self.request(request_date="2026-03-01", priority="2")
        found = self.env["daycare.request"].search(
            [("id", "in", (first | second | urgent).ids)]
        )
        self.assertEqual(found.ids, [urgent.id, first.id, second.id])
