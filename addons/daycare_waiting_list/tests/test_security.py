from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import freeze_time

from .common import TODAY, WaitingListCommon

PROGRAM = {
    "state": "admitted",
    "offer_from": "2026-05-01",
    "offer_until": "2026-05-01",
}


@freeze_time(TODAY)
class TestSecurity(WaitingListCommon):
    def test_educators_and_others_see_nothing(self):
        request = self.request()
        for name in ("user", None):
            user = self.user(f"waiting-{name}", *([name] if name else []))
            for record in (request, request.line_ids):
                with (
                    self.subTest(group=name, model=record._name),
                    self.assertRaises(AccessError),
                ):
                    record.with_user(user).read()
            with self.assertRaises(AccessError):
                self.env["daycare.forecast"].with_user(user).get_forecast()

    def test_the_office_keeps_and_the_manager_deletes(self):
        request = self.request().with_user(self.office)
        request.priority = "1"
        with self.assertRaises(AccessError):
            request.unlink()
        manager = self.user("waiting-manager", "manager")
        request.with_user(manager).unlink()
        self.assertFalse(request.exists())

    def test_only_buttons_change_the_state(self):
        request = self.request().with_user(self.office)
        for name, value in PROGRAM.items():
            with self.subTest(field=name), self.assertRaises(AccessError):
                request.write({name: value})
            with self.subTest(field=name), self.assertRaises(AccessError):
                request.copy({name: value})
        request.action_refuse()
        self.assertEqual(request.state, "refused")

    def test_companies_are_kept_apart(self):
        request = self.request()
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.user("waiting-stranger", "manager")
        stranger.write(
            {"company_ids": [Command.set(other.ids)], "company_id": other.id}
        )
        env = self.env(user=stranger, context={"allowed_company_ids": other.ids})
        for record in (request, request.line_ids):
            self.assertFalse(env[record._name].search([("id", "=", record.id)]))
            with self.assertRaises(AccessError):
                record.with_env(env).read()
        for method in ("action_refuse", "action_admit", "action_offer"):
            with self.subTest(method=method), self.assertRaises(AccessError):
                getattr(request.with_env(env), method)()
        forecast = env["daycare.forecast"].get_forecast()
        self.assertNotIn(self.nursery.id, [g["id"] for g in forecast["groups"]])

    def test_reading_leaves_a_trace(self):
        request = self.request()
        request.with_user(self.office).read(["lastname", "phone"])
        row = self.env["exchange.access"].search([], limit=1)
        self.assertEqual((row.res_model, row.res_ids), (request._name, request.ids))
