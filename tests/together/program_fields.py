# ruff: noqa: F821
"""What only the program writes, looked at and tried in every model of the suite.

Run in Odoo's shell, with all addons and their demonstration data; prints one line of
JSON after ``SEEN``.
"""

import json

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tools import mute_logger

PREFIXES = ("openimis.", "sofi.", "primmo.", "daycare.", "kibe.", "exchange.")
EXTENDED = ("account.move", "account.move.line", "account.payment", "res.partner")
MAGIC = {"create_uid", "create_date", "write_uid", "write_date"}


def models():
    """Return the models of the suite that somebody but the system may write."""
    access = env["ir.model.access"].sudo()
    system = env.ref("base.group_system")
    found = []
    for name, model in sorted(env.registry.items()):
        ours = name.startswith((*PREFIXES, "account.billing.")) or name in EXTENDED
        if not ours or model._abstract or model._transient or not model._auto:
            continue
        rights = access.search(
            [
                ("model_id.model", "=", name),
                "|",
                ("perm_write", "=", True),
                ("perm_create", "=", True),
            ]
        )
        if rights.filtered(lambda right: right.group_id != system):
            found.append(name)
    return found


def engine_names(model):
    known = getattr(env[model], "_engine_names", None)
    return known() if known else {}


def is_ours(field):
    """Tell whether a field of a model was declared by the suite alone."""
    modules = set(field._modules or ())
    return bool(modules) and all(
        m.startswith(
            ("openimis", "sofi", "daycare", "kibe", "exchange", "account_billing")
        )
        for m in modules
    )


def undeclared(model):
    """Return the stored fields that forms show only, and that anybody may write.

    Those that are worked out are among them: the ORM keeps whatever it is given.
    """
    return [
        name
        for name, field in env[model]._fields.items()
        if field.readonly
        and field.store
        and not field.inverse
        and field.type != "one2many"
        and name not in MAGIC
        and is_ours(field)
        and name not in engine_names(model)
    ]


def is_unguarded(model):
    """Tell whether a record can move to a company that its writer is not of."""
    field = env[model]._fields.get("company_id")
    chosen = field and field.store and not field.compute and not field.related
    return bool(chosen and is_ours(field) and not hasattr(env[model], "_engine_names"))


def everybody():
    """Return a user with every group of the suite, but not the system's."""
    groups = (
        env["ir.model.data"]
        .sudo()
        .search(
            [
                ("model", "=", "res.groups"),
                ("module", "in", ["account", *{m.split(".")[0] for m in SUITE}]),
            ]
        )
    )
    ids = [
        g
        for g in groups.mapped("res_id")
        if "system" not in env["res.groups"].browse(g).name.lower()
    ]
    user = (
        env["res.users"]
        .with_context(no_reset_password=True)
        .create(
            {
                "name": "Everybody",
                "login": "everybody",
                "company_ids": [Command.set(env["res.company"].search([]).ids)],
                "group_ids": [Command.set([*ids, env.ref("base.group_user").id])],
            }
        )
    )
    return user


SUITE = (
    "exchange_run",
    "account_billing_run",
    "daycare",
    "daycare_billing",
    "kibe_import",
    "sofi_primmo",
    "openimis_payable",
    "openimis_fhir",
)


def forged(record, name):
    """Return a value that a field of a record, or a new one, does not have; or None."""
    field, now = record._fields[name], record[name]
    if field.type == "many2one_reference":
        return (now or 0) + 7
    if field.type == "many2one":
        other = env[field.comodel_name].sudo().search([("id", "!=", now.id)], limit=1)
        return other.id or (False if now else None)
    if field.type == "selection":
        keys = [key for key, _label in field._description_selection(env)]
        return next((key for key in keys if key != now), None)
    if field.type == "many2many":
        other = env[field.comodel_name].sudo().search([], limit=1)
        return [Command.set(other.ids)] if other else None
    return {
        "char": "HACK",
        "text": "HACK",
        "html": "<p>HACK</p>",
        "integer": (now or 0) + 7 if field.type == "integer" else 0,
        "float": 77.5,
        "monetary": 77.5,
        "boolean": not now,
        "date": "2019-02-03",
        "datetime": "2019-02-03 04:05:06",
        "json": {"hack": 1},
        "binary": "SEFDSw==",
    }.get(field.type)


def attempts(model, user):
    """Try to write the program's fields of a record; return what got through.

    Where there is no record to forge, one with a forged field is created.
    """
    record = env[model].sudo().search([], limit=1, order="id desc")
    through, tried = [], 0
    for name, mode in engine_names(model).items():
        doors = ("write", "web_save") if record else ()
        doors += ("create",) if mode is True else ()
        for door in doors:
            new = env[model].sudo().new({})
            value = forged(new if door == "create" else record, name)
            if value is None:
                continue
            tried += 1
            args = {
                "write": [record.ids, {name: value}],
                "web_save": [record.ids, {name: value}, {}],
                "create": [[{name: value}]],
            }[door]
            with env.cr.savepoint(flush=False) as savepoint:
                try:
                    call_kw(env[model].with_user(user), door, args, {})
                    through.append(f"{model}.{name} by {door}")
                except (AccessError, UserError, IntegrityError) as error:
                    # a record that lacks something else was not refused for this
                    if door == "create" and not isinstance(error, AccessError):
                        through.append(f"{model}.{name} by {door}: {error}")
                savepoint.rollback()
            env.invalidate_all(flush=False)
    return tried, through


def timeless(model, user):
    """Try to give days of another time to a record; return what was not refused."""
    record = env[model].sudo().search([], limit=1, order="id desc")
    through = []
    for name, field in env[model]._fields.items():
        chosen = field.type in ("date", "datetime") and field.store
        if not chosen or field.readonly or not is_ours(field):
            continue
        for day in ("0001-01-01", "1899-12-31", "9999-12-31"):
            value = day if field.type == "date" else f"{day} 12:00:00"
            doors = {
                "create": [[{name: value}]],
                "onchange": [[], {name: value}, [name], {name: {}}],
            }
            if record:
                doors["write"] = [record.ids, {name: value}]
                doors["web_save"] = [record.ids, {name: value}, {}]
            for door, args in doors.items():
                with env.cr.savepoint(flush=False) as savepoint:
                    try:
                        call_kw(env[model].with_user(user), door, args, {})
                        through.append(f"{model}.{name} by {door}: {day}")
                    except ValidationError as error:
                        if day not in str(error):
                            through.append(f"{model}.{name} by {door}: {error}")
                    except AccessError:
                        pass  # not even a day that can be meant
                    savepoint.rollback()
                env.invalidate_all(flush=False)
    return through


with mute_logger("odoo.addons.base.models.ir_model", "odoo.sql_db"):
    names = models()
    user = everybody()
    env.flush_all()
    results = {model: attempts(model, user) for model in names}
    print(
        "SEEN "
        + json.dumps(
            {
                "models": names,
                "undeclared": {m: f for m in names if (f := undeclared(m))},
                "timeless": [t for m in names for t in timeless(m, user)],
                "unguarded": [m for m in names if is_unguarded(m)],
                "tried": sum(tried for tried, _through in results.values()),
                "through": sorted(
                    t for _tried, found in results.values() for t in found
                ),
            }
        )
    )
env.cr.rollback()
