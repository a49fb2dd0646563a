from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.service.model import call_kw

from .common import DaycareCommon

#: list: a value that would change what it says of others' files
CHANGES = {
    "daycare.child.status": {"label": "x", "kind": "left"},
    "daycare.civil.label": {"key": "married"},
    "daycare.gender.label": {"key": "other"},
    "daycare.language": {"aliases": "x"},
    "daycare.language.code3": {"language_id": False},
    "daycare.locality": {"name": "Nowhere"},
    "daycare.parental.authority": {"label": "x"},
}


class TestSharedLists(DaycareCommon):
    """Lists that several companies look up in are changed by who is of all of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create({"name": "Another Daycare"})
        cls.env["daycare.child"].create(
            {"lastname": "Other", "firstname": "Ann", "company_id": cls.other.id}
        )
        cls.one = cls.user("daycare-of-one", "manager")
        cls.all = cls.user("daycare-of-all", "manager")
        # sudo: children of demonstration, too
        children = cls.env["daycare.child"].sudo().search([])
        cls.all.company_ids = [Command.set(children.company_id.ids)]

    def call(self, user, model, method, *args):
        model = self.env(user=user.id, context={})[model]
        result = call_kw(model, method, list(args), {})
        self.env.flush_all()
        return result

    def test_who_is_of_one_company_changes_and_deletes_no_row(self):
        for model, vals in CHANGES.items():
            row = self.env[model].search([], limit=1)
            for method, *args in (["write", vals], ["web_save", vals, {}], ["unlink"]):
                with (
                    self.subTest(model, method=method),
                    self.assertRaisesRegex(AccessError, "works for all of them"),
                    self.env.cr.savepoint(),
                ):
                    self.call(self.one, model, method, row.ids, *args)

    def test_who_is_of_all_of_them_does(self):
        for model, vals in CHANGES.items():
            with self.subTest(model):
                row = self.env[model].search([], limit=1)
                self.call(self.all, model, "write", row.ids, vals)

    def test_a_new_word_changes_nothing_and_is_anybodys(self):
        new = {
            "daycare.child.status": {"code": "T98", "label": "x"},
            "daycare.civil.label": {"label": "zivil", "key": "married"},
            "daycare.gender.label": {"label": "neu", "key": "other"},
            "daycare.locality": {"npa": "0001", "name": "Neuville"},
            "daycare.parental.authority": {"code": "T98", "label": "x"},
        }
        for model, vals in new.items():
            with self.subTest(model):
                self.assertTrue(self.call(self.one, model, "create", vals))

    def test_another_town_of_a_known_postcode_is_not(self):
        known = self.env["daycare.locality"].search([], limit=1)
        vals = {"npa": known.npa, "name": "Aaa", "suffix": "00"}
        with self.assertRaisesRegex(AccessError, "works for all of them"):
            self.call(self.one, "daycare.locality", "create", vals)

    def test_every_list_of_no_company_is_guarded(self):
        """Those that somebody but an administrator writes."""
        guard = self.registry["exchange.shared.mixin"]
        system = self.env.ref("base.group_system")
        lacking = []
        for name, model in self.env.items():
            shared = name.startswith("daycare.") and "company_id" not in model._fields
            if not shared or model._abstract or model._transient:
                continue
            rights = self.env["ir.model.access"].search([("model_id.model", "=", name)])
            writers = rights.filtered(lambda r: r.perm_write and r.group_id != system)
            if writers and not isinstance(model, guard):
                lacking.append(name)
        self.assertEqual(lacking, [])
