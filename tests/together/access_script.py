# ruff: noqa: F821
"""Who may what, asked of every model and every public method of the suite.

Run in Odoo's shell, with all addons and their demonstration data; prints one line of
JSON after ``SEEN``. Each group is asked by a user who has nothing else, on a record
that is there; nothing is kept.
"""

import inspect
import json
from unittest.mock import patch

from odoo.exceptions import AccessError, MissingError, UserError
from odoo.fields import Command
from odoo.models import MAGIC_COLUMNS
from odoo.service.model import call_kw, get_public_method
from odoo.sql_db import Cursor
from odoo.tools import mute_logger

SUITE = (
    "exchange_run",
    "account_billing_run",
    "daycare",
    "daycare_billing",
    "daycare_portal",
    "daycare_waiting_list",
    "kibe_import",
    "sofi_primmo",
    "openimis_payable",
    "openimis_fhir",
)
#: groups of Odoo that our addons count on
STOCK = (
    "base.group_user",
    "base.group_portal",
    "account.group_account_readonly",
    "account.group_account_invoice",
    "account.group_account_user",
    "account.group_account_manager",
)
PORTAL = "base.group_portal"
#: Odoo's own, which whoever exports needs beside the right to read
EXPORT = "base.group_allow_export"
DEEDS = ("read", "create", "write", "unlink")
#: what a method is called with where it asks for something
ARGUMENTS = {
    "vals": {},
    "lines": [],
    "line_ids": [],
    "line_id": 0,
    "ledger_entry": {},
    "idempotency_key": "key",
}


#: what buttons of lists are told about the form they stand in
CONTEXT = {"match_line_id": 1, "kibe_import_id": 1}


class Passed(UserError):
    """Everything that is checked was passed; what follows is not of interest."""


# === WHAT THERE IS ===


def suite_groups():
    """Return {external id: group} of the suite's and of Odoo's that it counts on."""
    data = env["ir.model.data"].search(
        [("model", "=", "res.groups"), ("module", "in", SUITE)], order="module, id"
    )
    names = [*STOCK, *data.mapped("complete_name")]
    return {name: env.ref(name) for name in names}


def suite_models():
    """Return the names of the models that the suite made, or gives rights on."""
    given = env["ir.model.data"].search(
        [("model", "=", "ir.model.access"), ("module", "in", SUITE)]
    )
    names = set(
        env["ir.model.access"].browse(given.mapped("res_id")).model_id.mapped("model")
    )
    own = env["ir.model"].search([])
    names.update(m.model for m in own if set(m.modules.split(", ")) <= set(SUITE))
    return sorted(name for name in names if not env[name]._abstract)


def own_methods(name):
    """Return {method: first line of its docstring} that clients may call."""
    found = {}
    for cls in type(env[name]).__mro__:
        parts = cls.__module__.split(".")
        if parts[:2] != ["odoo", "addons"] or parts[2] not in SUITE:
            continue
        for method, value in vars(cls).items():
            if method.startswith("_") or not inspect.isfunction(value):
                continue
            if method in found or hasattr(type(env["base"]), method):
                continue  # what every model has are its deeds
            try:
                get_public_method(env[name], method)
            except AccessError:
                continue
            text = inspect.getdoc(getattr(type(env[name]), method)) or ""
            found[method] = text.split("\n")[0]
    return found


def users(groups):
    """Return {external id: a user with this group and nothing else}."""
    companies = env["res.company"].search([]).ids
    made = {}
    for name, group in groups.items():
        ids = {group.id}
        if name != PORTAL:
            ids |= {env.ref("base.group_user").id, env.ref(EXPORT).id}
        made[name] = (
            env["res.users"]
            .with_context(no_reset_password=True)
            .create(
                {
                    "name": name,
                    "login": f"matrix {name}",
                    "company_ids": [Command.set(companies)],
                    "group_ids": [Command.set(ids)],
                }
            )
        )
    return made


def lowest(names):
    """Return where a right begins: groups none of whose implied ones have it, too."""
    has = set(names)
    return [name for name in names if not has.intersection(IMPLIED[name])]


# === ASKING ===


def arguments(model, method):
    """Return what a method is called with."""
    parameters = inspect.signature(getattr(type(model), method)).parameters.values()
    asked = [
        p
        for p in list(parameters)[1:]
        if p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD
    ]
    return [ARGUMENTS.get(p.name, "x") for p in asked]


def written():
    """Return how many rows this transaction wrote, whether or not they were undone."""
    env.cr.execute(
        "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_user_tables"
    )
    return env.cr.fetchone()[0] or 0


