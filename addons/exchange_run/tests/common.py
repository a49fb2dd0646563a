import re

from odoo.tests import TransactionCase
from odoo.tools import file_open

from .fake_models import (
    FakeAtomicJob,
    FakeJob,
    FakeLongJob,
    FakeSharedJob,
    register,
)


def readme_blocks(addon, language):
    """Return the blocks of code in a language that the README of an addon shows."""
    with file_open(f"{addon}/README.rst") as readme:
        text = readme.read()
    pattern = rf"^\.\. code-block:: {language}\n\n((?:(?:    .*)?\n)+)"
    blocks = re.findall(pattern, text, re.M)
    return [re.sub(r"^    ", "", block, flags=re.M) for block in blocks]


class ExchangeRunCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        register(cls, FakeJob, FakeAtomicJob, FakeLongJob, FakeSharedJob)

    def make_job(self, *names, model="exchange.fake.job", **wish):
        return self.env[model].create({"wish": {"names": list(names), **wish}})

    @classmethod
    def give_access(cls, model, group, **rights):
        """Give a group the right to read and write a job model, or other rights."""
        rights = rights or {"perm_read": True, "perm_write": True}
        return cls.env["ir.model.access"].create(
            {
                "name": f"{model} {group}",
                "model_id": cls.env["ir.model"]._get_id(model),
                "group_id": cls.env.ref(group).id,
                **rights,
            }
        )

    def partners(self, *names):
        """Return the names of those partners that exist, sorted."""
        found = self.env["res.partner"].search([("name", "in", names)])
        return sorted(found.mapped("name"))
