"""Files go to servers as they go to a folder: once, never over another, read back."""

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.sofi_primmo.tests.common import EXAMPLE, EXAMPLE_SHA

from .common import DeliveryCase

PROTOCOLS = ("sftp", "s3", "webdav")


@tagged("post_install", "-at_install")
class TestDelivery(DeliveryCase):
    def each(self):
        """Yield (protocol, folder) with the residence delivering there."""
        for protocol in PROTOCOLS:
            with self.subTest(protocol), self.env.cr.savepoint() as savepoint:
                self.simulator.store.reset()
                folder = f"mdg/{self._testMethodName}"
                self.deliver_to(self.residence, protocol, folder)
                yield protocol, folder
                savepoint.rollback()
                self.env.invalidate_all()

    def test_a_file_is_delivered_and_proved(self):
        for protocol, folder in self.each():
            run = self.export()
            self.assertEqual(run.state, "done", run.log_text)
            file = run.file_ids
            self.assertEqual(self.delivered(protocol, folder), {file.name: EXAMPLE})
            self.assertEqual(file.sha256, EXAMPLE_SHA)
            self.assertTrue(file.date_proved)
            self.assertFalse(file.date_taken)
            self.assertEqual(file.storage_name, f"Primmo by {protocol}")
            self.assertEqual(self.status("900001"), "archived")
            self.assertFalse(self.files(), "nothing goes to the folder of the server")

    def test_a_file_that_waits_stops_the_next_run_until_it_is_taken(self):
        for protocol, folder in self.each():
            file = self.export().file_ids
            again = self.export()
            self.assertEqual(again.state, "failed", again.log_text)
            self.assertIn(file.name, again.log_text)
            self.env["sofi.export"]._cron_retry()
            self.assertFalse(file.date_taken)
            self.servers[protocol].take(folder, file.name)
            self.env["sofi.export"]._cron_retry()
            self.assertTrue(file.date_taken)
            self.assertEqual(self.export().state, "done")

    def test_a_file_of_somebody_else_is_never_written_over(self):
        files = self.env.registry["sofi.export.file"]
        for protocol, folder in self.each():
            place = files._place_temporary

            def theirs(file, protocol=protocol, folder=folder, place=place):
                place(file)
                self.servers[protocol].put(folder, file.name, b"theirs")

            self.patch(files, "_place_temporary", theirs)
            run = self.export()
            self.patch(files, "_place_temporary", place)
            name = run.file_ids.name
            self.assertEqual((run.state, run.file_ids.state), ("partial", "written"))
            self.assertIn("is not this run's", run.log_text)
            self.assertEqual(self.delivered(protocol, folder)[name], b"theirs")
            self.servers[protocol].take(folder, name)
            run.action_resume()
            self.assertEqual(run.state, "done", run.log_text)
            self.assertEqual(self.delivered(protocol, folder), {name: EXAMPLE})

    def test_a_refused_file_is_issued_again(self):
        for protocol, folder in self.each():
            file = self.export().file_ids
            self.servers[protocol].take(folder, file.name)
            again = file._reissue("Refused")
            self.assertEqual(again.state, "done")
            self.assertTrue(again.date_proved)
            self.assertEqual(self.delivered(protocol, folder), {again.name: EXAMPLE})

    def test_a_run_that_is_given_up_takes_its_temporary_file_back(self):
        archive = "/charges/archive"
        for protocol, folder in self.each():
            self.simulator.faults.add({"path": archive, "status": 503, "times": 4})
            run = self.export()
            self.assertEqual(run.state, "partial", run.log_text)
            [name] = self.delivered(protocol, folder)
            self.assertTrue(name.endswith(".tmp"))
            self.simulator.faults.clear()
            run.action_cancel()
            self.assertEqual(run.state, "cancelled")
            self.assertEqual(self.delivered(protocol, folder), {})
            self.assertEqual(self.status("900001"), "accepted")

    def test_a_missing_folder_stops_unless_it_is_to_be_made(self):
        for protocol, _folder in self.each():
            if protocol == "s3":
                continue  # a prefix need not be made
            self.residence.output_directory = f"new/{protocol}/deep"
            run = self.export()
            self.assertEqual(run.state, "failed", run.log_text)
            self.assertIn("has no folder", run.log_text)
            self.residence.action_create_directories()
            run = self.export()
            self.assertEqual(run.state, "done", run.log_text)
            self.assertEqual(len(self.delivered(protocol, f"new/{protocol}/deep")), 1)

    def test_a_folder_that_went_away_says_nothing_of_its_files(self):
        for protocol, folder in self.each():
            if protocol == "s3":
                continue  # a prefix is there as long as it holds something
            file = self.export().file_ids
            root = self.servers[protocol].root
            (root / folder).rename(root / "elsewhere")
            self.env["sofi.export"]._cron_retry()
            self.assertFalse(file.date_taken)
            (root / "elsewhere").rename(root / folder)

    def test_only_the_server_with_the_known_key_gets_a_password(self):
        self.deliver_to(self.residence, "sftp", "mdg/key")
        storage = self.residence.storage_id
        own = storage.server_key
        other = self.env["fs.storage"].browse(storage.id)
        for key in (False, _another_key()):
            other.server_key = key
            with self.assertRaises(UserError) as caught:
                self.residence.action_test_delivery()
            self.assertIn(own, str(caught.exception))
        run = self.export()
        self.assertEqual(run.state, "failed")
        self.assertEqual(self.status("900001"), "accepted")
        storage.server_key = f"[127.0.0.1]:2222 {own} somebody"
        self.residence.action_test_delivery()

    def test_settings_that_cannot_work_are_told(self):
        self.deliver_to(self.residence, "sftp", "mdg/settings")
        storage = self.residence.storage_id
        with self.assertRaises(ValidationError):
            self.residence.output_directory = "../other"
        with self.assertRaises(ValidationError):
            self.residence.storage_id = storage.copy({"code": "x", "protocol": "file"})
        for options, told in (
            ("{}", "host"),
            ('{"host": "127.0.0.1", "port": 1}', "does not answer"),
        ):
            storage.options = options
            with self.assertRaisesRegex(UserError, told):
                self.residence.action_test_delivery()
        storage.write({"protocol": "webdav", "options": '{"base_url": "http://a.ca"}'})
        with self.assertRaisesRegex(UserError, "https"):
            self.residence.action_test_delivery()


def _another_key():
    import asyncssh  # a test's requirement only

    key = asyncssh.generate_private_key("ssh-ed25519").export_public_key()
    return " ".join(key.decode().split()[:2])
