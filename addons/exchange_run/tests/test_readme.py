import io

from odoo.tests import tagged
from odoo.tools.convert import convert_xml_import

from .common import ExchangeRunCase, readme_blocks
from .fake_models import register


@tagged("post_install", "-at_install")
class TestReadme(ExchangeRunCase):
    """The example that developers start from works as it is printed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        [code] = readme_blocks("exchange_run", "python")
        names = {"__name__": "odoo.addons.exchange_run.readme"}
        exec(code, names)
        register(cls, names["PhoneJob"])

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
        [code] = readme_blocks("exchange_run", "xml")
        file = io.BytesIO(code.encode())
        file.name = "README.rst"
        convert_xml_import(self.env, "exchange_run", file, mode="init")
        arch = self.env["phone.job"].get_view(view_type="form")["arch"]
        self.assertIn('name="partner_ids"', arch)
        self.assertIn('name="action_run"', arch)
