from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestDemo(TransactionCase):
    def test_demo_fills_every_screen(self):
        nursery = self.env.ref("daycare.group_nur1", raise_if_not_found=False)
        if not nursery:
            self.skipTest("installed without demo data")
        week = self.env["daycare.occupancy"].get_week()
        levels = {
            cell["level"]
            for group in week["groups"]
            for row in group["rows"]
            for cell in row["cells"]
        }
        self.assertLessEqual({"open", "full", "over"}, levels)
        self.assertEqual(nursery.slot_ids.mapped("weight"), [10, 15, 25, 20, 15, 15])
        self.assertTrue(self.env["daycare.income"].search([("confidential", "=", 1)]))
        third_parties = self.env["daycare.guardian"].search(
            [("role", "=", "third_party"), ("child_link_ids.is_debtor", "=", True)]
        )
        self.assertTrue(third_parties)
        kinds = self.env["daycare.child"].search([]).mapped("status_kind")
        self.assertEqual(set(kinds), {"waiting", "active", "left"})