def newest(model):
    """Return the latest record of a model, archived or not."""
    every = model.sudo().with_context(active_test=False)
    return every.search([], limit=1, order="id desc").with_context({})


def blank(name):
    """Make an empty record of a model that has none: there is something to refuse."""
    model = env[name]
    if not model._auto or model._abstract or newest(model):
        return
    table = model._table
    env.cr.execute(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_name = %s AND is_nullable = 'NO' AND column_name != 'id'",
        [table],
    )
    for [column] in env.cr.fetchall():
        env.cr.execute(f'ALTER TABLE "{table}" ALTER "{column}" DROP NOT NULL')
    known = {"company_id": env.company.id, "state": "draft", "create_uid": env.uid}
    columns = [c for c in known if c in model._fields and model._fields[c].store]
    names = ", ".join(["id", *columns])
    marks = ", ".join(["DEFAULT"] + ["%s"] * len(columns))
    env.cr.execute(
        f'INSERT INTO "{table}" ({names}) VALUES ({marks})',
        [known[column] for column in columns],
    )


def kind(result):
    """Return what a method gives: a screen asks for its own rights when it is shown."""
    if isinstance(result, dict) and str(result.get("type", "")).startswith("ir.act"):
        return "opens"
    return "nothing" if result in (None, True, False) else type(result).__name__


def asked(name, method, user):
    """Call a method as a client does.

    :return: "refused", else what it gave or stumbled over, with " writes" where it
        wrote something
    """
    model = env[name].with_context({})
    record = newest(model) if model._auto and not model._abstract else model
    if not record and not model._abstract:
        record = model.sudo().browse(1)
    ids = (
        []
        if getattr(getattr(type(model), method), "_api_model", False)
        else [record.ids]
    )
    if record and record.is_transient():
        # a dialog is its user's
        env.cr.execute(
            f'UPDATE "{record._table}" SET create_uid = %s WHERE id = %s',
            [user.id, record.id],
        )
        env.invalidate_all()
    before = written()
    with env.cr.savepoint() as savepoint:
        try:
            given = arguments(model, method)
            options = {"context": CONTEXT}
            result = call_kw(model.with_user(user), method, [*ids, *given], options)
            outcome = kind(result)
            env.flush_all()
        except AccessError:
            outcome = "refused"
        except Exception as error:
            outcome = type(error).__name__
        savepoint.rollback()
    if outcome != "refused" and written() > before:
        outcome += " writes"
    return outcome


def rights(names, people):
    """Return {model: {deed: external ids of the groups that may}}."""
    found = {}
    for name in names:
        may = {
            deed: [
                g
                for g, user in people.items()
                if env[name].with_user(user).has_access(deed)
            ]
            for deed in DEEDS
        }
        may["export"] = [
            g
            for g, user in people.items()
            if exports(name, user) or (g in may["read"] and is_out_of_reach(name, user))
        ]
        found[name] = {deed: lowest(has) for deed, has in may.items()}
    return found


# === EXPORTING ===


def columns(name, protected=False):
    """Return the names of a model's own columns that no group is needed for."""
    return [
        column
        for column, field in env[name]._fields.items()
        if field.store
        and field.type not in ("binary", "properties", "properties_definition")
        and not field.relational
        and not field.company_dependent
        and bool(field.groups) == protected
        and column not in MAGIC_COLUMNS
    ]


def sample(name):
    """Return a record of a model, be it a table or a view; or none."""
    return newest(env[name]) if env[name]._auto else env[name].search([], limit=1)


def is_out_of_reach(name, user):
    """Tell whether there is nothing that this user could export."""
    record = sample(name)
    if not record or not columns(name):
        return True
    try:
        return not record.with_user(user).has_access("read")
    except MissingError:  # a view may show each user other rows
        return True


def export(name, user, record, asked):
    """Have Odoo export fields of a record, as a client does; tell whether it does."""
    try:
        call_kw(env[name].with_user(user), "export_data", [record.ids, asked], {})
    except UserError:
        return False
    return True


def exports(name, user):
    """Tell whether Odoo exports the columns of a model for a user."""
    record = sample(name)
    if not record or not columns(name):
        return False
    return export(name, user, record, columns(name))


