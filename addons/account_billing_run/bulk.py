"""Rows that carry no logic, written in masses."""

import json

from odoo.tools import SQL


def insert_rows(model, rows):
    """Insert rows past the ORM, which takes several times as long for such masses.

    For records that compute nothing and whose values the caller worked out within one
    company: no default, no check and no inverse is run.

    :param model: recordset of the model
    :param list rows: dicts with the very same keys, names of stored columns
    """
    if not rows:
        return
    names = list(rows[0])
    columns = SQL(", ").join(map(SQL.identifier, [*names, "create_uid", "write_uid"]))
    stamps = SQL("%s, %s", SQL.identifier("create_date"), SQL.identifier("write_date"))
    query = model.env.cr.mogrify(
        SQL(
            "INSERT INTO %s (%s, %s) VALUES",
            SQL.identifier(model._table),
            columns,
            stamps,
        )
    ).decode()
    user = (model.env.uid, model.env.uid)
    now = model.env.cr.now()
    values = [(*map(_column, row.values()), *user, now, now) for row in rows]
    model.env.cr.execute_values(f"{query} %s", values)


def _column(value):
    return json.dumps(value) if isinstance(value, dict | list) else value
