from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged

from .common import PortalCommon


@tagged("post_install", "-at_install")
class TestAccess(PortalCommon):
    """Who sees which child, and when it ends."""

    def children(self, name):
        return set(self.portal(name)._children().mapped("firstname"))

    def test_who_sees_which_child(self):
        seen = {name: self.children(name) for name in self.users}
        self.assertEqual(
            seen,
            {
                "mother": {"Melody"},
                "father": {"Melody", "Tom"},
                "stranger": {"Alien"},
                "commune": set(),
                "foreigner": {"Fay"},
                "employee": set(),
            },
        )

    def test_by_role(self):
        link = self.melody.guardian_link_ids.filtered(
            lambda link: link.guardian_id == self.father
        )
        for role, access, seen in (
            ("father", "role", True),
            ("legal_guardian", "role", True),
            ("step_parent", "role", False),
            ("grandparent", "role", False),
            ("grandparent", "yes", True),
            ("third_party", "role", False),
            ("father", "no", False),
        ):
            link.write({"role": role, "portal_access": access})
            with self.subTest(role=role, access=access):
                self.assertEqual("Melody" in self.children("father"), seen)

    def test_access_ends_with_the_link_the_child_and_the_file(self):
        self.melody.guardian_link_ids.filtered(
            lambda link: link.guardian_id == self.father
        ).unlink()
        self.assertEqual(self.children("father"), {"Tom"})
        self.tom.active = False
        self.assertEqual(self.children("father"), set())
        self.father.active = False
        self.assertFalse(self.users["father"].active)
        self.assertFalse(self.portal("father")._guardian())
        self.assertTrue(self.users["mother"].active)

    def test_the_file_of_an_employee_ends_without_his_work(self):
        self.users["employee"].partner_id = self.mother.partner_id
        self.users["mother"].partner_id = self.env["res.partner"].create({"name": "x"})
        self.mother.active = False
        self.assertTrue(self.users["employee"].active)

    def test_no_record_of_the_daycare_is_open_to_a_portal_user(self):
        models = [
            name
            for name, model in self.registry.items()
            if name.startswith("daycare.") and not model._abstract
        ]
        self.assertGreater(len(models), 30)
        for name in ("mother", "commune"):
            for model in models:
                records = self.env[model].with_user(self.users[name])
                for ask in (records.search, records.search_count):
                    with self.subTest(model=model), self.assertRaises(AccessError):
                        ask([])

    def test_nothing_of_the_portal_is_called_by_clients(self):
        portal = self.registry["daycare.portal"]
        own = {n for n in vars(portal) if not n.startswith("_")}
        for part in portal.__mro__:
            if part.__module__.startswith("odoo.addons.daycare_portal"):
                own |= {n for n in vars(part) if not n.startswith("_")}
        self.assertFalse([n for n in own if callable(getattr(portal, n))])

    def test_parents_below_one_firm_are_not_each_others(self):
        firm = self.env["res.partner"].create({"name": "Firm", "is_company": True})
        run = self._bill(post=True)
        (self.mother | self.father).partner_id.parent_id = firm
        moves = run.move_ids
        self.assertEqual(len(moves), 3)
        self.env.flush_all()
        for name, guardian in (("mother", self.mother), ("father", self.father)):
            env = self.env(user=self.users[name])
            mine = moves.filtered(
                lambda m, guardian=guardian: m.partner_id == guardian.partner_id
            )
            self.assertEqual(env["account.move"].search([]).ids, mine.ids)
            items = env["account.move.line"].search([])
            self.assertEqual(items.move_id.ids, mine.ids)
            contacts = env["res.partner"].search([("parent_id", "=", firm.id)])
            self.assertEqual(contacts.ids, guardian.partner_id.ids)
            users = env["res.users"].search([("login", "in", ("mother", "father"))])
            self.assertEqual(users.mapped("login"), [name])
        self.father.active = False  # still nobody else's
        mother = self.env(user=self.users["mother"])["account.move"]
        self.assertEqual(mother.search([]).partner_id.id, self.mother.partner_id.id)

    def test_the_weeks_of_a_child(self):
        self.env["daycare.closure"].create(
            {"name": "St-Joseph", "date_from": "2021-03-19"}
        )
        with freeze_time("2021-03-10"):
            weeks = self.portal("mother")._weeks(self.melody.sudo())
        self.assertEqual(len(weeks), 4)
        self.assertEqual(weeks[0]["title"], "Week 10, from 03/08/2021")
        labels = [day for day, _came, _closed in weeks[0]["days"]]
        self.assertEqual(
            labels, ["Monday 8.3.", "Tuesday 9.3.", "Thursday 11.3.", "Friday 12.3."]
        )
        _day, came, closed = weeks[0]["days"][2]
        self.assertEqual((came, closed), ([("06:30–11:00", "Group NUR1")], []))
        self.assertEqual(weeks[1]["days"][3][2], ["St-Joseph"])

    def test_absences_and_extra_days_are_in_the_weeks(self):
        self.env["daycare.absence"].create(
            {
                "child_id": self.melody.id,
                "date_from": "2021-03-11",
                "date_to": "2021-03-12",
            }
        )
        self.env["daycare.extra.day"].create(
            {
                "child_id": self.melody.id,
                "group_id": self.group.id,
                "date": "2021-03-10",
                "slot_ids": [(6, 0, self.group.slot_ids[:2].ids)],
            }
        )
        with freeze_time("2021-03-10"):
            [week, *_others] = self.portal("mother")._weeks(self.melody.sudo())
        said = [came[0][0] for _day, came, _closed in week["days"]]
        self.assertEqual(
            said, ["06:30–18:30", "06:30–18:30", "06:30–09:00", "Absent", "Absent"]
        )

    def test_attestations_of_what_is_over_and_ones_own(self):
        self._bill(post=True)
        self.assertEqual(self.portal("mother")._attestation_years(), [2021])
        self.assertEqual(self.portal("commune")._attestation_years(), [])
        with freeze_time("2021-12-31"):
            self.assertEqual(self.portal("mother")._attestation_years(), [])
        with self.assertRaises(AccessError):
            self.portal("commune")._attestation(2021)

    def test_inviting_opens_odoos_wizard(self):
        grandmother = self._guardian("Mory", "Gaby", email="gaby@example.org")
        self.assertEqual(grandmother.portal_state, "none")
        action = grandmother.action_portal()
        wizard = self.env["portal.wizard"].browse(action["res_id"])
        self.assertEqual(wizard.user_ids.email, "gaby@example.org")
        wizard.user_ids.action_grant_access()
        grandmother.invalidate_recordset()
        self.assertEqual(grandmother.portal_state, "invited")
        user = grandmother.sudo().partner_id.user_ids
        self.assertEqual(user.company_id, self.company)
        self.assertTrue(user._is_portal())
