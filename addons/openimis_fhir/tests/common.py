import sys
from pathlib import Path

from odoo.tests import TransactionCase, new_test_user

from odoo.addons.exchange_run.tests.common import OneTransaction

# The simulator belongs to the repository, next to the addons.
ROOT = str(Path(__file__).resolve().parents[3])
if ROOT not in sys.path:
    sys.path.append(ROOT)

from tests.simulators.openimis import (  # noqa: E402
    Faults,
    OpenimisServer,
    Recorded,
    Store,
    recordings,
)
from tests.simulators.openimis.server import LOGIN  # noqa: E402
from tests.simulators.openimis.store import sample  # noqa: E402

__all__ = [
    "Faults",
    "OpenimisCase",
    "OpenimisServer",
    "Recorded",
    "Store",
    "recordings",
    "sample",
]

PRODUCT = "BCUL0001"


class OpenimisCase(OneTransaction, TransactionCase):
    """A company with a connection to a simulated openIMIS on a real socket."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create(
            {"name": "Scheme", "currency_id": cls.env.ref("base.USD").id}
        )
        cls.env.user.company_ids |= cls.company
        cls.env = cls.env(
            context={**cls.env.context, "allowed_company_ids": cls.company.ids}
        )
        cls.user = new_test_user(
            cls.env,
            "exchange@example.org",
            "openimis_fhir.group_openimis_exchange_user",
            company_id=cls.company.id,
            company_ids=cls.company.ids,
        )

    def setUp(self):
        super().setUp()
        connections = type(self.env["openimis.connection"])
        original = connections._client
        # faults are waited out as ever, but without the waiting
        self.patch(
            connections,
            "_client",
            lambda this, **options: original(
                this, **{"backoff": 0.0, "graphql_rate": 10**6, **options}
            ),
        )
        self.store = Store()
        self.faults = Faults()
        self.server = self.serve()
        self.connection = self.connect(self.server.url)

    def serve(self, **options):
        server = OpenimisServer(self.store, self.faults, **options)
        server.__enter__()
        self.addCleanup(server.__exit__)
        return server

    def connect(self, url, **values):
        connection = self.env["openimis.connection"].create(
            {
                "name": "Simulator",
                "company_id": self.company.id,
                "url": url,
                "internal": True,
                "login": LOGIN[0],
                "password": LOGIN[1],
                "currency_id": self.env.ref("base.USD").id,
                "rate": 10**6,
                "page_size": 20,
                # what FHIR does wrong is tested too; see `test_recorded` for the others
                "transport": "fhir",
                **values,
            }
        )
        connection.kind_ids.enabled = True
        return connection

    def fill(self, claims=25, bills=3):
        """Areas, a facility, a product, policies, claims and bills."""
        region = self.store.add_location(1)
        for number in range(2, 5):
            self.store.add_location(number, region)
        self.facility = self.store.add_facility(1)
        self.store.add_product(1, PRODUCT)
        self.patient = self.store.add_patient(1)
        self.policy = self.store.add_policy(1, PRODUCT)
        self.claims = [
            self.store.add_claim(number, self.facility, self.policy, self.patient)
            for number in range(claims)
        ]
        self.bills = [
            self.store.add_bill(number, self.facility) for number in range(bills)
        ]

    def pull(self, user=None, **values):
        """Run a pull to its end in this process; returns the job."""
        pull = self.env["openimis.pull"].create(
            {
                "connection_id": self.connection.id,
                "company_id": self.company.id,
                **values,
            }
        )
        if user:
            pull = pull.with_user(user)
        pull.with_context(exchange_inline=True).action_run()
        return pull

    def texts(self, pull):
        return pull.exchange_message_ids.mapped("text")

    def count(self, model):
        return self.env[model].search_count([("company_id", "=", self.company.id)])
