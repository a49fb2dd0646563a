"""Run in Odoo's shell: says what the access rights of our models lack, as JSON.

`ADDONS` is put in front of it: the technical names of our addons.
"""

import json
import re

#: Tables of codes and of the engine's bookkeeping: the same for all companies.
SHARED = {
    "daycare.child.status",
    "daycare.civil.label",
    "daycare.gender.label",
    "daycare.language",
    "daycare.language.code3",
    "daycare.locality",
    "daycare.parental.authority",
    "exchange.access",
    "exchange.card",
    "exchange.chunk",
    "exchange.progress",
    "exchange.worker",
    "openimis.payable.type",
    "openimis.pull.seen",
    "openimis.pull.waiting",
    "sofi.api.name",
    "sofi.api.profile",
    "sofi.mdg.column",
    "sofi.mdg.layout",
}
SECRET = re.compile(r"password|api_key|access_key|api_secret|^secret$|^token$")


def own_models(env):
    """Return the models that our addons define, without the abstract ones."""
    models = env["ir.model"].search([])
    own = models.filtered(lambda m: set(m.modules.split(", ")) <= set(ADDONS))  # noqa: F821
    return own.filtered(lambda m: not env[m.model]._abstract)


def complaints(env, model):
    """Yield what is missing for one model."""
    Model = env[model.model]
    access = env["ir.model.access"].search([("model_id", "=", model.id)])
    rules = env["ir.rule"].search([("model_id", "=", model.id), ("groups", "=", False)])
    if not access:
        yield "nobody has a right on it"
    if access.filtered(lambda a: not a.group_id):
        yield "everybody has a right on it"
    if Model._transient:
        if env.ref("base.group_user") in access.group_id:
            yield "every employee may use this wizard"
    elif "company_id" not in Model._fields:
        if model.model not in SHARED:
            yield "has no company"
        system = env.ref("base.group_system")
        writers = access.filtered(
            lambda a: (a.perm_write or a.perm_create or a.perm_unlink)
            and a.group_id != system
        )
        guard = env.registry["exchange.shared.mixin"]
        if writers and not isinstance(Model, guard):
            yield "is of all companies, and changed by whoever is of one"
    elif not any("company_id" in (rule.domain_force or "") for rule in rules):
        yield "no rule keeps companies apart"
    for name, field in Model._fields.items():
        if field.type not in ("char", "text") or not SECRET.search(name):
            continue
        if "group_system" not in (field.groups or ""):
            yield f"{name} is a secret that others read"
        if field.copy:
            yield f"{name} is a secret that is copied"


found = {m.model: list(complaints(env, m)) for m in own_models(env)}  # noqa: F821
print(json.dumps(found))
