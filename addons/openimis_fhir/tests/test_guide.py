import json
import os
import re
import subprocess
import tempfile
from pathlib import Path

from odoo.tests import tagged

from .fhir_case import FhirCase, validate

README = Path(__file__).parents[1] / "README.rst"
BLOCK = re.compile(r"\.\. code-block:: bash\n\n((?:    .*\n|\n)+)")


@tagged("post_install", "-at_install")
class TestGuide(FhirCase):
    """The examples of «Connect your accounting system», run as they are printed."""

    def commands(self):
        text = README.read_text()
        blocks = [match[1] for match in BLOCK.finditer(text)]
        return [re.sub(r"^    ", "", block, flags=re.MULTILINE) for block in blocks]

    def run_example(self, command, folder):
        environment = {
            **os.environ,
            "FHIR": f"{self.base_url()}/fhir/R4",
            "KEY": self.payer_key,
            "BILL": self.move.openimis_uuid,
            "CURL_HOME": folder,
        }
        with self.allow_requests():
            # the test server only answers who knows the test's cookie
            rc = Path(folder) / ".curlrc"
            rc.write_text(f'cookie = "test_request_key={self.http_request_key}"\n')
            done = subprocess.run(
                ["bash", "-euc", command],
                env=environment,
                capture_output=True,
                text=True,
                check=False,
                timeout=60,
            )
        self.assertEqual(done.returncode, 0, command + done.stderr)
        return done.stdout

    def resources(self, text):
        decoder, position, found = json.JSONDecoder(), 0, []
        while position < len(text):
            resource, position = decoder.raw_decode(text, position)
            if "openapi" in resource:
                continue  # no resource of FHIR; another test validates it
            found.append(validate(json.dumps(resource)))
        return found

    def test_every_example_runs(self):
        self.company.currency_id = self.env.ref("base.USD")
        self.move = self.bill(1)
        commands = self.commands()
        self.assertGreaterEqual(len(commands), 8)
        with tempfile.TemporaryDirectory() as folder:
            answers = [
                self.resources(self.run_example(command, folder))
                for command in commands
            ]
        kinds = [resource["resourceType"] for answer in answers for resource in answer]
        self.assertEqual(kinds[0], "CapabilityStatement")
        self.assertEqual(kinds.count("PaymentNotice"), 1)
        self.assertNotIn("OperationOutcome", kinds)
        self.env.invalidate_all()
        self.assertEqual(self.move.amount_residual, 410)
