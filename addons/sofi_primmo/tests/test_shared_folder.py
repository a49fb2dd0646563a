"""A folder of two databases, an address of two sites: nobody takes another's."""

import copy
from pathlib import Path
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import EXAMPLE
from .test_edges import ARCHIVE, EdgeCase


@tagged("post_install", "-at_install")
class TestSharedFolder(EdgeCase):
    def test_a_tmp_of_another_database_is_left_alone(self):
        """Two that share a folder may choose one name in the same second."""
        files = self.env.registry["sofi.export.file"]

        def place(file, original=files._place_temporary):
            Path(file.directory, file._names()[0]).write_bytes(b"theirs")
            return original(file)

        with patch.object(files, "_place_temporary", place):
            run = self.export()
        self.assertEqual(run.state, "partial", run.log_text)
        self.assertIn("is not this run's", run.log_text)
        self.assertEqual(self.status("900001"), "accepted")
        run.action_resume()
        self.assertEqual(run.state, "partial")
        run.action_cancel()
        [name] = self.files()
        self.assertEqual((self.output / name).read_bytes(), b"theirs")
        (self.output / name).unlink()
        self.assertOnce(self.export())

    def test_a_csv_of_another_database_is_never_written_over(self):
        def theirs():
            (name,) = self.files()
            (self.output / name).with_suffix(".csv").write_bytes(b"theirs")

        self.before_archiving(theirs)
        run = self.export()
        self.assertEqual((run.state, run.file_ids.state), ("partial", "written"))
        self.assertIn("is not this run's", run.log_text)
        path = self.output / run.file_ids.name
        self.assertEqual(path.read_bytes(), b"theirs")
        path.unlink()  # their Primmo takes it
        run.action_resume()
        self.assertOnce(run)

    def test_a_tmp_cut_off_by_a_kill_is_written_whole(self):
        files = self.env.registry["sofi.export.file"]

        def place(file, original=files._place_temporary):
            Path(file.directory, file._names()[0]).write_bytes(EXAMPLE[:10])
            return original(file)

        with patch.object(files, "_place_temporary", place):
            self.assertOnce(self.export())

    def test_an_address_changed_in_mid_run_archives_nothing_of_another_site(self):
        """Its charges have the same numbers, and nobody would bill them."""
        self.simulator.faults.add({"path": ARCHIVE, "status": 503, "times": 4})
        run = self.export()
        self.assertEqual(run.state, "partial", run.log_text)
        old = self.residence.url
        other = copy.deepcopy(self.simulator.residence("erables").data)
        for charge in other["charges"]:
            charge["amount"] = "99.00"
        self.simulator.store.add_residence("elsewhere", other)
        self.residence.url = self.simulator.address("elsewhere")
        run.action_resume()
        self.assertEqual(run.state, "partial")
        self.assertIn("Put back the address", run.log_text)
        self.assertEqual(self.status("900001", "elsewhere"), "accepted")
        with self.assertRaisesRegex(UserError, "can only be resumed"):
            run.action_cancel()
        self.residence.url = old
        run.action_resume()
        self.assertOnce(run)

    def test_a_site_that_moved_goes_on_where_it_was(self):
        self.simulator.faults.add({"path": ARCHIVE, "status": 503, "times": 4})
        run = self.export()
        moved = copy.deepcopy(self.simulator.residence("erables").data)
        self.simulator.store.add_residence("moved", moved)
        self.residence.url = self.simulator.address("moved")
        run.action_resume()
        self.assertEqual(run.state, "done", run.log_text)
        self.assertEqual(self.status("900001", "moved"), "archived")
        self.assertEqual(self.status("900001"), "accepted")
