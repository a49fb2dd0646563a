"""An empty list tells what to do: all lists of all our addons that are installed."""

from lxml import html

from odoo.tests import TransactionCase, tagged

#: a shorter text tells nothing
WORDS = 5


@tagged("post_install", "-at_install")
class TestEmptyScreens(TransactionCase):
    def setUp(self):
        super().setUp()
        suite = self.env["ir.module.module"].search([("name", "=", "exchange_run")])
        ours = {*suite.downstream_dependencies().mapped("name"), suite.name}
        actions = self.env["ir.actions.act_window"].search([])
        names = actions.get_external_id()
        self.actions = actions.filtered(
            lambda action: names[action.id].partition(".")[0] in ours
            and self.shows_many(action)
        )
        self.names = names

    def shows_many(self, action):
        """Tell whether an action opens a page of records, which may be none."""
        model = self.env.get(action.res_model)
        return (
            action.target in ("current", "main")
            and action.view_mode != "form"
            and model is not None
            and not model._transient
        )

    def paragraphs(self, action, lang):
        text = action.with_context(lang=lang).help
        if not text:
            return []
        found = html.fragment_fromstring(str(text), create_parent="div")
        return [part.text_content().strip() for part in found.iter("p")]

    def test_every_list_says_what_to_do_when_it_is_empty(self):
        self.assertGreaterEqual(len(self.actions), 2)
        for action in self.actions:
            with self.subTest(self.names[action.id]):
                title, *more = self.paragraphs(action, "en_US") or [""]
                self.assertTrue(title)
                self.assertGreaterEqual(len(" ".join(more).split()), WORDS)

    def test_it_says_so_in_french(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        modules = {self.names[action.id].partition(".")[0] for action in self.actions}
        self.env["ir.module.module"].search(
            [("name", "in", sorted(modules))]
        )._update_translations(["fr_FR"])
        for action in self.actions:
            with self.subTest(self.names[action.id]):
                english = self.paragraphs(action, "en_US")
                french = self.paragraphs(action, "fr_FR")
                self.assertEqual(len(english), len(french))
                self.assertFalse({*english} & {*french})
