"""Who sees a NAM, and for how long (spec 12)."""

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common_convention import ConventionCase


@tagged("post_install", "-at_install")
class TestPrivacy(ConventionCase):
    def test_nam_is_masked_and_each_access_is_kept(self):
        tenant = self.tenant("T1")
        manager = new_test_user(
            self.env, "sofi_pm", groups="sofi_primmo.group_sofi_manager"
        )
        seen = tenant.with_user(manager)
        self.assertEqual(seen.nam_masked, "TREJ ••••••••")
        with self.assertRaises(AccessError):
            seen.read(["nam"])
        with self.assertRaises(AccessError):
            seen.action_show_nam()
        self.assertFalse(self.env["primmo.nam.access"].search([]))
        nurse = new_test_user(
            self.env,
            "sofi_nam",
            groups="sofi_primmo.group_sofi_viewer,sofi_primmo.group_sofi_nam",
        )
        shown = tenant.with_user(nurse).action_show_nam()
        self.assertEqual(shown["params"]["message"], "TREJ38040719")
        access = self.env["primmo.nam.access"].search([])
        self.assertRecordValues(access, [{"tenant_id": tenant.id, "user_id": nurse.id}])

    def test_nam_stands_neither_in_findings_nor_in_logs(self):
        self.tenant("T1", nam="TREJ38130711")
        sync = self.preview()
        text = " ".join(sync.exchange_message_ids.mapped("text"))
        details = self.residence.convention_issue_ids.mapped("detail")
        self.assertNotIn("TREJ", text + " ".join(filter(None, details)))

    def test_people_are_forgotten_after_the_retention(self):
        gone = self.tenant("T1", departure_date="2019-01-01")
        stays = self.tenant("T2", departure_date=fields.Date.today())
        run = self.export()
        line = run.line_ids[0]
        gone.external_id = line.external_id or "T00123"
        self.env["primmo.tenant"]._gc_departed()
        self.assertFalse(gone.nam or gone.birth_date or gone.nam_previous)
        self.assertNotIn("Tremblay", gone.display_name)
        self.assertEqual(stays.last_name, "Tremblay")
        mine = run.line_ids.filtered(lambda x: x.external_id == gone.external_id)
        self.assertFalse(any(mine.mapped("resident_name")))
        self.assertTrue(sum(mine.mapped("amount")))
