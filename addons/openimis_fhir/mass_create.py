"""Records created in one statement, with the very columns `create()` would write."""

from odoo import models

from odoo.addons.account_billing_run.bulk import insert_rows
from odoo.addons.exchange_run.core.money import ONE, exact, round_to
from odoo.addons.exchange_run.models.exchange_base import Base
from odoo.addons.exchange_run.models.exchange_engine_mixin import ExchangeEngineMixin

#: Whose `create()` adds nothing while the program itself writes: Odoo's own, and those
#: that refuse what users may not write.
PLAIN = {models.BaseModel, Base, ExchangeEngineMixin}


def create_in_mass(model, vals_list, currency):
    """Create records whose every computed column the caller gives.

    `create()` checks the company of each link and asks for the currency of each
    amount, record by record: two thirds of a first load. Here the links were looked up
    within the company and the amounts have one currency. Where an addon has added what
    only `create()` takes care of, that is what is called.

    :param model: empty recordset of the model
    :param list vals_list: values as for `create()`, the same keys in all; amounts may
        be `Decimal`; of x2many fields nothing
    :param currency: `res.currency` of every amount
    :return: the records, in the order of their values
    """
    if not vals_list or not _is_plain(model, vals_list[0]):
        return model.create(vals_list)
    model.check_access("create")
    names = [
        name
        for name, field in model._fields.items()
        if field.store and field.column_type and name not in vals_list[0]
    ]
    defaults = model.default_get(names)
    model.env.cr.execute(
        "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
        [model._table, len(vals_list)],
    )
    ids = [number for (number,) in model.env.cr.fetchall()]
    rows = [defaults | vals for vals in vals_list]
    insert_rows(
        model,
        [
            {"id": number, **row}
            for number, row in zip(ids, columns(model, rows, currency), strict=True)
        ],
    )
    return model.browse(ids)


def columns(model, rows, currency):
    """Values as columns: rounded half up as their fields say, nothing as NULL.

    :param model: recordset of the model
    :param list rows: dicts with the same keys, names of stored fields
    :param currency: `res.currency` of every amount
    :return: list of dicts
    """
    if not rows:
        return []
    converters = {name: _converter(model, name, currency) for name in rows[0]}
    return [
        {name: convert(row[name]) for name, convert in converters.items()}
        for row in rows
    ]


def _is_plain(model, vals):
    """Whether nothing but columns is written, and all that is computed is given."""
    computed = {n for n, f in model._fields.items() if f.store and f.compute}
    creating = {part for part in type(model).__mro__ if "create" in vars(part)}
    return (
        creating <= PLAIN
        and model.env["exchange.engine.mixin"]._is_engine_writing()
        and not model._constraint_methods
        and computed <= vals.keys()
    )


def _converter(model, name, currency):
    field = model._fields[name]
    if field.type == "boolean":
        return bool
    if field.type == "monetary":
        return _rounder(exact(currency.rounding))
    digits = field.get_digits(model.env) if field.type == "float" else None
    if digits:
        return _rounder(ONE.scaleb(-digits[1]))
    if field.type in ("integer", "float"):
        return lambda value: value
    return lambda value: None if value is False else value


def _rounder(unit):
    """Round to multiples of `unit`; None is a column left out, False is zero."""

    def rounded(value):
        return None if value is None else round_to(exact(value), unit)

    return rounded
