from odoo import fields, models
from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user, tagged

from .fake_models import register, temporary


@temporary
class FakeDialog(models.TransientModel):
    _name = "exchange.fake.dialog"
    _description = "Fake Dialog"

    secret = fields.Char()


@tagged("post_install", "-at_install")
class TestDialogs(TransactionCase):
    """What somebody chose or made in a dialog is nobody else's to read."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        register(cls, FakeDialog)
        cls.env["ir.model.access"].create(
            {
                "name": "fake dialog",
                "model_id": cls.env["ir.model"]._get_id("exchange.fake.dialog"),
                "group_id": cls.env.ref("base.group_user").id,
                **dict.fromkeys(
                    ("perm_read", "perm_write", "perm_create", "perm_unlink"), True
                ),
            }
        )
        cls.owner = new_test_user(cls.env, "dialog_owner", "base.group_user")
        cls.other = new_test_user(cls.env, "dialog_other", "base.group_system")
        dialogs = cls.env["exchange.fake.dialog"].with_user(cls.owner)
        cls.dialog = dialogs.create({"secret": "x"})

    def test_its_user_works_with_it(self):
        self.dialog.secret = "y"
        found = self.dialog.search([])
        self.assertEqual((found, found.secret), (self.dialog, "y"))
        self.dialog.unlink()

    def test_nobody_else_does(self):
        seen = self.dialog.with_user(self.other)
        self.assertFalse(seen.search([]))
        for deed in (
            lambda: seen.read(["secret"]),
            lambda: seen.write({"secret": "z"}),
            seen.unlink,
        ):
            with self.assertRaises(AccessError):
                deed()

    def test_nor_the_file_that_was_made_in_it(self):
        files = self.env["ir.attachment"].with_user(self.owner)
        file = files.create(
            {
                "name": "export.xlsx",
                "raw": b"amounts",
                "res_model": self.dialog._name,
                "res_id": self.dialog.id,
            }
        )
        self.assertTrue(file.has_access("read"))
        self.assertFalse(file.with_user(self.other).has_access("read"))

    def test_nor_what_somebody_imports_or_writes_in_odoos_own(self):
        rows = {
            "base_import.import": {
                "res_model": "res.partner",
                "file": b"Ann;born 2020",
            },
            "mail.compose.message": {"body": "Ann was ill", "model": "res.partner"},
        }
        for name, vals in rows.items():
            with self.subTest(name):
                mine = self.env[name].with_user(self.owner).create(vals)
                self.assertTrue(mine.has_access("read"))
                self.assertFalse(mine.with_user(self.other).has_access("read"))

    def test_a_tab_that_does_something_is_for_its_maker(self):
        window = self.env["ir.actions.act_window"].search([], limit=1)
        server = self.env["ir.actions.server"].create(
            {
                "name": "Do",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "state": "code",
                "code": "records.action_archive()",
            }
        )
        tabs = self.env["ir.embedded.actions"].with_user(self.owner)
        common = {
            "name": "Preview",
            "parent_action_id": window.id,
            "parent_res_model": "res.partner",
        }
        tabs.create({**common, "action_id": window.id})
        for does in (
            {"python_method": "action_archive"},
            {"action_id": server.id},
        ):
            mine = tabs.create({**common, **does, "user_id": self.owner.id})
            mine.name = "Mine"
            for deed in (
                lambda does=does: tabs.create({**common, **does}),
                lambda does=does: tabs.create(
                    {**common, **does, "user_id": self.other.id}
                ),
                lambda mine=mine: mine.write({"user_id": False}),
            ):
                with self.subTest(does), self.assertRaises(AccessError):
                    deed()
            tabs.with_user(self.other).create({**common, **does})

    def test_every_dialog_of_the_suite_is_kept_so(self):
        ours = self.env["exchange.engine.mixin"]._engine_addons()
        rules = self.env["ir.rule"].with_user(self.other)
        dialogs = [
            name
            for name, model in self.env.items()
            if model.is_transient() and model._original_module in ours
        ]
        for name in dialogs:
            domain = rules._compute_domain(name, "read")
            self.assertIn(
                "create_uid", {c.field_expr for c in domain.iter_conditions()}
            )

    def test_odoos_own_are_as_ever(self):
        rules = self.env["ir.rule"].with_user(self.other)
        domain = rules._compute_domain("base.language.export", "read")
        self.assertTrue(domain.is_true())
