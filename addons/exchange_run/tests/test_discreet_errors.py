import json
from unittest.mock import patch
from xmlrpc.client import Fault

from odoo import api, http
from odoo.exceptions import RedirectWarning, UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import config, mute_logger

from odoo.addons.exchange_run import discreet_errors

TEXT = discreet_errors.TEXT._translate("en_US")
LOGGERS = ("odoo.http", "odoo.addons.rpc.controllers.xmlrpc")
PASSWORD = "discreet password"
CALL = ("name_search", [])
SECRET = "Key (nam)=(TREJ38040719) already exists"


@tagged("post_install", "-at_install")
class TestDiscreetErrors(HttpCase):
    """No client is sent a traceback, nor what the database says of values."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env, "discreet", "base.group_user", password=PASSWORD
        )
        key = cls.env["res.users.apikeys"].with_user(cls.user)
        cls.key = key.sudo()._generate("rpc", "discreet", None)

    def _fail(self, make):
        """Let the search for contacts fail."""

        @api.model
        def name_search(partners, *_arguments, **_options):
            raise make()

        partners = self.env.registry["res.partner"]
        self.startPatcher(patch.object(partners, "name_search", name_search))

    def _client(self):
        self.authenticate("discreet", PASSWORD)
        body = {
            "params": {
                "model": "res.partner",
                "method": "name_search",
                "args": [],
                "kwargs": {},
            }
        }
        url = "/web/dataset/call_kw/res.partner/name_search"
        with mute_logger(*LOGGERS):
            return self.url_open(url, json=body).json()["error"]["data"]

    def _json2(self):
        with mute_logger(*LOGGERS):
            answer = self.url_open(
                "/json/2/res.partner/name_search",
                json={"context": {}},
                headers={"Authorization": f"Bearer {self.key}"},
            )
        self.assertGreaterEqual(answer.status_code, 400)
        return answer.json()

    def _xmlrpc(self):
        with mute_logger(*LOGGERS), self.assertRaises(Fault) as fault:
            self.xmlrpc_object.execute_kw(
                self.env.cr.dbname, self.user.id, PASSWORD, "res.partner", *CALL
            )
        return {"debug": "", "message": fault.exception.faultString}

    def test_a_fault_of_the_program_is_told_in_words(self):
        self._fail(lambda: ValueError(SECRET))
        for door in (self._client, self._json2, self._xmlrpc):
            with self.subTest(door.__name__):
                error = door()
                self.assertEqual((error["debug"], error["message"]), ("", TEXT))
                self.assertNotIn(SECRET, json.dumps(error))

    def test_it_is_told_in_the_language_of_who_called(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.user.lang = "fr_FR"
        self._fail(lambda: ValueError(SECRET))
        french = discreet_errors.TEXT._translate("fr_FR")
        self.assertNotEqual(french, TEXT)
        self.assertEqual(self._client()["message"], french)

    def test_what_was_written_for_users_is_told_as_it_is(self):
        def make():
            error = UserError("Enter a day.")
            error.__cause__ = ValueError(SECRET)
            return error

        self._fail(make)
        for door in (self._client, self._json2, self._xmlrpc):
            with self.subTest(door.__name__):
                told = door()
                self.assertIn("Enter a day.", told["message"])
                self.assertNotIn(SECRET, json.dumps(told))
                self.assertNotIn("Traceback", json.dumps(told))

    def test_a_warning_leads_where_it_points(self):
        words = ("Set up a journal.", 7, "Go there", None)
        self._fail(lambda: RedirectWarning(*words))
        for door in (self._client, self._json2, self._xmlrpc):
            with self.subTest(door.__name__):
                self.assertIn(words[0], door()["message"])
        error = self._client()
        self.assertEqual(error["name"], "odoo.exceptions.RedirectWarning")
        self.assertEqual(error["arguments"], list(words))

    def test_a_server_for_developers_tells_all(self):
        self.startPatcher(patch.dict(config.options, {"dev_mode": ["xml"]}))
        error = http.serialize_exception(ValueError(SECRET))
        self.assertIn("ValueError", error["debug"])
        self.assertEqual(error["message"], SECRET)
