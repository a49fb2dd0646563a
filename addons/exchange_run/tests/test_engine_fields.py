from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import new_test_user, tagged

from .common import ExchangeRunCase


@tagged("post_install", "-at_install")
class TestEngineFields(ExchangeRunCase):
    """What only the program writes, tried by somebody who may change every job."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.give_access(
            "exchange.fake.job",
            "base.group_user",
            perm_read=True,
            perm_write=True,
            perm_create=True,
        )
        cls.user = new_test_user(
            cls.env, "clerk", "base.group_user,base.group_partner_manager"
        )
        cls.other_company = cls.env["res.company"].create({"name": "Others"})
        cls.jobs = cls.env["exchange.fake.job"].with_user(cls.user)

    def call(self, method, *args, **kwargs):
        """Call a method of the job model as a client does."""
        return call_kw(self.jobs, method, list(args), kwargs)

    def values(self):
        """Return a forged value for each field of the engine's."""
        return {
            "state": "running",
            "date_start": "2020-01-01 00:00:00",
            "date_end": "2020-01-01 00:00:00",
            "counters": {"partner": {"create": 99}},
            "job_id": self.make_job("b").job_id.id,
        }

    def test_no_job_is_made_with_them(self):
        for name, value in self.values().items():
            for door, call in {
                "create": lambda vals: self.call("create", [vals]),
                "web_save": lambda vals: self.call("web_save", [], vals, {}),
            }.items():
                with self.subTest(name=name, door=door), self.assertRaises(AccessError):
                    call({"wish": {"names": []}, name: value})

    def test_a_default_of_the_client_is_no_way_in(self):
        for name, value in self.values().items():
            with self.subTest(name=name):
                context = {f"default_{name}": value}
                job = self.call("create", [{"wish": {"names": []}}], context=context)
                self.assertEqual(
                    self.env["exchange.fake.job"].browse(job).state, "draft"
                )
                self.assertFalse(self.env["exchange.fake.job"].browse(job).date_start)

    def test_nor_where_odoo_makes_the_record_while_the_program_writes(self):
        for name, value in self.values().items():
            jobs = self.jobs.with_context(**{f"default_{name}": value})
            for su in (False, True):
                with self.subTest(name=name, su=su), jobs._engine_writes():
                    job = jobs.sudo(su).create({"wish": {"names": []}})
                    self.assertEqual((job.state, job.date_start), ("draft", False))
                    self.assertFalse(job.counters)

    def test_nor_is_a_default_that_somebody_keeps(self):
        """Odoo lets every employee keep defaults of his own, and takes them unseen."""
        defaults = self.env["ir.default"].with_user(self.user)
        field = self.env["ir.model.fields"]._get("exchange.fake.job", "state")
        for name, value in self.values().items():
            with self.subTest(name=name), self.assertRaises(AccessError):
                defaults.set("exchange.fake.job", name, str(value), user_id=True)
        defaults.set("exchange.fake.job", "name", '"done"', user_id=True)
        kept = defaults.search([("user_id", "=", self.user.id)])
        with self.assertRaises(AccessError):
            kept.field_id = field
        # one from before it was refused
        self.env.cr.execute(
            "UPDATE ir_default SET field_id = %s, json_value = %s WHERE id = %s",
            [field.id, '"done"', kept.id],
        )
        self.env.registry.clear_cache()
        job = self.call("create", [{"wish": {"names": []}}])
        self.assertEqual(self.env["exchange.fake.job"].browse(job).state, "draft")

    def test_nobody_writes_them(self):
        job = self.make_job("a")
        values = {**self.values(), "name": "HACK"}
        self.assertEqual(set(values) | {"company_id"}, set(job._engine_names()))
        for name, value in values.items():
            for door, call in {
                "write": lambda vals: self.call("write", job.ids, vals),
                "web_save": lambda vals: self.call("web_save", job.ids, vals, {}),
                "context": lambda vals: self.call(
                    "write", job.ids, vals, context={"exchange_engine_is_writing": True}
                ),
            }.items():
                with self.subTest(name=name, door=door), self.assertRaises(AccessError):
                    call({name: value})

    def test_nobody_imports_them(self):
        self.env["ir.model.data"].create(
            {
                "module": "__import__",
                "name": "job",
                "model": "exchange.fake.job",
                "res_id": self.make_job("a").id,
            }
        )
        result = self.call("load", ["id", "state"], [["__import__.job", "running"]])
        self.assertFalse(result["ids"])
        self.assertIn("Nobody writes", result["messages"][0]["message"])

    def test_what_changes_nothing_passes(self):
        job = self.make_job("a")
        self.call(
            "write", job.ids, {"state": "draft", "date_start": False, "name": job.name}
        )
        copied = self.env["exchange.fake.job"].browse(self.call("copy", job.ids))
        self.assertEqual(copied.state, "draft")

    def test_the_engine_writes_them_with_the_rights_of_the_user(self):
        job = self.make_job("a")
        self.call("action_run", job.ids)
        self.assertEqual(job.state, "done")
        self.assertTrue(job.date_end)

    def test_a_rehearsal_stays_one_once_it_is_planned(self):
        job = self.make_job("a")
        self.call("write", job.ids, {"dry_run": True})
        self.call("action_plan", job.ids)
        with self.assertRaises(UserError):
            self.call("write", job.ids, {"dry_run": False})

    def test_a_job_does_not_move_to_the_company_of_others(self):
        job = self.make_job("a")
        with self.assertRaises(AccessError):
            self.call("write", job.ids, {"company_id": self.other_company.id})


@tagged("post_install", "-at_install")
class TestWithWhoseRights(ExchangeRunCase):
    """A job works with the rights of who started it, whoever is responsible."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for model in ("exchange.fake.job", "exchange.fake.long"):
            cls.give_access(model, "base.group_user")
        cls.user = new_test_user(cls.env, "clerk", "base.group_user")
        cls.boss = new_test_user(cls.env, "boss", "base.group_system")

    def author(self, name):
        return self.env["res.partner"].search([("name", "=", name)]).create_uid

    def test_the_responsible_lends_nobody_rights(self):
        self.env["ir.model.access"].create(
            {
                "name": "partners",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "group_id": self.env.ref("base.group_user").id,
                "perm_create": True,
            }
        )
        job = self.make_job("Ann", "Bob", "Cid", model="exchange.fake.long")
        job.with_user(self.user).user_id = self.boss
        job.with_user(self.user).action_run()
        self.assertEqual(job.state, "running")
        job._work_in_background()
        self.assertEqual(job.state, "done")
        self.assertEqual(self.author("Ann"), self.user)

    def test_nobody_started_it_nobody_works(self):
        job = self.make_job("Ann", "Bob", model="exchange.fake.long")
        job.action_plan()
        # as only a fault, or an intruder in the database, could leave it
        job.state = "running"
        self.env["exchange.progress"].search([("run_id", "=", job.id)]).unlink()
        job._work_in_background()
        self.assertEqual(job.state, "failed")
        self.assertFalse(self.partners("Ann", "Bob"))

    def test_who_lost_the_right_meanwhile_does_not_go_on(self):
        job = self.make_job("Ann", "Bob", model="exchange.fake.long")
        access = self.env["ir.model.access"].search(
            [("name", "like", "exchange.fake.long")]
        )
        job.with_user(self.user).action_run()
        access.perm_write = False
        job._work_in_background()
        self.assertEqual(job.state, "failed")
        self.assertFalse(self.partners("Ann", "Bob"))
