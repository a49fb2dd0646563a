"""Connections that are cut anywhere lose nothing and double nothing."""

import time
from unittest.mock import patch

from paramiko import SFTPFile

from odoo.tests import tagged

from odoo.addons.sofi_primmo.tests.common import EXAMPLE

from ..core.s3 import S3
from ..core.sftp import Sftp
from ..core.webdav import WebDav
from .common import DeliveryCase

#: So many times a delivery is cut, each time further along.
PARTS = 8


@tagged("post_install", "-at_install")
class TestCut(DeliveryCase):
    def deliver_and_cut(self, protocol, deaf):
        """Cut deliveries at points all along, mend the way and resume.

        :param bool deaf: cut the answers of the server instead of what it is sent
        :return: list of (run, folder, state and file's state after the cut)
        """
        way, server = self.ways[protocol], self.servers[protocol]
        folder = f"cut/{protocol}{deaf:d}"
        self.deliver_to(self.residence, protocol, folder)
        way.cut_after(None, deaf)
        self.assertEqual(self.export().state, "done")
        total = way.passed
        [name] = server.files(folder)
        server.take(folder, name)
        outcomes = []
        for part in range(PARTS):
            self.simulator.store.reset()
            self.env["sofi.charge"].search([]).state = "reexported"
            way.cut_after(1 + total * part // PARTS, deaf)
            run = self.export()
            found = (run.state, run.file_ids.state)
            way.cut_after(None)
            if run.state != "done":
                run.action_resume()
            outcomes.append((run, found))
            self.assertEqual(run.state, "done", run.log_text)
            self.assertOnce(protocol, folder, run)
        return outcomes

    def assertOnce(self, protocol, folder, run):
        """The file lies there whole; or somebody is asked, where nobody can know."""
        server = self.servers[protocol]
        asked = run.exchange_message_ids.filtered(lambda m: m.code == "taken_unseen")
        there = server.files(folder)
        self.assertEqual(
            there, {} if asked else {run.file_ids.name: EXAMPLE}, run.log_text
        )
        self.assertEqual(bool(run.file_ids.date_proved), not asked)
        self.assertEqual(self.status("900001"), "archived")
        times = self.simulator.residence("erables").archived_times
        self.assertEqual(set(times.values()), {1})
        for name in there:
            server.take(folder, name)
        if asked:
            self.assertEqual(protocol, "s3", "a renaming leaves traces")
            again = run.file_ids._reissue("It is not in Primmo")
            self.assertEqual(server.files(folder), {again.name: EXAMPLE})
            server.take(folder, again.name)

    def assertCutEverywhere(self, outcomes):
        """The cuts met the run before it asked SOFI, and after."""
        found = [found for _run, found in outcomes]
        self.assertIn(("failed", False), found)
        self.assertTrue({state for _state, state in found} - {False, "done"}, found)

    def assertNotArchived(self, run):
        self.assertNotEqual(run.state, "done", run.log_text)
        self.assertFalse(self.simulator.residence("erables").archived_times)

    def test_a_cut_that_is_known_before_the_file_is_closed(self):
        """Closing a file tells nobody of a server that is known to be gone."""
        way = self.ways["sftp"]
        self.deliver_to(self.residence, "sftp", "cut/known")

        def write(place, name, content, original=Sftp.write_new):
            way.cut_after(len(content))  # opening it takes less, both more
            return original(place, name, content)

        def close(stream, original=SFTPFile.close):
            while way.left is not None and not stream.sftp.get_channel().closed:
                time.sleep(0.01)
            return original(stream)

        with (
            patch.object(Sftp, "write_new", write),
            patch.object(SFTPFile, "close", close),
        ):
            self.assertNotArchived(self.export())

    def test_what_lies_there_in_part_is_not_archived(self):
        """Whatever a server or library says of it."""
        for protocol, kind in (("sftp", Sftp), ("s3", S3), ("webdav", WebDav)):
            with self.subTest(protocol):
                self.deliver_to(self.residence, protocol, f"part/{protocol}")

                def write(place, name, content, original=kind.write_new):
                    return original(place, name, content[:-1])

                with patch.object(kind, "write_new", write):
                    run = self.export()
                self.assertNotArchived(run)
                run.action_resume()
                self.assertEqual(run.state, "done", run.log_text)
                self.assertOnce(protocol, f"part/{protocol}", run)
                self.simulator.store.reset()
                self.env["sofi.charge"].search([]).state = "reexported"

    def test_what_is_sent_by_sftp(self):
        self.assertCutEverywhere(self.deliver_and_cut("sftp", deaf=False))

    def test_what_sftp_answers(self):
        self.assertCutEverywhere(self.deliver_and_cut("sftp", deaf=True))

    def test_what_is_sent_to_s3(self):
        self.assertCutEverywhere(self.deliver_and_cut("s3", deaf=False))

    def test_what_s3_answers(self):
        self.assertCutEverywhere(self.deliver_and_cut("s3", deaf=True))

    def test_what_is_sent_by_webdav(self):
        self.assertCutEverywhere(self.deliver_and_cut("webdav", deaf=False))

    def test_what_webdav_answers(self):
        self.assertCutEverywhere(self.deliver_and_cut("webdav", deaf=True))
