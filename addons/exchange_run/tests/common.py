from odoo.tests import TransactionCase

from .fake_models import FakeAtomicJob, FakeJob, FakeLongJob, register


class ExchangeRunCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        register(cls, FakeJob, FakeAtomicJob, FakeLongJob)

    def make_job(self, *names, model="exchange.fake.job", **wish):
        return self.env[model].create({"wish": {"names": list(names), **wish}})

    def partners(self, *names):
        """Return the names of those partners that exist, sorted."""
        found = self.env["res.partner"].search([("name", "in", names)])
        return sorted(found.mapped("name"))
