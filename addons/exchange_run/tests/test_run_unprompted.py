import inspect
from unittest.mock import patch

from odoo.service.model import call_kw
from odoo.tests import new_test_user, tagged

from ..outermost import marked, put_around, take_off
from ..told import unprompted
from .common import ExchangeRunCase


@tagged("post_install", "-at_install")
class TestRunUnprompted(ExchangeRunCase):
    """What a client says besides reaches nothing that the program makes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env, "prompter", "base.group_user,base.group_partner_manager"
        )
        cls.give_access("exchange.fake.job", "base.group_user")

    def press(self, job, button, **context):
        """Press a button as a client does."""
        model = self.env(user=self.user.id, context={})[job._name]
        return call_kw(model, button, [job.ids], {"context": context})

    def test_a_client_chooses_nothing_of_what_a_job_makes(self):
        said = {
            "default_comment": "chosen",
            "default_user_id": self.user.id,
            "default_active": False,
            "tracking_disable": True,
        }
        for buttons in (["action_run"], ["action_plan", "action_run"]):
            with self.subTest(buttons):
                job = self.make_job("Ann", "Bob")
                for button in buttons:
                    self.press(job, button, **said)
                made = self.env["res.partner"].search([("name", "in", ["Ann", "Bob"])])
                self.assertEqual(len(made), 2, "or they are archived")
                self.assertEqual(made.mapped("comment"), [False, False])
                self.assertFalse(made.user_id)
                made.unlink()

    def test_a_resumed_job_hears_nothing_either(self):
        job = self.make_job("Ann", "Bob", refuse=["Bob"])
        self.press(job, "action_run")
        job.wish = {"names": ["Ann", "Bob"]}
        self.press(job, "action_resume", default_comment="chosen")
        made = self.env["res.partner"].search([("name", "in", ["Ann", "Bob"])])
        self.assertEqual(made.mapped("comment"), [False, False])

    def test_a_job_works_for_its_company_whatever_its_user_looks_at(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.user.company_ids |= other
        job = self.make_job("Ann")
        seen = []

        def _execute(run, payload):
            seen.append(run.env.companies.ids)

        with patch.object(type(job), "_execute", _execute):
            both = [other.id, job.company_id.id]
            self.press(job, "action_run", allowed_company_ids=both)
        self.assertEqual(seen, [job.company_id.ids])

    def test_the_language_of_the_client_is_heard(self):
        heard = []

        def action_plan(run):
            heard.append(run.env.context)

        cls = self.registry["exchange.fake.job"]
        with patch.object(cls, "action_plan", unprompted(action_plan)):
            self.press(self.make_job(), "action_plan", lang="fr_FR", default_name="x")
        self.assertEqual(heard, [{"lang": "fr_FR"}])


@tagged("post_install", "-at_install")
class TestOutermost(ExchangeRunCase):
    """A decorator holds for a method, whatever addon overrides it."""

    def test_every_last_override_in_the_registry_is_decorated(self):
        every = self.registry["base"].__mro__
        lacking, found = [], 0
        for name, cls in self.registry.items():
            if cls._abstract:
                continue
            names = marked(cls, every).keys() | self.env[name]._outermost().keys()
            found += len(names)
            lacking += [
                f"{name}.{method}"
                for method in names
                if not hasattr(getattr(cls, method), "outermost")
            ]
        self.assertEqual(lacking, [])
        self.assertGreater(found, 30)

    def test_who_asks_the_context_says_what_it_hears(self):
        """Else a button would say it in vain."""
        lacking = set()
        for name, model in self.env.items():
            for method in () if model._abstract else model._outermost():
                last = getattr(type(model), method)
                written = inspect.unwrap(last)
                of_ours = getattr(last, "outermost", None) is unprompted
                asks = "env.context" in inspect.getsource(written)
                told = hasattr(last, "hears") or model._transient
                if of_ours and asks and not told:
                    lacking.add(f"{name}.{method}")
        self.assertEqual(lacking, set())

    def test_the_override_of_an_addon_loaded_later_is_within(self):
        """Such an override is what the class says before the registry's hook."""
        cls, job = self.registry["exchange.fake.job"], self.make_job("Ann")
        take_off(cls)
        within, heard = cls.action_plan, []

        def action_plan(run):
            heard.append(dict(run.env.context))
            return within(run)

        with patch.object(cls, "action_plan", action_plan):
            put_around(cls, job._outermost())
            around = cls.__bases__[0].action_plan
        with patch.object(cls, "action_plan", around):
            call_kw(job, "action_plan", [job.ids], {"context": {"default_name": "x"}})
        self.registry._setup_models__(self.env.cr, [])
        self.assertEqual(heard, [{}])
        self.assertTrue(hasattr(cls.action_plan, "outermost"))

    def test_the_hook_puts_around_once(self):
        cls = self.registry["exchange.fake.job"]
        before = cls.__bases__
        self.env["base"]._register_hook()
        self.assertEqual(cls.__bases__[1:], before[1:])

    def test_what_rules_put_on_classes_and_take_off_leaves_it_where_it_is(self):
        """As automation rules do on every model, whenever one is saved."""
        names = ("create", "write", "unlink", "action_plan")
        classes = self.registry.values()
        before = {cls: [getattr(cls, n, None) for n in names] for cls in classes}
        for cls in classes:
            for name in names:
                if name in vars(cls):
                    delattr(cls, name)
        after = {cls: [getattr(cls, n, None) for n in names] for cls in classes}
        self.assertEqual(after, before)
        cls, job = self.registry["exchange.fake.job"], self.make_job("Ann")
        heard, within = [], cls.action_plan

        def action_plan(run):
            return within(run)

        def _plan(run):
            heard.append(dict(run.env.context))
            return []

        with patch.object(cls, "action_plan", action_plan):
            with patch.object(cls, "_plan", _plan):
                options = {"context": {"default_name": "x"}}
                call_kw(job, "action_plan", [job.ids], options)
        self.assertNotIn("default_name", heard[0])


@tagged("post_install", "-at_install")
class TestDiscreetLog(ExchangeRunCase):
    """What clients send stands in no log, of whatever level."""

    def test_calls_are_logged_without_what_they_are_given(self):
        job = self.make_job("Ann")
        secret = {"wish": {"names": ["Secret Name"]}}
        with self.assertLogs("odoo.service.model", "DEBUG") as logs:
            call_kw(self.env[job._name], "write", [job.ids, secret], {})
            call_kw(
                self.env["res.country"], "search_count", [[("code", "=", "CH")]], {}
            )
        ours, odoos = logs.output
        self.assertNotIn("Secret Name", ours)
        self.assertIn(f"{job}.write(…)", ours)
        self.assertIn("CH", odoos)
