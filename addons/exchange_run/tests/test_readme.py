import io
import re

from odoo.tests import tagged
from odoo.tools import file_open
from odoo.tools.convert import convert_xml_import

from .common import ExchangeRunCase
from .fake_models import add_models


@tagged("post_install", "-at_install")
class TestReadme(ExchangeRunCase):
    """The example that developers start from works as it is printed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        code = cls.block("python")
        names = {"__name__": "odoo.addons.exchange_run.readme"}
        exec(code, names)
        job = names["PhoneJob"]
        add_models(cls.registry, cls.env.cr, job)
        cls.addClassCleanup(cls.registry._setup_models__, cls.env.cr, [])
        cls.addClassCleanup(cls.registry.__delitem__, job._name)

    @staticmethod
    def block(language):
        """Return the README's first block of code in a language."""
        with file_open("exchange_run/README.rst") as readme:
            text = readme.read()
        pattern = rf"^\.\. code-block:: {language}\n\n((?:(?:    .*)?\n)+)"
        [code] = re.findall(pattern, text, re.M)
        return re.sub(r"^    ", "", code, flags=re.M)

    def test_job_does_what_it_says(self):
        local, foreign, bad = self.env["res.partner"].create(
            [
                {"name": "Local", "phone": "021 555 01 02"},
                {"name": "Foreign", "phone": "+33 1 55 55 01 02"},
                {"name": "Bad", "phone": "0"},
            ]
        )
        job = self.env["phone.job"].create({"partner_ids": [local.id, bad.id]})
        job.action_plan()
        self.assertEqual(job.counters, {"res.partner": {"update": 2}})
        self.assertEqual(local.phone, "021 555 01 02")
        job.action_run()
        self.assertEqual(job.state, "failed")
        self.assertEqual(job.exchange_message_ids.text, "Bad has no complete number.")
        self.assertEqual(local.phone, "021 555 01 02")
        bad.phone = "022 555 01 02"
        job.action_resume()
        self.assertEqual(job.state, "done")
        self.assertEqual(local.phone, "+41 21 555 01 02")
        self.assertEqual(foreign.phone, "+33 1 55 55 01 02")

    def test_view_has_the_buttons_and_its_own_field(self):
        file = io.BytesIO(self.block("xml").encode())
        file.name = "README.rst"
        convert_xml_import(self.env, "exchange_run", file, mode="init")
        arch = self.env["phone.job"].get_view(view_type="form")["arch"]
        self.assertIn('name="partner_ids"', arch)
        self.assertIn('name="action_run"', arch)
