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
        # those of the demonstration are for any manager
        cls.env["tier.definition"].search([("model", "=like", "sofi.%")]).unlink()
        cls.env["tier.definition"].create(
            [
                {
                    "name": model,
                    "model_id": cls.env["ir.model"]._get_id(model),
                    "company_id": cls.env.company.id,
                    "review_type": "group",
                    "reviewer_group_id": group.id,
                }
                for model in ("sofi.export", "sofi.export.file")
            ]
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

    def _issued_again(self):
        """Return a file that the first manager issued again."""
        self.env["sofi.export"]._cron_export()
        file = self.env["sofi.export"].search([("nightly", "=", True)], limit=1)
        file = file.file_ids.with_user(self.first)
        (self.root / "erables/output" / file.name).unlink()
        return file._reissue("refused")

    def test_a_file_issued_again_waits(self):
        again = self._issued_again()
        self.assertEqual((again.state, self.files()), ("written", []))
        self.assertFalse(again.can_review, "it is his own")
        for door in (
            again.action_finish,
            again.sudo().action_finish,
            lambda: again.sudo().write({"state": "publishing"}),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                door()
        with self.assertRaisesRegex(UserError, "waits for approval by Group Managers"):
            again.action_finish()
        again.validate_tier()
        again.invalidate_recordset()
        self.assertEqual(self.files(), [])
        again.with_user(self.second).validate_tier()
        again.invalidate_recordset()
        again.action_finish()
        self.assertEqual((again.state, self.files()), ("done", [again.name]))

    def test_a_file_that_is_refused_is_given_up(self):
        again = self._issued_again()
        again.with_user(self.second).reject_tier()
        again.invalidate_recordset()
        self.assertEqual((again.state, self.files()), ("cancelled", []))
        [refusal] = again.export_id.exchange_message_ids.filtered(
            lambda message: message.code == "reissue_refused"
        )
        self.assertIn(self.second.name, refusal.text)
        once_more = again.reissue_of_id._reissue("asked for")
        self.assertNotEqual(once_more.name, again.name)
        self.assertEqual(once_more.validation_status, "pending")

    def test_without_a_definition_it_is_issued_at_once(self):
        self.env["tier.definition"].search(
            [("model", "=", "sofi.export.file")]
        ).unlink()
        again = self._issued_again()
        self.assertEqual((again.state, self.files()), ("done", [again.name]))
