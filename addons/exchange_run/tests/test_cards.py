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
                if "count" not in figure:
                    continue  # such as a time
                action = figure["action"]
                records = self.env[action["res_model"]].search(action["domain"])
                with self.subTest(card=card.code, figure=figure["label"]):
                    self.assertEqual(figure["count"], len(records))
                    if figure["measure"]:
                        total = sum(records.mapped(figure["measure"]))
                        self.assertAlmostEqual(figure["amount"], total, 2)
                    else:
                        self.assertEqual(figure["value"], len(records))
                seen += 1
        self.assertGreaterEqual(seen, 3)

    def test_a_card_asks_once_for_each_list(self):
        """Opening the start page does not become slow with what stands on it."""
        makers = self.env["exchange.card"]._card_makers()
        for card in self.cards:
            figures, bars = makers[card.code]()  # what is cached is read
            before = self.cr.sql_log_count
            makers[card.code]()
            asked = self.cr.sql_log_count - before
            lists = len({figure["action"]["res_model"] for figure in figures})
            with self.subTest(card=card.code):
                # and what a list is made of, such as the groups of a daycare
                self.assertLessEqual(asked, lists + bool(bars) + 3)

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
