from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import KibeImportCommon, edited


@tagged("post_install", "-at_install")
class TestKibeUndo(KibeImportCommon):
    def test_undo_of_a_first_import(self):
        before = self.counts()
        partners = self.env["res.partner"].search_count([])
        run = self.run_import("kibe_sample.zip", "create")
        run.action_undo()
        self.assertTrue(run.undone)
        self.assertEqual(self.counts(), before)
        self.assertEqual(self.env["res.partner"].search_count([]), partners)

    def test_undo_of_an_overwrite_gives_the_old_values_back(self):
        self.run_import("kibe_sample.zip", "create")
        old = self.week(self.child("10000"))
        run = self.run_import(
            edited(
                ("enfants", 3, 2, "Winter"),
                ("intervenantsdata", 2, 2, "Monsieur"),
                ("intervenants", 3, 17, "6000"),
                ("prestations", 3, 8, "me"),
            ),
            "overwrite",
        )
        self.assertEqual(self.child("11110").lastname, "Winter")
        self.assertEqual(self.guardian("1110").income_ids.amount, 6000)
        run.action_undo()
        self.assertEqual(self.child("11110").lastname, "Summer")
        self.assertEqual(self.guardian("1001").role, "mother")
        self.assertEqual(self.guardian("1110").income_ids.amount, 5000)
        self.assertEqual(self.week(self.child("10000")), old)

    def test_undo_of_a_new_debtor_and_a_new_main_parent(self):
        self.run_import("kibe_sample.zip", "create")
        before, child = self.counts(), self.child("11110")
        parent = self.guardian("1110")
        run = self.run_import(
            edited(
                ("intervenants", 4, 1, "1200"),
                ("intervenants", 4, 2, "Muster"),
                ("enfants", 3, 12, "1200"),
                ("contrats", 3, 1, "11110"),
                ("contrats", 3, 2, "1200"),
                ("contrats", 3, 4, "1300"),
                ("contrats", 3, 5, "Ville"),
            ),
            "overwrite",
        )
        self.assertEqual(run.state, "done", run.refusal)
        self.assertEqual(child.billing_data_ids.debtor_id, self.guardian("1300"))
        run.action_undo()
        self.assertEqual(self.counts(), before)
        self.assertEqual(child.billing_data_ids.debtor_id, parent)
        [link] = child.guardian_link_ids
        self.assertTrue(link.is_main and link.is_debtor)

    def week(self, child):
        return [
            (
                line.weekday,
                line.slot_ids.ids,
                line.hour_from,
                line.hour_to,
                line.kibe_code,
            )
            for line in child.sector_ids.line_ids
        ]

    def test_undo_detaches_a_contact(self):
        partner = self.env["res.partner"].create(
            {"name": "Summer Etienne", "ref": "29874", "company_id": self.company.id}
        )
        run = self.run_import("kibe_sample.zip", "create")
        run.action_undo()
        self.assertTrue(partner.exists())
        self.assertFalse(
            self.env["daycare.guardian"]._by_kibe_id(["1110"], self.company)
        )

    def test_later_import_stands_in_the_way(self):
        first = self.run_import("kibe_sample.zip", "create")
        first.date_end = "2021-01-01 00:00:00"
        later = self.run_import("kibe_sample.zip", "overwrite")
        with self.assertRaisesRegex(UserError, later.name):
            first.action_undo()
        later.action_undo()
        first.action_undo()
        self.assertTrue(first.undone)

    def test_somebody_elses_work_stands_in_the_way(self):
        run = self.run_import("kibe_sample.zip", "create")
        sibling = self.env["daycare.child"].create(
            {"lastname": "Mory", "firstname": "Tom"}
        )
        self.env["daycare.child.guardian"].create(
            {"child_id": sibling.id, "guardian_id": self.guardian("1001").id}
        )
        before = self.counts()
        with self.assertRaisesRegex(UserError, "depends on this import") as caught:
            run.action_undo()
        # says what, in words and without the names of tables
        model = self.env["ir.model"].sudo()._get("daycare.child.guardian")
        self.assertIn(f"«{model.name}»", str(caught.exception))
        self.assertNotIn("daycare_child", str(caught.exception))
        self.assertEqual(self.counts(), before)
        self.assertFalse(run.undone)

    def test_only_managers_undo(self):
        run = self.run_import("kibe_sample.zip", "create", user=self.clerk)
        with self.assertRaises(UserError):
            run.action_undo()

    def test_a_test_has_nothing_to_undo(self):
        with self.assertRaises(UserError):
            self.run_import("kibe_sample.zip").action_undo()
