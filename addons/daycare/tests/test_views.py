from lxml import etree

from odoo.tools.safe_eval import safe_eval

from .common import DaycareCommon

VIEW_MODES = {"list", "form", "kanban", "search", "pivot", "graph"}


class TestViews(DaycareCommon):
    """Every menu opens for those who see it, every filter and grouping works."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.place(cls.child, {"mon": [1, 2]})
        cls.env.flush_all()
        cls.users = {
            group: cls.user(f"views-{group}", group)
            for group in ("user", "office", "manager", "billing")
        }

    def menus(self, user):
        """Return the menus of the app that a user sees."""
        visible = self.env["ir.ui.menu"].with_user(user)._visible_menu_ids()
        root = self.env.ref("daycare.menu_daycare_root")
        return self.env["ir.ui.menu"].search(
            [("id", "child_of", root.id), ("id", "in", list(visible))]
        )

    def actions(self, user):
        return [
            menu.action
            for menu in self.menus(user)
            if menu.action and menu.action._name == "ir.actions.act_window"
        ]

    def test_menus_of_each_group(self):
        configuration = self.env.ref("daycare.menu_daycare_configuration")
        children = self.env.ref("daycare.menu_daycare_child")
        for group, user in self.users.items():
            with self.subTest(group=group):
                menus = self.menus(user)
                self.assertIn(children, menus)
                self.assertEqual(configuration in menus, group != "user")
        self.assertFalse(self.menus(self.user("views-plain")))

    def test_every_menu_opens(self):
        for group, user in self.users.items():
            for action in self.actions(user):
                modes = set(action.view_mode.split(",")) & VIEW_MODES | {"search"}
                with self.subTest(group=group, action=action.name):
                    views = (
                        self.env[action.res_model]
                        .with_user(user)
                        .get_views([(False, mode) for mode in sorted(modes)])
                    )
                    self.assertEqual(set(views["views"]), modes)

    def test_every_filter_searches(self):
        for group, user in self.users.items():
            for action in self.actions(user):
                Model = self.env[action.res_model].with_user(user)
                for node in self.search_nodes(Model, "filter[@domain]"):
                    with self.subTest(group=group, filter=node.get("name")):
                        Model.search(self.evaluate(node.get("domain")))

    def test_every_field_of_a_search_finds(self):
        for group, user in self.users.items():
            for action in self.actions(user):
                Model = self.env[action.res_model].with_user(user)
                for node in self.search_nodes(Model, "field[@filter_domain]"):
                    with self.subTest(group=group, field=node.get("name")):
                        domain = node.get("filter_domain")
                        Model.search(self.evaluate(domain, "12"))
                        Model.search(self.evaluate(domain, "Mory"))

    def test_every_grouping_groups(self):
        user = self.users["manager"]
        for action in self.actions(user):
            Model = self.env[action.res_model].with_user(user)
            for node in self.search_nodes(Model, "filter[@context]"):
                group_by = self.evaluate(node.get("context"))["group_by"]
                with self.subTest(model=Model._name, group_by=group_by):
                    Model.formatted_read_group([], [group_by], ["__count"])

    def search_nodes(self, Model, path):
        arch = Model.get_view(view_type="search")["arch"]
        return etree.fromstring(arch).xpath(f"//{path}")

    def evaluate(self, text, typed=None):
        """Evaluate a domain or context as the client does; ``typed`` is its self."""
        return safe_eval(text, {"uid": self.env.uid, "self": typed})

    def test_names_of_files_have_a_label(self):
        for model in ("daycare.child", "daycare.guardian"):
            form = etree.fromstring(self.env[model].get_view(view_type="form")["arch"])
            labelled = set(form.xpath("//label/@for"))
            with self.subTest(model=model):
                self.assertLessEqual({"firstname", "lastname"}, labelled)

    def test_number_of_a_file_finds_it(self):
        [node] = self.search_nodes(self.Child, "field[@name='name']")
        for text in [self.child.kibe_id, str(self.child.id), "melody"]:
            with self.subTest(text=text):
                domain = self.evaluate(node.get("filter_domain"), text)
                self.assertIn(self.child, self.Child.search(domain))

    def test_week_grid_is_a_client_action(self):
        action = self.env.ref("daycare.daycare_occupancy_action")
        self.assertEqual(action.tag, "daycare.occupancy")
