from pathlib import Path

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import OpenimisCase

MODELS = (
    "openimis.connection",
    "openimis.connection.kind",
    "openimis.pull",
    "openimis.remote.record",
    "openimis.remote.bill",
    "openimis.remote.bill.line",
    "openimis.bill.proposal",
    "openimis.fhir.tombstone",
    "openimis.payment.notice",
    "openimis.fhir.subscription",
    "openimis.fhir.delivery",
    "openimis.payment.report",
    "openimis.ledger.entry",
)


@tagged("post_install", "-at_install")
class TestSecurity(OpenimisCase):
    def test_everybody_else_sees_nothing(self):
        user = new_test_user(self.env, "nobody", "base.group_user")
        for model in MODELS:
            with self.assertRaises(AccessError, msg=model):
                self.env[model].with_user(user).search([])

    def test_every_model_has_a_company_rule(self):
        for model in MODELS:
            rules = self.env["ir.rule"].search([("model_id.model", "=", model)])
            self.assertIn("company_ids", str(rules.mapped("domain_force")), model)

    def test_another_company_sees_nothing(self):
        self.fill(claims=1, bills=1)
        self.pull()
        other = self.env["res.company"].create({"name": "Other"})
        user = new_test_user(
            self.env,
            "other",
            "openimis_fhir.group_openimis_exchange_manager",
            company_id=other.id,
            company_ids=other.ids,
        )
        env = self.env(user=user, context={"allowed_company_ids": other.ids})
        for model in MODELS:
            if env[model].has_access("read"):
                self.assertFalse(env[model].search([]), model)

    def test_users_pull_but_do_not_change_connections(self):
        connection = self.connection.with_user(self.user)
        self.assertEqual(connection.name, "Simulator")
        with self.assertRaises(AccessError):
            connection.url = "https://elsewhere.example.org"
        with self.assertRaises(AccessError):
            connection.kind_ids[0].enabled = False

    def test_credentials_are_for_administrators(self):
        manager = new_test_user(
            self.env,
            "manager",
            "openimis_fhir.group_openimis_exchange_manager",
            company_id=self.company.id,
            company_ids=self.company.ids,
        )
        for name in ("login", "password", "token"):
            with self.assertRaises(AccessError):
                self.connection.with_user(manager).read([name])
            self.assertFalse(self.connection.copy()[name])

    def manager(self, login="mover"):
        return new_test_user(
            self.env,
            login,
            "openimis_fhir.group_openimis_exchange_manager",
            company_id=self.company.id,
            company_ids=self.company.ids,
        )

    def test_an_account_does_not_follow_to_another_address(self):
        manager = self.manager()
        for vals in ({"url": "https://elsewhere.example.org"}, {"internal": False}):
            self.connection.write(
                {
                    "url": self.server.url,
                    "internal": True,
                    "password": "p",
                    "login": "l",
                }
            )
            self.connection.token = "t"
            mine = self.connection.with_user(manager)
            mine.write({"url": self.server.url, "name": "Same"})  # the same address
            self.assertEqual(self.connection.password, "p")
            if "internal" in vals:
                self.connection.url = mine.url = "https://imis.example.org"
                self.connection.write({"password": "p", "login": "l", "token": "t"})
            mine.write(vals)
            for name in ("login", "password", "token"):
                self.assertFalse(self.connection[name], (vals, name))
        self.connection.write({"password": "p"})
        self.connection.url = "https://other.example.org"  # an administrator
        self.assertEqual(self.connection.password, "p")

    def test_nobody_lends_the_rights_of_others_to_a_schedule(self):
        mine = self.connection.with_user(self.manager())
        admin = self.env.ref("base.user_admin")
        with self.assertRaises(AccessError):
            mine.user_id = admin
        with self.assertRaises(AccessError):
            mine.create({"name": "x", "url": "https://x.org", "user_id": admin.id})
        mine.user_id = mine.env.uid
        self.assertEqual(self.connection.user_id.id, mine.env.uid)
        mine.write({"user_id": mine.env.uid, "name": "Mine"})

    def test_what_is_to_decide_is_found_by_pulls_only(self):
        vals = {
            "company_id": self.company.id,
            "reason": "delete",
            "amount_before": 100.0,
        }
        proposal = self.env["openimis.bill.proposal"].sudo().create(vals)
        for user in (self.user, self.manager()):
            theirs = proposal.with_user(user)
            with self.assertRaises(AccessError):
                theirs.create(vals)
            with self.assertRaises(AccessError):
                theirs.amount_before = 1
            with self.assertRaises(AccessError):
                theirs.state = "done"
            with self.assertRaises(AccessError):
                theirs.unlink()
        proposal.with_user(self.user).action_refuse()
        self.assertEqual(proposal.state, "refused")

    def test_credentials_are_not_logged(self):
        self.connection.password = "wrong-and-secret"
        with self.assertLogs(level="DEBUG") as logs, self.assertRaises(UserError):
            self.connection.action_test()
        self.assertNotIn("wrong-and-secret", "\n".join(logs.output))

    def test_addresses_into_the_network_need_the_tick(self):
        for url in (
            "http://imis.example.org",
            "https://10.0.0.1",
            "file:///etc/passwd",
        ):
            with self.assertRaises(UserError):
                self.connection.write({"url": url, "internal": False})

    def test_logs_are_not_written_by_hand(self):
        manager = new_test_user(
            self.env,
            "manager2",
            "openimis_payable.group_openimis_manager",
            company_id=self.company.id,
            company_ids=self.company.ids,
        )
        for model in (
            "openimis.fhir.delivery",
            "openimis.payment.notice",
            "openimis.fhir.tombstone",
            "openimis.remote.record",
        ):
            for operation in ("create", "write", "unlink"):
                access = self.env[model].with_user(manager).has_access(operation)
                self.assertFalse(access, (model, operation))

    def test_a_copy_of_the_database_talks_to_nobody(self):
        sql = (Path(__file__).parents[1] / "data" / "neutralize.sql").read_text()
        self.connection.write({"write_back": True, "pull_interval": 5})
        self.env["openimis.fhir.subscription"].create(
            {"name": "x", "company_id": self.company.id, "url": "https://x.example.org"}
        )
        self.env.flush_all()
        self.env.cr.execute(sql)
        self.env.invalidate_all()
        connection = self.connection
        self.assertFalse(
            connection.login or connection.password or connection.write_back
        )
        self.assertFalse(connection.active)
        self.assertFalse(
            self.env["openimis.fhir.subscription"].search([("name", "=", "x")])
        )
