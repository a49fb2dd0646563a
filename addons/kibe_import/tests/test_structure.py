from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import KibeImportCommon, edited


@tagged("post_install", "-at_install")
class TestKibeStructure(KibeImportCommon):
    """Departments by hours, modules, settings: what the company is like decides."""

    def group(self, code="NUR1"):
        return self.env["daycare.group"].search(
            [("code", "=", code), ("company_id", "=", self.company.id)]
        )

    def thursday(self):
        lines = self.child("10000").sector_ids.line_ids
        return lines.filtered(lambda line: line.weekday == "thu")

    def test_free_hours(self):
        self.group().department_id.mode = "hours"
        run = self.run_import("kibe_sample.zip", "create")
        self.assertEqual(run.state, "done", run.refusal)
        self.assertIn("P15", self.codes(run))
        line = self.thursday()
        self.assertEqual(
            (line.mode, line.hour_from, line.hour_to), ("hours", 6.5, 10.25)
        )
        self.assertFalse(line.slot_ids)
        again = self.run_import("kibe_sample.zip", "overwrite")
        self.assertEqual(again.counters["sector"]["identical"], 1)

    def test_slots_to_be_found(self):
        raw = edited(("prestations", 4, 9, "Nur : 1/2 journée matin"))
        run = self.run_import(raw, "create")
        self.assertEqual(run.state, "done", run.refusal)
        self.assertEqual(self.thursday().slot_ids.mapped("number"), [1, 2, 3])

    def test_modules(self):
        group = self.group()
        slots = group.slot_ids.sorted("number")
        self.env["daycare.module"].create(
            [
                {
                    "name": name,
                    "group_id": group.id,
                    "slot_ids": [Command.set(part.ids)],
                }
                for name, part in (("Matin", slots[:3]), ("Après-midi", slots[3:]))
            ]
        )
        short = edited(
            ("prestations", 4, 9, "Nur : 1/2 journée matin"),
            ("prestations", 4, 6, "08:30:00"),
            ("prestations", 4, 7, "11:00:00"),
        )
        run = self.run_import(short, "create")
        self.assertIn("P24", self.codes(run))
        self.assertEqual(self.thursday().slot_ids.mapped("number"), [1, 2, 3])
        group.module_policy = "strict"
        refused = self.run_import(short, "overwrite")
        self.assertIn("P25", self.codes(refused))
        self.assertEqual(refused.state, "failed")

    def test_archived_group_is_unknown(self):
        self.group().active = False
        self.assertIn("P02", self.codes(self.run_import("kibe_sample.zip")))

    def test_settings_are_the_companys(self):
        self.env.user.group_ids |= self.env.ref("base.group_system")
        settings = Form(self.env["res.config.settings"])
        settings.kibe_address_mode = "3"
        settings.kibe_address_block = True
        settings.kibe_keep_days = 30
        settings.save().execute()
        self.assertEqual(self.company.kibe_address_mode, "3")
        self.assertTrue(self.company.kibe_address_block)
        self.assertEqual(self.company.kibe_keep_days, 30)
        self.assertEqual(self.prepare("kibe_sample.zip").address_mode, "3")

    def test_town_of_a_new_postcode(self):
        self.run_import("kibe_sample.zip", "create")
        child = self.child("11110")
        child.city = "Lausanne 26"
        self.run_import("kibe_sample.zip", "overwrite")
        self.assertEqual(child.city, "Lausanne 26")
        self.run_import(edited(("enfants", 3, 15, "1920")), "overwrite")
        self.assertEqual((child.zip, child.city), ("1920", "Martigny"))

    def test_unknown_postcode_is_warned(self):
        run = self.run_import("bad/e15_npa_unknown.zip", "create")
        self.assertEqual(run.state, "done")
        child = self.child("11110")
        self.assertEqual((child.zip, child.city), ("1999", False))
