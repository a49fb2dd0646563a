"""A folder that another database writes to as well: nobody's file is written over."""

from unittest.mock import patch

from odoo.tests import tagged

from .common import EXAMPLE
from .test_edges import EdgeCase


@tagged("post_install", "-at_install")
class TestSharedFolder(EdgeCase):
    def test_a_tmp_of_another_database_is_left_alone(self):
        """Two that share a folder may choose one name in the same second."""
        files = self.env.registry["sofi.export.file"]

        def place(file, original=files._place_temporary):
            file._paths()[0].write_bytes(b"theirs")
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
            file._paths()[0].write_bytes(EXAMPLE[:10])
            return original(file)

        with patch.object(files, "_place_temporary", place):
            self.assertOnce(self.export())
