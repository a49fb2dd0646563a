"""Rows written in masses: one statement, however many there are."""

import json

from odoo.tools import SQL


def insert_rows(model, rows):
    """Insert rows past the ORM, which takes several times as long for such masses.

    For records that compute nothing and whose values the caller worked out within one
    company: no default, no check and no inverse is run.

    :param model: recordset of the model
    :param list rows: dicts with the very same keys, names of stored columns; None for
        no value
    """
    if not rows:
        return
    columns = SQL(", ").join(map(SQL.identifier, rows[0]))
    model.env.cr.execute(
        SQL(
            """
            INSERT INTO %(table)s
                   (%(columns)s, create_uid, write_uid, create_date, write_date)
            SELECT %(columns)s, %(uid)s, %(uid)s, %(now)s, %(now)s
              FROM %(given)s
            """,
            table=SQL.identifier(model._table),
            columns=columns,
            given=_given(model, rows),
            uid=model.env.uid,
            now=model.env.cr.now(),
        )
    )


def update_rows(records, rows):
    """Write values that differ from record to record.

    What depends on them is computed as usual, except for columns the rows give
    themselves. No override of `write()` and no check is run.

    :param records: recordset with the records of `rows`
    :param list rows: dicts with the very same keys: `id` and names of stored columns;
        None for no value
    """
    if not rows:
        return
    names = [name for name in rows[0] if name != "id"]
    # whatever waits to be written on these records waits with a date of writing
    records.flush_recordset([*names, "write_uid", "write_date"])
    columns = map(SQL.identifier, names)
    records.env.cr.execute(
        SQL(
            """
            UPDATE %(table)s
               SET %(values)s, write_uid = %(uid)s, write_date = %(now)s
              FROM %(given)s
             WHERE %(table)s.id = given.id
            """,
            table=SQL.identifier(records._table),
            values=SQL(", ").join(SQL("%s = given.%s", c, c) for c in columns),
            given=_given(records, rows),
            uid=records.env.uid,
            now=records.env.cr.now(),
        )
    )
    records.invalidate_recordset([*names, "write_uid", "write_date"], flush=False)
    records.modified(names)
    for name in names:
        records.env.remove_to_compute(records._fields[name], records)


def _given(model, rows):
    """Return the rows as a FROM item named `given`, with the types of the columns."""
    typed = (
        SQL("%s %s", SQL.identifier(name), SQL(model._fields[name].column_type[1]))
        for name in rows[0]
    )
    return SQL(
        "json_to_recordset(%s) AS given (%s)",
        json.dumps(rows, default=str),
        SQL(", ").join(typed),
    )
