"""Jobs that are slow, or kill the server they run in. Import it once Odoo is loaded."""

import os
import signal
import time
from pathlib import Path

from odoo import models

from odoo.addons.exchange_run.tests.fake_models import FakeJob, add_models, temporary


@temporary
class VictimJob(models.Model):
    """Creates one partner a chunk, slowly; waits or dies where it is told to."""

    _name = "exchange.victim.job"
    _description = "Victim Job"
    _module = "exchange_run"
    _inherit = ["exchange.fake.job"]

    def _execute(self, payload):
        super()._execute(payload)
        time.sleep(self.wish.get("seconds", 0))
        if until := self.wish.get("until"):
            wait_for(Path(until).exists)
        if payload["name"] == self.wish.get("kill_at"):
            os.kill(os.getpid(), signal.SIGKILL)


def wait_for(condition):
    """Wait until something is true, at most a minute.

    :param condition: callable
    :return: whether it became true
    """
    deadline = time.monotonic() + 60
    while not (met := condition()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return met


@temporary
class VictimAtomicJob(models.Model):
    """The same, all or nothing."""

    _name = "exchange.victim.atomic"
    _description = "Atomic Victim Job"
    _module = "exchange_run"
    _inherit = ["exchange.victim.job"]
    _exchange_transaction = "run"


@temporary
class VictimSharedJob(models.Model):
    """The same, by several workers, who leave their mark on what they do and count."""

    _name = "exchange.victim.shared"
    _description = "Shared Victim Job"
    _module = "exchange_run"
    _inherit = ["exchange.victim.job"]
    _exchange_shared = True

    def _execute(self, payload):
        super()._execute(payload)
        partner = self.env["res.partner"].search([("name", "=", payload["name"])])
        partner.ref = str(os.getpid())
        self._count("partner", "done")


def add(registry):
    """Add the jobs to a registry and, for good, to its database."""
    with registry.cursor() as cr:
        add_models(registry, cr, FakeJob, VictimJob, VictimAtomicJob, VictimSharedJob)
    # All workers are forks of this process; told of a change, they would load a
    # registry anew that lacks the models of tests.
    registry.registry_invalidated = False
