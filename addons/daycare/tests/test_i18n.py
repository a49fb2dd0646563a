import base64

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form

from .common import DaycareCommon


class TestFrench(DaycareCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.env["ir.module.module"]._load_module_terms(["daycare"], ["fr_FR"])
        cls.french = cls.env(context=dict(cls.env.context, lang="fr_FR"))

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


class TestGerman(DaycareCommon):
    """Of Switzerland, and of Germany, which has the same texts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        codes = ["de_CH", "de_DE"]
        for code in codes:
            cls.env["res.lang"]._activate_lang(code)
        cls.env["ir.module.module"]._load_module_terms(["daycare"], codes)
        cls.german = cls.env(context=dict(cls.env.context, lang="de_CH"))

    def test_labels(self):
        for lang in ("de_CH", "de_DE"):
            Child = self.env["daycare.child"].with_context(lang=lang)
            label = Child.fields_get(["birthdate"])["birthdate"]["string"]
            self.assertEqual(label, "Geburtsdatum")
            genders = Child._fields["gender"]._description_selection(Child.env)
            self.assertEqual(dict(genders)["unborn"], "Ungeboren")

    def test_names_of_languages(self):
        """Both as they are shown and as a delivery may write them."""
        romansh = self.env.ref("daycare.language_rm").with_env(self.german)
        self.assertEqual(romansh.display_name, "Rätoromanisch")
        index = self.german["daycare.language"]._label_index()
        self.assertEqual(index["ratoromanisch"], romansh.id)

    def test_age(self):
        self.child.birthdate = fields.Date.today() - relativedelta(months=1)
        self.assertEqual(self.child.with_env(self.german).age, "1 Monat")

    def test_weekdays_of_the_grid_and_of_a_placement(self):
        week = self.german["daycare.occupancy"].get_week("2021-03-03")
        self.assertTrue(week["title"].startswith("Woche 9 · "), week["title"])
        self.assertEqual(week["days"][2]["label"], "Mittwoch")
        sector = self.place(self.child, {"mon": [1], "wed": [2]})
        self.assertEqual(sector.with_env(self.german).week_label, "Mo 1, Mi 2")

    def test_refusal(self):
        wizard = self.german["daycare.locality.import"].create(
            {"file": base64.b64encode(b"a;b\n1;2\n"), "file_name": "andere.csv"}
        )
        with self.assertRaisesRegex(UserError, "In «andere.csv» fehlen die Spalten"):
            wizard.action_import()

    def test_sheet(self):
        report = self.german["ir.actions.report"]
        html, _kind = report._render_qweb_html(
            "daycare.report_child_sheet", self.child.ids
        )
        self.assertIn("Muttersprache", html.decode())

    def test_who_has_several_languages_chooses_one_for_each_debtor(self):
        """Without the developer mode: else no invoice would ever be in German."""
        form = Form(self.env["daycare.guardian"])
        form.lastname = "Meier"
        form.lang = "de_CH"
        self.assertEqual(form.save().partner_id.lang, "de_CH")
