"""Start pages: each figure is the length of the list that it opens."""

import json

from odoo.tests import TransactionCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestCards(TransactionCase):
    """All cards of all addons that are installed."""

    def setUp(self):
        super().setUp()
        self.cards = self.env["exchange.card"].search([])

    def test_every_card_has_its_maker(self):
        self.assertTrue(self.cards)
        self.assertLessEqual(
            set(self.cards.mapped("code")), set(self.cards._card_makers())
        )

    def test_a_figure_counts_the_list_it_opens(self):
        seen = 0
        for card in self.cards:
            for figure in card.figures or []:
                if not isinstance(figure["value"], int):
                    continue
                action = figure["action"]
                found = self.env[action["res_model"]].search_count(action["domain"])
                with self.subTest(card=card.code, figure=figure["label"]):
                    self.assertEqual(figure["value"], found)
                seen += 1
        self.assertGreaterEqual(seen, 3)

    def test_the_lists_open(self):
        for card in self.cards:
            for figure in card.figures or []:
                action = figure["action"]
                views = self.env[action["res_model"]].get_views(action["views"])
                self.assertIn("list", views["views"], figure["label"])
                self.assertEqual(action["name"], figure["label"])

    def test_bars_are_twelve_months(self):
        for card in self.cards.filtered("graph"):
            [bars] = json.loads(card.graph)
            self.assertEqual(len(bars["values"]), 12, card.code)

    def test_who_may_read_nothing_is_shown_nothing(self):
        nobody = new_test_user(self.env, "card_nobody", "base.group_user")
        for card in self.cards.with_user(nobody).search([]):
            self.assertEqual(card.figures or [], [], card.code)
            self.assertFalse(card.graph, card.code)

    def test_a_card_for_a_group_is_hidden_from_others(self):
        card = self.cards.filtered(lambda card: card.code == "jobs")
        nobody = new_test_user(self.env, "card_stranger", "base.group_user")
        card.group_ids = self.env.ref("base.group_system")
        self.assertNotIn(card, card.with_user(nobody).search([]))
        self.assertIn(card, card.search([]))
