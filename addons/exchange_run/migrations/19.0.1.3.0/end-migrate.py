"""Every import, export and billing run gets the job that it was so far."""

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL


def migrate(cr, version):
    """Create one job for each record, and let its findings belong to it."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    for name in env["exchange.chunk"]._run_models():
        _create_jobs(cr, name, env[name])
    env.invalidate_all()


def _create_jobs(cr, name, model):
    table = SQL.identifier(model._table)
    cr.execute(
        SQL(
            """
            INSERT INTO exchange_job (
                name, number, is_current, res_model, res_id, kind, company_id, user_id,
                responsible_id, state, dry_run, priority, date_start, date_end,
                duration, attempts, chunk_count, chunk_failed_count, counters,
                create_uid, create_date, write_uid, write_date
            )
            SELECT COALESCE(r.name, ''), 1, TRUE, %(name)s, r.id, %(kind)s,
                   r.company_id, p.user_id, r.user_id, r.state,
                   COALESCE(r.dry_run, FALSE),
                   CASE WHEN p.night THEN 'night'
                        WHEN r.date_start IS NOT NULL THEN 'person' END,
                   r.date_start, r.date_end,
                   COALESCE(EXTRACT(EPOCH FROM r.date_end - r.date_start) / 60, 0),
                   CASE WHEN r.date_start IS NOT NULL THEN 1 ELSE 0 END,
                   (SELECT count(*) FROM exchange_chunk c
                     WHERE c.run_model = %(name)s AND c.run_id = r.id),
                   (SELECT count(*) FROM exchange_chunk c
                     WHERE c.run_model = %(name)s AND c.run_id = r.id
                       AND c.state = 'failed'),
                   r.counters, r.create_uid, r.create_date, r.write_uid, r.write_date
              FROM %(table)s r
              LEFT JOIN exchange_progress p
                     ON p.run_model = %(name)s AND p.run_id = r.id
             WHERE r.job_id IS NULL
             ORDER BY r.id
            """,
            name=name,
            kind=model._exchange_kind or name,
            table=table,
        )
    )
    cr.execute(
        SQL(
            """
            UPDATE %(table)s r SET job_id = j.id FROM exchange_job j
             WHERE j.res_model = %(name)s AND j.res_id = r.id AND r.job_id IS NULL
            """,
            name=name,
            table=table,
        )
    )
    cr.execute(
        """
        UPDATE exchange_message m SET job_id = j.id FROM exchange_job j
         WHERE j.res_model = m.run_model AND j.res_id = m.run_id
           AND j.is_current AND m.job_id IS NULL AND m.run_model = %s
        """,
        [name],
    )
