from unittest.mock import patch

from odoo.tests import tagged

from ..core.text import storable
from .common import ExchangeRunCase
from .fake_models import FakeJob

HALF = "\ud83d"
WHOLE = "\U0001f600"


@tagged("post_install", "-at_install")
class TestRunStorable(ExchangeRunCase):
    """What damaged files hold does not undo a whole plan."""

    def test_only_what_cannot_be_kept_is_replaced(self):
        for given, kept in (
            ("Zoé ²", "Zoé ²"),
            ("a\0b", "a\ufffdb"),
            (f"a{HALF}b", "a\ufffdb"),
            (f"{WHOLE}{HALF}", f"{WHOLE}\ufffd"),
            (
                {"a\0": [HALF, 7, None, ("\0",)]},
                {"a\ufffd": ["\ufffd", 7, None, ["\ufffd"]]},
            ),
        ):
            self.assertEqual(storable(given), kept)

    def test_a_job_is_planned_and_done_whatever_its_file_holds(self):
        def plan(job):
            job._log("warning", "a\0b", file="\0.csv", value=HALF)
            return [{"name": f"Ann{HALF}", "deep": [{"\0": "\0"}]}, {"name": "Bob"}]

        job = self.make_job()
        with patch.object(FakeJob, "_plan", plan):
            job.action_run()
        job._set_progress(1, text=f"\0{HALF}")
        self.assertEqual(job.state, "done")
        self.assertEqual(self.partners("Ann\ufffd", "Bob"), ["Ann\ufffd", "Bob"])
        self.assertEqual(job.exchange_message_ids.value, "\ufffd")
