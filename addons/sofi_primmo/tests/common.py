import shutil
import sys
import tempfile
from pathlib import Path

from odoo.tests import TransactionCase

from odoo.addons.exchange_run.tests.common import OneTransaction

# The simulator serves other tests too and lies beside the addons.
SIMULATORS = Path(__file__).resolve().parents[3] / "tests" / "simulators" / "sofi"
sys.path.insert(0, str(SIMULATORS))

from sofi_simulator import Simulator, generate  # noqa: E402

KEY, SECRET = "AAAA0000BBBB1111CCCC", "s1mulat0rS3cretOfLesErablesResidence0001"
CEDRES = ("DDDD0000EEEE1111FFFF", "s1mulat0rS3cretOfLesCedresResidence00004")
EXAMPLE = (
    '"12","T00123","20251103","24.00","24.00","0.00","900001","4","GL4010","200120","",'
    '"2.00","Aide au bain","","RV","RP"\r\n'
    '"12","T00123","20251105","12.50","12.50","0.00","900007","4","GL4010","200301","",'
    '"1.00","Accompagnement ""à l\'acte""","","RV","RP"\r\n'
    '"12","T00455","20251104","-8.00","-8.00","0.00","900003","4","GL4010","200523","",'
    '"1.00","Crédit – soins 15 min","","RV","RP"\r\n'
).encode("cp1252")
EXAMPLE_SHA = "16e4c18b28f83f24ddfd05d26f81882015560f47885bd928210db4480be7e8e9"


class SofiCase(OneTransaction, TransactionCase):
    """A simulator, an output root of its own, and one residence."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.simulator = Simulator().start()
        cls.addClassCleanup(cls.simulator.close)
        # Demo residences must not meet the ones of the tests.
        cls.env["sofi.residence"].search([]).active = False

    def setUp(self):
        super().setUp()
        self.simulator.faults.clear()
        self.simulator.store.reset()
        self.root = Path(tempfile.mkdtemp(prefix="sofi"))
        self.addCleanup(shutil.rmtree, self.root)
        self.env["ir.config_parameter"].set_param(
            "sofi_primmo.output_root", str(self.root)
        )
        self.residence = self.make_residence("erables")

    def make_residence(self, path, key=KEY, secret=SECRET, **values):
        """Create a residence with its folder."""
        folder = values.setdefault("output_directory", f"{path}/output")
        (self.root / folder).mkdir(parents=True)
        return self.env["sofi.residence"].create(
            {
                "name": path.title(),
                "code": path.upper(),
                "url": self.simulator.address(path),
                "api_access_key": key,
                "api_secret": secret,
                "vendor_id": "12",
                "mdg_col09": "GL4010",
                "mdg_col15v": "RV",
                "mdg_col15p": "RP",
                "log_directory": f"{path}/log",
                "dry_run": False,
                **values,
            }
        )

    def make_cedres(self, **values):
        """Create a second residence."""
        return self.make_residence("cedres", *CEDRES, **{"vendor_id": "13"} | values)

    def make_generated(self, path, charges):
        """Create a residence with any number of accepted charges."""
        fixture = generate.residence(path, charges)
        self.simulator.store.add_residence(path, fixture)
        return self.make_residence(path, generate.KEY, generate.SECRET)

    def make_export(self, residences=None, **values):
        """Create a run."""
        residences = self.residence if residences is None else residences
        return self.env["sofi.export"].create(
            {
                "company_id": residences.company_id.id,
                "residence_ids": [(6, 0, residences.ids)],
                **values,
            }
        )

    def export(self, residences=None, **values):
        """Create a run and run it."""
        run = self.make_export(residences, **values)
        run.action_run()
        return run

    def files(self, path="erables"):
        """Return the names in a residence's folder."""
        return sorted(p.name for p in (self.root / path / "output").iterdir())

    def status(self, charge_id, path="erables"):
        """Return SOFI's status of a charge."""
        return self.simulator.residence(path).charges[charge_id]["status"]

    def log_lines(self, path="erables"):
        """Return the lines of the residence's log files, without their instants."""
        return [
            line
            for log in sorted((self.root / path / "log").glob("*.log"))
            for line in without_instants(log.read_text(encoding="utf-8"))
        ]


def without_instants(log):
    """Return the lines of a log without the instants they begin with."""
    return [line.split("] ", 1)[1] for line in log.splitlines()]
