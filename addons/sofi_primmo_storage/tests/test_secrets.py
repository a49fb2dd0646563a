"""How a storage is reached is read by nobody who has no right, by no door."""

import logging

from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import new_test_user, tagged

from .common import DeliveryCase, storage_servers

SECRET = storage_servers.PASSWORD


@tagged("post_install", "-at_install")
class TestSecrets(DeliveryCase):
    def setUp(self):
        super().setUp()
        self.deliver_to(self.residence, "sftp", "mdg/secrets")
        self.person = new_test_user(
            self.env, "administrator", "sofi_primmo.group_sofi_administrator"
        )

    def test_an_administrator_of_sofi_sees_the_name_alone(self):
        residence = self.residence.with_user(self.person)
        self.assertEqual(residence.storage_name, "Primmo by sftp")
        for read in (
            lambda: residence.read(["storage_id"]),
            lambda: residence.storage_id.options,
            lambda: residence.write({"storage_id": False}),
            lambda: residence.search([("storage_id.options", "like", SECRET)]),
            lambda: residence.search_count([("storage_id", "!=", False)]),
            lambda: residence.export_data(["storage_id/options"]),
            lambda: self.env["fs.storage"].with_user(self.person).search([]),
            lambda: self.residence.storage_id.with_user(self.person).read(["options"]),
        ):
            with self.assertRaises(UserError):  # an AccessError is one, too
                read()

    def test_files_are_touched_by_administrators_only(self):
        """OCA's methods on files are open to everybody, from the portal too."""
        storage = self.residence.storage_id
        storage.add("kept.csv", b"charges")
        portal = new_test_user(self.env, "fs_portal", "base.group_portal")
        employee = new_test_user(self.env, "fs_employee", "base.group_user")
        for user in (portal, employee, self.person):
            other = storage.with_user(user)
            for method, arguments in (
                ("get", ["kept.csv"]),
                ("list_files", []),
                ("find_files", [".*"]),
                ("add", ["kept.csv", b"other"]),
                ("move_files", [["kept.csv"], "elsewhere"]),
                ("delete", ["kept.csv"]),
                ("action_test_config", []),
            ):
                with self.subTest(method, user=user.login):
                    with self.assertRaises(AccessError):
                        call_kw(other, method, [storage.ids, *arguments], {})
        self.assertEqual(storage.get("kept.csv"), b"charges")

    def test_who_exports_delivers_and_reads_nothing(self):
        manager = new_test_user(self.env, "m", "sofi_primmo.group_sofi_manager")
        run = self.make_export().with_user(manager)
        run.action_run()
        self.assertEqual(run.state, "done", run.log_text)
        file = run.file_ids
        self.assertEqual(file.storage_name, "Primmo by sftp")
        with self.assertRaises(AccessError):
            file.read(["storage_id"])
        self.assertNotIn(SECRET, str(file.read()))
        self.assertNotIn(SECRET, str(run.exchange_message_ids.read()))

    def test_no_log_and_no_message_has_the_secret(self):
        with self.assertLogs(level=logging.DEBUG) as logs:
            logging.getLogger("any").debug("one line at least")
            for protocol in ("sftp", "s3", "webdav"):
                self.simulator.store.reset()
                self.env["sofi.charge"].search([]).state = "reexported"
                self.deliver_to(self.residence, protocol, "mdg/logs")
                runs = self.export()
                self.ways[protocol].cut_after(0)
                runs |= self.export()
                self.ways[protocol].cut_after(None)
                for run in runs:
                    self.assertNotIn(SECRET, run.log_text)
        self.assertNotIn(SECRET, "\n".join(logs.output))

    def test_a_copy_of_the_database_delivers_nothing(self):
        script = "addons/sofi_primmo_storage/data/neutralize.sql"
        from odoo.tools import file_open

        with file_open(script.removeprefix("addons/")) as stream:
            self.env.cr.execute(stream.read())
        self.env.invalidate_all()
        self.assertFalse(self.residence.storage_id.options)
