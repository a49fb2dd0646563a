import re
from contextlib import contextmanager
from math import inf
from unittest.mock import patch

from odoo.tests import TransactionCase
from odoo.tools import file_open

from ..models.exchange_transaction import ExchangeTransaction
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


class OneTransaction:
    """For tests that start jobs: all they do stays in the test's one transaction.

    It is undone in the end; so nothing is committed, and there is only one connection.
    Put it before Odoo's own class: `class MyCase(OneTransaction, TransactionCase)`.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for replace in (_own_cursor, _commit, _undo_on_error):
            # There, so that what other addons add to it is tested, too.
            patcher = patch.object(ExchangeTransaction, replace.__name__, replace)
            cls.startClassPatcher(patcher)


@contextmanager
def _own_cursor(service):
    yield service.env.cr


def _commit(service, units=0):
    service.env.flush_all()
    return inf


@contextmanager
def _undo_on_error(service):
    with service.env.cr.savepoint():
        yield


class ExchangeRunCase(OneTransaction, TransactionCase):
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