def leaks(names, people, found):
    """Return what an export shows that nobody may see, or that leaves no trace."""
    journal = env["exchange.access"].sudo()
    every = [group for name, group in suite_groups().items() if name != PORTAL]
    everything = users({"everything": every[0]})["everything"]
    everything.group_ids = [Command.set([group.id for group in every])]
    leaking = []
    for name in names:
        model = env[name]
        record = sample(name)
        if not record or not columns(name):
            continue
        if exports(name, everything):
            leaking.append(f"{name}: without Odoo's right to export")
        for group in found[name]["export"]:
            user = people[group]
            for column in columns(name, protected=True):
                hidden = not model.with_user(user)._has_field_access(
                    model._fields[column], "read"
                )
                if hidden and export(name, user, record, [column]):
                    leaking.append(f"{name}.{column}: {group}")
            if isinstance(model, env.registry["exchange.journal.mixin"]):
                before = journal.search_count([("user_id", "=", user.id)])
                asked = [*columns(name), *model._journal_names]
                shown = export(name, user, record, asked)
                after = journal.search_count([("user_id", "=", user.id)])
                if shown and after != before + 1:
                    leaking.append(f"{name}: {group} leaves no trace")
    return leaking


# === PRINTING ===


def prints():
    """Return {report of the suite: models whose records it writes down as shown}."""
    data = env["ir.model.data"].search(
        [("model", "=", "ir.actions.report"), ("module", "in", SUITE)]
    )
    reports = env["ir.actions.report"].browse(data.mapped("res_id"))
    return {
        report.report_name: sorted(
            records._name
            for records in env[report.model].browse()._journal_printed(report)
        )
        for report in reports.sorted("report_name")
    }


def misprinted(people):
    """Return where the printed list «Who May What» says other than what is allowed."""
    found = []
    for name, user in people.items():
        printed = {row["name"]: row for row in user.group_ids._exchange_rights()}
        for _addon, model in env["res.groups"]._exchange_models():
            allowed = env[model.model].with_user(user)
            for deed in DEEDS:
                says = bool(printed.get(model.model, {}).get(deed))
                if says != allowed.has_access(deed):
                    found.append(f"{name}: {deed} {model.model}")
    return found


def stop(*_arguments, **_options):
    raise Passed("")


def methods(names, people):
    """Return {model: {method: {"text": …, "may": groups, "nobody": outcome}}}."""
    found = {}
    for name in names:
        for method, text in own_methods(name).items():
            outcomes = {}
            for group in sorted(people, key=lambda g: len(IMPLIED[g])):
                # who has what another group gives, and more, may no less
                if not set(outcomes).intersection(IMPLIED[group]):
                    outcome = asked(name, method, people[group])
                    if outcome != "refused":
                        outcomes[group] = outcome
            found.setdefault(name, {})[method] = {
                "text": text,
                "may": [group for group in people if group in outcomes],
                # who may not even read the records, and what came of it
                "blind": {
                    group: outcomes[group]
                    for group in people
                    if group in outcomes
                    and not env[name].with_user(people[group]).has_access("read")
                },
            }
    return found


Mixin = env.registry["exchange.run.mixin"]
with (
    mute_logger("odoo.addons.base.models.ir_model", "odoo.sql_db", "odoo.models"),
    patch.object(Cursor, "commit", lambda _cursor: None),
    patch("requests.sessions.Session.send", stop),
    patch("pathlib.Path.mkdir", stop),
):
    for lock in ("_job_lock", "_try_job_lock"):
        setattr(Mixin, lock, stop)
    groups = suite_groups()
    IMPLIED = {
        name: [
            other
            for other, g in groups.items()
            if g in group.all_implied_ids - group
            or (other == STOCK[0] and name not in STOCK[:2])
        ]
        for name, group in groups.items()
    }
    people = users(groups)
    everything = [
        *suite_models(),
        "account.move",
        "account.move.line",
        "account.move.reversal",
        "account.payment",
        "daycare.occupancy",
        "res.partner",
        "res.users",
    ]
    names = suite_models()
    env.flush_all()
    for name in everything:
        blank(name)
    env.invalidate_all()
    found = rights(names, people)
    seen = {
        "groups": {
            name: {
                "title": f"{group.privilege_id.name or ''}: {group.name}".strip(": "),
                "comment": group.comment or "",
                "implied": IMPLIED[name],
            }
            for name, group in groups.items()
        },
        "models": {
            name: {
                "title": env["ir.model"]._get(name).name,
                "text": (inspect.getdoc(env.registry[name]) or "").split("\n")[0],
            }
            for name in names
        },
        "rights": found,
        "leaks": leaks(names, people, found),
        "prints": prints(),
        "misprinted": misprinted(people),
        "methods": methods(everything, people),
    }
    print("SEEN " + json.dumps(seen))
env.cr.rollback()
