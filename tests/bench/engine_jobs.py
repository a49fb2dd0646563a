"""Jobs whose chunks do nothing: what they cost is the engine's."""

from odoo import fields, models

from odoo.addons.exchange_run.tests.fake_models import add_models, temporary


@temporary
class EmptyJob(models.Model):
    """One chunk after the other."""

    _name = "exchange.bench.empty"
    _description = "Empty Job"
    _module = "exchange_run"
    _inherit = ["exchange.run.mixin"]

    size = fields.Integer()

    def _plan(self):
        return ({} for _number in range(self.size))


@temporary
class EmptySharedJob(models.Model):
    """The same, by several workers."""

    _name = "exchange.bench.shared"
    _description = "Empty Shared Job"
    _module = "exchange_run"
    _inherit = ["exchange.bench.empty"]
    _exchange_shared = True

    def _execute(self, payload):
        self._count("chunk", "done")


def add(registry, make_tables=True):
    """Add the jobs to a registry and, once, to its database."""
    with registry.cursor() as cr:
        add_models(registry, cr, EmptyJob, EmptySharedJob)
        if not make_tables:
            cr.rollback()
    # told of a change, it would be loaded anew, without the models of benches
    registry.registry_invalidated = False
