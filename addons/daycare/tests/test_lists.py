from psycopg2 import IntegrityError

from odoo.tools import mute_logger

from odoo.addons.exchange_run.core.text import fold

from .common import DaycareCommon


class TestLists(DaycareCommon):
    def test_language_by_name_code_and_alias(self):
        language = self.env.ref("daycare.language_pt")
        language.aliases = "brésilien; portugais (Brésil)"
        index = self.env["daycare.language"]._label_index()
        for text in [
            "portugais",
            "PORTUGAIS ",
            "Portugiesisch",
            "Portuguese",
            "pt",
            "por",
            "Bresilien",
            "portugais (Brésil)",
        ]:
            with self.subTest(text=text):
                self.assertEqual(index.get(fold(text)), language.id)

    def test_three_letter_codes_of_both_kinds(self):
        index = self.env["daycare.language"]._label_index()
        german = self.env.ref("daycare.language_de").id
        self.assertEqual(index["deu"], german)
        self.assertEqual(index["ger"], german)
        self.assertEqual(index["gsw"], german)

    def test_declared_code_without_correspondence(self):
        index = self.env["daycare.language"]._label_index()
        self.assertIs(index["und"], False)
        self.assertNotIn("klingon", index)

    def test_whole_combos_are_loaded(self):
        self.assertEqual(self.env["daycare.language"].search_count([]), 184)
        self.assertEqual(self.env["daycare.language.code3"].search_count([]), 224)

    def test_gender_labels(self):
        index = self.env["daycare.gender.label"]._label_index()
        self.assertEqual(index["weiblich"], "female")
        self.assertEqual(index["mannlich"], "male")
        self.assertEqual(index["a naitre"], "unborn")
        self.env["daycare.gender.label"].create({"label": "Mädchen", "key": "female"})
        index = self.env["daycare.gender.label"]._label_index()
        self.assertEqual(index["madchen"], "female")

    def test_civil_status_labels(self):
        index = self.env["daycare.civil.label"]._label_index()
        self.assertEqual(index["celibataire"], "single")
        self.assertEqual(index["divorcees"], "divorced")
        self.assertEqual(index["monoparental"], "single_parent")

    def test_codes_are_unique(self):
        for model, vals in [
            ("daycare.child.status", {"code": "30", "label": "Again"}),
            ("daycare.parental.authority", {"code": "1", "label": "Again"}),
            ("daycare.language", {"code": "fr", "label": "Again"}),
            ("daycare.gender.label", {"label": "weiblich", "key": "male"}),
        ]:
            with (
                self.subTest(model=model),
                self.assertRaises(IntegrityError),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.env[model].create(vals)

    def test_status_kinds(self):
        kinds = {s.code: s.kind for s in self.env["daycare.child.status"].search([])}
        self.assertEqual(kinds["30"], "active")
        self.assertEqual(kinds["90"], "left")
