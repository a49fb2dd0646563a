import base64

from odoo.exceptions import UserError, ValidationError
from odoo.tools import file_path
from odoo.tools.translate import PoFileReader

from .common import DaycareCommon


class TestFrench(DaycareCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.env["ir.module.module"]._load_module_terms(["daycare"], ["fr_FR"])
        cls.french = cls.env(context=dict(cls.env.context, lang="fr_FR"))

    def entries(self, name):
        return list(PoFileReader(file_path(f"daycare/i18n/{name}")).pofile)

    def test_every_term_is_translated(self):
        wanted = {entry.msgid for entry in self.entries("daycare.pot")}
        french = {entry.msgid: entry for entry in self.entries("fr.po")}
        self.assertEqual(wanted - set(french), set())
        for entry in french.values():
            with self.subTest(term=entry.msgid):
                self.assertTrue(entry.msgstr)
                self.assertFalse(entry.fuzzy)

    def test_labels(self):
        Child = self.french["daycare.child"]
        self.assertEqual(
            Child.fields_get(["birthdate"])["birthdate"]["string"], "Date de naissance"
        )
        self.assertEqual(
            dict(Child._fields["gender"]._description_selection(self.french))["unborn"],
            "À naître",
        )
        self.assertEqual(
            self.child.with_env(self.french).status_id.display_name, "Actif"
        )

    def test_names_of_languages(self):
        german = self.env.ref("daycare.language_de").with_env(self.french)
        self.assertEqual(german.display_name, "allemand")
        index = self.french["daycare.language"]._label_index()
        for text in ["allemand", "german", "deutsch", "de", "ger"]:
            self.assertEqual(index[text], german.id)

    def test_age(self):
        child = self.child.with_env(self.french)
        self.assertRegex(child.age, r"^\d+ ans$")

    def test_weekdays_of_the_grid_and_of_a_placement(self):
        week = self.french["daycare.occupancy"].get_week("2021-03-03")
        self.assertTrue(week["title"].startswith("Semaine 9"))
        self.assertEqual(week["days"][2]["label"], "Mercredi")
        sector = self.place(self.child, {"mon": [1], "wed": [2]})
        self.assertEqual(sector.with_env(self.french).week_label, "Lu 1, Me 2")

    def test_refusals(self):
        with self.assertRaisesRegex(ValidationError, "créneaux du groupe"):
            twin = self.nursery.copy({"code": "T-NUR3"})
            sector = self.place(self.child, {})
            self.french["daycare.sector.line"].create(
                {"sector_id": sector.id, "slot_ids": twin.slot_ids[:1].ids}
            )
        with self.assertRaisesRegex(ValidationError, "Parent principal"):
            self.french["daycare.child.guardian"].create(
                [
                    {
                        "child_id": self.child.id,
                        "guardian_id": guardian.id,
                        "is_main": True,
                    }
                    for guardian in self.mother | self.father
                ]
            )

    def test_bad_directory(self):
        wizard = self.french["daycare.locality.import"].create(
            {"file": base64.b64encode(b"a;b\n1;2\n"), "file_name": "autre.csv"}
        )
        with self.assertRaisesRegex(UserError, "Il manque à «\u00a0autre.csv\u00a0»"):
            wizard.action_import()

    def test_sheet(self):
        report = self.french["ir.actions.report"]
        html = report._render_qweb_html("daycare.report_child_sheet", self.child.ids)
        self.assertIn("Langue maternelle", html[0].decode())
