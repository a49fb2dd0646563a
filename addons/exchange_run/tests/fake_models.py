"""Job models that exist only while a test runs."""

from odoo import fields, models
from odoo.exceptions import UserError


def temporary(definition):
    """Keep a class of a model out of every registry but those it is added to.

    Odoo gives each class it has seen to every registry that it loads from then on,
    which would have the model without its table.
    """
    known = models.MetaModel._module_to_models__[definition._module]
    if definition in known:
        known.remove(definition)
    return definition


def register(test_class, *definitions):
    """Add models to the registry and database of a test class, until its end."""
    registry, cr = test_class.registry, test_class.env.cr
    add_models(registry, cr, *definitions)
    test_class.addClassCleanup(registry._setup_models__, cr, [])
    for definition in definitions:
        test_class.addClassCleanup(registry.__delitem__, definition._name)


def add_models(registry, cr, *definitions):
    """Add models to a registry and its database."""
    # Only for tests, and as Odoo's own tests of models do it.
    from odoo.orm.model_classes import add_to_registry

    for definition in definitions:
        add_to_registry(registry, temporary(definition))
    registry._setup_models__(cr, [])
    names = [definition._name for definition in definitions]
    context = {"models_to_check": True, "module": "exchange_run"}
    registry.init_models(cr, names, context)


# Not translated: no user reads them.
UNWELCOME = "%s is not welcome"
BAD_END = "not like this"


@temporary
class FakeJob(models.Model):
    """Creates one partner a chunk; obeys to what `wish` says."""

    _name = "exchange.fake.job"
    _description = "Fake Job"
    _module = "exchange_run"
    _inherit = ["exchange.run.mixin"]

    wish = fields.Json(default=dict)
    finished = fields.Integer()

    def _plan(self):
        for finding in self.wish.get("findings", []):
            self._log(**finding)
        self._count("partner", "create", len(self.wish["names"]))
        return [{"name": name} for name in self.wish["names"]]

    def _execute(self, payload):
        name = payload["name"]
        self.env["res.partner"].create({"name": name})
        if name in self.wish.get("refuse", []):
            raise UserError(UNWELCOME % name)
        if name in self.wish.get("crash", []):
            raise ZeroDivisionError("secret detail")
        if name == self.wish.get("cancel_at"):
            self.env["exchange.progress"]._publish(self, cancel_requested=True)

    def _finish(self):
        self.finished += 1
        if self.wish.get("refuse_end"):
            raise UserError(BAD_END)


@temporary
class FakeAtomicJob(models.Model):
    """The same, all or nothing."""

    _name = "exchange.fake.atomic"
    _description = "Fake Atomic Job"
    _module = "exchange_run"
    _inherit = ["exchange.fake.job"]
    _exchange_transaction = "run"


@temporary
class FakeLongJob(models.Model):
    """The same, in the background."""

    _name = "exchange.fake.long"
    _description = "Fake Long Job"
    _module = "exchange_run"
    _inherit = ["exchange.fake.job"]
    _exchange_background_from = 2


@temporary
class FakeSharedJob(models.Model):
    """The same, in the background, by several workers, each of whom counts."""

    _name = "exchange.fake.shared"
    _description = "Fake Shared Job"
    _module = "exchange_run"
    _inherit = ["exchange.fake.job"]
    _exchange_background_from = 2
    _exchange_shared = True

    def _execute(self, payload):
        result = super()._execute(payload)
        self._count("partner", "done")
        return result
