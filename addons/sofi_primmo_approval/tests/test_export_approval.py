from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from odoo.addons.sofi_primmo.tests.common import SofiCase


@tagged("post_install", "-at_install")
class TestExportApproval(SofiCase):
    """An export for real is done once somebody else approved what it would do."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first, cls.second = (
            new_test_user(
                cls.env,
                f"sofi_approval_{name}",
                groups="sofi_primmo.group_sofi_manager",
            )
            for name in ("first", "second")
        )
        group = cls.env["res.groups"].create({"name": "Managers"})
        group.user_ids = cls.first | cls.second
        cls.env["tier.definition"].create(
            {
                "name": "Exports",
                "model_id": cls.env["ir.model"]._get_id("sofi.export"),
                "company_id": cls.env.company.id,
                "review_type": "group",
                "reviewer_group_id": group.id,
            }
        )

    def _own(self, **vals):
        residence = self.residence.with_user(self.first)
        return (
            self.env["sofi.export"]
            .with_user(self.first)
            .create(
                {
                    "company_id": residence.company_id.id,
                    "residence_ids": [(6, 0, residence.ids)],
                    **vals,
                }
            )
        )

    def test_previewed_approved_and_exported(self):
        run = self._own()
        with self.assertRaisesRegex(UserError, "Preview"):
            run.action_run()
        run.action_plan()
        with self.assertRaisesRegex(UserError, "needs an approval"):
            run.action_run()
        self.assertEqual(self.files(), [])
        run.request_validation()
        self.assertFalse(run.can_review, "it is his own")
        with self.assertRaisesRegex(UserError, "waits for approval"):
            run.action_run()
        with self.assertRaisesRegex(UserError, "Restart Validation"):
            run.action_plan()
        run.with_user(self.second).validate_tier()
        run.invalidate_recordset()
        run.action_run()
        self.assertEqual(run.state, "done", run.log_text)
        self.assertTrue(self.files())

    def test_the_wizard_is_no_way_around(self):
        wizard = self.env["sofi.export.wizard"].with_user(self.first)
        wizard = wizard.create({"residence_ids": [(6, 0, self.residence.ids)]})
        with self.assertRaisesRegex(UserError, "Preview"):
            wizard.action_export()
        self.assertEqual(self.files(), [])

    def test_a_simulation_needs_none(self):
        run = self._own(dry_run=True)
        run.action_run()
        self.assertEqual(run.state, "done", run.log_text)

    def test_the_night_needs_none(self):
        """Whether it is for real is decided on each residence, and nobody makes one."""
        self.env["sofi.export"]._cron_export()
        run = self.env["sofi.export"].search([("nightly", "=", True)], limit=1)
        self.assertEqual(run.state, "done", run.log_text)
        self.assertTrue(self.files())
        with self.assertRaises(UserError):  # AccessError: the engine's own field
            self._own(nightly=True)
