"""What an addon lets go of before Odoo uninstalls it.

Odoo deletes the records that came with an addon one after another, and only then the
tables they lie in. Records that point at each other refuse to go; it tries again in
smaller parts and writes an error into the log each time, for records that are gone with
their table a moment later.
"""


def let_go(env):
    """Leave the records in tables that go to their tables; call as `uninstall_hook`.

    What the addon brought into tables of others (products, accounts, groups) is still
    deleted by Odoo, unless documents use it.

    :param env: environment of the superuser, in which Odoo uninstalls
    """
    going = env["ir.module.module"].search([("state", "=", "to remove")])
    names = set(going.mapped("name"))
    all_models = env["ir.model"].search([])
    known = all_models._get_external_ids()
    models = [
        model.model
        for model in all_models
        if known[model.id]
        and {xml_id.split(".")[0] for xml_id in known[model.id]} <= names
    ]
    env["ir.model.data"].search(
        [("module", "in", list(names)), ("model", "in", models)]
    ).unlink()
    _release_others(env, [env[name]._table for name in models if name in env])


def _release_others(env, tables):
    """Let no row of tables that go hold back a record of others."""
    env.cr.execute(
        """
        SELECT c.conrelid::regclass::text, quote_ident(c.conname)
          FROM pg_constraint c
          JOIN pg_class t ON t.oid = c.conrelid
         WHERE c.contype = 'f' AND c.confdeltype IN ('a', 'r')
           AND t.relname = ANY(%s) AND t.relnamespace = current_schema::regnamespace
        """,
        [tables],
    )
    for table, constraint in env.cr.fetchall():
        env.cr.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
